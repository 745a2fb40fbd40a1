"""Intervals of sums over campaigns, and how sure it is that a sum lies above nought.

Campaigns are few and skewed: most bring little, one brings much. Student's t then misses too
often, nearly always because the truth lies higher. Hall's transformation takes the skew out; it has
a closed form, so a slider can ask for hundreds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from auscult.engine.returns.columns import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A figure with its interval; without one where none may be given.

    Attributes
    ----------
    value : float
    low, high : float or None
    """

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class _Spread:
    """A sum, its standard error, its skew over the root of how many, and how many."""

    total: float
    error: float
    skew: float
    count: int


def _spread(amounts: Floats) -> _Spread:
    count = len(amounts)
    away = amounts - amounts.mean()
    deviation = float(np.sqrt((away**2).mean()))
    if deviation <= 1e-12 * float(np.abs(amounts).max(initial=0)):
        return _Spread(float(amounts.sum()), 0.0, 0.0, count)
    # A sample's skew is too small on the mean; this is what spreadsheets correct it to.
    skew = float((away**3).mean()) / deviation**3 * np.sqrt(count * (count - 1)) / (count - 2)
    error = deviation * count / np.sqrt(count - 1)
    return _Spread(float(amounts.sum()), float(error), skew / np.sqrt(count), count)


def span_of_sum(amounts: Floats, level: float) -> Span:
    """Give a sum and its interval.

    Parameters
    ----------
    amounts : array of float, shape (campaigns,)
        At least three.
    level : float
        How often the interval is meant to hold. A nominal 0.90 held 0.89 to 0.90 times in a world as
        skewed as waiting times, and 0.85 to 0.88 where a fifth of them brings three fifths of it
        (Student's t 0.80 to 0.87); see docs/explanation/returns.md.

    References
    ----------
    P. Hall, *On the removal of skewness by transformation*, Journal of the Royal Statistical
    Society B 54 (1992).
    """
    spread = _spread(amounts)
    t = float(stdtrit(spread.count - 1, 0.5 + level / 2))
    return Span(
        value=spread.total,
        low=spread.total - _skewed(t, spread.skew) * spread.error,
        high=spread.total - _skewed(-t, spread.skew) * spread.error,
    )


def chance_above_nought(amounts: Floats) -> float:
    """Say how sure it is that the sum of campaigns like these lies above 0, from 0 to 1.

    It is the level of the interval of one side that just touches 0, so that it agrees with
    `span_of_sum`.
    """
    spread = _spread(amounts)
    if spread.error == 0:
        return float(np.heaviside(spread.total, 0.5))
    t = spread.total / spread.error
    a = spread.skew
    return float(stdtr(spread.count - 1, t + a * t**2 / 3 + a**2 * t**3 / 27 + a / 6))


def _skewed(t: float, a: float) -> float:
    """Undo the transformation that takes the skew out."""
    if abs(a) < 1e-9:
        return t
    return float(3 / a * (np.cbrt(1 + a * (t - a / 6)) - 1))
