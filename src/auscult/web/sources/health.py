"""How each source is doing: what a person sees at a glance, and what she can do about it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Min
from django.utils.translation import gettext as _

from auscult.engine.connectors.base import find
from auscult.web.accounts.models import Actor
from auscult.web.sources.coverage import Stretch, gaps
from auscult.web.sources.models import Coverage, ReceivedHour, Source
from auscult.web.sources.queries import sources

HOURS_DRAWN = 48
GAPS_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """How a source is doing.

    Attributes
    ----------
    kind : str
        What it is, for a person.
    health : str
        `well`, `silent`, `failing`, `failed`, `paused` or `finished`.
    status : dict
        `connectors.live.Status` as data, moments as moments; empty for a source that ends.
    hours : tuple of int
        Posts received in each of the last 48 hours, oldest first.
    percent : int or None
        How much of a source that ends was read.
    gaps : tuple
        The newest stretches that it was not read, newest first, at most ten.
    """

    id: int
    name: str
    connector: str
    kind: str
    health: str
    error: str
    needs_login: bool
    live: bool
    received: int
    kept: int
    broken: int
    replaced: int
    last_event_at: datetime | None
    next_attempt: datetime
    silent_after: timedelta
    status: dict[str, Any]
    hours: tuple[int, ...]
    percent: int | None
    ttl_days: int | None
    sample_share: float
    since: datetime | None
    until: datetime | None
    gaps: tuple[Stretch, ...]


def source_health(actor: Actor) -> list[SourceHealth]:
    """Return how each source is doing, by name."""
    return _health_of(actor, list(sources(actor)))


def health_of(actor: Actor, source: Source) -> SourceHealth:
    """Return how one source is doing."""
    return _health_of(actor, [source])[0]


def _health_of(actor: Actor, rows: list[Source]) -> list[SourceHealth]:
    """Return the health of sources, with as many queries for a thousand of them as for one."""
    missing: dict[int, list[Stretch]] = defaultdict(list)
    for gap in gaps(actor):
        missing[gap.source_id].append(gap)
    read = {
        row["source_id"]: (row["first"], row["last"])
        for row in Coverage.objects.filter(source__in=rows, reason="")
        .values("source_id")
        .annotate(first=Min("since"), last=Max("until"))
    }
    now = actor.clock.now()
    hours = _hours(rows, now)
    return [
        _health(row, read.get(row.pk, (None, None)), missing[row.pk], hours[row.pk], now)
        for row in rows
    ]


def _hours(rows: list[Source], now: datetime) -> dict[int, list[int]]:
    """Return what each source sent in the last hours, oldest first."""
    last = now.replace(minute=0, second=0, microsecond=0)
    first = last - timedelta(hours=HOURS_DRAWN - 1)
    hours: dict[int, list[int]] = {row.pk: [0] * HOURS_DRAWN for row in rows}
    for one in ReceivedHour.objects.filter(source__in=rows, hour__gte=first, hour__lte=last):
        hours[one.source_id][int((one.hour - first) / timedelta(hours=1))] = one.posts
    return hours


def _health(
    row: Source,
    read: tuple[datetime | None, datetime | None],
    missing: list[Stretch],
    hours: list[int],
    now: datetime,
) -> SourceHealth:
    return SourceHealth(
        id=row.pk,
        name=row.name,
        connector=row.connector,
        kind=_(find(row.connector).title),
        health=row.health(now),
        error=row.error,
        needs_login=row.needs_login,
        live=row.live,
        received=row.received,
        kept=row.kept,
        broken=row.broken,
        replaced=row.replaced,
        last_event_at=row.last_event_at,
        next_attempt=row.next_attempt,
        silent_after=row.silent_after,
        status=_with_moments(row.status),
        hours=tuple(hours),
        percent=None if row.share_read is None else int(row.share_read * 100),
        ttl_days=row.ttl_days,
        sample_share=row.sample_share,
        since=read[0],
        until=read[1],
        gaps=tuple(missing[:GAPS_SHOWN]),
    )


def _with_moments(status: dict[str, Any]) -> dict[str, Any]:
    """Return a status with its moments as moments again."""
    moments = ("last_event", "next_fetch")
    read = {name: datetime.fromisoformat(status[name]) for name in moments if status.get(name)}
    return {**status, **read}
