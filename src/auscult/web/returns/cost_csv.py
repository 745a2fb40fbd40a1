"""CSV files of the book: the same columns out and in, and cells that no spreadsheet reckons with."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable
from auscult.web.goals.reading_files import decoded
from auscult.web.listening.exporting import FORMULA
from auscult.web.planning.models import Bet
from auscult.web.returns.errors import IntakeRefused, Wrong

MOST_BYTES = 5_000_000
MOST_ROWS = 10_000
Cells = Mapping[str, str]
Wish = TypeVar("Wish")
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,12})?", re.ASCII)
WHOLE = re.compile(r"\d{1,9}(\.0+)?", re.ASCII)
BET = re.compile(r"#?(\d{1,9})\.(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a file: its number, its cells by column, and whether "," stands in numbers."""

    number: int
    cells: Cells
    comma: bool

    def text(self, column: str) -> str:
        """Return a cell's text; empty where the column isn't there."""
        return self.cells.get(column, "")


class CellRefused(Exception):
    """A cell that can't be read."""


def written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(columns)
    writer.writerows([_harmless(one) for one in row] for row in rows)
    return target.getvalue()


def _harmless(value: object) -> str:
    text = "" if value is None else str(value)
    reckoned = text.lstrip("'")[:1] in FORMULA and text.lstrip("'") != ""
    return f"'{text}" if reckoned and not NUMBER.fullmatch(text) else text


def _bare(text: str) -> str:
    """Return a cell without the mark that `_harmless` put before it."""
    rest = text.lstrip("'")
    return text[1:] if text.startswith("'") and rest[:1] in FORMULA and rest else text


def read(
    raw: bytes, columns: Sequence[str], needed: Sequence[str], wish_of: Callable[[Line], Wish]
) -> list[Wish]:
    """Read a file: what each of its lines says.

    Commas, semicolons or tabs stand between cells; columns stand in any order.

    Raises
    ------
    IntakeRefused
        Says of each line what is wrong.
    """
    wrong: list[Wrong] = []
    found: list[Wish] = []
    for line in _lines(raw, columns, needed):
        try:
            found.append(wish_of(line))
        except CellRefused as error:
            wrong.append(Wrong(line.number, str(error)))
        except Correctable as error:
            wrong.append(Wrong(line.number, error.message))
    if wrong:
        raise IntakeRefused(wrong)
    return found


def _lines(raw: bytes, columns: Sequence[str], needed: Sequence[str]) -> list[Line]:
    if len(raw) > MOST_BYTES:
        raise IntakeRefused([Wrong(0, _("The file is larger than 5 MB."))])
    text = decoded(raw).removeprefix("\ufeff").replace("\0", "")
    first = text.splitlines()[0] if text.strip() else ""
    separator = next((one for one in ("\t", ";") if one in first), ",")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise IntakeRefused([Wrong(0, _("This is no CSV: %s.") % error)]) from error
    names = [cell.strip().casefold() for cell in rows[0]] if rows else []
    _check_head(names, columns, needed)
    if len(rows) > MOST_ROWS + 1:
        raise IntakeRefused([Wrong(0, _("These are more than %s rows.") % MOST_ROWS)])
    return [
        Line(
            number=number,
            cells={
                name: _bare(cell).strip() for name, cell in zip(names, cells, strict=False) if name
            },
            comma=separator != ",",
        )
        for number, cells in enumerate(rows[1:], start=2)
        if any(cells)
    ]


def _check_head(names: Sequence[str], columns: Sequence[str], needed: Sequence[str]) -> None:
    known = ", ".join(columns)
    for name in names:
        if name and (name not in columns or names.count(name) > 1):
            said = _("the column “%(name)s” isn't known or stands there twice; known: %(columns)s")
            raise IntakeRefused([Wrong(1, said % {"name": name[:40], "columns": known})])
    for name in needed:
        if name not in names:
            said = _("there is no column “%(name)s”; known: %(columns)s")
            raise IntakeRefused([Wrong(1, said % {"name": name, "columns": known})])


def day(line: Line, column: str) -> date:
    """Return the day in a cell: 2026-11-20 or 20.11.2026.

    Raises
    ------
    CellRefused
    """
    text = line.text(column)
    iso, dots = ISO.fullmatch(text), DOTS.fullmatch(text)
    parts = iso.groups() if iso else tuple(reversed(dots.groups())) if dots else ()
    try:
        year, month, number = map(int, parts)
        return date(year, month, number)
    except ValueError as error:
        said = _("%(column)s is “%(text)s”; write a day as 2026-11-20.")
        raise CellRefused(said % {"column": column, "text": text[:40]}) from error


def day_or_none(line: Line, column: str) -> date | None:
    """Return the day in a cell; None where it is empty."""
    return day(line, column) if line.text(column) else None


def number(line: Line, column: str) -> float:
    """Return the number in a cell: 1234.5; with "," where that parts no cells.

    Raises
    ------
    CellRefused
    """
    text = line.text(column)
    plain = text.replace(",", ".") if line.comma else text
    if not NUMBER.fullmatch(plain):
        said = _("%(column)s is “%(text)s”; write a number as 1234.5.")
        raise CellRefused(said % {"column": column, "text": text[:40]})
    return float(plain)


def number_or_none(line: Line, column: str) -> float | None:
    """Return the number in a cell; None where it is empty."""
    return number(line, column) if line.text(column) else None


def whole(line: Line, column: str) -> int:
    """Return the whole number in a cell.

    Raises
    ------
    CellRefused
    """
    text = line.text(column)
    if not WHOLE.fullmatch(text):
        said = _("%(column)s is “%(text)s”; write a whole number.")
        raise CellRefused(said % {"column": column, "text": text[:40]})
    return int(text.partition(".")[0])


def bet_name(bet: Bet | None) -> str:
    """Return how a file names a bet: the number of its cycle, and its own."""
    return f"#{bet.cycle.number}.{bet.number}" if bet else ""


def bet_of(text: str, known: Mapping[tuple[int, int], Bet]) -> Bet:
    """Return the bet that a file names.

    Raises
    ------
    CellRefused
    """
    found = BET.fullmatch(text.strip())
    bet = known.get((int(found[1]), int(found[2]))) if found else None
    if bet is None:
        said = _("there is no bet “%(text)s”; #2.3 is the third bet of the second cycle.")
        raise CellRefused(said % {"text": text[:40]})
    return bet


def bets_by_name(bets: Iterable[Bet]) -> dict[tuple[int, int], Bet]:
    """Return bets by the numbers that `bet_of` reads."""
    return {(one.cycle.number, one.number): one for one in bets}
