"""Delimited records in which `"` may enclose a field: CSV.

Delimiters and line breaks inside are text, and a doubled quote is a quote. Where every quote
stands as it should, a block is read at once; from the first that doesn't, record by record.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.csv

from auscult.engine.connectors.base import shorten
from auscult.engine.connectors.files.blocks import Numbers, line_ends, whole_lines
from auscult.engine.connectors.files.delimited import DelimitedPlan, wrong_count
from auscult.engine.connectors.files.pieces import Decoded, Fault, Piece

# So many records are read one by one after a quote that stands where none should, before
# the rest is tried at once again.
_CAREFUL = 1_000
_QUOTED_LIMIT = 1 << 20  # a quoted field that is longer was never closed
_QUOTE = ord('"')


def record_end(raw: bytes) -> int:
    """Return where the last record ends that is whole, if quotes enclose fields."""
    codes = np.frombuffer(raw, np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    if not len(quotes):
        return whole_lines(raw)
    ends = line_ends(raw)
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    return int(outside[-1]) if len(outside) else 0


def decode(data: bytes, first_line: int, plan: DelimitedPlan, *, final: bool) -> Decoded:
    """Decode the records of a block, all or as many as may be read with care at once."""
    ends = line_ends(data)
    clean = _clean_part(data, ends, plan)
    if clean:
        decoded = _at_once(data[: ends[clean - 1]], first_line, plan)
        if decoded is not None:
            return decoded
    return _one_by_one(data, first_line, plan, final=final)


def _clean_part(data: bytes, ends: Numbers, plan: DelimitedPlan) -> int:
    """Return how many lines, from the first, have quotes only where they enclose fields.

    Quotes open and close in turn. One that opens must follow a delimiter, a line break or
    a quote; one that closes must be followed by one of these.
    """
    codes = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    if not len(quotes):
        return len(ends)
    edge = np.zeros(256, bool)
    edge[[ord(plan.delimiter or "\n"), 10, 13, _QUOTE]] = True
    opening, closing = quotes[::2], quotes[1::2]
    bad_open = ~(edge[codes[np.maximum(opening - 1, 0)]] | (opening == 0))
    bad_close = ~edge[codes[np.minimum(closing + 1, len(codes) - 1)]]
    bad = np.concatenate((opening[bad_open], closing[bad_close]))
    limit = int(bad.min()) if len(bad) else len(data)
    even = np.searchsorted(quotes, ends) % 2 == 0
    whole = np.flatnonzero(even & (ends <= limit))
    return int(whole[-1]) + 1 if len(whole) else 0


def _at_once(data: bytes, first_line: int, plan: DelimitedPlan) -> Decoded | None:
    ends = line_ends(data)
    starts, lines = _records(data, ends)
    refused: list[tuple[int, int, str]] = []

    def keep_aside(row: pyarrow.csv.InvalidRow) -> str:
        refused.append((row.number, row.actual_columns, row.text))
        return "skip"

    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(data),
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, block_size=len(data) + 1, column_names=list(plan.columns)
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=plan.delimiter or "\x00",
                newlines_in_values=True,
                invalid_row_handler=keep_aside,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                check_utf8=False,
                strings_can_be_null=False,
                include_columns=list(plan.wanted),
                column_types={name: pa.string() for name in plan.wanted},
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows + len(refused) != len(starts) or any(row[0] is None for row in refused):
        return None
    numbers = lines + first_line
    decoded = Decoded(lines=len(ends))
    for row, count, text in refused:
        decoded.faults.append(wrong_count(int(numbers[row - 1]), count, text, plan))
    kept = np.delete(numbers, [row - 1 for row, _, _ in refused])
    if len(kept):
        columns = {name: table.column(name).combine_chunks() for name in plan.wanted}
        decoded.pieces.append(Piece(columns=columns, lines=kept))
    return decoded


def _records(data: bytes, ends: Numbers) -> tuple[Numbers, Numbers]:
    """Return the byte and the line (from 0) at which each record starts that isn't blank."""
    codes = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    outside = np.flatnonzero(np.searchsorted(quotes, ends) % 2 == 0)
    starts = np.concatenate(([0], ends[outside][:-1]))
    lines = np.concatenate(([0], outside[:-1] + 1))
    first = codes[starts]
    blank = (first == 10) | ((first == 13) & (ends[outside] - starts == 2))
    return starts[~blank], lines[~blank]


