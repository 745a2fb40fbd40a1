"""The figures of a ledger in the order in which they are told, down to a cost of nought."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.campaigns import (
    LEVEL,
    Campaigns,
    Worth,
    check_enough,
    check_level,
    lacking,
)
from auscult.engine.returns.columns import Floats, amounts_column
from auscult.engine.returns.drawn import (
    Drawn,
    drawn_cost_per_outcome,
    drawn_over_cost,
    span_of_draws,
)
from auscult.engine.returns.ratio import (
    Ratio,
    cost_per_outcome,
    cost_zero,
    less_one,
    outcomes_per_1000,
    point,
    return_on_investment,
)
from auscult.engine.returns.reasons import Reason, Why
from auscult.engine.returns.spans import Span, chance_above_nought, span_of_sum

BESIDE = np.geomspace(1 / 64, 64, 49)  # of the value at which campaigns just pay


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What campaigns cost and brought, and how sure that is.

    Attributes
    ----------
    currency : str
    campaigns : int or None
        None where a model or an experiment told the outcomes.
    outcomes : Span
    cost : float
        Fully loaded.
    break_even : Span or None
        The largest cost at which it still pays: what was gained. None, as the next two and the last,
        where no value is known.
    net_benefit : Span or None
        Gain less cost.
    chance : float or None
        How sure it is that it pays, from 0 to 1; None also where there is too little to say.
    cost_per_outcome : Ratio
        Needs no value.
    outcomes_per_1000 : Ratio
    roi : Ratio or None
        (gain - cost) / cost.
    reasons : tuple of Reason
        What has to be said beside them.
    """

    currency: str
    campaigns: int | None
    outcomes: Span
    cost: float
    break_even: Span | None
    net_benefit: Span | None
    chance: float | None
    cost_per_outcome: Ratio
    outcomes_per_1000: Ratio
    roi: Ratio | None
    reasons: tuple[Reason, ...]


def tell(campaigns: Campaigns, worth: Worth | None = None, *, level: float = LEVEL) -> Figures:
    """Give all figures. Where there is too little for intervals, the sums alone, and what is missing.

    Parameters
    ----------
    campaigns : Campaigns
    worth : Worth, optional
        Without it, and without amounts, figures in money are left out.
    level : float

    Raises
    ------
    Correctable
        The value is in another currency, or no value at all.
    """
    check_level(level)
    valued = worth is not None or campaigns.gained is not None
    gain = campaigns.gain(worth) if valued else None
    reason = lacking(campaigns)
    if reason is not None:
        return _without_intervals(campaigns, gain, reason)
    costless = () if campaigns.cost.any() else (cost_zero(campaigns),)
    alike = Reason(why=Why.CAMPAIGNS_ALIKE, numbers=(("campaigns", float(len(campaigns))),))
    return Figures(
        currency=campaigns.currency,
        campaigns=len(campaigns),
        outcomes=span_of_sum(campaigns.outcomes, level),
        cost=float(campaigns.cost.sum()),
        break_even=None if gain is None else span_of_sum(gain, level),
        net_benefit=None if gain is None else span_of_sum(gain - campaigns.cost, level),
        chance=None if gain is None else chance_above_nought(gain - campaigns.cost),
        cost_per_outcome=cost_per_outcome(campaigns, level=level),
        outcomes_per_1000=outcomes_per_1000(campaigns, level=level),
        roi=None if gain is None else return_on_investment(campaigns, worth, level=level),
        reasons=(*costless, alike),
    )


def tell_drawn(drawn: Drawn, worth: Worth | None = None, *, level: float = LEVEL) -> Figures:
    """Give all figures where a model or an experiment tells the incremental outcomes.

    Parameters
    ----------
    drawn : Drawn
    worth : Worth, optional
    level : float

    Raises
    ------
    Correctable
        The value is in another currency, or no value at all.
    """
    check_level(level)
    gain = None if worth is None else drawn.gain(worth)
    net = None if gain is None else gain - drawn.cost
    told = Reason(why=Why.AS_TOLD)
    per_1000 = drawn_over_cost(drawn.outcomes, drawn, level=level, times=1000)
    return Figures(
        currency=drawn.currency,
        campaigns=None,
        outcomes=span_of_draws(drawn.outcomes, level),
        cost=drawn.cost,
        break_even=None if gain is None else span_of_draws(gain, level),
        net_benefit=None if net is None else span_of_draws(net, level),
        chance=None if net is None else float((net > 0).mean()),
        cost_per_outcome=drawn_cost_per_outcome(drawn, level=level),
        outcomes_per_1000=per_1000,
        roi=None if net is None else drawn_over_cost(net, drawn, level=level),
        reasons=(*per_1000.reasons, told),
    )


