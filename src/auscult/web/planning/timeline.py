"""A cycle's tasks along its days, as shares of a strip that is as wide as its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from auscult.web.accounts.models import Actor
from auscult.web.planning import queries
from auscult.web.planning.models import Bet, Cycle
from auscult.web.planning.showing import Card, cards, tasks_of

WIDTH = 1000.0  # units of a strip
DAYS_OF_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A task's place along the cycle, in units of `WIDTH`; what lies outside is cut off."""

    card: Card
    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A bet with its tasks."""

    bet: Bet
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The lanes of a cycle; `now` and `middle` are places along it, `now` None outside of it."""

    lanes: tuple[Lane, ...]
    now: float | None
    middle: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """A day of the calendar with the tasks that end on it."""

    day: date
    number: int  # of the cycle
    within: bool
    today: bool
    cards: tuple[Card, ...]


def timeline(actor: Actor, cycle: Cycle) -> Timeline:
    """Return the tasks of a cycle by bet along its days."""
    found: dict[int, tuple[Bet, list[Strip]]] = {}
    rows = tasks_of(actor, cycle).order_by("bet__number", "first_day", "last_day", "pk")
    for card in cards(actor, cycle, rows):
        strip = _strip(cycle, card)
        found.setdefault(card.task.bet_id, (card.task.bet, []))[1].append(strip)
    today = queries.today(actor)
    within = cycle.first_day <= today <= cycle.last_day
    return Timeline(
        lanes=tuple(Lane(bet=bet, strips=tuple(strips)) for bet, strips in found.values()),
        now=_place(cycle, today) if within else None,
        middle=_place(cycle, cycle.period.middle),
    )


def _place(cycle: Cycle, day: date) -> float:
    """Return where a day begins, in units."""
    share = (cycle.period.day_number(day) - 1) / cycle.days
    return round(WIDTH * min(max(share, 0.0), 1.0), 1)


def _strip(cycle: Cycle, card: Card) -> Strip:
    begins = _place(cycle, card.task.first_day)
    ends = _place(cycle, card.task.last_day + timedelta(days=1))
    # A task outside of the cycle stands as a sliver at its edge.
    width = max(ends - begins, 4.0)
    return Strip(card=card, x=min(begins, WIDTH - width), width=width)


def calendar(actor: Actor, cycle: Cycle) -> list[list[CalendarDay]]:
    """Return the weeks of a cycle, Monday first, each day with the tasks that end on it."""
    today, first = queries.today(actor), queries.monday(cycle.first_day)
    ending: dict[date, list[Card]] = {}
    for card in cards(actor, cycle, tasks_of(actor, cycle)):
        ending.setdefault(card.task.last_day, []).append(card)
    weeks = (queries.monday(cycle.last_day) - first).days // DAYS_OF_WEEK + 1
    days = [first + timedelta(days=number) for number in range(weeks * DAYS_OF_WEEK)]
    shown = [
        CalendarDay(
            day=one,
            number=cycle.period.day_number(one),
            within=cycle.first_day <= one <= cycle.last_day,
            today=one == today,
            cards=tuple(ending.get(one, ())),
        )
        for one in days
    ]
    return [shown[start : start + DAYS_OF_WEEK] for start in range(0, len(shown), DAYS_OF_WEEK)]
