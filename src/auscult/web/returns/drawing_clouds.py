"""Drawings of what the data allow: the cost-effectiveness plane, and prior against posterior.

In a page (with `returns.css`, which `returns/frame.html` loads)::

    plane(outcomes, cost, name="television")     # draws: what ours brought and cost more
    {% include "returns/parts/board_plane.html" with plane=plane currency="EUR" only %}

    densities(prior, posterior)                  # draws of one parameter
    {% include "returns/parts/board_densities.html" with densities=densities name=... unit=... only %}
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auscult.web.returns.drawing_scale import HEIGHT, WIDTH, Axis, Point, axis, points

MOST_DOTS = 250
BINS = 40
SMOOTHED = (1.0, 2.0, 3.0, 2.0, 1.0)  # weights of a bin and its neighbours
INSIDE = 0.005  # of the draws at each end, which would make the rest small


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """The cost-effectiveness plane, seen from the other way.

    Attributes
    ----------
    dots : str
        A path with a dot for each draw.
    zero_x, zero_y : float
        As many outcomes; the same cost.
    more_for_less, more_for_more, less_for_less, less_for_more : float
        How many of 100 draws lie in each quarter.
    """

    name: str
    dots: str
    across: Axis
    up: Axis
    zero_x: float
    zero_y: float
    more_for_less: float
    more_for_more: float
    less_for_less: float
    less_for_more: float


def plane(outcomes: Sequence[float], cost: Sequence[float], *, name: str) -> Plane:
    """Return the drawing of a plane.

    Parameters
    ----------
    outcomes, cost : sequence of float
        Draws of what ours brought and cost more than the other, as many of one as of the other.
    name : str
        Of the other way.
    """
    across, up = axis(_inner(outcomes)), axis(_inner(cost))
    every = -(-len(outcomes) // MOST_DOTS)
    pairs = list(zip(outcomes, cost, strict=True))
    return Plane(
        name=name,
        dots=_dots((across.x(x), up.y(y)) for x, y in pairs[::every]),
        across=across,
        up=up,
        zero_x=across.x(0.0),
        zero_y=up.y(0.0),
        more_for_less=_of_100(pairs, more=True, less=True),
        more_for_more=_of_100(pairs, more=True, less=False),
        less_for_less=_of_100(pairs, more=False, less=True),
        less_for_more=_of_100(pairs, more=False, less=False),
    )


def _of_100(pairs: Sequence[Point], *, more: bool, less: bool) -> float:
    there = sum((x >= 0) == more and (y <= 0) == less for x, y in pairs)
    return 100 * there / len(pairs)


def _dots(pairs: Iterable[Point]) -> str:
    return " ".join(f"M{x:g} {y:g}h0" for x, y in pairs)


def _inner(values: Sequence[float]) -> list[float]:
    """Return the lowest and the highest value but for the outermost draws."""
    ordered = sorted(values)
    off = int(INSIDE * len(ordered))
    return [ordered[off], ordered[-1 - off]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Draws of a parameter in three numbers: the middle one, and the ends of 90 of 100."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Densities:
    """What was believed before the data, and what after."""

    prior: str
    posterior: str
    across: Axis
    before: Known
    after: Known


def densities(prior: Sequence[float], posterior: Sequence[float]) -> Densities:
    """Return the drawing of a parameter's prior and posterior.

    Parameters
    ----------
    prior, posterior : sequence of float
        Draws, at least one of each.
    """
    across = axis([*_inner(prior), *_inner(posterior)], nought=False)
    heights = [_heights(draws, across) for draws in (prior, posterior)]
    highest = max(max(one) for one in heights)
    before, after = (_outline(one, highest) for one in heights)
    return Densities(
        prior=before,
        posterior=after,
        across=across,
        before=_known(prior),
        after=_known(posterior),
    )


def _heights(draws: Sequence[float], across: Axis) -> list[float]:
    """Return how much of the draws lies in each bin, smoothed a little."""
    counts = [0.0] * BINS
    for one in draws:
        if across.holds(one):
            counts[min(int(across.share(one) * BINS), BINS - 1)] += 1 / len(draws)
    half = len(SMOOTHED) // 2
    return [
        sum(
            weight * counts[at + away]
            for away, weight in zip(range(-half, half + 1), SMOOTHED, strict=True)
            if 0 <= at + away < BINS
        )
        for at in range(BINS)
    ]


def _outline(heights: Sequence[float], highest: float) -> str:
    tops = [
        (round(WIDTH * (at + 0.5) / BINS, 1), round(HEIGHT * (1 - 0.95 * one / highest), 1))
        for at, one in enumerate(heights)
    ]
    return points([(tops[0][0], HEIGHT), *tops, (tops[-1][0], HEIGHT)])


def _known(draws: Sequence[float]) -> Known:
    ordered = sorted(draws)
    last = len(ordered) - 1
    middle, low, high = (ordered[round(share * last)] for share in (0.5, 0.05, 0.95))
    return Known(middle=middle, low=low, high=high)
