"""Drawings with a row for each thing: how a cost adds up, and figures with their intervals.

In a page (with `returns.css`, which `returns/frame.html` loads)::

    waterfall([Bar(name="labour", start=0, end=400), ...])
    {% include "returns/parts/board_waterfall.html" with waterfall=waterfall currency="EUR" only %}

    intervals([Row(name="television", value=60, low=40, high=95), ...])
    {% include "returns/parts/board_intervals.html" with intervals=intervals unit="EUR" only %}

Both show names and numbers as a list, which needs no eyes, and a table below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auscult.web.returns.drawing_scale import Axis, axis

FARTHEST = 3.0  # times the largest value, before an interval is cut at the edge
THINNEST = 4.0  # units of a bar that would otherwise not be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A step of a sum, from where it begins to where it ends; `given`: time nobody pays for."""

    name: str
    start: float
    end: float
    given: bool = False
    address: str = ""

    @property
    def amount(self) -> float:
        """What the step adds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBar:
    """A step and where it is drawn; `total`: not a step, but the sum of those before."""

    bar: Bar
    x: float
    width: float
    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """How a cost adds up, one row for each step."""

    rows: tuple[DrawnBar, ...]
    axis: Axis


def waterfall(bars: Sequence[Bar], *, paid: str = "", in_all: str = "") -> Waterfall:
    """Return the drawing of a sum.

    Parameters
    ----------
    bars : sequence of Bar
        What is paid first, then what is given.
    paid, in_all : str
        Names of the rows with the sum of what is paid, and with what is given; empty: left out.
    """
    scale = axis(end for one in bars for end in (one.start, one.end))
    rows = [_bar(scale, one) for one in bars if not one.given]
    given = [_bar(scale, one) for one in bars if one.given]
    if paid and rows:
        rows.append(_total(scale, paid, rows[-1].bar.end))
    if in_all and given:
        given.append(_total(scale, in_all, given[-1].bar.end))
    return Waterfall(rows=(*rows, *given), axis=scale)


def _bar(scale: Axis, bar: Bar) -> DrawnBar:
    width = round(scale.x(bar.end) - scale.x(bar.start), 1)
    return DrawnBar(bar=bar, x=scale.x(bar.start), width=max(width, THINNEST if bar.amount else 0))


def _total(scale: Axis, name: str, end: float) -> DrawnBar:
    bar = Bar(name=name, start=0.0, end=end)
    return DrawnBar(bar=bar, x=0.0, width=max(scale.x(end), THINNEST), total=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure with its interval.

    Attributes
    ----------
    value : float or None
        None where there is none: `said` says why.
    low, high : float or None
        None where there is no such bound.
    unbounded : bool
        There is an interval, and it has no upper end.
    own : bool
        Stands out: it is what the page is about.
    said : str
        Beside it, in words.
    address : str
        Where its evidence is.
    """

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    unbounded: bool = False
    own: bool = False
    said: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRow:
    """A figure and where it is drawn.

    Attributes
    ----------
    x : float or None
        The value; None: there is none.
    low_x, width : float
        The interval; a width of 0: there is none.
    beyond : bool
        The interval goes on beyond the right edge.
    """

    row: Row
    x: float | None
    low_x: float
    width: float
    beyond: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Figures beside each other on one scale."""

    rows: tuple[DrawnRow, ...]
    axis: Axis


def intervals(rows: Sequence[Row]) -> Intervals:
    """Return the drawing of figures side by side, 0 on the scale.

    Intervals that would make all others small are cut at the right edge, and say so.
    """
    values = [one.value for one in rows if one.value is not None]
    edges = [end for one in rows for end in (one.low, one.high) if end is not None]
    most = FARTHEST * max((abs(one) for one in values), default=0.0)
    kept = [one for one in edges if abs(one) <= most] if most else edges
    cut = [most] if most and any(one > most for one in edges) else []
    scale = axis([*values, *kept, *cut])
    return Intervals(rows=tuple(_row(scale, one) for one in rows), axis=scale)


def _row(scale: Axis, row: Row) -> DrawnRow:
    high = scale.high if row.unbounded and row.low is not None else row.high
    low = row.low if row.low is not None else high
    if low is None or high is None:
        low = high = scale.low
    return DrawnRow(
        row=row,
        x=None if row.value is None else scale.x(row.value),
        low_x=scale.x(low),
        width=round(scale.x(high) - scale.x(low), 1),
        beyond=(row.unbounded and row.low is not None) or high > scale.high,
    )
