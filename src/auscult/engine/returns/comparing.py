"""The same outcome in the same period by another way: television, print, mail, press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.campaigns import (
    LEVEL,
    Campaigns,
    check_enough,
    check_level,
)
from auscult.engine.returns.columns import Floats
from auscult.engine.returns.drawn import Drawn, drawn_cost_per_outcome, drawn_over_cost
from auscult.engine.returns.ratio import Bound, Ratio, cost_per_outcome, outcomes_per_1000
from auscult.engine.returns.reasons import Reason, Why
from auscult.engine.returns.spans import Span

DRAWS = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Only totals are known: so many outcomes at such a cost.

    Attributes
    ----------
    outcomes : float
        0 or more.
    cost : float
        Fully loaded, 0 or more.
    """

    outcomes: float
    cost: float

    def __post_init__(self) -> None:
        """Refuse what can't be."""
        _at_least_nought(self.outcomes, "outcomes")
        _at_least_nought(self.cost, "cost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A published cost per outcome.

    Attributes
    ----------
    per_outcome : float
        Above 0.
    low, high : float or None
        Its 90 % interval, where one is published.
    """

    per_outcome: float
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        """Refuse what can't be."""
        low = self.per_outcome if self.low is None else self.low
        high = self.per_outcome if self.high is None else self.high
        if not 0 < low <= self.per_outcome <= high < np.inf:
            raise Correctable(
                f"A published cost per outcome is {self.per_outcome}, from {low} to {high}.",
                field="per_outcome",
                code="bad-amount",
                hint="Give a number above 0 that lies within its interval.",
            )


Known = Campaigns | Drawn | Counted | Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A channel with what is known of it.

    Attributes
    ----------
    channel : str
    outcome : str
        Its kind: appointments, calls.
    first, last : date
        The period in which outcomes were counted, or for which a published rate is meant.
    currency : str
    incremental : bool
        Whether outcomes are those that wouldn't have happened otherwise, or those that were tracked.
    known : Campaigns, Drawn, Counted or Published
    source : str
        Who says so; the house's own ledger too.
    day : date
        Of the source.
    """

    channel: str
    outcome: str
    first: date
    last: date
    currency: str
    incremental: bool
    known: Known
    source: str
    day: date

    def __post_init__(self) -> None:
        """Refuse what rests on nothing or contradicts itself."""
        if not self.source.strip():
            raise Correctable(
                f"No source is named for '{self.channel}'.",
                field="source",
                code="no-source",
                hint="Name the invoice, the ledger or the publication.",
            )
        if self.last < self.first:
            raise Correctable(
                f"The period of '{self.channel}' ends on {self.last}, before {self.first}.",
                field="last",
                code="ends-before-it-begins",
                hint="Give a last day that isn't before the first.",
            )
        if isinstance(self.known, Campaigns | Drawn) and self.known.currency != self.currency:
            raise Correctable(
                f"Costs of '{self.channel}' are in {self.known.currency}, not {self.currency}.",
                field="currency",
                code="two-currencies",
                hint="Convert by dated rates first.",
            )


class Quarter(StrEnum):
    """Where ours lies on the cost-effectiveness plane, seen from the other."""

    MORE_FOR_LESS = "more for less"
    MORE_FOR_MORE = "more for more"
    LESS_FOR_LESS = "less for less"
    LESS_FOR_MORE = "less for more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """The cost-effectiveness plane: what ours brought and cost more than the other.

    Attributes
    ----------
    outcomes, cost : array of float, shape (draws,)
        Differences that the data allow.
    shares : dict of Quarter to float
        How many of them lie in each quarter.
    """

    outcomes: Floats
    cost: Floats
    shares: dict[Quarter, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two ways to the same outcome.

    Attributes
    ----------
    per_outcome : tuple of two Ratio
        Cost per outcome, ours and theirs.
    per_1000 : tuple of two Ratio
        Outcomes per 1,000 spent; safe as outcomes go to 0.
    cheaper : float
        How probable it is that an outcome costs less our way, from 0 to 1.
    cheaper_error : float
        By how much chance in the drawing may have moved it (a standard error).
    times : Span or None
        How many times as much an outcome costs their way; None where the estimate of either isn't
        above 0. A bound is None where it is infinite.
    plane : Plane or None
        None where the other is only a rate.
    reasons : tuple of Reason
    """

    per_outcome: tuple[Ratio, Ratio]
    per_1000: tuple[Ratio, Ratio]
    cheaper: float
    cheaper_error: float
    times: Span | None
    plane: Plane | None
    reasons: tuple[Reason, ...]


def compare(
    ours: Side, theirs: Side, *, rng: np.random.Generator, level: float = LEVEL
) -> Comparison:
    """Hold two channels against each other.

    Parameters
    ----------
    ours, theirs : Side
    rng : numpy.random.Generator
        Campaigns are drawn anew, a model's draws taken as they are, totals vary as counts do,
        published rates within their interval.
    level : float

    Raises
    ------
    Correctable
        They aren't about the same outcome, period and currency; one counts incremental outcomes and
        the other tracked ones; or there is too little to say.
    """
    check_level(level)
    check_comparable(ours, theirs)
    drawn = [_draws(side.known, rng) for side in (ours, theirs)]
    (our_outcomes, our_cost), (their_outcomes, their_cost) = drawn
    one, other = our_cost * their_outcomes, their_cost * our_outcomes
    # Products instead of quotients: nothing is divided by outcomes that may be nought.
    cheaper = float((one < other).mean() + (one == other).mean() / 2)
    each = (per_outcome(ours.known, level), per_outcome(theirs.known, level))
    rate_only = isinstance(theirs.known, Published) or isinstance(ours.known, Published)
    return Comparison(
        per_outcome=each,
        per_1000=(per_1000(ours.known, level), per_1000(theirs.known, level)),
        cheaper=cheaper,
        cheaper_error=float(np.sqrt(cheaper * (1 - cheaper) / DRAWS)),
        times=_times(each, one, other, level),
        plane=None if rate_only else _plane(our_outcomes - their_outcomes, our_cost - their_cost),
        reasons=_told(ours, theirs),
    )


def check_comparable(ours: Side, theirs: Side) -> None:
    """Refuse to compare what differs in more than the channel.

    A published rate has to be meant for all of our period; what the house counted itself, for
    exactly the same days.

    Raises
    ------
    Correctable
        It does.
    """
    pairs = [
        ("outcome", ours.outcome, theirs.outcome, "Compare the same outcome."),
        ("currency", ours.currency, theirs.currency, "Convert by dated rates first."),
        (
            "incremental",
            _kind(ours),
            _kind(theirs),
            "Show tracked outcomes beside incremental ones, never against them.",
        ),
    ]
    for field, our, their, hint in pairs:
        if our != their:
            raise _differ(ours, theirs, field, our, their, hint)
    covered = theirs.first <= ours.first and theirs.last >= ours.last
    same = (theirs.first, theirs.last) == (ours.first, ours.last)
    if not (covered if isinstance(theirs.known, Published) else same):
        our, their = f"{ours.first} to {ours.last}", f"{theirs.first} to {theirs.last}"
        raise _differ(ours, theirs, "period", our, their, "Compare the same days.")


def _kind(side: Side) -> str:
    return "incremental outcomes" if side.incremental else "tracked outcomes"


def _differ(ours: Side, theirs: Side, field: str, our: str, their: str, hint: str) -> Correctable:
    return Correctable(
        f"'{ours.channel}' and '{theirs.channel}' can't be compared: {our} against {their}.",
        field=field,
        code=f"not-the-same-{field}",
        hint=hint,
    )


def _draws(known: Known, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Give outcomes and costs that the data allow, each of the shape (draws,)."""
    if isinstance(known, Campaigns):
        check_enough(known)
        count = len(known)
        chosen = rng.multinomial(count, np.full(count, 1 / count), size=DRAWS).astype(np.float64)
        return np.maximum(chosen @ known.outcomes, 0), chosen @ known.cost
    if isinstance(known, Drawn):
        return np.maximum(rng.choice(known.outcomes, DRAWS), 0), np.full(DRAWS, known.cost)
    if isinstance(known, Counted):
        # Jeffreys' posterior of a count's mean.
        return rng.gamma(known.outcomes + 0.5, size=DRAWS), np.full(DRAWS, known.cost)
    wide = 2 * float(ndtri(0.95))
    low, high = known.low or known.per_outcome, known.high or known.per_outcome
    spread = np.log(high / low) / wide
    return np.ones(DRAWS), known.per_outcome * np.exp(spread * rng.standard_normal(DRAWS))


def per_outcome(known: Known, level: float) -> Ratio:
    """Give what an outcome cost one way, with its interval.

    Raises
    ------
    Correctable
        There are campaigns, and too few for an interval.
    """
    if isinstance(known, Campaigns):
        return cost_per_outcome(known, level=level)
    if isinstance(known, Drawn):
        return drawn_cost_per_outcome(known, level=level)
    if isinstance(known, Published):
        return _stated(known.per_outcome, known.low, known.high)
    low, high = _count_bounds(known.outcomes, level)
    return _turned(known.cost, known.outcomes, low, high)


def per_1000(known: Known, level: float) -> Ratio:
    """Give how many outcomes 1,000 of the currency brought one way; safe as outcomes go to 0.

    Raises
    ------
    Correctable
        There are campaigns, and too few for an interval.
    """
    if isinstance(known, Campaigns):
        return outcomes_per_1000(known, level=level)
    if isinstance(known, Drawn):
        return drawn_over_cost(known.outcomes, known, level=level, times=1000)
    if isinstance(known, Published):
        ends = [None if end is None else 1000 / end for end in (known.high, known.low)]
        return _stated(1000 / known.per_outcome, *ends)
    if not known.cost:
        reason = Reason(why=Why.COST_ZERO, numbers=(("outcomes", known.outcomes),))
        return Ratio(value=None, low=None, high=None, bound=Bound.UNDEFINED, reasons=(reason,))
    each = 1000 / known.cost
    low, high = _count_bounds(known.outcomes, level)
    return Ratio(value=each * known.outcomes, low=each * low, high=each * high, bound=Bound.BOTH)


def _stated(value: float, low: float | None, high: float | None) -> Ratio:
    bound = Bound.REFUSED if low is None or high is None else Bound.BOTH
    reasons = (Reason(why=Why.PUBLISHED),)
    return Ratio(value=value, low=low, high=high, bound=bound, reasons=reasons)


def _turned(cost: float, outcomes: float, low: float, high: float) -> Ratio:
    """Give cost per outcome from a count and its bounds."""
    if not low:
        bound = Bound.AT_LEAST if outcomes else Bound.UNDEFINED
        reason = (
            Reason(why=Why.AT_LEAST, numbers=(("low", cost / high),))
            if outcomes
            else Reason(why=Why.NO_OUTCOMES)
        )
        value = cost / outcomes if outcomes else None
        return Ratio(value=value, low=cost / high, high=None, bound=bound, reasons=(reason,))
    return Ratio(value=cost / outcomes, low=cost / high, high=cost / low, bound=Bound.BOTH)


def _count_bounds(count: float, level: float) -> tuple[float, float]:
    """Give the exact interval of a count's mean (Garwood, 1936)."""
    low = float(gammaincinv(count, 0.5 - level / 2)) if count else 0.0
    return low, float(gammaincinv(count + 1, 0.5 + level / 2))


def _times(
    per_outcome: tuple[Ratio, Ratio], one: Floats, other: Floats, level: float
) -> Span | None:
    ours, theirs = per_outcome[0].value, per_outcome[1].value
    if not ours or not theirs or min(ours, theirs) < 0:
        return None
    # Where ours brought nothing the quotient is 0, where theirs did it is infinite.
    ratios = np.divide(other, one, out=np.full(len(one), np.inf), where=one > 0)
    low, high = np.quantile(ratios, [0.5 - level / 2, 0.5 + level / 2], method="nearest")
    return Span(value=theirs / ours, low=_finite(low), high=_finite(high))


def _finite(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


def _plane(outcomes: Floats, cost: Floats) -> Plane:
    more: NDArray[np.bool_] = outcomes >= 0
    less: NDArray[np.bool_] = cost <= 0
    return Plane(
        outcomes=outcomes,
        cost=cost,
        shares={
            Quarter.MORE_FOR_LESS: float((more & less).mean()),
            Quarter.MORE_FOR_MORE: float((more & ~less).mean()),
            Quarter.LESS_FOR_LESS: float((~more & less).mean()),
            Quarter.LESS_FOR_MORE: float((~more & ~less).mean()),
        },
    )


def _told(ours: Side, theirs: Side) -> tuple[Reason, ...]:
    kinds = [type(side.known) for side in (ours, theirs)]
    told = [(Published, Why.PUBLISHED), (Counted, Why.ONLY_COUNTED), (Drawn, Why.AS_TOLD)]
    return tuple(Reason(why=why) for kind, why in told if kind in kinds)


def _at_least_nought(number: float, field: str) -> None:
    if not 0 <= number < np.inf:
        raise Correctable(
            f"'{field}' is {number}.",
            field=field,
            code="bad-amount",
            hint="Give a number of at least 0.",
        )
