"""The steps of one file: a block of lines or of rows each, as posts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
import pyarrow as pa

from auscult.engine.connectors.base import shorten
from auscult.engine.connectors.files import delimited, jsonl, quoted
from auscult.engine.connectors.files.blocks import Block, Oversize, read_block, whole_lines
from auscult.engine.connectors.files.build import Builder
from auscult.engine.connectors.files.columns import ParquetRows
from auscult.engine.connectors.files.config import FilesConfig
from auscult.engine.connectors.files.delimited import DelimitedPlan
from auscult.engine.connectors.files.jsonl import JsonPlan
from auscult.engine.connectors.files.layout import Layout
from auscult.engine.connectors.files.pieces import Decoded, Fault, Piece
from auscult.engine.connectors.files.place import Place
from auscult.engine.connectors.files.stream import Stream
from auscult.engine.connectors.files.values import Mended
from auscult.engine.kernel.posts import empty


@dataclass(slots=True, kw_only=True)
class Step:
    """What one step through a file gave, and where the next one starts."""

    position: int
    line: int
    last: bool = False  # the file ends here
    posts: pa.Table = field(default_factory=empty)
    faults: list[Fault] = field(default_factory=list)
    repeated: int = 0
    replaced: int = 0


class Steps(Protocol):
    """A file that is being read."""

    @property
    def taken(self) -> int:
        """How many bytes of the file were taken."""
        ...

    def next(self) -> Step:
        """Take one step; after the last there is none."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def open_steps(layout: Layout, config: FilesConfig, place: Place, collected_at: datetime) -> Steps:
    """Open a file at a place."""
    builder = Builder(layout, config, collected_at)
    if layout.format == "parquet":
        return RowSteps(layout, builder, place)
    return LineSteps(layout, builder, place, config.block_size)


class LineSteps:
    """Steps through a text file."""

    def __init__(self, layout: Layout, builder: Builder, place: Place, size: int) -> None:
        self._layout = layout
        self._builder = builder
        self._size = size
        self._position = max(place.position, layout.start)
        self._line = max(place.line, layout.first_line)
        self._stream = Stream(
            layout.path, encoding=layout.encoding, lone_returns=layout.lone_returns
        )
        quoted_fields = isinstance(layout.plan, DelimitedPlan) and layout.plan.quoted
        self._find_end = quoted.record_end if quoted_fields else whole_lines

    @property
    def taken(self) -> int:
        """How many bytes of the file were taken."""
        return self._position if self._stream.plain else self._stream.position

    def next(self) -> Step:
        """Take one step."""
        size = self._size
        while True:
            block = read_block(self._stream, self._position, size, self._find_end)
            if block is None:
                return self._ended(Step(position=self._position, line=self._line, last=True))
            if isinstance(block, Oversize):
                return self._passed_over(block)
            decoded = self._decode(block)
            if decoded.lines:
                return self._step(block, decoded)
            size *= 2  # the first record goes on after the block

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()

    def _decode(self, block: Block) -> Decoded:
        plan = self._layout.plan
        if isinstance(plan, JsonPlan):
            return jsonl.decode(block.data, block.lines, self._line, plan)
        assert isinstance(plan, DelimitedPlan)
        if plan.quoted:
            return quoted.decode(block.data, self._line, plan, final=block.final)
        return delimited.decode(block.data, block.lines, self._line, plan)

    def _step(self, block: Block, decoded: Decoded) -> Step:
        self._position += int(block.ends[decoded.lines - 1])
        self._line += decoded.lines
        last = block.final and decoded.lines == len(block.ends)
        step = Step(position=self._position, line=self._line, last=last)
        step.replaced = block.replaced_in(decoded.lines)
        _fill(step, self._builder, decoded.pieces, decoded.faults)
        return self._ended(step) if last else step

    def _passed_over(self, block: Oversize) -> Step:
        fault = Fault(
            line=self._line, reason="it is too long to be a post", excerpt=shorten(block.excerpt)
        )
        self._position += block.used
        self._line += 1
        return Step(position=self._position, line=self._line, faults=[fault])

    def _ended(self, step: Step) -> Step:
        if self._stream.trouble:
            fault = Fault(line=self._line, reason=self._stream.trouble, excerpt="")
            step.faults.append(fault)
        return step


class RowSteps:
    """Steps through a Parquet file."""

    def __init__(self, layout: Layout, builder: Builder, place: Place) -> None:
        self._builder = builder
        self._row = place.position
        self._bytes = layout.path.stat().st_size
        self._rows = ParquetRows(layout.path, layout.mapping)
        self._pieces: Iterator[Piece] = self._rows.read(self._row)

    @property
    def taken(self) -> int:
        """How many bytes of the file were taken, as its rows say."""
        return self._bytes * self._row // max(self._rows.rows, 1)

    def next(self) -> Step:
        """Take one step."""
        try:
            piece = next(self._pieces, None)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            fault = Fault(line=self._row + 1, reason=f"damaged: {shorten(str(error))}", excerpt="")
            return Step(position=self._rows.rows, line=self._row + 1, last=True, faults=[fault])
        if piece is None:
            return Step(position=self._row, line=self._row + 1, last=True)
        self._row += len(piece.lines)
        last = self._row >= self._rows.rows
        step = Step(position=self._row, line=self._row + 1, last=last)
        _fill(step, self._builder, [piece], [])
        return step

    def close(self) -> None:
        """Let go of the file."""
        self._rows.close()


def _fill(step: Step, builder: Builder, pieces: list[Piece], faults: list[Fault]) -> None:
    mended = Mended()
    tables = []
    for piece in pieces:
        table, more = builder.build(piece, mended)
        tables.append(table)
        faults = faults + more
    step.faults = sorted(faults, key=lambda fault: fault.line)
    step.replaced += mended.count
    if tables:
        step.posts, step.repeated = _last_of_each(pa.concat_tables(tables).combine_chunks())


def _last_of_each(posts: pa.Table) -> tuple[pa.Table, int]:
    """Keep the last of the posts that have the same uri."""
    codes = posts.column("uri").combine_chunks().dictionary_encode()
    repeated = posts.num_rows - len(codes.dictionary)
    if not repeated:
        return posts, 0
    reversed_codes = codes.indices.to_numpy(zero_copy_only=False)[::-1]
    _, first = np.unique(reversed_codes, return_index=True)
    return posts.take(np.sort(posts.num_rows - 1 - first)), repeated
