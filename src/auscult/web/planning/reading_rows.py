"""Reading bets and tasks into a cycle from CSV: lines with a known number change what is there.

A line without a number is a new bet or task. What no line names stays as it is, and so does what
no column says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.planning import csv_files, filling
from auscult.web.planning.actions import CHANGE
from auscult.web.planning.changing import changing
from auscult.web.planning.comparing import Plan
from auscult.web.planning.csv_files import CellRefused, Cells, Line
from auscult.web.planning.errors import PlanFileRefused, Wrong
from auscult.web.planning.filling import TaskName
from auscult.web.planning.models import Cycle
from auscult.web.planning.plan_files import BetRead, TaskRead, refusals
from auscult.web.planning.reading_in import Reading, task_place
from auscult.web.planning.snapshots import snapshot

MOST_BYTES = 700_000  # of both files; a preview sends them twice
BETS_FILE, TASKS_FILE = "bets.csv", "tasks.csv"
Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsRead:
    """A plan before and after files were read in."""

    before: Plan
    after: Plan


def read_rows(
    actor: Actor, *, cycle: Cycle, bets: bytes = b"", tasks: bytes = b"", keep: bool = True
) -> RowsRead:
    """Change a cycle by files of bets and tasks, as `csv_files` writes them; all of it or nothing.

    Parameters
    ----------
    keep : bool
        False: only look what would become of it.

    Raises
    ------
    NotAllowed, CycleUnknown, PlanRefused
    PlanFileRefused
        It names all that is wrong, by file, line and column.
    """
    require(actor, Right.EDIT_PLAN, CHANGE)
    if len(bets) + len(tasks) > MOST_BYTES:
        raise PlanFileRefused([Wrong("", _("The files are larger than 700 KB together."))])
    with transaction.atomic():
        with changing(actor, cycle, action="read-rows", why=_("Read in from files")):
            before = snapshot(cycle)
            rows = _Rows(before=before)
            if bets:
                rows.take_bets(bets)
            if tasks:
                rows.take_tasks(tasks)
            rows.refuse_wrong()
            reading = Reading(actor, filling.there(cycle), places=rows.place)
            reading.read(rows.bets, rows.tasks)
            reading.refuse_wrong()
            filling.fill(actor, cycle, reading.there, bets=reading.bets, tasks=reading.tasks)
            after = snapshot(cycle)
        if not keep:
            transaction.set_rollback(True)
    return RowsRead(before=before, after=after)


@dataclass(kw_only=True)
class _Rows:
    """The lines of both files, each laid over what stands under its number."""

    before: Plan
    bets: dict[int, BetRead] = field(default_factory=dict)
    tasks: dict[TaskName, TaskRead] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)
    lines: dict[str, str] = field(default_factory=dict)  # where a part of the plan stands

    def refuse_wrong(self) -> None:
        """Raise PlanFileRefused where anything is wrong."""
        if self.wrong:
            raise PlanFileRefused(self.wrong)

    def place(self, part: str, column: str) -> str:
        """Return where something stands, for people: file, line and column."""
        return f"{self.lines[part]}, {column}" if column else self.lines[part]

    def take_bets(self, data: bytes) -> None:
        """Read the file of the bets."""
        found = self._lines(data, csv_files.BETS, BETS_FILE)
        highest = max([int(number) for number in self.before["bets"]], default=0)
        given = [_number(line.cells.get("bet", "")) for line in found]
        highest = max([highest, *(one or 0 for one in given)])
        for line, known in zip(found, given, strict=True):
            if known is None:
                highest += 1
            number = highest if known is None else known
            part = f"bets.{number}"
            if known == 0:
                self._refuse(
                    line, BETS_FILE, "bet", _("“%s” is no number of a bet.") % line.cells["bet"]
                )
            elif self._is_new(line, BETS_FILE, "bet", part):
                old = self.before["bets"].get(str(number))
                base = csv_files.bet_cells(str(number), old) if old else {}
                read = self._read(line, part, base, csv_files.bet_read, BetRead)
                if read is not None:
                    self.bets[number] = read

    def take_tasks(self, data: bytes) -> None:
        """Read the file of the tasks; those of bets that the other file brings as well."""
        found = self._lines(data, csv_files.TASKS, TASKS_FILE)
        named = [_task_name(line.cells.get("task", "")) for line in found]
        highest: dict[int, int] = {}
        there = [
            (int(bet), int(own)) for bet, one in self.before["bets"].items() for own in one["tasks"]
        ]
        for bet, own in [*there, *(one for one in named if one)]:
            highest[bet] = max(highest.get(bet, 0), own)
        titles = self._titles()
        for line, known in zip(found, named, strict=True):
            name = known
            if known is None:
                number = self._bet_of(line, titles)
                if number is None:
                    continue
                highest[number] = highest.get(number, 0) + 1
                name = (number, highest[number])
            if not name:
                self._refuse(
                    line,
                    TASKS_FILE,
                    "task",
                    _("“%s” is no name of a task; write #3.2.") % line.cells["task"],
                )
            else:
                self._take_task(line, name, titles)

    def _take_task(self, line: Line, name: TaskName, titles: Mapping[int, set[str]]) -> None:
        part = task_place(name)
        if not self._is_new(line, TASKS_FILE, "task", part):
            return
        bet = line.cells.get("bet", "").strip()
        if bet and name[0] in titles and bet not in titles[name[0]]:
            said = _("bet %(number)s isn't “%(title)s”: is the file of another cycle?")
            self._refuse(line, TASKS_FILE, "bet", said % {"number": name[0], "title": bet[:80]})
            return
        before = self.before["bets"].get(str(name[0]), {"tasks": {}})
        old = before["tasks"].get(str(name[1]))
        base = csv_files.task_cells(f"{name[0]}.{name[1]}", before, old) if old else {}
        read = self._read(line, part, base, csv_files.task_read, TaskRead)
        if read is not None:
            self.tasks[name] = read

    def _lines(self, data: bytes, columns: tuple[str, ...], file: str) -> list[Line]:
        found, wrong = csv_files.lines(data, columns, file)
        self.wrong += wrong
        return found

    def _titles(self) -> dict[int, set[str]]:
        """Return how each bet is called, before and after."""
        found = {int(number): {one["title"]} for number, one in self.before["bets"].items()}
        for number, bet in self.bets.items():
            found.setdefault(number, set()).add(bet.title.strip())
        return found

    def _bet_of(self, line: Line, titles: Mapping[int, set[str]]) -> int | None:
        """Return the bet of a task that has no name yet: its title says it."""
        title = line.cells.get("bet", "").strip()
        found = [number for number, names in titles.items() if title in names]
        if len(found) == 1:
            return found[0]
        said = _("“%s” is the title of no bet, or of several; name the task, as #3.2.")
        self._refuse(line, TASKS_FILE, "bet", said % title[:80])
        return None

    def _is_new(self, line: Line, file: str, column: str, part: str) -> bool:
        """Note where a part stands; where it stood before, say so."""
        place = _("%(file)s, line %(line)s") % {"file": file, "line": line.number}
        if part in self.lines:
            said = _("it stands there twice: %s.") % self.lines[part]
            self.wrong.append(Wrong(f"{place}, {column}", said))
            return False
        self.lines[part] = place
        return True

    def _refuse(self, line: Line, file: str, column: str, said: str) -> None:
        place = _("%(file)s, line %(line)s") % {"file": file, "line": line.number}
        self.wrong.append(Wrong(f"{place}, {column}", said))

    def _read(
        self,
        line: Line,
        part: str,
        base: Cells,
        read: Callable[[Mapping[str, str]], dict[str, Any]],
        shape: type[Shape],
    ) -> Shape | None:
        try:
            return shape.model_validate(read(base | line.cells), strict=False)
        except CellRefused as error:
            self.wrong.append(Wrong(self.place(part, error.column), error.said))
        except ValidationError as error:
            for place, said in refusals(error):
                self.wrong.append(Wrong(self.place(part, _column(place)), said))
        return None


def _column(place: list[str]) -> str:
    """Return the column of what pydantic found wrong."""
    if place[0] == "levels" and len(place) == 3:
        return place[2] if place[1] == "1" else f"{place[2]}_2"
    return place[0]


def _number(cell: str) -> int | None:
    """Return the number of a bet; None: there is none in the cell; 0: it is no number."""
    text = cell.strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _task_name(cell: str) -> TaskName | tuple[()] | None:
    """Return the name of a task; None: there is none in the cell; (): it is no name."""
    text = cell.strip()
    if not text:
        return None
    bet, _dot, own = text.removeprefix("#").partition(".")
    return (_number(bet) or 0, _number(own) or 0) if _number(bet) and _number(own) else ()
