"""What other draws would have shown: p values and intervals without any model, in closed form.

If the effect is exactly t, taking it back leaves numbers to which it doesn't matter who had the
campaign; then each draw that might have been is as likely as the one that was. A draw j would have
shown a[j] - t * b[j], where the actual one shows a[0] - t; the two are equally far from nought at two
values of t, and between them draw j is the more extreme. So the p value of every t is known at
once, and the effects that aren't rejected are an interval (Fisher, *The design of experiments*, 1935;
Rosenbaum, *Observational studies*, 2002, 2.4).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from auscult.engine.returns.intervention.panel import Floats

Flags = NDArray[np.bool_]

MOST = 5000  # draws; fewer possible ones are all gone through
_TIE = 1e-9  # of the largest difference: what differs by less is the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a draw showed, beside what others would have.

    Attributes
    ----------
    middle : float
        Treated less others.
    low, high : float
        The constant effects that aren't rejected; infinite where no effect is.
    p : float
        Of no effect, on both sides.
    draws : int
    least : float
        The smallest p value that these draws can give.
    """

    middle: float
    low: float
    high: float
    p: float
    draws: int
    least: float


def contrasts(groups: NDArray[np.intp], treated: Flags, rng: np.random.Generator) -> Floats:
    """Give the weights of the actual draw, and of those that might have been.

    Parameters
    ----------
    groups : array of int, shape (units,)
        Drawn is within each group (a pair, a stratum; 0 for all), always as many as were.
    treated : array of bool, shape (units,)
    rng : Generator
        Used only where there are more than 5,000 draws.

    Returns
    -------
    array of float, shape (draws, units)
        Treated less others within each group, groups by their size; the actual draw first.
    """
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    counts = [int(treated[one].sum()) for one in members]
    every = math.prod(
        math.comb(one.size, count) for one, count in zip(members, counts, strict=True)
    )
    draws = _all(members, counts) if every <= MOST else _some(members, counts, rng)
    actual = treated.tobytes()
    # Of all draws the actual one is one; of some, it may come again.
    others = [draw for draw in draws if every > MOST or draw.tobytes() != actual]
    return _weights(np.array([treated, *others]), members)


def judge(values: Floats, treated: Flags, weights: Floats, level: float) -> Judged:
    """Judge an outcome of each unit.

    Parameters
    ----------
    values : array of float, shape (units,)
    treated : array of bool, shape (units,)
    weights : array of float, shape (draws, units)
        From `contrasts`.
    level : float
        How often the interval may miss.
    """
    shown, moved = weights @ values, weights @ treated
    tie = _TIE * float(np.abs(shown).max())
    with np.errstate(divide="ignore", invalid="ignore"):
        one = (shown[0] - shown) / (1 - moved)
        other = (shown[0] + shown) / (1 + moved)
    # A draw that is the actual one, or its mirror, is as extreme whatever the effect.
    always = (1 - np.abs(moved)) < _TIE
    low = np.where(always, -np.inf, np.minimum(one, other) - tie)
    high = np.where(always, np.inf, np.maximum(one, other) + tie)
    passed = math.floor(level * len(shown) + _TIE)
    return Judged(
        middle=float(shown[0]),
        low=float(np.sort(low)[passed]),
        high=float(np.sort(high)[::-1][passed]),
        p=float(((low <= 0) & (high >= 0)).mean()),
        draws=len(shown),
        least=float(always.mean()),
    )


def _all(members: Sequence[NDArray[np.intp]], counts: Sequence[int]) -> Iterator[Flags]:
    units = sum(one.size for one in members)
    choices = [combinations(one, count) for one, count in zip(members, counts, strict=True)]
    for chosen in product(*choices):
        draw = np.zeros(units, bool)
        draw[[unit for group in chosen for unit in group]] = True
        yield draw


def _some(
    members: Sequence[NDArray[np.intp]], counts: Sequence[int], rng: np.random.Generator
) -> Iterator[Flags]:
    units = sum(one.size for one in members)
    for _ in range(MOST - 1):
        draw = np.zeros(units, bool)
        for one, count in zip(members, counts, strict=True):
            draw[rng.permutation(one)[:count]] = True
        yield draw


def _weights(draws: Flags, members: Sequence[NDArray[np.intp]]) -> Floats:
    weights = np.zeros(draws.shape)
    for one in members:
        inside = draws[:, one]
        count = inside[0].sum()
        share = one.size / draws.shape[1]
        weights[:, one] = np.where(inside, share / count, -share / (one.size - count))
    return weights
