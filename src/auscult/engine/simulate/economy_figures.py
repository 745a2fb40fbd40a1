"""The figures that a ledger tells of a year of Lakeside, each beside the truth that it estimates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from auscult.engine.returns.attribution import Rule, attribute
from auscult.engine.returns.campaigns import Campaigns, Worth
from auscult.engine.returns.comparing import Counted, Side, compare
from auscult.engine.returns.costed import Costs
from auscult.engine.returns.figures import tell
from auscult.engine.returns.intervention import (
    Finding,
    PlacesDesign,
    Question,
    analyse_places,
    interrupted,
    panel,
    synthetic_control,
)
from auscult.engine.returns.ledger import campaigns_of_costs
from auscult.engine.returns.outcomes import Merged, SameBy, merge
from auscult.engine.returns.ratio import Ratio
from auscult.engine.returns.reckoning import reckon
from auscult.engine.returns.spans import Span
from auscult.engine.returns.surveys import survey_of
from auscult.engine.simulate.economy import ASKED, GROUPS, SOCIAL, Year
from auscult.engine.simulate.economy_truth import TrueFigures, worth_of

DOUBLES = (SameBy(keys=("order",)), SameBy(keys=("visitor",), within_days=30),
           SameBy(keys=("caller",), within_days=7))  # fmt: skip
LEVEL = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A figure with its interval, and the truth that it estimates.

    Attributes
    ----------
    name : str
    value : float or None
    low, high : float or None
        None: without such an end.
    truth : float
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    truth: float

    @property
    def holds(self) -> bool:
        """Whether the truth lies within."""
        return not self.above and not self.below

    @property
    def above(self) -> bool:
        """Whether the truth lies higher."""
        return self.high is not None and self.truth > self.high

    @property
    def below(self) -> bool:
        """Whether the truth lies lower."""
        return self.low is not None and self.truth < self.low


def costs_of(year: Year, *, gaps: bool = True) -> Costs:
    """Reckon what the year cost: as it was written down, or without gaps all of it."""
    spent = year.spent(gaps=gaps)
    return reckon(spent, first=year.first, last=year.last, currency=year.currency)


def merged(year: Year, kind: str, *, by: str = "bets") -> Merged:
    """Count each outcome of a kind once."""
    outcomes, touches = year.told(kind, by=by)
    return merge(outcomes, DOUBLES, touches)


def campaigns(year: Year, kind: str = "appointment", *, rule: Rule = Rule.LAST) -> Campaigns:
    """Put what each bet cost, as far as it was written down, beside what it is credited with."""
    once = merged(year, kind)
    assert once.touches is not None
    shared = attribute(once.outcomes, once.touches, rule=rule)
    brought = {one.channel: one.outcomes for one in shared.credits if one.channel}
    return campaigns_of_costs(costs_of(year), brought)


def figures(year: Year, truth: TrueFigures, kind: str = "appointment") -> tuple[Beside, ...]:
    """Give the ledger's figures of a kind beside a truth.

    Parameters
    ----------
    year : Year
    truth : TrueFigures
        `counted` is what they estimate; `caused` and `happened` are what one wants to know.
    kind : str
    """
    worth = Worth(amount=worth_of(kind), currency=year.currency, source="planted", day=year.first)
    told = tell(campaigns(year, kind), worth, level=LEVEL)
    assert told.break_even is not None
    assert told.net_benefit is not None
    assert told.roi is not None
    return (
        _beside("outcomes", told.outcomes, truth.outcomes),
        _beside("break-even", told.break_even, truth.break_even),
        _beside("net benefit", told.net_benefit, truth.net_benefit),
        _beside("cost per outcome", told.cost_per_outcome, truth.cost_per_outcome),
        _beside("outcomes per 1,000", told.outcomes_per_1000, truth.outcomes_per_1000),
        _beside("return on investment", told.roi, truth.roi),
    )


def ways(year: Year) -> Iterator[Beside]:
    """Give how many times as much an appointment costs by each traditional channel, both tracked."""
    truth, ours = year.truth(), campaigns(year)
    for name, channel in truth.channels.items():
        told = compare(
            _side(year, "social media", ours),
            _side(year, name, Counted(outcomes=channel.told, cost=channel.cost)),
            rng=np.random.default_rng(year.seed),
            level=LEVEL,
        )
        each = channel.cost / channel.mean_told
        yield _beside(f"{name}: cost per outcome", told.per_outcome[1], each)
        if told.times is not None:
            times = each / truth.counted().cost_per_outcome
            yield _beside(f"{name}: times as much", told.times, times)


def _side(year: Year, name: str, known: Campaigns | Counted) -> Side:
    return Side(
        channel=name,
        outcome="appointment",
        first=year.first,
        last=year.last,
        currency=year.currency,
        incremental=False,
        known=known,
        source="planted",
        day=year.last,
    )


def survey(year: Year) -> Beside:
    """Give the share of those who came that say they met the house on social media."""
    told = survey_of(
        answers=year.answers["said"],
        strata=year.answers["groups"],
        population=GROUPS,
        asked=ASKED,
        level=LEVEL,
    )
    share = next(one for one in told.shares if one.answer == SOCIAL)
    return Beside(
        name="share by survey",
        value=share.value,
        low=share.low,
        high=share.high,
        truth=year.truth().social_share,
    )


def effects(year: Year) -> Iterator[Beside]:
    """Give what a campaign brought in one clinic and in one district, and all bets of the year."""
    question = Question(level=1 - LEVEL)
    service, district = year.services, year.districts
    yield _effect(
        "one clinic, before and after",
        interrupted(
            panel(service.table, time="day"),
            outcome=service.treated[0],
            start=service.start,
            question=question,
        ),
        service.effect,
    )
    yield _effect(
        "one district, against others",
        synthetic_control(
            panel(district.table, time="day"),
            treated=list(district.treated),
            start=district.start,
            rng=np.random.default_rng(year.seed),
            question=question,
        ),
        district.effect,
    )
    yield experiment(year)


def experiment(year: Year) -> Beside:
    """Give what all bets of the year brought, by districts that saw them against districts like them."""
    asked = year.experiment
    found = analyse_places(
        panel(asked.table, time="day"),
        PlacesDesign(pairs=asked.pairs),
        start=asked.start,
        rng=np.random.default_rng(year.seed),
        question=Question(level=1 - LEVEL),
    )
    return _effect("all bets, by half of the districts", found, asked.effect)


def _effect(name: str, found: Finding, truth: float) -> Beside:
    told = found.effect
    return Beside(
        name=name, value=told.total, low=told.total_low, high=told.total_high, truth=truth
    )


def _beside(name: str, told: Span | Ratio, truth: float) -> Beside:
    return Beside(name=name, value=told.value, low=told.low, high=told.high, truth=truth)
