"""How a delimited file is written: its delimiter, its quotes, its header."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from auscult.engine.connectors.files.config import FilesConfig
from auscult.engine.connectors.files.dates import find_form
from auscult.engine.connectors.files.delimited import unwrap
from auscult.engine.connectors.files.names import NAMES, normal
from auscult.engine.connectors.files.quoted import RecordReader

DELIMITERS = (",", ";", "\t", "|")
_ROWS = 1000
_DECLARED = re.compile(rb"sep=(.)\r?\n")
_NUMBER = re.compile(r"\s*[-+]?\d[\d.,]*\s*")
_KNOWN = frozenset(name for names in NAMES.values() for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the records of a file are written, and the first of them.

    Attributes
    ----------
    delimiter : str
        One character; empty: a line is one field.
    quoted : bool
        `"` may enclose a field.
    headed : bool
        The first record names the columns.
    columns : tuple of str
        Their names, or their numbers from 1.
    rows : list
        The fields of the first records, without the header and records of another length.
    start, start_line : int
        Bytes and lines before the first record.
    """

    delimiter: str
    quoted: bool
    headed: bool
    columns: tuple[str, ...]
    rows: list[list[str]]
    start: int
    start_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Try:
    delimiter: str
    quoted: bool
    width: int
    filled: int  # columns that hold something: delimiters at the ends of lines make none
    share: float  # of the records that have this width
    records: list[list[str]]
    ends: list[int]


def sniff(data: bytes, config: FilesConfig) -> Dialect:
    """Find out how the start of a file is written."""
    declared = _DECLARED.match(data)
    skipped = declared.end() if declared else 0
    given = config.delimiter or (declared[1].decode("utf-8", "replace") if declared else None)
    best = _best(data[skipped:], given, config)
    headed = _is_header(best, config)
    names = best.records[0] if headed else [str(n) for n in range(1, best.width + 1)]
    rows = [r for r in best.records[1 if headed else 0 :] if len(r) == best.width]
    start = skipped + (best.ends[0] if headed else 0)
    return Dialect(
        delimiter=best.delimiter,
        quoted=best.quoted,
        headed=headed,
        columns=_unique(names),
        rows=rows,
        start=start,
        start_line=data.count(b"\n", 0, start),
    )


def _best(data: bytes, given: str | None, config: FilesConfig) -> _Try:
    delimiters = (given,) if given else DELIMITERS
    ways = (config.quoted,) if config.quoted is not None else _ways(data)
    tries = [_try(data, d, quoted=q) for d in delimiters for q in ways]
    fitting = [t for t in tries if t.filled > 1 and t.share >= 0.5]
    if not fitting:
        return _try(data, given or "", quoted=False)
    # Shares that differ by a few per cent say nothing; then more columns, then quotes.
    return max(fitting, key=lambda t: (round(t.share * 10), t.quoted, t.filled))


def _ways(data: bytes) -> tuple[bool, ...]:
    return (False, True) if b'"' in data else (False,)


def _try(data: bytes, delimiter: str, *, quoted: bool) -> _Try:
    records, ends, good = (_quoted if quoted else _plain)(data, delimiter)
    widths = Counter(map(len, records))
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
    share = count / len(records) if records and good else 0.0
    whole = [record for record in records if len(record) == width]
    return _Try(
        delimiter=delimiter,
        quoted=quoted,
        width=width,
        filled=sum(map(_holds_something, zip(*whole, strict=True))),
        share=share,
        records=_widened(records, width, delimiter, quoted=quoted),
        ends=ends,
    )


def _holds_something(column: tuple[str, ...]) -> bool:
    """Return whether more than one field in ten of a column is filled."""
    return sum(1 for field in column if field.strip()) > len(column) // 10


def _widened(
    records: list[list[str]], width: int, delimiter: str, *, quoted: bool
) -> list[list[str]]:
    """Give what is over to the last field, as reading will if that is the text."""
    if quoted:
        return records
    return [
        [*r[: width - 1], delimiter.join(r[width - 1 :])] if len(r) > width else r for r in records
    ]


def _plain(data: bytes, delimiter: str) -> tuple[list[list[str]], list[int], bool]:
    records: list[list[str]] = []
    ends: list[int] = []
    position = 0
    for line in data.split(b"\n", _ROWS)[:_ROWS]:
        position = min(position + len(line) + 1, len(data))
        text = line.rstrip(b"\r").decode("utf-8", "replace")
        if text.strip():
            records.append(unwrap(text).split(delimiter) if delimiter else [text])
            ends.append(position)
    return records, ends, True


def _quoted(data: bytes, delimiter: str) -> tuple[list[list[str]], list[int], bool]:
    """Read records with quotes; good if hardly any stands where none should."""
    reader = RecordReader(delimiter)
    records: list[list[str]] = []
    ends: list[int] = []
    position, unclosed = 0, 0
    while position < len(data) and len(records) < _ROWS:
        found = reader.read(data, position, final=True)
        assert found is not None
        fields, position, broken = found
        unclosed += broken
        if any(field.strip() for field in fields):
            records.append(fields)
            ends.append(position)
    return records, ends, _enclosing(data[:position], delimiter) and unclosed * 20 <= len(records)


def _enclosing(data: bytes, delimiter: str) -> bool:
    """Return whether quotes enclose whole fields, rather than words inside of them."""
    sign = re.escape(delimiter.encode())
    data = data.replace(b'""', b"")
    opening = len(re.findall(rb"(?:\A|(?<=\n)|(?<=" + sign + rb'))"', data))
    closing = len(re.findall(rb'"(?=' + sign + rb"|\r?\n|\Z)", data))
    return opening > 0 and abs(opening - closing) * 10 <= opening


def _is_header(best: _Try, config: FilesConfig) -> bool:
    if config.header is not None or not best.records:
        return bool(config.header) and bool(best.records)
    first = best.records[0]
    if len(first) != best.width or any(_NUMBER.fullmatch(f) or len(f) > 60 for f in first):
        return False
    if find_form([f for f in first if f])[1] > 0 or len(set(first)) < len(first):
        return False
    known = any(normal(field) in _KNOWN for field in first)
    return known or _over_numbers(first, best.records[1:])


def _over_numbers(first: list[str], rest: list[list[str]]) -> bool:
    """Return whether a word stands over a column of numbers."""
    rows = [row for row in rest if len(row) == len(first)]
    return bool(rows) and any(
        all(_NUMBER.fullmatch(row[at]) for row in rows) for at in range(len(first))
    )


def _unique(names: list[str]) -> tuple[str, ...]:
    """Name what has no name by its number, and number names that come again."""
    seen: Counter[str] = Counter()
    unique = []
    for number, name in enumerate(names, start=1):
        bare = name.strip().strip('"') or str(number)
        seen[bare] += 1
        unique.append(bare if seen[bare] == 1 else f"{bare} ({seen[bare]})")
    return tuple(unique)
