"""Ratios whose denominator may be nought, with intervals that say so when they have no end.

References
----------
E. C. Fieller, *Some problems in interval estimation*, Journal of the Royal Statistical Society B 16
(1954); B. Efron and R. Tibshirani, *An Introduction to the Bootstrap* (1993), for the bootstrap-t.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from scipy.special import stdtrit

from auscult.engine.returns.campaigns import LEVEL, Campaigns, Worth, check_enough, check_level
from auscult.engine.returns.columns import Floats
from auscult.engine.returns.reasons import Reason, Why

MOST_UNDEFINED = 0.01  # of bootstrap samples, before no interval is given
DRAWS = 2000


class Bound(StrEnum):
    """What an interval is like."""

    BOTH = "bounded"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    NONE = "without bounds"
    UNDEFINED = "undefined"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A ratio of sums over campaigns.

    Attributes
    ----------
    value : float or None
        None where the denominator is 0. Never infinite.
    low, high : float or None
        None where there is no such bound.
    bound : Bound
    reasons : tuple of Reason
    """

    value: float | None
    low: float | None
    high: float | None
    bound: Bound
    reasons: tuple[Reason, ...] = ()


def point(numerator: Floats, denominator: Floats, *, reason: Reason) -> Ratio:
    """Give a ratio whose interval is refused, or that isn't defined: nothing is below the line."""
    below = float(denominator.sum())
    if below <= 0:
        return Ratio(value=None, low=None, high=None, bound=Bound.UNDEFINED, reasons=(reason,))
    return Ratio(
        value=float(numerator.sum()) / below,
        low=None,
        high=None,
        bound=Bound.REFUSED,
        reasons=(reason,),
    )


def fieller(numerator: Floats, denominator: Floats, level: float = LEVEL) -> Ratio:
    """Give the ratio of two sums with Fieller's interval.

    All ratios are in it that a t test of "numerator - ratio x denominator is 0 on the mean" doesn't
    reject. Where the denominator can't be told from 0 there is no upper end.

    Parameters
    ----------
    numerator, denominator : array of float, shape (campaigns,)
        At least two.
    level : float
        How often the interval is meant to hold.

    Returns
    -------
    Ratio
        Undefined where the sum of the denominator is 0.

    Examples
    --------
    >>> brought, spent = np.array([3.0, 5, 4, 6, 5, 4, 6, 7]), np.array([30.0, 52, 41, 60, 48, 39, 61, 72])
    >>> found = fieller(brought, spent)
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (0.0993, 0.0975, 0.1012)
    """
    below = float(denominator.sum())
    if below == 0:
        return point(numerator, denominator, reason=Reason(why=Why.NO_BOUND))
    # In units of the largest, so that neither's currency matters.
    top, bottom = float(np.abs(numerator).max()) or 1.0, float(np.abs(denominator).max())
    x, y = numerator / top, denominator / bottom
    n = len(x)
    k = float(stdtrit(n - 1, 0.5 + level / 2)) ** 2 / n
    (xx, xy), (_, yy) = np.cov(x, y)
    a = float(y.mean() ** 2 - k * yy)
    b = float(x.mean() * y.mean() - k * xy)
    d = float(x.mean() ** 2 - k * xx)
    value = float(numerator.sum()) / below
    unit = top / bottom
    root = float(np.sqrt(max(b * b - a * d, 0)))
    if a > 0:
        # The estimate is inside, whatever rounding says of a root of nought.
        low, high = unit * (b - root) / a, unit * (b + root) / a
        return Ratio(value=value, low=min(low, value), high=max(high, value), bound=Bound.BOTH)
    if d <= 0 or a == 0:
        return _unbounded(value)
    # The numerator can be told from 0, the denominator can't: the ratio lies beyond one root.
    return _one_sided(value, unit * (b - np.sign(value) * root) / a)


def _unbounded(value: float) -> Ratio:
    reasons = (Reason(why=Why.NO_BOUND),)
    return Ratio(value=value, low=None, high=None, bound=Bound.NONE, reasons=reasons)


def _one_sided(value: float, end: float) -> Ratio:
    end = float(end)
    if value > 0:
        reasons = (Reason(why=Why.AT_LEAST, numbers=(("low", end),)),)
        return Ratio(value=value, low=end, high=None, bound=Bound.AT_LEAST, reasons=reasons)
    reasons = (Reason(why=Why.AT_MOST, numbers=(("high", end),)),)
    return Ratio(value=value, low=None, high=end, bound=Bound.AT_MOST, reasons=reasons)


