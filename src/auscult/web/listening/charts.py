"""The geometry of charts: counts in, places in a drawing out; templates draw them as SVG.

Drawings are WIDTH by HEIGHT units and are stretched to the room that the page gives them.
All numbers are written with a point, whatever the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

WIDTH = 1000.0
HEIGHT = 100.0
LABELS = 4  # about so many dates under a chart fit a telephone
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """`count` mentions in the period that begins at `start`."""

    start: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Nothing was read from `since` to `until`, for `reason`."""

    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A rectangle from the ground up, in units of the drawing, as SVG attributes."""

    x: str
    y: str
    width: str
    height: str
    count: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Hatch:
    """A gap over the whole height of the drawing."""

    x: str
    width: str
    gap: Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A chart of counts, oldest first, with what could not be read.

    Attributes
    ----------
    since, until : datetime or None
        What it spans; None for one without periods.
    """

    bars: tuple[Bar, ...]
    hatches: tuple[Hatch, ...]
    top: int
    labels: tuple[datetime, ...]
    total: int
    highest: Count | None
    step: timedelta
    since: datetime | None
    until: datetime | None


def volume(counts: Sequence[Count], gaps: Iterable[Gap], *, step: timedelta) -> Volume:
    """Lay out `counts` (periods of length `step`, oldest first, none missing) as bars."""
    top = round_up(max((count.count for count in counts), default=0))
    slot = WIDTH / max(len(counts), 1)
    bars = tuple(
        _bar(count, x=index * slot, width=slot * 0.8, top=top)
        for index, count in enumerate(counts)
        if count.count
    )
    return Volume(
        bars=bars,
        hatches=_hatches(counts, gaps, step) if counts else (),
        top=top,
        labels=_labels(counts),
        total=sum(count.count for count in counts),
        highest=max(counts, key=lambda count: count.count, default=None),
        step=step,
        since=counts[0].start if counts else None,
        until=counts[-1].start + step if counts else None,
    )


def sparkline(counts: Sequence[int]) -> str:
    """Return the points of a polyline through `counts`, oldest first; empty for fewer than two.

    >>> sparkline([0, 5, 10])
    '0,96 500,50 1000,4'
    """
    if len(counts) < 2:
        return ""
    top = max(*counts, 1)
    slot = WIDTH / (len(counts) - 1)
    # Four units stay free above and below, for the width of the line.
    return " ".join(
        f"{_number(index * slot)},{_number(HEIGHT - 4 - count * (HEIGHT - 8) / top)}"
        for index, count in enumerate(counts)
    )


def round_up(value: int) -> int:
    """Return the next number above `value` that a scale may end with; at least 1.

    >>> [round_up(n) for n in (0, 3, 11, 26, 180)]
    [1, 3, 15, 30, 200]
    """
    power = 1
    while power * 10 < value:
        power *= 10
    return (
        next(
            whole
            for step in STEPS
            if (whole := int(step * power)) >= value and whole == step * power
        )
        if value > 1
        else 1
    )


def _bar(count: Count, *, x: float, width: float, top: int) -> Bar:
    # A single mention among thousands must not vanish.
    height = max(count.count * HEIGHT / top, 1.0)
    return Bar(
        x=_number(x),
        y=_number(HEIGHT - height),
        width=_number(width),
        height=_number(height),
        count=count,
    )


def _hatches(counts: Sequence[Count], gaps: Iterable[Gap], step: timedelta) -> tuple[Hatch, ...]:
    begin = counts[0].start
    whole = (counts[-1].start + step - begin) / timedelta(seconds=1)

    def place(moment: datetime) -> float:
        return min(max((moment - begin).total_seconds() / whole, 0.0), 1.0) * WIDTH

    spans = ((place(gap.since), place(gap.until), gap) for gap in gaps)
    return tuple(
        Hatch(x=_number(since), width=_number(until - since), gap=gap)
        for since, until, gap in spans
        if until > since
    )


def _labels(counts: Sequence[Count]) -> tuple[datetime, ...]:
    if len(counts) <= LABELS:
        return tuple(count.start for count in counts)
    places = [round(index * (len(counts) - 1) / (LABELS - 1)) for index in range(LABELS)]
    return tuple(counts[place].start for place in places)


def per_day(counts: Sequence[Count]) -> tuple[Count, ...]:
    """Add up counts of hours into days (UTC), each day once, oldest first."""
    days: dict[datetime, int] = {}
    for count in counts:
        day = count.start.replace(hour=0, minute=0, second=0, microsecond=0)
        days[day] = days.get(day, 0) + count.count
    return tuple(Count(start=day, count=total) for day, total in sorted(days.items()))


def filled(
    counts: Iterable[Count], *, since: datetime, until: datetime, step: timedelta
) -> tuple[Count, ...]:
    """Return one count for each period from `since` to before `until`, zeros put in."""
    known = {count.start: count.count for count in counts}
    periods = int((until - since) / step)
    starts = (since + index * step for index in range(periods))
    return tuple(Count(start=start, count=known.get(start, 0)) for start in starts)


def gaps_between(
    covered: Iterable[tuple[datetime, datetime]],
) -> tuple[tuple[datetime, datetime], ...]:
    """Return what lies between the stretches of `covered`, which may overlap, in any order."""
    stretches: list[tuple[datetime, datetime]] = []
    for since, until in sorted(covered):
        if stretches and since <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(until, stretches[-1][1]))
        else:
            stretches.append((since, until))
    return tuple((before[1], after[0]) for before, after in pairwise(stretches))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
