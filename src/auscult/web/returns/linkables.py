"""What of returns can be linked to an objective, and which figures can be its readings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Min
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import time_zone
from auscult.web.goals.figures import Figure
from auscult.web.goals.links import Linkable, Target
from auscult.web.returns import link_queries, queries
from auscult.web.returns.errors import ReturnsUnknown
from auscult.web.returns.happening import LONGEST
from auscult.web.returns.outcome_queries import sums

WEEK = 7


def _kinds(actor: Actor) -> Iterator[Target]:
    for number, name in _named(actor):
        yield Target(number, name, reverse("returns:kind", args=[number]))


def _links(actor: Actor) -> Iterator[Target]:
    rows = link_queries.links(actor).order_by("pk").values_list("pk", "title", "ended_at")
    for number, title, ended in rows:
        yield Target(number, title, reverse("returns:link", args=[number]), over=ended is not None)


def _named(actor: Actor) -> list[tuple[int, str]]:
    return list(queries.kinds(actor).values_list("pk", "name"))


def by_day(actor: Actor, number: int, first: date, last: date) -> dict[date, float]:
    """Return outcomes of a kind on each day of the house, from the first that was ever told on."""
    try:
        kind = queries.kind(actor, number)
    except ReturnsUnknown:
        return {}
    begin = kind.outcomes.aggregate(first=Min("at"))["first"]
    if begin is None:
        return {}
    last = min(last, queries.today(actor))
    oldest = last - timedelta(days=LONGEST)
    first = max(first, oldest, begin.astimezone(time_zone(actor)).date())
    if last < first:
        return {}
    return {day: float(count) for day, count in sums(actor, kind, first, last).by_day}


def by_week(actor: Actor, number: int, first: date, last: date) -> dict[date, float]:
    """Return outcomes of a kind by week, under its Sunday, of weeks of which each day is known."""
    monday = first - timedelta(days=first.weekday())
    weeks: dict[date, list[float]] = defaultdict(list)
    for day, count in by_day(actor, number, monday, last).items():
        weeks[day + timedelta(days=WEEK - 1 - day.weekday())].append(count)
    return {sunday: sum(counts) for sunday, counts in weeks.items() if len(counts) == WEEK}


LINKABLES = (
    Linkable(kind="outcome-kind", label=_("kind of outcome"), rows=_kinds),
    # A link serves what its bet serves.
    Linkable(kind="short-link", label=_("short link"), rows=_links, alone=False),
)
FIGURES = (
    Figure(kind="outcomes-a-day", label=_("outcomes a day"), of=_named, values=by_day),
    Figure(kind="outcomes-a-week", label=_("outcomes a week"), of=_named, values=by_week),
)
