"""Reading files of readings: day, value and, where there is one, a note; a line each.

What people take out of spreadsheets is read: commas, semicolons or tabs between the cells, a
first line with names or none, days as 2026-11-20 or 20.11.2026, numbers as 1234.5, 1,234.5 or
1.234,5. What could be read in two ways is refused instead of guessed.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from auscult.web.goals.errors import Line
from auscult.web.goals.objective_actions import FIRST_DAY, GREATEST
from auscult.web.goals.reading_actions import LONGEST_NOTE, MOST_AT_ONCE, Given

NAMES: Mapping[str, str] = {
    **dict.fromkeys(("day", "date", "datum", "tag"), "day"),
    **dict.fromkeys(("value", "wert", "number", "zahl"), "value"),
    **dict.fromkeys(("note", "comment", "notiz", "bemerkung", "anmerkung"), "note"),
}
IN_ORDER = ("day", "value", "note")
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]*(?:Z|[+-][\d:]+)?)?", re.ASCII)
DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
SLASHES = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d+)([.,]\d+)?([eE][+-]?\d{1,3})?", re.ASCII)
IN_GROUPS = re.compile(
    r"[+-]?\d{1,3}(?:(?:,\d{3})+\.\d+|(?:\.\d{3})+,\d+|(?:,\d{3}){2,}|(?:\.\d{3}){2,}"
    r"|(?:[ '’\u00a0\u202f]\d{3})+(?:[.,]\d+)?)",
    re.ASCII,
)
# One mark before three digits: a fraction or a thousand. What parts the cells tells which.
IN_DOUBT = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}", re.ASCII)
FRACTION = {",": ".", ";": ",", "\t": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a file says.

    Attributes
    ----------
    readings : tuple of Given
        Of the lines that can be read; each day once.
    refused : tuple of Line
        The other lines, empty ones aside.
    """

    readings: tuple[Given, ...]
    refused: tuple[Line, ...]


def decoded(data: bytes) -> str:
    """Return the text of a file: UTF-8 or UTF-16 by its mark, else as older Windows writes it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def parsed(text: str, today: date) -> Parsed:
    """Read a file; what a line says wrongly is said of that line, and of no other.

    Parameters
    ----------
    text : str
        The file's text.
    today : date
        In the house; later days are refused.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    separator = _separator(lines)
    columns: Sequence[str] | None = None
    found: dict[date, Given] = {}
    refused: list[Line] = []
    for number, line in enumerate(lines, start=1):
        cells = _cells(line, separator)
        if not any(cell.strip(",;") for cell in cells):
            continue
        if columns is None:
            columns = _columns(cells)
            if columns is not None:
                continue
            columns = IN_ORDER
        one = _misplaced(cells, columns) or _reading(
            dict(zip(columns, cells, strict=False)), today, FRACTION[separator]
        )
        if isinstance(one, Given):
            one = _once(found, one)
        if isinstance(one, str):
            refused.append(Line(number, line, one))
    return Parsed(readings=tuple(found.values()), refused=tuple(refused))


def _separator(lines: Sequence[str]) -> str:
    """Return what stands between cells: tab and semicolon never stand in a number."""
    first = next((line for line in lines if line.strip()), "")
    return next((one for one in ("\t", ";") if one in first), ",")


def _cells(line: str, separator: str) -> list[str]:
    try:
        rows = list(csv.reader(io.StringIO(line), delimiter=separator, strict=True))
    except csv.Error:  # a quotation mark that isn't one
        rows = [line.split(separator)]
    return [cell.strip() for cell in rows[0]] if rows else []


def _columns(cells: Sequence[str]) -> tuple[str, ...] | None:
    """Return what each column is by the names of a first line; None: it is no line of names."""
    names = tuple(NAMES.get(cell.casefold(), "") for cell in cells)
    return names if {"day", "value"} <= set(names) else None


