"""What of listening can be linked to an objective, and which figures can be its readings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right
from auscult.web.accounts.queries import time_zone
from auscult.web.goals.figures import Figure
from auscult.web.goals.links import Linkable, Target
from auscult.web.listening import queries
from auscult.web.listening.models import HourlyCount

DAY = timedelta(days=1)
WEEK = 7


def _watches(actor: Actor) -> Iterator[Target]:
    for number, name in _named(actor):
        yield Target(number, name, reverse("listening:watch", args=[number]))


def _named(actor: Actor) -> list[tuple[int, str]]:
    return list(queries.watches(actor).values_list("pk", "name"))


def mentions_by_day(actor: Actor, number: int, first: date, last: date) -> dict[date, float]:
    """Return a watch's mentions on each day of the house, from when it first found something.

    Days before its first mention aren't there: nobody listened then, or nobody spoke; which
    of both isn't known.
    """
    zone = time_zone(actor)
    ours = HourlyCount.objects.filter(watch_id=number, watch__organisation_id=actor.organisation_id)
    begin = datetime.combine(first, time(), zone)
    end = datetime.combine(last + DAY, time(), zone)
    rows = ours.filter(hour__gte=begin, hour__lt=end).values_list("hour")
    counted: Counter[date] = Counter()
    for hour, count in rows.annotate(all=Sum("count")).order_by("hour"):
        counted[hour.astimezone(zone).date()] += count
    heard = first if ours.filter(hour__lt=begin).exists() else min(counted, default=None)
    if heard is None:
        return {}
    return {
        heard + place * DAY: float(counted[heard + place * DAY])
        for place in range((last - heard).days + 1)
    }


def mentions_by_week(actor: Actor, number: int, first: date, last: date) -> Mapping[date, float]:
    """Return a watch's mentions in each whole week from Monday, on its Sunday."""
    days = mentions_by_day(actor, number, first - (WEEK - 1) * DAY, last)
    sundays = [day for day in days if day.isoweekday() == WEEK and day >= first]
    weeks = {sunday: [sunday - place * DAY for place in range(WEEK)] for sunday in sundays}
    return {
        sunday: sum(days[day] for day in week)
        for sunday, week in weeks.items()
        if all(day in days for day in week)
    }


LINKABLES = (Linkable(kind="watch", label=_("watch"), rows=_watches, right=Right.READ_MENTIONS),)
FIGURES = (
    Figure(kind="mentions-a-day", label=_("mentions a day"), of=_named, values=mentions_by_day),
    Figure(kind="mentions-a-week", label=_("mentions a week"), of=_named, values=mentions_by_week),
)
