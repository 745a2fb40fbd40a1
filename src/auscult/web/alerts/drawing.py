"""What was counted beside what is usual, to draw and as a table: an alert's own hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from auscult.web.accounts.models import Actor
from auscult.web.alerts import volume
from auscult.web.alerts.models import Alert, Keenness, Standing
from auscult.web.alerts.series import HOUR, hour_of, hours

WIDTH, HEIGHT = 1000, 100  # of the drawing's own units
BEFORE, AFTER = timedelta(days=5), timedelta(days=1)
LONGEST = timedelta(days=15)
DAYS_NAMED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One hour; `low` to `high` is what is usual, None where nobody knows yet."""

    at: datetime
    count: int
    low: int | None
    high: int | None
    read: bool
    alarming: bool
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """An alert's hours.

    Attributes
    ----------
    band : str
        Points of the area of what is usual, for a polygon.
    unread : tuple of (float, float)
        Start and width of what was not read.
    since_x : float
        Where the alert began.
    """

    hours: tuple[Hour, ...]
    top: int
    band: str
    width: float
    unread: tuple[tuple[float, float], ...]
    since_x: float
    days: tuple[datetime, ...]
    most: Hour


def drawing(actor: Actor, alert: Alert) -> Drawing | None:
    """Return the hours around an alert of a watch; None where it is of no watch."""
    if alert.watch_id is None:
        return None
    end = hour_of(alert.past_at or alert.last_at) + AFTER
    until = min(hour_of(actor.clock.now()), end) + HOUR
    since = max(hour_of(alert.since) - BEFORE, until - LONGEST)
    one = _fit(actor, alert, hour_of(alert.since))
    seen = hours(actor, watches=[alert.watch_id], since=since, until=until)
    counts = seen.counts.sum(axis=(0, 1)).astype(int)
    _, read = seen.of_watches(one.weights)
    band = volume.band(one, seen)
    known = one.bursts.learned[0] > 0
    top = max(3, int(counts.max()), int(band.high.max()) if known else 0)
    step = WIDTH / counts.size
    low, high = band.low[0], band.high[0]
    lines = tuple(
        Hour(
            at=since + place * HOUR,
            count=int(count),
            low=int(low[place]) if known and read[0, place] else None,
            high=int(high[place]) if known and read[0, place] else None,
            read=bool(read[0, place] > 0),
            alarming=bool(known and read[0, place] and count > high[place]),
            x=round(place * step, 2),
            y=round(HEIGHT * (1 - count / top), 2),
            height=round(HEIGHT * count / top, 2),
        )
        for place, count in enumerate(counts.tolist())
    )
    return Drawing(
        hours=lines,
        top=top,
        band=_points(low, high, top, step) if known else "",
        width=round(step * 0.8, 2),
        unread=tuple((one.x, round(step, 2)) for one in lines if not one.read),
        since_x=round(max(0.0, (alert.since - since) / HOUR) * step, 2),
        days=tuple(since + part * (until - since) / (DAYS_NAMED - 1) for part in range(DAYS_NAMED)),
        most=max(lines, key=lambda one: one.count),
    )


def _fit(actor: Actor, alert: Alert, since: datetime) -> volume.Fit:
    """Return what was usual: by the model that the rules keep, else by one of the weeks before."""
    assert alert.watch_id is not None
    standing = Standing.objects.filter(pk=actor.organisation_id).first()
    keenness = alert.rule.keenness if alert.rule else Keenness.USUAL
    kept = standing.volume.get(keenness) if standing else None
    if kept is None or alert.watch_id not in kept["watches"]:
        return volume.fit(actor, watches=[alert.watch_id], until=since, keenness=Keenness(keenness))
    return volume.Fit.from_data(kept["fit"]).of_watch(alert.watch_id)


def _points(low: NDArray[np.int64], high: NDArray[np.int64], top: int, step: float) -> str:
    """Return the outline of the band: forth along its upper edge, back along the lower."""
    forth = [(x * step, edge) for p, edge in enumerate(high.tolist()) for x in (p, p + 1)]
    edges = list(enumerate(low.tolist()))
    back = [(x * step, edge) for p, edge in reversed(edges) for x in (p + 1, p)]
    return " ".join(f"{x:.1f},{HEIGHT * (1 - v / top):.1f}" for x, v in (*forth, *back))
