"""Scales of the room's drawings: from values to a drawing's own units, with round numbers on it.

One style for all of them: a drawing is `WIDTH` by `HEIGHT` units, stretched to the room it gets, and
its texts stand beside it in HTML, so that they stay readable on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000.0, 100.0
MOST_TICKS = 5
ROUND = (1.0, 2.0, 5.0, 10.0)
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A scale from its lowest to its highest value.

    Attributes
    ----------
    low, high : float
    ticks : tuple of float
        Round values within it, the lowest first.
    """

    low: float
    high: float
    ticks: tuple[float, ...]

    def share(self, value: float) -> float:
        """Return how far along a value stands, from 0 to 1; one that lies outside, at the end."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    def x(self, value: float) -> float:
        """Return where a value stands from left to right."""
        return round(WIDTH * self.share(value), 1)

    def y(self, value: float) -> float:
        """Return where a value stands from top to bottom."""
        return round(HEIGHT * (1 - self.share(value)), 1)

    def holds(self, value: float) -> bool:
        """Return whether a value lies on the scale."""
        return self.low <= value <= self.high

    @property
    def named(self) -> tuple[tuple[float, float], ...]:
        """The ticks with where they stand from left to right."""
        return tuple((one, self.x(one)) for one in self.ticks)


def axis(values: Iterable[float], *, nought: bool = True) -> Axis:
    """Return a scale that holds all values and ends at round ones.

    Parameters
    ----------
    values : iterable of float
        Finite.
    nought : bool
        Whether 0 stands on it.

    Examples
    --------
    >>> axis([3.0, 87.0]).ticks
    (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)
    """
    known = [*values, *([0.0] if nought else [])] or [0.0]
    low, high = min(known), max(known)
    if low == high:
        low, high = (low - 1, high + 1) if low else (0.0, 1.0)
    step = _step((high - low) / MOST_TICKS)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(float(round(at * step, 12)) for at in range(first, last + 1))
    return Axis(low=ticks[0], high=ticks[-1], ticks=ticks)


def _step(least: float) -> float:
    """Return the smallest round number that isn't below one."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * one for one in ROUND if power * one >= least * (1 - 1e-9))


def points(pairs: Iterable[Point]) -> str:
    """Return points as SVG has them."""
    return " ".join(f"{x:g},{y:g}" for x, y in pairs)


def band(across: Axis, up: Axis, rows: Sequence[tuple[float, float, float]]) -> str:
    """Return an outline of (x, low, high): forth along the upper edge, back along the lower."""
    forth = [(across.x(x), up.y(high)) for x, _low, high in rows]
    back = [(across.x(x), up.y(low)) for x, low, _high in reversed(rows)]
    return points([*forth, *back])


def line(across: Axis, up: Axis, rows: Iterable[Point]) -> str:
    """Return a line through (x, y)."""
    return points((across.x(x), up.y(y)) for x, y in rows)
