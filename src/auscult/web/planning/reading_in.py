"""Reading a plan in: all is checked before the first row, and all of it is one change.

A whole plan comes as JSON and becomes a new cycle; bets and tasks come as CSV into one that is
there. People, teams, objectives, priorities and watches are found by their names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor, Team
from auscult.web.accounts.policies import Right, require
from auscult.web.goals.models import Objective, Priority
from auscult.web.listening.models import Watch
from auscult.web.planning import actions, filling, moves, plan_files, queries
from auscult.web.planning.bet_actions import (
    BetWish,
    Effect,
    TaskWish,
    Wanted,
    check_bet,
    check_task,
)
from auscult.web.planning.changing import together
from auscult.web.planning.errors import Circular, PlanFileRefused, Wrong
from auscult.web.planning.filling import BetPart, TaskName, TaskPart, There
from auscult.web.planning.graph import Node, circle
from auscult.web.planning.models import Assumption, Bet, Cycle, Task, TaskKind
from auscult.web.planning.moves import BetState, TaskState
from auscult.web.planning.plan_files import AssumptionRead, BetRead, PlanRead, TaskRead

MOST_BYTES = 5_000_000
Row = TypeVar("Row", bound=Model)
Part = TypeVar("Part")
# Says where a part's field stands, for people: "bets.3", "owner" → "bets.3.owner".
Places = Callable[[str, str], str]


def read_plan(actor: Actor, *, raw: bytes) -> Cycle:
    """Plan a new cycle as a file has it, which `files.as_json` wrote or somebody by hand.

    Raises
    ------
    NotAllowed, PlanRefused
    PlanFileRefused
        Something of it can't be; it names all that is wrong, each with its place.
    """
    require(actor, Right.EDIT_PLAN, actions.CHANGE)
    if len(raw) > MOST_BYTES:
        raise PlanFileRefused([Wrong("", _("The file is larger than 5 MB."))])
    plan, wrong = plan_files.read(raw)
    if plan is None:
        raise PlanFileRefused(wrong)
    return plan_as(actor, plan=plan)


@transaction.atomic
def plan_as(actor: Actor, *, plan: PlanRead) -> Cycle:
    """Plan a new cycle as it is written down.

    Raises
    ------
    NotAllowed, PlanRefused, PlanFileRefused
    """
    require(actor, Right.EDIT_PLAN, actions.CHANGE)
    cycle = actions.plan_cycle(actor, title=plan.title, first_day=plan.first_day, days=plan.days)
    reading = Reading(actor, filling.there(cycle), places=_path)
    focus = reading.focus(plan.focus)
    assumptions = [
        reading.assumption(cycle, number, one) for number, one in _in_order(plan.assumptions)
    ]
    bets = dict(_in_order(plan.bets))
    tasks = {
        (number, own): task for number, bet in bets.items() for own, task in _in_order(bet.tasks)
    }
    reading.read(bets, tasks)
    reading.refuse_wrong()
    with together(actor, cycle, why=_("Read in from a file")):
        actions.set_focus(actor, cycle=cycle, priorities=focus)
        Assumption.objects.bulk_create(assumptions)
        filling.fill(actor, cycle, reading.there, bets=reading.bets, tasks=reading.tasks)
    return cycle


def _path(part: str, field: str) -> str:
    """Return the place of something in a file of JSON."""
    return f"{part}.{field}" if part and field else part or field


def task_place(name: TaskName) -> str:
    """Return where a task stands in a plan."""
    return f"bets.{name[0]}.tasks.{name[1]}"


class Reading:
    """A file on its way in: what shall be made of it, and all that is wrong with it.

    Parameters
    ----------
    there : There
        What stands in the cycle already; what has the same number is changed.
    places : callable
        Says where a part's field stands in the file.
    """

    def __init__(self, actor: Actor, there: There, *, places: Places) -> None:
        self.there, self.wrong, self._places = there, list[Wrong](), places
        self.bets: dict[int, BetPart] = {}
        self.tasks: dict[TaskName, TaskPart] = {}
        house = {"organisation_id": actor.organisation_id}
        self._people = _by_name(queries.people(actor))
        self._teams = _by_name(Team.objects.filter(**house))
        self._objectives = _by_name(Objective.objects.filter(**house))
        self._priorities = _by_name(Priority.objects.filter(**house))
        self._watches = _by_name(Watch.objects.filter(**house))

    def refuse(self, part: str, field: str, said: str) -> None:
        """Write down what is wrong with a part of the file."""
        self.wrong.append(Wrong(self._places(part, field), said))

    def refuse_wrong(self) -> None:
        """Raise PlanFileRefused where anything is wrong."""
        if self.wrong:
            raise PlanFileRefused(self.wrong)

    def focus(self, names: Iterable[str]) -> list[Priority]:
        """Return the priorities that are named."""
        found = [self._named(self._priorities, one, "focus", "") for one in names]
        return [one for one in found if one is not None]

    def assumption(self, cycle: Cycle, number: int, one: AssumptionRead) -> Assumption:
        """Return an assumption, to be saved."""
        part = f"assumptions.{number}"
        watch = self._named(self._watches, one.watch, part, "watch")
        self._try(part, lambda: actions.check_assumption(one.text, one.noticed_by))
        return Assumption(
            cycle=cycle,
            number=number,
            text=one.text.strip(),
            noticed_by=one.noticed_by.strip(),
            watch=watch,
            state=one.state,
        )

    def read(self, bets: Mapping[int, BetRead], tasks: Mapping[TaskName, TaskRead]) -> None:
        """Look at bets and tasks by number and name, each alone and then what they wait for."""
        own: dict[int, list[TaskName]] = defaultdict(list)
        for name in tasks:
            own[name[0]].append(name)
        for number in dict.fromkeys((*bets, *own)):
            if number in bets:
                self._bet(number, bets[number])
            known = number in bets or number in self.there.bets
            for name in own[number]:
                if known:
                    self._task(name, tasks[name])
                else:
                    self.refuse(task_place(name), "task", _("there is no bet %s.") % number)
        self._waits()

    def _named(self, rows: dict[str, Row], name: str | None, part: str, field: str) -> Row | None:
        if name is not None and name not in rows:
            self.refuse(part, field, _("“%(name)s” isn't known here.") % {"name": name[:80]})
        return rows.get(name) if name is not None else None

    def _try(self, part: str, check: Callable[[], object]) -> None:
        try:
            check()
        except Correctable as error:
            self.refuse(part, "", error.message)

    def _bet(self, number: int, one: BetRead) -> None:
        part = f"bets.{number}"
        wish = BetWish(
            title=one.title,
            objective=self._named(self._objectives, one.objective, part, "objective"),
            owner=self._named(self._people, one.owner, part, "owner"),
            function=self._named(self._teams, one.function, part, "function"),
            amplifies=one.amplifies,
            audience=one.audience,
            networks=tuple(one.networks),
            kit=one.kit,
            confidence=one.confidence,
            either_or=one.either_or,
            effects=tuple(Effect(**dict(level)) for _place, level in sorted(one.levels.items())),
            needs=tuple(Wanted(skill=skill, **dict(need)) for skill, need in one.needs.items()),
        )
        self._try(part, lambda: check_bet(wish))
        old = self.there.bets.get(number)
        if old is not None and old.state != one.state:
            state = BetState(old.state)
            self._try(part, lambda: moves.checked(moves.BET, old.title, state, one.state))
        waits = tuple(dict.fromkeys(one.depends_on))
        self.bets[number] = BetPart(wish=wish, state=one.state, waits=waits)

    def _task(self, name: TaskName, one: TaskRead) -> None:
        part = task_place(name)
        people = [self._named(self._people, person, part, "people") for person in one.people]
        wish = TaskWish(
            title=one.title,
            first_day=one.first_day,
            last_day=one.last_day,
            kind=TaskKind(one.kind),
            people=tuple(person for person in people if person is not None),
            skill=one.skill,
            minutes=one.minutes,
        )
        self._try(part, lambda: check_task(wish))
        old = self.there.tasks.get(name)
        if old is not None and old.state != one.state:
            state = TaskState(old.state)
            self._try(part, lambda: moves.checked(moves.TASK, old.title, state, one.state))
        waits = tuple(dict.fromkeys(map(_task_name, one.depends_on)))
        self.tasks[name] = TaskPart(wish=wish, state=one.state, waits=waits)

    def _waits(self) -> None:
        """Look at what waits for what, of the file and of the cycle together."""
        bet_titles = {number: one.title for number, one in self.there.bets.items()}
        bet_titles |= {number: part.wish.title for number, part in self.bets.items()}
        task_titles = {name: one.title for name, one in self.there.tasks.items()}
        task_titles |= {name: part.wish.title for name, part in self.tasks.items()}
        for number, bet in self.bets.items():
            unknown = [str(one) for one in bet.waits if one not in bet_titles]
            self._refuse_unknown(f"bets.{number}", unknown)
        for name, task in self.tasks.items():
            unknown = [f"{one}.{own}" for one, own in task.waits if (one, own) not in task_titles]
            self._refuse_unknown(task_place(name), unknown)
        if self.wrong:
            return
        bets = {number: _bets_before(one) for number, one in self.there.bets.items()}
        bets |= {number: list(part.waits) for number, part in self.bets.items()}
        self._refuse_circle(bets, bet_titles, lambda number: f"bets.{number}")
        tasks = {name: _tasks_before(one) for name, one in self.there.tasks.items()}
        tasks |= {name: list(part.waits) for name, part in self.tasks.items()}
        self._refuse_circle(tasks, task_titles, task_place)

    def _refuse_unknown(self, part: str, names: Iterable[str]) -> None:
        if said := ", ".join(names):
            self.refuse(part, "depends_on", _("there is no %(names)s here.") % {"names": said})

    def _refuse_circle(
        self, waits: Mapping[Node, list[Node]], titles: Mapping[Node, str], place: Any
    ) -> None:
        if found := circle(waits):
            self.refuse(place(found[0]), "", Circular([titles[one] for one in found]).message)


def _task_name(text: str) -> TaskName:
    bet, _dot, own = text.partition(".")
    return int(bet), int(own)


def _bets_before(one: Bet) -> list[int]:
    return [other.number for other in one.depends_on.all()]


def _tasks_before(one: Task) -> list[TaskName]:
    return [(other.bet.number, other.number) for other in one.depends_on.all()]


def _in_order(parts: dict[str, Part]) -> list[tuple[int, Part]]:
    """Return the numbered parts of a file by their numbers."""
    return sorted(((int(number), one) for number, one in parts.items()), key=lambda one: one[0])


def _by_name(rows: QuerySet[Row]) -> dict[str, Row]:
    """Return rows by their names, which each house gives once."""
    return {str(one): one for one in rows}
