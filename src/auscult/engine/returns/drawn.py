"""Incremental outcomes as a model or an experiment tells them: not one number, but many that fit.

`mix.results.total_draws` gives such draws for each channel; the interval of an intervention's total
stands for some (`drawn_of_interval`). Their cost is known, so that ratios need no Fieller.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.campaigns import LEVEL, Worth, check_level, check_worth
from auscult.engine.returns.columns import Floats, amounts_column
from auscult.engine.returns.ratio import Bound, Ratio
from auscult.engine.returns.reasons import Reason, Why
from auscult.engine.returns.spans import Span

POINTS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What something brought, as draws that fit the data, and what it cost.

    Attributes
    ----------
    outcomes : array of float, shape (draws,)
        Incremental; some may lie below 0.
    cost : float
        Fully loaded, 0 or more.
    currency : str

    Raises
    ------
    Correctable
        There are no draws, or a number is none.
    """

    outcomes: Floats
    cost: float
    currency: str

    def __post_init__(self) -> None:
        """Refuse what can't be."""
        amounts_column([self.cost], "cost", least=0)
        if not len(amounts_column(self.outcomes, "outcomes")):
            raise Correctable(
                "There are no draws of outcomes.",
                field="outcomes",
                code="no-draws",
                hint="Give the draws of a model, or use drawn_of_interval.",
            )

    def gain(self, worth: Worth) -> Floats:
        """Give what was brought in money, shape (draws,).

        Raises
        ------
        Correctable
            The value is in another currency, or is no `Worth`.
        """
        check_worth(worth, self.currency)
        return self.outcomes * worth.amount


def drawn_of_interval(span: Span, *, cost: float, currency: str, level: float = LEVEL) -> Drawn:
    """Make draws of a figure and its interval, evenly spaced in probability: no chance is in them.

    Below and above the figure they are as wide as the interval is there (half a normal distribution
    each), which is an approximation of whatever the interval came from.

    Parameters
    ----------
    span : Span
        Incremental outcomes with both ends.
    cost : float
    currency : str
    level : float
        Of the interval; an intervention's is 0.95 unless asked otherwise.

    Raises
    ------
    Correctable
        The interval has an end missing, or the figure lies outside it.

    Examples
    --------
    >>> found = drawn_of_interval(Span(value=40, low=30, high=60), cost=900, currency="EUR")
    >>> np.quantile(found.outcomes, [0.05, 0.5, 0.95]).round(1)
    array([30., 40., 60.])
    """
    check_level(level)
    low, high = span.low, span.high
    if low is None or high is None or not -np.inf < low <= span.value <= high < np.inf:
        raise Correctable(
            f"The outcomes are {span.value}, from {low} to {high}.",
            field="span",
            code="no-interval",
            hint="Give a figure within an interval that has both ends.",
        )
    z = np.asarray(ndtri((np.arange(POINTS) + 0.5) / POINTS), np.float64)
    wide = np.where(z < 0, span.value - low, high - span.value) / float(ndtri(0.5 + level / 2))
    return Drawn(outcomes=span.value + z * wide, cost=cost, currency=currency)


def span_of_draws(draws: Floats, level: float) -> Span:
    """Give the median of draws, as the mix does, and the range that holds so many of them."""
    low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2])
    return Span(value=float(np.median(draws)), low=float(low), high=float(high))


def drawn_over_cost(draws: Floats, drawn: Drawn, *, level: float, times: float = 1) -> Ratio:
    """Give so many times the draws, divided by the cost; undefined where there was none."""
    if not drawn.cost:
        brought = (("outcomes", float(np.median(drawn.outcomes))),)
        reasons = (Reason(why=Why.COST_ZERO, numbers=brought),)
        return Ratio(value=None, low=None, high=None, bound=Bound.UNDEFINED, reasons=reasons)
    span = span_of_draws(times * draws / drawn.cost, level)
    return Ratio(value=span.value, low=span.low, high=span.high, bound=Bound.BOTH)


def drawn_cost_per_outcome(drawn: Drawn, *, level: float) -> Ratio:
    """Give the cost divided by the outcomes; without an upper end where they may be nought."""
    span = span_of_draws(drawn.outcomes, level)
    low, high = span.low or 0.0, span.high or 0.0
    if high <= 0:
        reasons = (Reason(why=Why.NO_OUTCOMES),)
        return Ratio(value=None, low=None, high=None, bound=Bound.UNDEFINED, reasons=reasons)
    value = drawn.cost / span.value if span.value > 0 else None
    least = drawn.cost / high
    if low > 0:
        return Ratio(value=value, low=least, high=drawn.cost / low, bound=Bound.BOTH)
    reasons = (Reason(why=Why.AT_LEAST, numbers=(("low", least),)),)
    return Ratio(value=value, low=least, high=None, bound=Bound.AT_LEAST, reasons=reasons)