def _misplaced(cells: Sequence[str], columns: Sequence[str]) -> str:
    """Return what is wrong with the cells of a line: the rest of a number stands in one more."""
    unnamed = columns is IN_ORDER and len(cells) > 2 and NUMBER.fullmatch(cells[2])
    if unnamed or any(cells[len(columns) :]):
        return _("it has a cell too many; write “1,5” with quotation marks, or 1.5")
    return ""


def _reading(cells: Mapping[str, str], today: date, fraction: str) -> Given | str:
    """Return the reading of a line, or why there is none."""
    day = _day(cells.get("day", ""), today)
    if isinstance(day, str):
        return day
    value = _number(cells.get("value", ""), fraction)
    if isinstance(value, str):
        return value
    note = cells.get("note", "")
    if len(note) > LONGEST_NOTE:
        return _("the note is longer than %(most)s characters") % {"most": LONGEST_NOTE}
    return Given(day=day, value=value, note=note.replace("\0", ""))


def _once(found: dict[date, Given], one: Given) -> Given | str:
    """Keep a reading, unless its day was there with another value."""
    if found.setdefault(one.day, one) != one:
        return _("the day stands in the file twice, with different values")
    if len(found) > MOST_AT_ONCE:
        del found[one.day]
        return _("these are more than %(most)s days") % {"most": MOST_AT_ONCE}
    return one


def _day(text: str, today: date) -> date | str:
    read = _parts(text)
    if read is None and SLASHES.fullmatch(text):
        return _("“%(text)s” may be two days; write 2026-11-20") % {"text": text}
    try:
        day = None if read is None else date(*read)
    except ValueError:
        day = None
    if day is None:
        return _("“%(text)s” is no day; write 2026-11-20 or 20.11.2026") % {"text": text[:40]}
    if not FIRST_DAY <= day <= today:
        return _("“%(text)s” isn't between %(first)s and today") % {
            "text": text,
            "first": FIRST_DAY,
        }
    return day


def _parts(text: str) -> tuple[int, int, int] | None:
    if match := ISO.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := DOTS.fullmatch(text):
        return int(match[3]), int(match[2]), int(match[1])
    return None


def _number(text: str, fraction: str) -> float | str:
    """Return a number; `fraction` is the mark before a fraction where the file shows which."""
    plain = text.replace("−", "-")  # the minus sign of typesetters
    doubt = IN_DOUBT.fullmatch(plain)
    if doubt and fraction != doubt[1]:
        # Where cells are parted by commas, one inside a cell parts thousands.
        if fraction != ".":
            return _("“%(text)s” may be a thousand times more or less; write 1234 or 1,2340") % {
                "text": text
            }
        plain = plain.replace(",", "")
    elif IN_GROUPS.fullmatch(plain):
        plain = _ungrouped(plain)
    if not NUMBER.fullmatch(plain):
        return _("“%(text)s” is no number; write 1234.5 or 1234,5") % {"text": text[:40]}
    value = float(plain.replace(",", "."))
    if not math.isfinite(value) or abs(value) > GREATEST:
        return _("“%(text)s” is too great a number") % {"text": text[:40]}
    return value


def _ungrouped(text: str) -> str:
    """Return a number without what parts its groups of three."""
    bare = re.sub(r"[ '’\u00a0\u202f]", "", text)
    if len(bare) < len(text):
        return bare
    last = max(bare.rfind("."), bare.rfind(","))
    if len(set(re.findall(r"[.,]", bare))) == 1:  # the same mark twice or more parts groups
        return bare.replace(",", "").replace(".", "")
    return re.sub(r"[.,]", "", bare[:last]) + "." + bare[last + 1 :]


def written(readings: Iterator[Given] | Sequence[Given]) -> str:
    """Return readings as such a file, that `parsed` reads as they were."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(IN_ORDER)
    writer.writerows((one.day.isoformat(), repr(one.value), one.note) for one in readings)
    return out.getvalue()