def _without_intervals(campaigns: Campaigns, gain: Floats | None, reason: Reason) -> Figures:
    costless = () if campaigns.cost.any() else (cost_zero(campaigns),)
    none = Reason(why=Why.NO_OUTCOMES)
    why = (*costless, reason)[0]
    return Figures(
        currency=campaigns.currency,
        campaigns=len(campaigns),
        outcomes=Span(value=float(campaigns.outcomes.sum())),
        cost=float(campaigns.cost.sum()),
        break_even=None if gain is None else Span(value=float(gain.sum())),
        net_benefit=None if gain is None else Span(value=float((gain - campaigns.cost).sum())),
        chance=None,
        cost_per_outcome=point(
            campaigns.cost,
            campaigns.outcomes,
            reason=reason if campaigns.outcomes.sum() > 0 else none,
        ),
        outcomes_per_1000=point(1000 * campaigns.outcomes, campaigns.cost, reason=why),
        roi=None if gain is None else less_one(point(gain, campaigns.cost, reason=why)),
        reasons=(*costless, reason),
    )


def roi(*, gain: float, cost: float, outcomes: float = 0.0) -> Ratio:
    """Give (gain - cost) / cost of one sum, without an interval.

    Parameters
    ----------
    gain : float
        A sum of money that came in; a purchase equivalency isn't one, and is no number.
    cost : float
        0 or more; at 0 the ratio is undefined.
    outcomes : float
        What it brought, to be told where the ratio is undefined.

    Raises
    ------
    Correctable
        The gain is no number, or the cost isn't one of at least 0.

    Examples
    --------
    >>> roi(gain=1260, cost=315).value
    3.0
    >>> roi(gain=1260, cost=0, outcomes=12).value is None
    True
    """
    gained = amounts_column([gain], "gain")
    spent = amounts_column([cost], "cost", least=0)
    if cost == 0:
        reason = Reason(why=Why.COST_ZERO, numbers=(("outcomes", float(outcomes)),))
    else:
        reason = Reason(
            why=Why.FEW_CAMPAIGNS, numbers=(("there", 1.0), ("needed", 8.0), ("missing", 7.0))
        )
    return less_one(point(gained, spent, reason=reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptability:
    """How sure it is that campaigns pay, as the value of an outcome varies.

    Attributes
    ----------
    values : array of float, shape (values,)
        Of one outcome.
    chance : array of float, shape (values,)
        That value x outcomes exceeds the cost, from 0 to 1; it never falls as the value grows,
        unless campaigns with less than no outcomes are among those known.
    even : float or None
        The value at which they just pay, on the estimate: the cost per outcome. None where they
        brought nothing.
    """

    values: Floats
    chance: Floats
    even: float | None


def acceptability(known: Campaigns | Drawn, values: Any) -> Acceptability:
    """Give the cost-effectiveness acceptability curve.

    Parameters
    ----------
    known : Campaigns or Drawn
    values : column of float
        Values of one outcome, 0 or more: what a slider may ask.

    Raises
    ------
    Correctable
        There is too little to say, or a value isn't a number of at least 0.

    Notes
    -----
    What pays at one value pays at each higher one, for neither outcomes nor costs lie below 0. The
    test of a sum of few campaigns doesn't know that: in its tails its level falls again, by up to
    0.06 at eight campaigns and 0.01 at twenty. So from the value at which they just pay (`even`)
    upwards the highest level so far is told, and downwards the lowest. `Figures.chance` is the level
    itself, which agrees with the interval of the net benefit. Draws need no such mending: their cost
    is one number.

    References
    ----------
    E. Fenwick, K. Claxton and M. Sculpher, *Representing uncertainty: the role of cost-effectiveness
    acceptability curves*, Health Economics 10 (2001).
    """
    asked = amounts_column(values, "values", least=0)
    if isinstance(known, Drawn):
        brought, cost = float(np.median(known.outcomes)), known.cost
        chance = np.array([(one * known.outcomes > cost).mean() for one in asked], float)
    else:
        check_enough(known)
        brought, cost = float(known.outcomes.sum()), float(known.cost.sum())
        chance = _levels(known, asked)
    even = cost / brought if brought > 0 else None
    return Acceptability(values=asked, chance=chance, even=even)


def _levels(known: Campaigns, asked: Floats) -> Floats:
    """Give how sure it is at each value that they pay, growing with the value."""

    def level(values: Floats) -> Floats:
        nets = (one * known.outcomes - known.cost for one in values)
        return np.array([chance_above_nought(net) for net in nets], float)

    cost, brought = known.cost.sum(), known.outcomes.sum()
    if known.outcomes.min() < 0 or not cost or not brought:
        return level(asked)  # it may fall, or is the same at each value above 0
    even = cost / brought
    values = np.union1d(asked, even * BESIDE)
    found = level(values)
    above = values >= even
    found[above] = np.maximum.accumulate(found[above])
    found[~above] = np.minimum.accumulate(found[~above][::-1])[::-1]
    return np.asarray(found[np.searchsorted(values, asked)], float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Falling:
    """The return as the imputed cost of a minute varies: what happens as investment falls.

    Attributes
    ----------
    minute : array of float, shape (points,)
        What a minute of labour is taken to cost.
    investment : array of float, shape (points,)
        What all campaigns then cost.
    roi : tuple of Ratio
        Undefined where nothing is left to divide by.
    """

    minute: Floats
    investment: Floats
    roi: tuple[Ratio, ...]


def falling(
    campaigns: Campaigns, worth: Worth | None, minute: Any, *, level: float = LEVEL
) -> Falling:
    """Give the return for each imputed cost of a minute.

    "As I approaches zero, ROI approaches infinity" is true of a quotient. Labour costs nothing only
    while nobody asks; this draws the return over what one takes a minute to be worth.

    Parameters
    ----------
    campaigns : Campaigns
        With minutes.
    worth : Worth or None
    minute : column of float
        Costs of a minute, 0 or more.
    level : float

    Raises
    ------
    Correctable
        No minutes are known, there is no value, or too little for intervals.
    """
    asked = amounts_column(minute, "minute", least=0)
    if not campaigns.minutes.any():
        raise Correctable(
            "No minutes of these campaigns are known.",
            field="labour",
            code="no-minutes",
            hint="Give the minutes worked for each, with what they cost.",
        )
    priced = [replace(campaigns, cost=campaigns.cash + one * campaigns.minutes) for one in asked]
    return Falling(
        minute=asked,
        investment=np.array([one.cost.sum() for one in priced]),
        roi=tuple(return_on_investment(one, worth, level=level) for one in priced),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Payback:
    """When what came in had paid for what went out.

    Attributes
    ----------
    balance : array of float, shape (days,)
        Gain less cost since the first day.
    day : int or None
        Counted from 1: the day since which the balance never was below 0; None while it is.
    lowest : float
        The most that lay out at any time, as a number of at most 0.
    """

    balance: Floats
    day: int | None
    lowest: float


def payback(*, cost: Any, gain: Any) -> Payback:
    """Follow the balance from day to day.

    Parameters
    ----------
    cost, gain : column of float, shape (days,)
        Of each day, from the first on.

    Raises
    ------
    Correctable
        Columns differ in length, are empty, or hold what is no number.
    """
    spent, gained = amounts_column(cost, "cost", least=0), amounts_column(gain, "gain")
    if len(spent) != len(gained) or not len(spent):
        raise Correctable(
            f"There are costs of {len(spent)} days and gains of {len(gained)}.",
            field="gain",
            code="ragged",
            hint="Give both for each day, at least one.",
        )
    balance = np.cumsum(gained - spent)
    # Sums of many cents aren't exact: a balance of nought may come out just below.
    owing = np.flatnonzero(balance < -1e-9 * max(float(spent.sum()), 1e-9))
    since = int(owing[-1]) + 1 if owing.size else 0
    return Payback(
        balance=balance,
        day=since + 1 if since < len(balance) else None,
        lowest=min(float(balance.min()), 0.0),
    )
