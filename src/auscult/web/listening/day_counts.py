"""Mentions of a watch by day and by week of the house, for objectives that are measured by them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum

from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import time_zone
from auscult.web.listening.models import HourlyCount
from auscult.web.sources.coverage import coverage

DAY = timedelta(days=1)
WEEK = 7
UNREAD = 0.5  # of a day, from which on its count says nothing


def mentions_by_day(actor: Actor, number: int, first: date, last: date) -> dict[date, float]:
    """Return a watch's mentions on each day of the house, from when it first found something.

    Days before its first mention aren't there: nobody listened then, or nobody spoke; which
    of both isn't known. Nor are days of which more than half wasn't read, each source weighed
    by what it brings this watch.
    """
    zone = time_zone(actor)
    ours = HourlyCount.objects.filter(watch_id=number, watch__organisation_id=actor.organisation_id)
    begin, end = _begin(first, zone), _begin(last + DAY, zone)
    inside = ours.filter(hour__gte=begin, hour__lt=end)
    counted: Counter[date] = Counter()
    for hour, count in inside.values_list("hour").annotate(all=Sum("count")).order_by("hour"):
        counted[hour.astimezone(zone).date()] += count
    heard = first if ours.filter(hour__lt=begin).exists() else min(counted, default=None)
    if heard is None:
        return {}
    missing = _missing(actor, ours, (heard, last), zone)
    days = (heard + place * DAY for place in range((last - heard).days + 1))
    return {day: float(counted[day]) for day in days if missing[day] <= UNREAD}


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _missing(
    actor: Actor, ours: QuerySet[HourlyCount], span: tuple[date, date], zone: ZoneInfo
) -> dict[date, float]:
    """Return the share of each day that wasn't read, by what each source brings the watch."""
    brought = dict(ours.values_list("source_id").annotate(all=Sum("count")).order_by())
    whole = sum(brought.values())
    stretches = coverage(actor, since=_begin(span[0], zone), until=_begin(span[1] + DAY, zone))
    communities: dict[int, set[str]] = defaultdict(set)
    for one in stretches:
        communities[one.source_id].add(one.community)
    missing: dict[date, float] = defaultdict(float)
    for one in stretches:
        if not one.reason or one.source_id not in brought:
            continue
        weight = brought[one.source_id] / whole / len(communities[one.source_id])
        for day, share in _shares(one.since, one.until, zone):
            missing[day] += weight * share
    return missing


def _shares(since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[date, float]]:
    """Yield the days of a time, each with the share of it that lies inside."""
    day = since.astimezone(zone).date()
    while (begin := _begin(day, zone)) < until:
        end = _begin(day + DAY, zone)
        inside = min(until, end).timestamp() - max(since, begin).timestamp()
        yield day, inside / (end.timestamp() - begin.timestamp())
        day += DAY


def mentions_by_week(actor: Actor, number: int, first: date, last: date) -> dict[date, float]:
    """Return a watch's mentions in each whole week from Monday, on its Sunday.

    A week with a day of which nobody knows isn't there.
    """
    days = mentions_by_day(actor, number, first - (WEEK - 1) * DAY, last)
    sundays = [day for day in days if day.isoweekday() == WEEK and day >= first]
    weeks = {sunday: [sunday - place * DAY for place in range(WEEK)] for sunday in sundays}
    return {
        sunday: sum(days[day] for day in week)
        for sunday, week in weeks.items()
        if all(day in days for day in week)
    }