def bootstrap_t(
    numerator: Floats,
    denominator: Floats,
    *,
    rng: np.random.Generator,
    level: float = LEVEL,
    draws: int = DRAWS,
) -> Ratio:
    """Give the ratio of two sums with a studentised bootstrap's interval, on the scale of logarithms.

    A second opinion beside Fieller's: it follows the skew, and it can't see that there is no upper
    end. So it isn't given (`Bound.NONE`) where more than one sample in a hundred has no cost or
    nothing gained at all.

    Parameters
    ----------
    numerator, denominator : array of float, shape (campaigns,)
        Sums above 0.
    rng : numpy.random.Generator
    level : float
    draws : int
        Samples of campaigns.
    """
    value = float(numerator.sum() / denominator.sum())
    count = len(numerator)
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=draws).astype(np.float64)
    top, bottom = drawn @ numerator, drawn @ denominator
    defined = (top > 0) & (bottom > 0)
    if value <= 0 or (~defined).mean() > MOST_UNDEFINED:
        return _unbounded(value)
    products = [numerator**2, numerator * denominator, denominator**2]
    ratios = top[defined] / bottom[defined]
    errors = _log_error(ratios, [drawn[defined] @ one for one in products], top[defined])
    error = _log_error(np.array(value), [one.sum() for one in products], numerator.sum())
    moved = errors > 0
    t = np.log(ratios[moved] / value) / errors[moved]
    lower, upper = np.quantile(t, [0.5 - level / 2, 0.5 + level / 2]) if moved.any() else (0, 0)
    return Ratio(
        value=value,
        low=float(value * np.exp(-upper * error)),
        high=float(value * np.exp(-lower * error)),
        bound=Bound.BOTH,
    )


def _log_error(ratios: Floats, squares: list[Floats], top: Floats) -> Floats:
    """Give the standard error of the logarithm of each ratio (delta method)."""
    xx, xy, yy = squares
    return np.asarray(np.sqrt(np.maximum(xx - 2 * ratios * xy + ratios**2 * yy, 0)) / top)


def cost_per_outcome(campaigns: Campaigns, *, level: float = LEVEL) -> Ratio:
    """Give what an outcome cost, with Fieller's interval.

    Raises
    ------
    Correctable
        There is too little for an interval.
    """
    check_level(level)
    check_enough(campaigns)
    return _floored(fieller(campaigns.cost, campaigns.outcomes, level))


def outcomes_per_1000(campaigns: Campaigns, *, level: float = LEVEL) -> Ratio:
    """Give how many outcomes 1,000 of the currency brought.

    Raises
    ------
    Correctable
        There is too little for an interval.
    """
    check_level(level)
    check_enough(campaigns)
    if not campaigns.cost.any():
        return _cost_zero(campaigns)
    return fieller(1000 * campaigns.outcomes, campaigns.cost, level)


def return_on_investment(
    campaigns: Campaigns,
    worth: Worth | None = None,
    *,
    level: float = LEVEL,
    rng: np.random.Generator | None = None,
) -> Ratio:
    """Give (gain - cost) / cost.

    Parameters
    ----------
    campaigns : Campaigns
    worth : Worth, optional
        Needed unless the campaigns have amounts.
    level : float
    rng : numpy.random.Generator, optional
        Then by a bootstrap, else by Fieller.

    Returns
    -------
    Ratio
        Undefined where nothing was spent, with what it brought.

    Raises
    ------
    Correctable
        There is too little for an interval, or no value.
    """
    check_level(level)
    gain = campaigns.gain(worth)
    if not campaigns.cost.any():
        return _cost_zero(campaigns)
    check_enough(campaigns)
    if rng is not None:
        return less_one(bootstrap_t(gain, campaigns.cost, rng=rng, level=level))
    return less_one(fieller(gain, campaigns.cost, level))


def _cost_zero(campaigns: Campaigns) -> Ratio:
    return point(campaigns.outcomes, campaigns.cost, reason=cost_zero(campaigns))


def cost_zero(campaigns: Campaigns) -> Reason:
    """Say what campaigns without cost brought."""
    brought = float(campaigns.outcomes.sum())
    return Reason(why=Why.COST_ZERO, numbers=(("outcomes", brought),))


def less_one(ratio: Ratio) -> Ratio:
    """Make gain / cost into (gain - cost) / cost."""
    low, high = _less(ratio.low), _less(ratio.high)
    reasons = tuple(
        replace(one, numbers=tuple((name, number - 1) for name, number in one.numbers))
        if one.why in {Why.AT_LEAST, Why.AT_MOST}
        else one
        for one in ratio.reasons
    )
    return replace(ratio, value=_less(ratio.value), low=low, high=high, reasons=reasons)


def _less(number: float | None) -> float | None:
    return None if number is None else number - 1


def _floored(ratio: Ratio) -> Ratio:
    """Take from the interval what can't be: a cost below 0."""
    return ratio if ratio.low is None else replace(ratio, low=max(ratio.low, 0.0))
