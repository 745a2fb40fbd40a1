"""Effects with their intervals, and evidence over time, in a drawing's own units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from auscult.engine.planning.claims import Finding

WIDTH, HEIGHT = 1000.0, 100.0
FARTHEST = 4.0  # times as much, or as little, that a drawing shows
MOST_ROWS = 12  # of the table beside the drawing


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """An interval on a scale of ratios; what lies outside is cut at its edge.

    Attributes
    ----------
    low_x, width : str
        The interval.
    ratio_x : str
        The estimate.
    none_x, worth_x : str
        No difference, and what would be worthwhile.
    """

    low_x: str
    width: str
    ratio_x: str
    none_x: str
    worth_x: str


def effect(finding: Finding) -> Effect | None:
    """Return the drawing of an effect; None where nothing could be compared."""
    if finding.ratio is None:
        return None
    low = _x(finding.low if finding.low is not None else 1 / FARTHEST)
    high = _x(finding.high if finding.high is not None else FARTHEST)
    return Effect(
        low_x=f"{low:.1f}",
        width=f"{max(high - low, 2.0):.1f}",
        ratio_x=f"{_x(finding.ratio):.1f}",
        none_x=f"{_x(1.0):.1f}",
        worth_x=f"{_x(finding.worthwhile):.1f}",
    )


def _x(ratio: float) -> float:
    held = min(max(ratio, 1 / FARTHEST), FARTHEST)
    return WIDTH * (math.log(held) / math.log(FARTHEST) + 1) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one would have seen on a day: how many times likelier with an effect than without."""

    day: date
    more: float
    less: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Evidence over time, drawn by its logarithm.

    Attributes
    ----------
    enough : float
        The evidence from which chance no longer explains it, for this many claims.
    more, less : str
        Lines: that these posts get more; that they get less.
    rows : tuple of Look
        Some of the points, the last one among them, newest first.
    """

    enough: float
    enough_y: str
    more: str
    less: str
    first: date
    last: date
    rows: tuple[Look, ...]


def evidence(looks: Sequence[Sequence[float]], level: float) -> Evidence | None:
    """Return the drawing of evidence; None where there are less than two looks."""
    if len(looks) < 2:
        return None
    enough = math.log(2 / level)
    values = [value for _at, *both in looks for value in both]
    top, bottom = max(*values, enough) + 0.5, min(*values, 0.0) - 0.5
    start, end = looks[0][0], looks[-1][0]

    def y(value: float) -> float:
        return HEIGHT * (top - value) / (top - bottom)

    def line(column: int) -> str:
        span = max(end - start, 1)
        return " ".join(
            f"{WIDTH * (one[0] - start) / span:.1f},{y(one[column]):.1f}" for one in looks
        )

    every = -(-len(looks) // MOST_ROWS)
    return Evidence(
        enough=math.exp(enough),
        enough_y=f"{y(enough):.1f}",
        more=line(1),
        less=line(2),
        first=_day(start),
        last=_day(end),
        rows=tuple(
            Look(day=_day(at), more=_times(more), less=_times(less))
            for at, more, less in looks[::-1][::every]
        ),
    )


def _times(logarithm: float) -> float:
    return math.exp(min(logarithm, 30.0))


def _day(microseconds: float) -> date:
    return datetime.fromtimestamp(microseconds / 1e6, UTC).date()
