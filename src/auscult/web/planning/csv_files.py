"""Bets and tasks as CSV: a line each, the same columns out and in.

A cell with several things has commas between them, with quotation marks around what holds one.
Names of tasks stand as `#3.2`, which no spreadsheet takes for a number or a day.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from auscult.web.goals.reading_files import decoded
from auscult.web.listening.exporting import FORMULA
from auscult.web.planning.comparing import Plan
from auscult.web.planning.errors import Wrong

LEVEL = ("hours", "money", "low", "likely", "high")
BETS = (
    "bet", "title", "state", "objective", "owner", "function", "amplifies", "audience",
    "networks", "kit", "confidence", "either_or", "depends_on",
    *LEVEL, *(f"{name}_2" for name in LEVEL), "needs",
)  # fmt: skip
TASKS = (
    "task", "bet", "title", "kind", "state", "first_day", "last_day", "people", "skill",
    "minutes", "depends_on",
)  # fmt: skip
MOST_LINES = 10_000
TEXTS = ("title", "state", "amplifies", "audience", "kit", "either_or")
NAMES = ("objective", "owner", "function")
DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)
WHOLE = re.compile(r"\d{1,9}(\.0+)?", re.ASCII)
# A spreadsheet would reckon with such a cell; marks of our own before it are doubled.
RECKONED = re.compile(rf"'*[{re.escape(''.join(FORMULA))}]")
Cells = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a file: where it begins, and its cells by column; cells that aren't there lack."""

    number: int
    cells: Cells


class CellRefused(Exception):
    """A cell that can't be read; its text says why."""

    def __init__(self, column: str, said: str) -> None:
        super().__init__(said)
        self.column, self.said = column, said


def bets_as_csv(plan: Plan) -> str:
    """Return the bets of a plan, one a line, by number."""
    return _written(BETS, (bet_cells(number, one) for number, one in _in_order(plan["bets"])))


def tasks_as_csv(plan: Plan) -> str:
    """Return the tasks of a plan, one a line, by bet and number."""
    return _written(
        TASKS,
        (
            task_cells(f"{number}.{own}", bet, task)
            for number, bet in _in_order(plan["bets"])
            for own, task in _in_order(bet["tasks"])
        ),
    )


def _in_order(parts: Plan) -> list[tuple[str, Plan]]:
    return sorted(parts.items(), key=lambda one: int(one[0]))


def _written(columns: Sequence[str], rows: Iterable[Cells]) -> str:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(columns)
    for cells in rows:
        writer.writerow(
            f"'{cells[name]}"
            if RECKONED.match(cells[name]) and not NUMBER.fullmatch(cells[name])
            else cells[name]
            for name in columns
        )
    return written.getvalue()


def bet_cells(number: str, bet: Plan) -> Cells:
    """Return the cells of a bet, as a plan has it under its number."""
    levels = [
        (f"{name}{end}", _number(bet["levels"][place][name]) if place in bet["levels"] else "")
        for place, end in (("1", ""), ("2", "_2"))
        for name in LEVEL
    ]
    needs = [
        f"{skill}={'/'.join(_number(one[name]) for name in ('hours', 'at_least', 'at_most'))}"
        for skill, one in sorted(bet["needs"].items())
    ]
    return {
        "bet": number,
        **{name: bet[name] for name in TEXTS},
        **{name: bet[name] or "" for name in NAMES},
        "networks": _listed(bet["networks"]),
        "confidence": str(bet["confidence"]),
        "depends_on": _listed(map(str, bet["depends_on"])),
        **dict(levels),
        "needs": _listed(needs),
    }


def task_cells(name: str, bet: Plan, task: Plan) -> Cells:
    """Return the cells of a task, as a plan has it below its bet."""
    plain = ("title", "kind", "state", "first_day", "last_day", "skill")
    return {
        "task": f"#{name}",
        "bet": bet["title"],
        **{column: task[column] for column in plain},
        "people": _listed(task["people"]),
        "minutes": str(task["minutes"]),
        "depends_on": _listed(f"#{one}" for one in task["depends_on"]),
    }


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


def _listed(items: Iterable[str]) -> str:
    """Return several things in one cell, as `_items` reads them."""
    return ", ".join(_quoted(one) for one in items)


def _quoted(item: str) -> str:
    if item and item == item.strip() and not re.search(r'[,"\r\n]', item):
        return item
    doubled = item.replace('"', '""')
    return f'"{doubled}"'


def lines(data: bytes, columns: Sequence[str], file: str) -> tuple[list[Line], list[Wrong]]:
    """Return the lines of a file, empty ones aside, and what is wrong with its form.

    Commas, semicolons or tabs may stand between cells; columns may stand in any order, and
    those that are left out stay as they are.
    """
    text = decoded(data).removeprefix("\ufeff")
    first = text.splitlines()[0] if text else ""
    separator = next((one for one in ("\t", ";") if one in first), ",")
    found: list[Line] = []
    names: list[str] | None = None
    try:
        for number, cells in _records(text, separator):
            if names is None:
                names = [cell.strip().casefold() for cell in cells]
                if wrong := _misnamed(names, columns):
                    return [], [Wrong(_("%s, line 1") % file, wrong)]
            elif len(found) == MOST_LINES:
                return [], [Wrong(file, _("These are more than %s lines.") % MOST_LINES)]
            elif any(cells[len(names) :]):
                said = _("it has a cell too many")
                return [], [Wrong(_("%(file)s, line %(line)s") % _at(file, number), said)]
            elif any(cells):
                found.append(Line(number=number, cells=_by_column(names, cells, separator)))
    except csv.Error as error:
        return [], [Wrong(file, _("This is no CSV: %s.") % error)]
    return found, [] if names else [Wrong(file, _("It is empty."))]