def _one_by_one(data: bytes, first_line: int, plan: DelimitedPlan, *, final: bool) -> Decoded:
    decoded = Decoded()
    rows: list[list[str]] = []
    lines: list[int] = []
    position, line = 0, 0
    reader = RecordReader(plan.delimiter)
    while position < len(data) and len(rows) + len(decoded.faults) < _CAREFUL:
        found = reader.read(data, position, final=final)
        if found is None:
            break
        fields, end, unclosed = found
        text = data[position : min(end, position + 1000)]
        if text.strip(b"\r\n"):
            if len(fields) == len(plan.columns):
                rows.append(fields)
                lines.append(first_line + line)
            else:
                decoded.faults.append(
                    _fault(first_line + line, fields, text, plan, unclosed=unclosed)
                )
        line += data.count(b"\n", position, end)
        position = end
    decoded.lines = line
    if rows:
        by_name = dict(zip(plan.columns, zip(*rows, strict=True), strict=True))
        columns: dict[str, pa.Array] = {name: list(by_name[name]) for name in plan.wanted}
        decoded.pieces.append(Piece(columns=columns, lines=np.array(lines, np.int64)))
    return decoded


def _fault(
    line: int, fields: list[str], text: bytes, plan: DelimitedPlan, *, unclosed: bool
) -> Fault:
    shown = text.decode("utf-8", "ignore")
    if unclosed:
        return Fault(line=line, reason="a quote is opened and not closed", excerpt=shorten(shown))
    return wrong_count(line, len(fields), shown, plan)


class RecordReader:
    """Reads quoted records one at a time, and makes the best of quotes that stand wrong."""

    def __init__(self, delimiter: str) -> None:
        sign = re.escape(delimiter.encode()) if delimiter else rb"(?!)"
        self._sign = delimiter.encode() or b"\n"
        self._closing = re.compile(rb'""|"(?=' + sign + rb'|\r?\n)|"\Z')
        self._ending = re.compile(sign + rb"|\r?\n|\Z")

    def read(self, data: bytes, start: int, *, final: bool) -> tuple[list[str], int, bool] | None:
        """Return the fields of the record at a position, its end, and if a quote stays open.

        A field that is never closed is read as if quotes were ordinary characters. None:
        the record may go on after the data.
        """
        fields: list[bytes] = []
        position = start
        while True:
            if data[position : position + 1] == b'"':
                closed = self._closed(data, position + 1)
                if closed < 0:
                    more = not final and len(data) - start < _QUOTED_LIMIT
                    return None if more else self._line(data, start)
                fields.append(data[position + 1 : closed].replace(b'""', b'"'))
                position = closed + 1
            else:
                until = self._until(data, position)
                fields.append(data[position:until])
                position = until
            if data[position : position + 1] != self._sign:
                return _decoded(fields), _after_break(data, position), False
            position += 1

    def _closed(self, data: bytes, position: int) -> int:
        limit = position + _QUOTED_LIMIT
        for match in self._closing.finditer(data, position, limit):
            if match.end() - match.start() == 1:
                return match.start()
        return -1

    def _until(self, data: bytes, position: int) -> int:
        match = self._ending.search(data, position)
        return match.start() if match else len(data)

    def _line(self, data: bytes, start: int) -> tuple[list[str], int, bool]:
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        fields = data[start:end].rstrip(b"\r").split(self._sign)
        return _decoded(fields), min(end + 1, len(data)), True


def _decoded(fields: list[bytes]) -> list[str]:
    return [field.decode("utf-8", "replace") for field in fields]


def _after_break(data: bytes, position: int) -> int:
    if data[position : position + 2] == b"\r\n":
        return position + 2
    return min(position + 1, len(data))
