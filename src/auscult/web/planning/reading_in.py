"""Reading a plan in from a file: through the actions, all of it as one change or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor, Team
from auscult.web.accounts.policies import Right, require
from auscult.web.goals.models import Objective, Priority
from auscult.web.listening.models import Watch
from auscult.web.planning import actions, bet_actions, plan_files, queries
from auscult.web.planning.bet_actions import BetWish, Effect, TaskWish, Wanted
from auscult.web.planning.changing import together
from auscult.web.planning.errors import PlanFileRefused
from auscult.web.planning.models import Bet, Cycle, Task, TaskKind
from auscult.web.planning.moves import AssumptionState, BetState, TaskState
from auscult.web.planning.plan_files import AssumptionRead, BetRead, PlanRead, TaskRead

MOST_BYTES = 5_000_000
Row = TypeVar("Row", bound=Model)
Key = TypeVar("Key", int, str)
Wish = TypeVar("Wish", BetWish, TaskWish)
Part = TypeVar("Part")


def read_plan(actor: Actor, *, raw: bytes) -> Cycle:
    """Plan a new cycle as a file has it, which `files.as_json` wrote or somebody by hand.

    People, teams, objectives, priorities and watches are found by their names.

    Raises
    ------
    NotAllowed, PlanRefused
    PlanFileRefused
        Something of it can't be; it names all that is wrong, each with its place.
    """
    require(actor, Right.EDIT_PLAN, actions.CHANGE)
    if len(raw) > MOST_BYTES:
        raise PlanFileRefused([_("The file is larger than 5 MB.")])
    plan, wrong = plan_files.read(raw)
    if plan is None:
        raise PlanFileRefused(wrong)
    with transaction.atomic():
        cycle = actions.plan_cycle(
            actor, title=plan.title, first_day=plan.first_day, days=plan.days
        )
        reading = _Reading(actor, cycle)
        with together(actor, cycle, why=_("Read in from a file")):
            reading.fill(plan)
        if reading.wrong:
            raise PlanFileRefused(reading.wrong)
    return cycle


class _Reading:
    """A file on its way in: what was made of it by its numbers, and what is wrong with it."""

    def __init__(self, actor: Actor, cycle: Cycle) -> None:
        self.actor, self.cycle = actor, cycle
        self.wrong: list[str] = []
        self._bets: dict[int, tuple[Bet, BetWish]] = {}
        self._tasks: dict[str, tuple[Task, TaskWish]] = {}
        house = {"organisation_id": actor.organisation_id}
        self._people = _by_name(queries.people(actor))
        self._teams = _by_name(Team.objects.filter(**house))
        self._objectives = _by_name(Objective.objects.filter(**house))
        self._priorities = _by_name(Priority.objects.filter(**house))
        self._watches = _by_name(Watch.objects.filter(**house))

    def fill(self, plan: PlanRead) -> None:
        """Put everything into the cycle; what can't be is written down, and the next tried."""
        with self._part("focus"):
            priorities = [self._named(self._priorities, one, "focus") for one in plan.focus]
            found = [one for one in priorities if one is not None]
            actions.set_focus(self.actor, cycle=self.cycle, priorities=found)
        for number, one in _in_order(plan.assumptions):
            with self._part(f"assumptions.{number}"):
                self._assume(number, one)
        for number, bet in _in_order(plan.bets):
            with self._part(f"bets.{number}"):
                self._bet(number, bet)
        self._wait(plan)
        for number, bet in _in_order(plan.bets):
            if bet.state == BetState.DROPPED and number in self._bets:
                made, _wish = self._bets[number]
                bet_actions.move_bet(self.actor, bet=made, state=BetState.DROPPED)

    @contextmanager
    def _part(self, place: str) -> Iterator[None]:
        """Try a part of the file; where it is refused, nothing of it stays."""
        try:
            with transaction.atomic():
                yield
        except Correctable as error:
            self.wrong.append(f"{place}: {error.message}")

    def _named(self, rows: dict[str, Row], name: str | None, place: str) -> Row | None:
        if name is not None and name not in rows:
            unknown = _("%(place)s: “%(name)s” isn't known here.")
            self.wrong.append(unknown % {"place": place, "name": name[:80]})
        return rows.get(name) if name is not None else None

    def _assume(self, number: int, one: AssumptionRead) -> None:
        watch = self._named(self._watches, one.watch, f"assumptions.{number}.watch")
        made = actions.save_assumption(
            self.actor, cycle=self.cycle, text=one.text, noticed_by=one.noticed_by, watch=watch
        )
        type(made).objects.filter(pk=made.pk).update(number=number)
        if one.state != AssumptionState.HOLDS:
            actions.judge_assumption(self.actor, assumption=made, state=one.state)

    def _bet(self, number: int, one: BetRead) -> None:
        place = f"bets.{number}"
        wish = BetWish(
            title=one.title,
            objective=self._named(self._objectives, one.objective, f"{place}.objective"),
            owner=self._named(self._people, one.owner, f"{place}.owner"),
            function=self._named(self._teams, one.function, f"{place}.function"),
            amplifies=one.amplifies,
            audience=one.audience,
            networks=tuple(one.networks),
            kit=one.kit,
            confidence=one.confidence,
            either_or=one.either_or,
            effects=tuple(Effect(**dict(level)) for _place, level in sorted(one.levels.items())),
            needs=tuple(Wanted(skill=skill, **dict(need)) for skill, need in one.needs.items()),
        )
        made = bet_actions.save_bet(self.actor, cycle=self.cycle, wish=wish)
        made.number = number
        made.save(update_fields=["number"])
        self._bets[number] = (made, wish)
        for name, task in _in_order(one.tasks):
            with self._part(f"{place}.tasks.{name}"):
                self._task(made, f"{number}.{name}", name, task)

    def _task(self, bet: Bet, name: str, number: int, one: TaskRead) -> None:
        place = f"bets.{bet.number}.tasks.{number}.people"
        people = [self._named(self._people, person, place) for person in one.people]
        wish = TaskWish(
            title=one.title,
            first_day=one.first_day,
            last_day=one.last_day,
            kind=TaskKind(one.kind),
            people=tuple(person for person in people if person is not None),
            skill=one.skill,
            minutes=one.minutes,
        )
        made = bet_actions.save_task(self.actor, bet=bet, wish=wish)
        made.number = number
        made.save(update_fields=["number"])
        if one.state != TaskState.TO_DO:
            bet_actions.move_task(self.actor, task=made, state=one.state)
        self._tasks[name] = (made, wish)

    def _wait(self, plan: PlanRead) -> None:
        """Let bets and tasks wait for others, now that all are there."""
        for number, bet in _in_order(plan.bets):
            place = f"bets.{number}"
            if bet.depends_on and number in self._bets:
                made, wish = self._bets[number]
                waits = self._others(self._bets, bet.depends_on, f"{place}.depends_on")
                with self._part(place):
                    whole = replace(wish, depends_on=tuple(waits))
                    bet_actions.save_bet(self.actor, cycle=self.cycle, wish=whole, bet=made)
            for name, task in _in_order(bet.tasks):
                if task.depends_on and f"{number}.{name}" in self._tasks:
                    self._let_task_wait(f"{number}.{name}", task, f"{place}.tasks.{name}")

    def _let_task_wait(self, name: str, task: TaskRead, place: str) -> None:
        made, wish = self._tasks[name]
        waits = self._others(self._tasks, task.depends_on, f"{place}.depends_on")
        with self._part(place):
            whole = replace(wish, depends_on=tuple(waits))
            bet_actions.save_task(self.actor, bet=made.bet, wish=whole, task=made)

    def _others(
        self, made: dict[Key, tuple[Row, Wish]], names: Sequence[Key], place: str
    ) -> list[Row]:
        unknown = [name for name in names if name not in made]
        if unknown:
            said = _("%(place)s: there is no %(names)s in the file.")
            self.wrong.append(said % {"place": place, "names": ", ".join(map(str, unknown))})
        return [made[name][0] for name in dict.fromkeys(names) if name in made]


def _in_order(parts: dict[str, Part]) -> list[tuple[int, Part]]:
    """Return the numbered parts of a file by their numbers."""
    return sorted(((int(number), one) for number, one in parts.items()), key=lambda one: one[0])


def _by_name(rows: QuerySet[Row]) -> dict[str, Row]:
    """Return rows by their names, which each house gives once."""
    return {str(one): one for one in rows}
