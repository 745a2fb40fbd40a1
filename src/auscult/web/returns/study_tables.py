"""Tables that people bring for a study: CSV in, typed columns out, and the Parquet that is kept.

The columns are found by their names and by what they hold: days (or years) are `time`, texts are
`place`, and all others are numbers.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from auscult.web.returns.errors import IntakeRefused, Wrong

MOST_BYTES = 4_000_000
MOST_ROWS = 50_000  # 40 places for three years
MOST_COLUMNS = 80
LONGEST_NAME = 80
LARGEST = 1e15
TIME, PLACE = "time", "place"
# How people call these columns, in the languages that pages have.
TIMES = {"time", "date", "day", "week", "month", "year", "datum", "tag", "woche", "monat", "jahr"}
PLACES = {
    "place",
    "location",
    "town",
    "city",
    "region",
    "clinic",
    "site",
    "service",
    "service line",
}
PLACES |= {"ort", "stadt", "standort", "klinik", "praxis", "leistung"}
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]00:00(?::00)?)?", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_YEAR = re.compile(r"\d{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows by time, and by place where there are places.

    Attributes
    ----------
    times : list of date, or of int
    places : list of str
        Empty: there are none.
    numbers : mapping of str to list of float
        Not a number where a cell was empty.
    """

    times: list[date] | list[int]
    places: list[str]
    numbers: Mapping[str, list[float]]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns with numbers, as they came."""
        return tuple(self.numbers)

    @property
    def series(self) -> tuple[str, ...]:
        """What can be compared: the places, or the columns where there are none."""
        return tuple(dict.fromkeys(self.places)) or self.names

    def as_parquet(self) -> bytes:
        """Return it as a study keeps it: `time`, `place` where there are some, and the numbers."""
        columns: dict[str, pa.Array] = {TIME: pa.array(self.times)}
        if self.places:
            columns[PLACE] = pa.array(self.places)
        columns |= {name: pa.array(values, pa.float64()) for name, values in self.numbers.items()}
        target = io.BytesIO()
        pq.write_table(pa.table(columns), target, compression="zstd")
        return target.getvalue()

    @classmethod
    def from_parquet(cls, raw: bytes) -> Table:
        """Return a table that a study keeps."""
        columns = pq.read_table(io.BytesIO(raw)).to_pydict()
        return cls(times=columns.pop(TIME), places=columns.pop(PLACE, []), numbers=columns)

    def as_csv(self) -> str:
        """Return it for a spreadsheet."""
        target = io.StringIO()
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow([TIME, *([PLACE] if self.places else []), *map(_harmless, self.numbers)])
        for row, moment in enumerate(self.times):
            place = [_harmless(self.places[row])] if self.places else []
            numbers = (values[row] for values in self.numbers.values())
            writer.writerow([moment, *place, *("" if math.isnan(one) else one for one in numbers)])
        return target.getvalue()


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def read_csv(raw: bytes) -> Table:
    """Read a CSV file: commas or semicolons, days as 2026-04-01 or 1.4.2026, or years.

    Raises
    ------
    IntakeRefused
        Says what is wrong with which row.
    """
    head, rows = _rows(_text(raw))
    columns = dict(zip(head, zip(*rows, strict=True), strict=True))
    time = _time_column(columns)
    texts = [name for name in columns if name != time and _is_text(columns[name])]
    place = next((name for name in texts if name.casefold() in PLACES), texts[0] if texts else None)
    numbers = {
        name: _numbers(name, cells) for name, cells in columns.items() if name not in {time, place}
    }
    for name in {TIME, PLACE} & numbers.keys():  # columns of what is kept are called so
        raise _refused(1, _("the name %(name)s stands there twice") % {"name": name})
    if not numbers:
        raise _refused(0, _("there is no column with numbers"))
    return Table(
        times=_times(columns[time]),
        places=[one.strip()[:LONGEST_NAME] for one in columns[place]] if place else [],
        numbers=numbers,
    )


def _text(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        size = _("it is larger than %(most)s MB; leave out columns or days that aren't needed")
        raise _refused(0, size % {"most": MOST_BYTES // 1_000_000})
    if b"\0" in raw:
        raise _refused(0, _("it holds bytes that no table has; save it as CSV"))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _rows(text: str) -> tuple[list[str], list[list[str]]]:
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        read = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise _refused(0, _("it is no table: %(why)s") % {"why": error}) from error
    if len(read) < 4:
        raise _refused(0, _("it needs a line with names and at least three lines with values"))
    if len(read) > MOST_ROWS + 1 or len(read[0]) > MOST_COLUMNS:
        most = {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
        raise _refused(0, _("at most %(rows)s rows and %(columns)s columns can be taken") % most)
    head, rows = _head(read[0]), read[1:]
    for number, row in enumerate(rows, 2):
        if len(row) != len(head):
            told = {"cells": len(row), "columns": len(head)}
            raise _refused(number, _("%(cells)s cells, but %(columns)s columns are named") % told)
    return head, rows


def _head(row: Sequence[str]) -> list[str]:
    head = [one.strip()[:LONGEST_NAME] for one in row]
    for number, name in enumerate(head, 1):
        if not name:
            raise _refused(1, _("column %(number)s has no name") % {"number": number})
        if head.count(name) > 1:
            raise _refused(1, _("the name %(name)s stands there twice") % {"name": name})
    return head


def _time_column(columns: Mapping[str, Sequence[str]]) -> str:
    named = [name for name in columns if name.casefold() in TIMES]
    days = [name for name, cells in columns.items() if _day(cells[0]) is not None]
    for name in (*days, *named):
        return name
    known = _("no column holds days; name one “date”, with days written as 2026-04-01")
    raise _refused(0, known)


def _times(cells: Sequence[str]) -> list[date] | list[int]:
    if _YEAR.fullmatch(cells[0].strip()):
        years = []
        for number, cell in enumerate(cells, 2):
            if not _YEAR.fullmatch(cell.strip()):
                raise _refused(number, _("“%(cell)s” is no year") % {"cell": cell[:40]})
            years.append(int(cell))
        return years
    days = []
    for number, cell in enumerate(cells, 2):
        day = _day(cell)
        if day is None:
            said = _("“%(cell)s” is no day; write it as 2026-04-01")
            raise _refused(number, said % {"cell": cell[:40]})
        days.append(day)
    return days


def _day(cell: str) -> date | None:
    text = cell.strip()
    iso, dotted = _ISO.fullmatch(text), _DOTTED.fullmatch(text)
    try:
        if iso:
            return date(*map(int, iso.groups()))
        if dotted:
            day, month, year = map(int, dotted.groups())
            return date(year, month, day)
    except ValueError:
        pass
    return None


def _is_text(cells: Sequence[str]) -> bool:
    """Return whether a column holds texts: its first value isn't a number."""
    first = next((one for one in cells if one.strip()), "0")
    return _number(first) is None


def _numbers(name: str, cells: Sequence[str]) -> list[float]:
    found = []
    for number, cell in enumerate(cells, 2):
        value = _number(cell) if cell.strip() else math.nan
        if value is None:
            said = _("“%(cell)s” under %(name)s is no number")
            raise _refused(number, said % {"cell": cell[:40], "name": name})
        found.append(value)
    return found


def _number(cell: str) -> float | None:
    text = cell.strip()
    if not text.isascii() or "_" in text:
        return None
    if "," in text:  # as German writes it: 1.234,5
        text = text.replace(".", "").replace(",", ".", 1)
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) <= LARGEST else None


def _refused(row: int, said: str) -> IntakeRefused:
    return IntakeRefused([Wrong(row, said)])
