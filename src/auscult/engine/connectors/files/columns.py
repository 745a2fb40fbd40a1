"""Parquet: row groups as pieces of columns. The place in the file is a row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from auscult.engine.connectors.files.mapping import Mapping
from auscult.engine.connectors.files.pieces import Piece

ROWS = 1 << 15  # at most so many rows a piece


class ParquetRows:
    """The rows of a Parquet file from any row on."""

    def __init__(self, path: Path, mapping: Mapping) -> None:
        self._file = pq.ParquetFile(path, pre_buffer=False, memory_map=False)
        self._wanted = mapping.columns
        self.rows: int = self._file.metadata.num_rows

    def read(self, row: int) -> Iterator[Piece]:
        """Yield pieces from a row (from 0) on; a row group that was begun is read again."""
        group, start = self._group_of(row)
        skip = row - start
        columns = sorted({name.partition(".")[0] for name in self._wanted})
        columns += [name for name in self._wanted if name in self._file.schema_arrow.names]
        groups = range(group, self._file.metadata.num_row_groups)
        for batch in self._file.iter_batches(
            ROWS, row_groups=groups, columns=list(dict.fromkeys(columns)), use_threads=False
        ):
            if skip >= batch.num_rows:
                skip -= batch.num_rows
                continue
            rest = batch.slice(skip)
            skip = 0
            lines = np.arange(row + 1, row + 1 + rest.num_rows, dtype=np.int64)
            yield Piece(columns=self._named(rest), lines=lines)
            row += rest.num_rows

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _group_of(self, row: int) -> tuple[int, int]:
        start = 0
        for group in range(self._file.metadata.num_row_groups):
            size = self._file.metadata.row_group(group).num_rows
            if row < start + size:
                return group, start
            start += size
        return self._file.metadata.num_row_groups, start

    def _named(self, batch: pa.RecordBatch) -> dict[str, pa.Array]:
        return {name: _leaf(batch, name) for name in self._wanted}


def _leaf(batch: pa.RecordBatch, name: str) -> pa.Array:
    if name in batch.schema.names:
        return _whole(batch.column(name))
    first, *rest = name.split(".")
    return _whole(pc.struct_field(batch.column(first), rest))


def _whole(column: pa.Array) -> pa.Array:
    """Return a column that starts at the start of its buffers."""
    return pa.concat_arrays([column]) if column.offset else column