def _at(file: str, line: int) -> dict[str, Any]:
    return {"file": file, "line": line}


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each record with the line that it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    for cells in reader:
        yield begins, cells
        begins = reader.line_num + 1


def _misnamed(names: Sequence[str], columns: Sequence[str]) -> str:
    known = {"columns": ", ".join(columns)}
    for name in names:
        if name and (name not in columns or names.count(name) > 1):
            said = _("the column “%(name)s” isn't known or stands there twice; known: %(columns)s")
            return said % (known | {"name": name[:40]})
    if "title" not in names:
        return _("there is no column “title”; known: %(columns)s") % known
    return ""


def _by_column(names: Sequence[str], cells: Sequence[str], separator: str) -> Cells:
    found = dict(zip(names, (_bare(cell) for cell in cells), strict=False))
    if separator != ",":  # then it may be a comma that stands in numbers
        for name in found.keys() & {*LEVEL, *(f"{one}_2" for one in LEVEL)}:
            found[name] = found[name].replace(",", ".")
    found.pop("", None)
    return found


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and RECKONED.match(cell) else cell


def bet_read(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return what `BetRead` takes of the cells of a line.

    Raises
    ------
    CellRefused
    """
    levels = {}
    for place, end in (("1", ""), ("2", "_2")):
        given = {name: cells.get(f"{name}{end}", "").strip() for name in LEVEL}
        if any(given.values()):
            levels[place] = {
                name: _float(text or "0", f"{name}{end}") for name, text in given.items()
            }
    plain = {name: cells[name] for name in TEXTS if name in cells}
    return {
        **plain,
        **({"state": plain["state"].strip() or "on"} if "state" in plain else {}),
        **{name: cells.get(name, "").strip() or None for name in NAMES},
        "networks": _items(cells, "networks"),
        "confidence": _whole(cells.get("confidence", "").strip() or "3", "confidence"),
        "depends_on": [_whole(one, "depends_on") for one in _items(cells, "depends_on")],
        "levels": levels,
        "needs": _needs(_items(cells, "needs")),
    }


def task_read(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return what `TaskRead` takes of the cells of a line.

    Raises
    ------
    CellRefused
    """
    plain = ("title", "skill")
    return {
        **{name: cells[name] for name in plain if name in cells},
        "kind": cells.get("kind", "").strip() or "work",
        "state": cells.get("state", "").strip() or "to-do",
        **{name: _day(cells.get(name, "").strip(), name) for name in ("first_day", "last_day")},
        "people": _items(cells, "people"),
        "minutes": _whole(cells.get("minutes", "").strip() or "0", "minutes"),
        "depends_on": [one.strip().removeprefix("#") for one in _items(cells, "depends_on")],
    }


def _items(cells: Mapping[str, str], column: str) -> list[str]:
    cell = cells.get(column, "")
    if not cell.strip():
        return []
    try:
        reader = csv.reader(io.StringIO(cell, newline=""), skipinitialspace=True, strict=True)
        return [item for row in reader for item in row]
    except csv.Error as error:
        raise CellRefused(column, _("“%s” can't be read as a list.") % cell[:40]) from error


def _needs(items: Iterable[str]) -> dict[str, dict[str, float]]:
    """Return what stands as `Filming=3/1/5`: hours a week, at least, at most."""
    found: dict[str, dict[str, float]] = {}
    for item in items:
        skill, sign, amounts = item.rpartition("=")
        parts = [one.strip() for one in amounts.split("/")]
        if not sign or len(parts) > 3 or skill in found:
            said = _("“%s” is no need; write each once: Filming=3/1/5, hours, at least, at most.")
            raise CellRefused("needs", said % item[:40])
        names = ("hours", "at_least", "at_most")
        values = zip(names, parts, strict=False)
        found[skill] = {name: _float(one, "needs") for name, one in values}
    return found


def _float(text: str, column: str) -> float:
    if not NUMBER.fullmatch(text):
        raise CellRefused(column, _("“%s” is no number; write 1234.5.") % text[:40])
    return float(text)


def _whole(text: str, column: str) -> int:
    if not WHOLE.fullmatch(text.strip()):
        raise CellRefused(column, _("“%s” is no whole number.") % text[:40])
    return int(text.strip().partition(".")[0])


def _day(text: str, column: str) -> str:
    found = DOTS.fullmatch(text)
    if found is None:
        return text
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    except ValueError as error:
        raise CellRefused(column, _("“%s” is no day.") % text[:40]) from error
