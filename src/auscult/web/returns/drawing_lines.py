"""Drawings with lines: how one value follows another, and an effect over time.

In a page (with `returns.css`, which `returns/frame.html` loads)::

    curve([Step(x=0, y=0.1), Step(x=10, y=0.9, low=.., high=..)], top=1.0)
    {% include "returns/parts/board_curve.html" with curve=curve name=... across=... up=... percent=True caption=... only %}

for the acceptability curve (y a share from 0 to 1, `percent`), for marginal curves (with low and
high) and for the return as investment falls. ::

    effect([Day(day=date, seen=12, expected=9, low=7, high=11), ...], began=date)
    {% include "returns/parts/board_effect.html" with effect=effect name=... unit=... caption=... only %}

for what was seen beside what would have been without it. Each has its table below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from auscult.web.returns.drawing_scale import Axis, axis, band, line

MOST_ROWS = 14  # of the table beside a drawing of days
DAYS_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A value that follows another, with its interval where there is one."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How one value follows another.

    Attributes
    ----------
    line : str
    band : str
        Outline of the intervals; empty without.
    mark_x : float or None
        Where an upright line stands: a value in use.
    """

    steps: tuple[Step, ...]
    line: str
    band: str
    across: Axis
    up: Axis
    mark: float | None
    mark_x: float | None
    zero_y: float


def curve(steps: Sequence[Step], *, top: float | None = None, mark: float | None = None) -> Curve:
    """Return the drawing of a curve.

    Parameters
    ----------
    steps : sequence of Step
        By `x`, at least one.
    top : float, optional
        Where the scale ends; else at the highest value.
    mark : float, optional
        A value of `x` that is in use; not drawn where it lies outside.
    """
    ends = [one for step in steps for one in (step.low, step.high) if one is not None]
    across = axis((step.x for step in steps), nought=False)
    across = Axis(low=steps[0].x, high=max(steps[-1].x, steps[0].x + 1e-9), ticks=across.ticks)
    up = axis([*(step.y for step in steps), *ends, *([] if top is None else [top])])
    inside = mark is not None and across.holds(mark)
    rows = [
        (step.x, step.low, step.high)
        for step in steps
        if step.low is not None and step.high is not None
    ]
    return Curve(
        steps=tuple(steps),
        line=line(across, up, [(step.x, step.y) for step in steps]),
        band=band(across, up, rows),
        across=across,
        up=up,
        mark=mark,
        mark_x=across.x(mark) if inside and mark is not None else None,
        zero_y=up.y(0.0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What was seen on a day, and what would have been without it, with its interval."""

    day: date
    seen: float | None
    expected: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def more(self) -> float | None:
        """What was seen above what would have been."""
        if self.seen is None or self.expected is None:
            return None
        return self.seen - self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """An effect over time.

    Attributes
    ----------
    seen, expected, band : str
        Lines, and the outline of where the expected one lies.
    began_x : float
        Since when there could be an effect.
    rows : tuple of Day
        Some of the days, the last one among them, oldest first: the table.
    """

    seen: str
    expected: str
    band: str
    began: date
    began_x: float
    days: tuple[date, ...]
    up: Axis
    rows: tuple[Day, ...]


def effect(days: Sequence[Day], *, began: date) -> Effect:
    """Return the drawing of an effect over time.

    Parameters
    ----------
    days : sequence of Day
        By day, at least one; days may be missing.
    began : date
        The first day on which there could be an effect.
    """
    first, span = days[0].day, max((days[-1].day - days[0].day).days, 1)
    across = Axis(low=0.0, high=float(span), ticks=())
    known = [(float((one.day - first).days), one) for one in days]
    values = [
        value
        for one in days
        for value in (one.seen, one.expected, one.low, one.high)
        if value is not None
    ]
    up = axis(values)
    rows = [
        (x, one.low, one.high) for x, one in known if one.low is not None and one.high is not None
    ]
    every = -(-len(days) // MOST_ROWS)
    return Effect(
        seen=line(across, up, [(x, one.seen) for x, one in known if one.seen is not None]),
        expected=line(
            across, up, [(x, one.expected) for x, one in known if one.expected is not None]
        ),
        band=band(across, up, rows),
        began=began,
        began_x=across.x((began - first).days),
        days=tuple(
            first + timedelta(days=round(part * span / (DAYS_NAMED - 1)))
            for part in range(DAYS_NAMED)
        ),
        up=up,
        rows=tuple(days[::-1][::every][::-1]),
    )
