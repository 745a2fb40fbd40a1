"""How much one count differs from another, with its uncertainty.

Counts of mentions scatter more than Poisson's law says, as one post brings others. So the
counts are divided by the days' own scatter (variance by mean, at least 1; quasi-Poisson), and
of two such counts a share p of their sum is after, with Clopper and Pearson's interval of 95 %
(Biometrika 26, 1934); p / (1 - p), by the lengths of the ranges, is the ratio. With few counts
the interval is wide, so nobody takes two against one for a doubling.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

LEVEL = 0.95
LARGE = 300  # counts above which an expansion is as good as the whole function
FEWEST_DAYS = 4  # of a range, to tell its scatter


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of a count.

    Attributes
    ----------
    ratio : float or None
        Mentions a day after, by those before; None where there were none before.
    low, high : float or None
        Its interval of 95 %; `high` is None where it has no end.
    """

    before: int
    after: int
    ratio: float | None
    low: float
    high: float | None

    @property
    def is_clear(self) -> bool:
        """Whether the interval lies above or below 1."""
        return self.low > 1 or (self.high is not None and self.high < 1)


def change(before: int, after: int, *, days: tuple[int, int], scatter: float = 1.0) -> Change:
    """Return the ratio of two counts and its interval.

    Parameters
    ----------
    days : (int, int)
        How many days were counted before and after.
    scatter : float
        Of `scatter_of`, 1 or more.

    Examples
    --------
    >>> found = change(100, 150, days=(7, 7))
    >>> round(found.ratio, 2), round(found.low, 2), round(found.high, 2), found.is_clear
    (1.5, 1.16, 1.95, True)
    >>> change(1, 2, days=(7, 7)).is_clear
    False
    """
    scale = days[0] / days[1]
    first, second = before / scatter, after / scatter
    tail = (1 - LEVEL) / 2
    low = _beta_quantile(tail, second, first + 1) if after else 0.0
    high = _beta_quantile(1 - tail, second + 1, first) if before else 1.0
    return Change(
        before=before,
        after=after,
        ratio=after / before * scale if before else None,
        low=scale * low / (1 - low),
        high=scale * high / (1 - high) if high < 1 else None,
    )


def share_interval(part: int, whole: int) -> tuple[float, float]:
    """Return the interval of 95 % of a share (Clopper and Pearson), 0 to 1."""
    tail = (1 - LEVEL) / 2
    low = _beta_quantile(tail, part, whole - part + 1) if part else 0.0
    high = _beta_quantile(1 - tail, part + 1, whole - part) if part < whole else 1.0
    return low, high


def scatter_of(ranges: Sequence[npt.NDArray[np.int64]]) -> float:
    """Return by how much counts of days scatter more than Poisson's law says; at least 1."""
    terms = [
        (len(days) - 1, float(days.var(ddof=1) / days.mean()))
        for days in ranges
        if len(days) >= FEWEST_DAYS and days.any()
    ]
    weight = sum(one for one, _ in terms)
    return max(1.0, sum(one * each for one, each in terms) / weight) if weight else 1.0


def _beta_quantile(chance: float, a: float, b: float) -> float:
    """Return x where the regularised incomplete beta function is `chance`.

    By bisection; where both a and b are above LARGE by Cornish and Fisher's expansion with the
    distribution's skew, whose error is below a thousandth of the interval then.
    """
    mean, whole = a / (a + b), a + b
    deviation = math.sqrt(a * b / (whole + 1)) / whole
    if min(a, b) > LARGE:
        z = NormalDist().inv_cdf(chance)
        skew = 2 * (b - a) * math.sqrt(whole + 1) / ((whole + 2) * math.sqrt(a * b))
        return mean + deviation * (z + (z * z - 1) * skew / 6)
    low, high = 0.0, 1.0
    while high - low > 1e-4 * deviation:
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        if incomplete_beta(middle, a, b) < chance:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), for a, b > 0.

    By its continued fraction (DLMF 8.17.22), which is quick for x < (a + 1) / (a + b + 2);
    beyond, by symmetry.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return front / (a * _fraction(x, a, b))


def _fraction(x: float, a: float, b: float) -> float:
    """Return the continued fraction of I_x(a, b) by Lentz's method."""
    found, c, d = 1.0, 1.0, 0.0
    for step in range(1, 100_000):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _away_from_zero(1 + term * d)
        c = _away_from_zero(1 + term / c)
        found *= c * d
        if abs(c * d - 1) < 1e-12:
            break
    return found


def _away_from_zero(value: float) -> float:
    return value if abs(value) > 1e-300 else 1e-300
