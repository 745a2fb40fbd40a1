"""Mentions over time, from the rollups: by hour or day, and the last weeks of each watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
from django.db import connection
from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.listening.database import among, values
from auscult.web.listening.errors import SearchRefused
from auscult.web.listening.models import HourlyCount, Watch
from auscult.web.listening.moments import HOUR_US, from_us, to_us
from auscult.web.sources.coverage import Stretch
from auscult.web.sources.coverage import gaps as unread

STEP_US = {"hour": HOUR_US, "day": 24 * HOUR_US}


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A watch's mentions over time: `counts[i]` begins at `since + i * step`."""

    watch_id: int
    name: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Volumes:
    """Mentions over time, and when sources were not read."""

    since: datetime
    until: datetime
    step: timedelta
    series: tuple[Series, ...]
    gaps: tuple[Stretch, ...]


def volumes(
    actor: Actor,
    *,
    watches: Sequence[Watch],
    since: datetime,
    until: datetime,
    step: Literal["hour", "day"] = "hour",
) -> Volumes:
    """Return how many mentions watches have an hour or a day (UTC), from the rollups.

    `since` is taken back, `until` forward to a whole step.
    """
    if step not in STEP_US:
        raise SearchRefused("step", step, "hour or day")
    if until <= since:
        raise SearchRefused(
            "until", until.isoformat(), _("after {moment}").format(moment=since.isoformat())
        )
    size = STEP_US[step]
    first, stop = to_us(since) // size * size, -(-to_us(until) // size) * size
    own = {one.pk: one for one in watches if one.organisation_id == actor.organisation_id}
    table = _table(list(own), first, stop, size)
    return Volumes(
        since=from_us(first),
        until=from_us(stop),
        step=timedelta(microseconds=size),
        series=tuple(
            Series(watch_id=pk, name=one.name, counts=tuple(counts))
            for (pk, one), counts in zip(own.items(), table.tolist(), strict=True)
        ),
        gaps=tuple(unread(actor, since=from_us(first), until=from_us(stop))),
    )


def _table(watches: list[int], first: int, stop: int, size: int) -> np.ndarray:
    """Return the mentions of each watch (row) in each step of `size` microseconds (column)."""
    table = np.zeros((len(watches), (stop - first) // size), np.int64)
    place = {pk: row for row, pk in enumerate(watches)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT watch_id, (hour - %s) / %s AS step, sum(count) FROM listening_hourlycount "
            f"WHERE {among('watch_id')} AND hour >= %s AND hour < %s GROUP BY watch_id, step",
            [first, size, values(watches), first, stop],
        )
        for watch_id, step, number in cursor.fetchall():
            table[place[watch_id], step] = number
    return table


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """A watch's last time: each day's mentions, all of them, and those of its last two weeks."""

    by_day: tuple[int, ...]
    total: int
    week: int
    week_before: int


def recent(actor: Actor, *, watches: Sequence[Watch], until: datetime, days: int) -> list[Recent]:
    """Return the last days of watches, in their order, from the rollups.

    The days are those of UTC, the last one that in which `until` lies; weeks end with the
    hour in which it lies.
    """
    own = [one.pk for one in watches if one.organisation_id == actor.organisation_id]
    day, hour = STEP_US["day"], STEP_US["hour"]
    stop, end = -(-to_us(until) // day) * day, -(-to_us(until) // hour) * hour
    table = _table(own, stop - days * day, stop, day)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT watch_id, sum(count), sum(CASE WHEN hour >= %s AND hour < %s THEN count END), "
            "sum(CASE WHEN hour >= %s AND hour < %s THEN count END) "
            f"FROM listening_hourlycount WHERE {among('watch_id')} GROUP BY watch_id",
            [end - 7 * day, end, end - 14 * day, end - 7 * day, values(own)],
        )
        sums = {pk: tuple(int(number or 0) for number in row) for pk, *row in cursor.fetchall()}
    return [
        Recent(by_day=tuple(counts), total=total, week=week, week_before=before)
        for counts, (total, week, before) in zip(
            table.tolist(), (sums.get(pk, (0, 0, 0)) for pk in own), strict=True
        )
    ]


def found_before(actor: Actor, moment: datetime) -> bool:
    """Return whether a watch found anything that was said before a moment."""
    counted = HourlyCount.objects.filter(watch__organisation_id=actor.organisation_id)
    return counted.filter(hour__lt=moment).exists()
