"""The minutes that people worked, put together from all that was told of them, nothing twice.

Of a person, a bet and a week (Monday to Sunday) one source counts: rows of `Worked` before the
check-in, whose hours count on the week's Monday. Minutes of tasks count where nobody told
anything else of their bet, evenly on the tasks' days up to today, and evenly among their people.
Estimates count only where nothing else is known. Each rule looks at whole weeks and whole bets,
whatever period is asked for: parts of a period add up to the whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from django.utils.translation import gettext_noop

from auscult.engine.returns.costs import NOBODYS, Minutes, minutes_of
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.planning.models import CheckIn, Task
from auscult.web.planning.queries import monday
from auscult.web.returns import queries
from auscult.web.returns.cost_models import TimeOrigin, Worked, Worker

# The role of minutes of whom nobody said what she works as: it has no rate, and is listed.
NO_ROLE = gettext_noop("work without a role")
DAY = timedelta(days=1)
SUNDAY = timedelta(days=6)
Key = tuple[int | None, str, int | None, date]


class Source(StrEnum):
    """By what minutes are known; the first one counts."""

    ROW = "row"
    CHECK_IN = "check-in"
    TASK = "task"
    ESTIMATE = "estimate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Minutes of somebody on a day.

    Attributes
    ----------
    bet : int or None
        None: for all that the house does.
    user : int or None
        None: somebody without an account, told by the role alone.
    role : str
        As what she worked; `NO_ROLE` where that isn't known.
    """

    source: Source
    day: date
    bet: int | None
    user: int | None
    role: str
    minutes: float

    @property
    def key(self) -> Key:
        """Whose minutes of which bet in which week these are."""
        return self.user, "" if self.user else self.role, self.bet, monday(self.day)


def put_together(told: Iterable[Piece], told_bets: Collection[int]) -> list[Piece]:
    """Return the pieces that count.

    Parameters
    ----------
    told : iterable of Piece
        All of the weeks that are asked about.
    told_bets : collection of int
        Bets of which there are rows or check-ins, in whatever week: their tasks don't count.
    """
    by: dict[Source, list[Piece]] = {source: [] for source in Source}
    for one in told:
        by[one.source].append(one)
    rows = by[Source.ROW]
    known = {one.key for one in rows}
    check_ins = [one for one in by[Source.CHECK_IN] if one.key not in known]
    known |= {one.key for one in check_ins}
    tasks = [one for one in by[Source.TASK] if one.bet not in told_bets]
    worked_on = {(one.bet, monday(one.day)) for one in tasks}
    estimates = [
        one
        for one in by[Source.ESTIMATE]
        if one.key not in known and (one.bet, monday(one.day)) not in worked_on
    ]
    return [*rows, *check_ins, *tasks, *estimates]


def pieces(actor: Actor, first: date, last: date) -> list[Piece]:
    """Return the minutes of a period that count, by their days."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    begin, end = monday(first), monday(last) + SUNDAY
    roles = _roles(actor)
    told = [
        *_rows(actor, roles, begin, end),
        *_check_ins(actor, roles, begin, end),
        *_tasks(actor, roles, begin, end),
    ]
    counted = put_together(told, _told_bets(actor))
    return sorted((one for one in counted if first <= one.day <= last), key=_day)


def minutes(actor: Actor, first: date, last: date) -> Minutes:
    """Return the minutes of a period as the engine takes them; a purpose is the bet's number."""
    return as_minutes(pieces(actor, first, last))


def as_minutes(found: Collection[Piece]) -> Minutes:
    """Return pieces as columns."""
    return minutes_of(
        days=np.array([one.day for one in found], "datetime64[D]"),
        roles=[one.role for one in found],
        minutes=[one.minutes for one in found],
        purposes=[NOBODYS if one.bet is None else str(one.bet) for one in found],
    )


def _day(one: Piece) -> date:
    return one.day


def _roles(actor: Actor) -> dict[int, str]:
    """Return as what each member works."""
    rows = Worker.objects.filter(organisation_id=actor.organisation_id)
    return dict(rows.values_list("user_id", "role__name"))


def _rows(actor: Actor, roles: dict[int, str], begin: date, end: date) -> Iterator[Piece]:
    rows = Worked.objects.filter(
        organisation_id=actor.organisation_id, day__gte=begin, day__lte=end
    ).order_by("day", "pk")
    for day, bet, user, role, spent, origin in rows.values_list(
        "day", "bet_id", "user_id", "role__name", "minutes", "origin"
    ):
        yield Piece(
            source=Source.ESTIMATE if origin == TimeOrigin.ESTIMATE else Source.ROW,
            day=day,
            bet=bet,
            user=user,
            role=role or roles.get(user, NO_ROLE),
            minutes=float(spent),
        )


def _check_ins(actor: Actor, roles: dict[int, str], begin: date, end: date) -> Iterator[Piece]:
    said = CheckIn.objects.filter(
        bet__cycle__organisation_id=actor.organisation_id,
        week__gte=begin,
        week__lte=end,
        hours__gt=0,
    ).order_by("week", "pk")
    for week, bet, user, hours in said.values_list("week", "bet_id", "user_id", "hours"):
        yield Piece(
            source=Source.CHECK_IN,
            day=week,
            bet=bet,
            user=user,
            role=roles.get(user, NO_ROLE),
            minutes=60 * hours,
        )


def _tasks(actor: Actor, roles: dict[int, str], begin: date, end: date) -> Iterator[Piece]:
    today = queries.today(actor)
    rows = Task.objects.filter(
        bet__cycle__organisation_id=actor.organisation_id,
        minutes__gt=0,
        first_day__lte=end,
        last_day__gte=begin,
    )
    for task in rows.prefetch_related("people").order_by("first_day", "pk"):
        # What is under way was worked until now, not on days to come.
        until = min(task.last_day, max(today, task.first_day))
        people: list[int | None] = [one.pk for one in task.people.all()]
        people = people or [None]
        each = task.minutes / ((until - task.first_day).days + 1) / len(people)
        for day in _days(max(begin, task.first_day), min(end, until)):
            for user in people:
                yield Piece(
                    source=Source.TASK,
                    day=day,
                    bet=task.bet_id,
                    user=user,
                    role=NO_ROLE if user is None else roles.get(user, NO_ROLE),
                    minutes=each,
                )


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + number * DAY


def _told_bets(actor: Actor) -> set[int]:
    """Return the bets of which there are rows or check-ins with hours, ever."""
    rows = Worked.objects.filter(organisation_id=actor.organisation_id, bet__isnull=False)
    said = CheckIn.objects.filter(bet__cycle__organisation_id=actor.organisation_id, hours__gt=0)
    typed = rows.exclude(origin=TimeOrigin.ESTIMATE)
    told = (one.order_by().values_list("bet_id", flat=True).distinct() for one in (typed, said))
    return {bet for bets in told for bet in bets if bet is not None}
