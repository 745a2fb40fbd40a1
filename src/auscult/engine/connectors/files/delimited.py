"""Delimited lines whose fields are written plainly: `id|date|text`, tab-separated files.

A delimiter always separates, quotes are ordinary characters, a record is a line. Files in
which `"` encloses fields are read by `quoted.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auscult.engine.connectors.base import shorten
from auscult.engine.connectors.files.blocks import Numbers
from auscult.engine.connectors.files.pieces import Decoded, Fault, Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class DelimitedPlan:
    """How a file's records are written.

    Attributes
    ----------
    delimiter : str
        One character; empty: the line is the only field.
    quoted : bool
        `"` may enclose a field.
    columns : tuple of str
        The names of all its columns, in order.
    wanted : tuple of str
        Those that are needed.
    open_end : bool
        Further delimiters belong to the last column.
    """

    delimiter: str
    quoted: bool
    columns: tuple[str, ...]
    wanted: tuple[str, ...]
    open_end: bool


def decode(data: bytes, ends: Numbers, first_line: int, plan: DelimitedPlan) -> Decoded:
    """Decode all lines of a block whose fields are written plainly."""
    decoded = Decoded(lines=len(ends))
    offsets = pa.py_buffer(np.concatenate(([0], ends)).astype(np.int32))
    lines = pc.ascii_rtrim(
        pa.StringArray.from_buffers(len(ends), offsets, pa.py_buffer(data)), characters="\r\n"
    )
    numbers = np.arange(first_line, first_line + len(ends), dtype=np.int64)
    filled = pc.not_equal(pc.utf8_trim_whitespace(lines), "")
    if not pc.all(filled).as_py():
        lines, numbers = lines.filter(filled), numbers[filled.to_numpy(zero_copy_only=False)]
    lines = _unwrapped(lines, plan)
    fields = _split(lines, plan)
    right = pc.equal(pc.list_value_length(fields), len(plan.columns))
    if not pc.all(right).as_py():
        keep = right.to_numpy(zero_copy_only=False)
        _refuse(lines.filter(pc.invert(right)), numbers[~keep], fields, right, plan, decoded)
        fields, numbers = fields.filter(right), numbers[keep]
    if len(fields):
        decoded.pieces.append(Piece(columns=_wanted(fields, plan), lines=numbers))
    return decoded


def _split(lines: pa.StringArray, plan: DelimitedPlan) -> pa.ListArray:
    if not plan.delimiter:
        offsets = pa.array(np.arange(len(lines) + 1), pa.int32())
        return pa.ListArray.from_arrays(offsets, lines)
    at_most = len(plan.columns) - 1 if plan.open_end else None
    return pc.split_pattern(lines, plan.delimiter, max_splits=at_most)


def _wanted(fields: pa.ListArray, plan: DelimitedPlan) -> dict[str, pa.Array]:
    return {
        name: pc.list_element(fields, at)
        for at, name in enumerate(plan.columns)
        if name in plan.wanted
    }


def _unwrapped(lines: pa.StringArray, plan: DelimitedPlan) -> pa.StringArray:
    """Mend lines that a spreadsheet has quoted as a whole, doubling their quotes."""
    marked = pc.starts_with(lines, '"')
    if not plan.delimiter or not pc.any(marked).as_py():
        return lines
    return pc.replace_with_mask(
        lines, marked, pa.array([unwrap(line) for line in lines.filter(marked).to_pylist()])
    )


def unwrap(line: str) -> str:
    """Return a line without the quotes that enclose the whole of it, if they do."""
    bare = line.rstrip()
    inner = bare[1:-1]
    wrapped = len(bare) > 1 and bare.endswith('"') and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if wrapped else line


def _refuse(
    lines: pa.StringArray,
    numbers: Numbers,
    fields: pa.ListArray,
    right: pa.BooleanArray,
    plan: DelimitedPlan,
    into: Decoded,
) -> None:
    counts = pc.list_value_length(fields.filter(pc.invert(right))).to_pylist()
    for number, line, count in zip(numbers.tolist(), lines.to_pylist(), counts, strict=True):
        into.faults.append(wrong_count(number, count, line, plan))


def wrong_count(number: int, count: int, line: str, plan: DelimitedPlan) -> Fault:
    fields = "1 field" if count == 1 else f"{count} fields"
    return Fault(
        line=number,
        reason=f"{fields} where {len(plan.columns)} are expected",
        excerpt=shorten(line[:1000]),
    )
