"""Comparators: the same outcome in the same period or a refusal; who is cheaper, and how surely."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom, binomtest, poisson

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.campaigns import Campaigns, campaigns_of
from auscult.engine.returns.comparing import (
    Comparison,
    Counted,
    Known,
    Published,
    Quarter,
    Side,
    compare,
)
from auscult.engine.returns.drawn import Drawn
from auscult.engine.returns.ratio import Bound
from auscult.engine.returns.reasons import Why
from auscult.engine.returns.surveys import survey_of, wilson


def side(channel: str, known: Known, **told: Any) -> Side:
    usual: dict[str, Any] = {
        "outcome": "appointment",
        "first": date(2026, 1, 1),
        "last": date(2026, 3, 31),
        "currency": "EUR",
        "incremental": True,
        "source": "ledger",
        "day": date(2026, 4, 2),
    }
    return Side(channel=channel, known=known, **(usual | told))


def campaigns(count: int = 20, each: float = 10, cost: float = 30, seed: int = 1) -> Campaigns:
    rng = np.random.default_rng(seed)
    return campaigns_of(
        outcomes=rng.poisson(each, count), cost=rng.gamma(4, cost / 4, count), currency="EUR"
    )


def held(ours: Side, theirs: Side) -> Comparison:
    return compare(ours, theirs, rng=np.random.default_rng(1))


TELEVISION = Counted(outcomes=40, cost=8000)


def test_social_against_television() -> None:
    found = held(side("social", campaigns()), side("television", TELEVISION))
    ours, theirs = found.per_outcome
    assert ours.value == pytest.approx(3, rel=0.2)
    assert theirs.value == 200
    assert (found.per_1000[1].value, found.per_1000[1].bound) == (5, Bound.BOTH)
    assert found.cheaper == 1
    assert found.cheaper_error == 0
    assert found.times is not None
    assert found.times.low is not None
    assert found.times.high is not None
    assert 45 < found.times.low < found.times.value < found.times.high < 105
    assert found.plane is not None
    assert found.plane.shares[Quarter.MORE_FOR_LESS] == 1
    assert sum(found.plane.shares.values()) == pytest.approx(1)
    assert [one.why for one in found.reasons] == [Why.ONLY_COUNTED]


def test_equals_are_as_likely_as_not() -> None:
    found = held(
        side("social", Counted(outcomes=30, cost=900)), side("mail", Counted(outcomes=30, cost=900))
    )
    assert found.cheaper == pytest.approx(0.5, abs=0.03)
    assert 0.007 < found.cheaper_error < 0.009
    assert found.times is not None
    assert found.times.low is not None
    assert found.times.low < 1 < (found.times.high or 0)


def test_a_counts_interval_is_exact() -> None:
    found = held(side("social", campaigns()), side("television", TELEVISION)).per_outcome[1]
    assert found.low is not None
    assert found.high is not None
    assert poisson.cdf(40, 8000 / found.low) == pytest.approx(0.05)
    assert poisson.sf(39, 8000 / found.high) == pytest.approx(0.05)


def test_a_published_rate_is_named_as_one_and_must_be_meant_for_our_days() -> None:
    rate = Published(per_outcome=50, low=40, high=60)
    ours = side("social", campaigns())
    found = held(ours, side("print", rate, first=date(2025, 1, 1), last=date(2026, 12, 31)))
    assert (found.per_outcome[1].low, found.per_1000[1].low) == (40, 1000 / 60)
    assert found.plane is None
    assert [one.why for one in found.reasons] == [Why.PUBLISHED]
    bare = held(ours, side("print", Published(per_outcome=50)))
    assert (bare.per_outcome[1].bound, bare.per_outcome[1].low) == (Bound.REFUSED, None)
    with pytest.raises(Correctable, match="can't be compared") as refused:
        held(ours, side("print", rate, last=date(2026, 2, 1)))
    assert refused.value.code == "not-the-same-period"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"outcome": "call"}, "not-the-same-outcome"),
        ({"currency": "USD"}, "not-the-same-currency"),
        ({"incremental": False}, "not-the-same-incremental"),
        ({"last": date(2026, 4, 1)}, "not-the-same-period"),
        ({"first": date(2025, 12, 1)}, "not-the-same-period"),
    ],
)
def test_only_like_is_compared_with_like(told: dict[str, Any], code: str) -> None:
    with pytest.raises(Correctable) as refused:
        held(side("social", campaigns()), side("television", TELEVISION, **told))
    assert refused.value.code == code
    assert "'social' and 'television' can't be compared" in refused.value.message


def test_what_rests_on_too_little_or_contradicts_itself_is_refused() -> None:
    with pytest.raises(Correctable, match="campaigns 7, and at least 8"):
        held(side("social", campaigns(7)), side("television", TELEVISION))
    with pytest.raises(Correctable, match="No source is named"):
        side("television", TELEVISION, source="")
    with pytest.raises(Correctable, match="ends on"):
        side("television", TELEVISION, last=date(2025, 1, 1))
    with pytest.raises(Correctable, match="not USD"):
        side("social", campaigns(), currency="USD")
    with pytest.raises(Correctable, match="published cost"):
        Published(per_outcome=50, low=60)
    with pytest.raises(Correctable, match="'outcomes' is -1"):
        Counted(outcomes=-1, cost=3)


def test_a_models_draws_are_compared_as_they_are() -> None:
    draws = np.random.default_rng(3).gamma(50, 2, 1000)
    known = Drawn(outcomes=draws, cost=3000, currency="EUR")
    found = held(side("social", known), side("television", TELEVISION))
    assert found.cheaper == 1
    assert found.per_outcome[0].value == pytest.approx(3000 / np.median(draws))
    assert found.per_1000[0].low == pytest.approx(np.quantile(draws, 0.05) / 3)
    assert found.times is not None
    assert found.times.value == pytest.approx(200 / (3000 / np.median(draws)))
    assert [one.why for one in found.reasons] == [Why.ONLY_COUNTED, Why.AS_TOLD]


def test_nothing_spent_and_nothing_brought_divide_nothing() -> None:
    free = campaigns_of(outcomes=[5] * 10, cost=[0] * 10, currency="EUR")
    found = held(side("social", free), side("television", TELEVISION))
    assert (found.cheaper, found.times) == (1, None)
    assert (found.per_1000[0].value, found.per_1000[0].bound) == (None, Bound.UNDEFINED)
    vain = held(side("social", free), side("television", Counted(outcomes=0, cost=100)))
    theirs = vain.per_outcome[1]
    assert (theirs.value, theirs.high, theirs.bound) == (None, None, Bound.UNDEFINED)
    assert theirs.low == pytest.approx(100 / 2.9957, rel=1e-4)  # the rule of three
    gift = held(side("social", free), side("press", Counted(outcomes=3, cost=0)))
    assert gift.per_1000[1].bound is Bound.UNDEFINED
    assert gift.cheaper == 0.5


def test_the_interval_of_a_quotient_holds_as_often_as_is_said() -> None:
    rng = np.random.default_rng(2)
    held_true = 0
    for _ in range(150):
        ours = campaigns(16, each=8, cost=40, seed=int(rng.integers(1 << 30)))
        theirs = Counted(outcomes=int(rng.poisson(50)), cost=500)
        found = compare(side("social", ours), side("mail", theirs), rng=rng)
        assert found.times is not None
        low, high = found.times.low or 0, found.times.high or np.inf
        held_true += low <= (500 / 50) / (40 / 8) <= high
    assert binom.cdf(held_true, 150, 0.88) > 0.005
    assert binom.sf(held_true - 1, 150, 0.92) > 0.005


def test_unweighted_shares_are_wilsons() -> None:
    found = survey_of(answers=["film"] * 15 + ["friend"] * 45)
    film = found.shares[1]
    assert (film.answer, film.value) == ("film", 0.25)
    oracle = binomtest(15, 60).proportion_ci(0.9, "wilson")
    assert (film.low, film.high) == pytest.approx((oracle.low, oracle.high))
    assert (film.least, film.most) == (0.25, 0.25)
    assert (found.effective, found.response, found.reasons) == (60, 1, ())


def test_answers_are_weighted_to_the_population() -> None:
    found = survey_of(
        answers=["film"] * 30 + ["friend"] * 10 + ["film"] * 2 + ["friend"] * 8,
        strata=["young"] * 40 + ["old"] * 10,
        population={"young": 400, "old": 600, "nobody": 0},
    )
    film = {one.answer: one for one in found.shares}["film"]
    assert film.value == pytest.approx(0.4 * 0.75 + 0.6 * 0.2)
    weights = np.array([10.0] * 40 + [60.0] * 10)
    assert found.effective == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    assert film.high - film.low > np.subtract(*wilson(film.value, 50)[::-1])
    assert [one.why for one in found.reasons] == [Why.WEIGHTED]


def test_several_answers_and_silence_are_told() -> None:
    found = survey_of(answers=[["film", "friend"], ["film"], [], None, "film "], asked=10)
    assert {one.answer: one.value for one in found.shares} == {"film": 0.6, "friend": 0.2}
    film = found.shares[0]
    assert (film.least, film.most) == pytest.approx((0.3, 0.8))
    assert [one.why for one in found.reasons] == [
        Why.NOT_ANSWERED,
        Why.SEVERAL_ANSWERS,
        Why.FEW_ANSWERS,
    ]
    assert survey_of(answers=[""]).shares == ()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"answers": []}, "0 answered of 0"),
        ({"answers": ["a", "b"], "asked": 1}, "2 answered of 1"),
        ({"answers": ["a"], "strata": ["x"]}, "none in the population"),
        ({"answers": ["a"], "strata": ["x", "y"], "population": {"x": 1}}, "Groups of 2"),
        ({"answers": ["a"], "strata": ["x"], "population": {"y": 1}}, "group 'x' has"),
        ({"answers": ["a"], "strata": ["x"], "population": {"x": 1, "y": 2}}, "group 'y' answered"),
        ({"answers": ["a"], "strata": ["x"], "population": {"x": -1}}, "less than none"),
    ],
)
def test_a_survey_that_cannot_be_reckoned_is_refused(told: dict[str, Any], said: str) -> None:
    with pytest.raises(Correctable) as refused:
        survey_of(**told)
    assert said in refused.value.message


def test_weighted_intervals_hold_as_often_as_is_said() -> None:
    """Two groups of which one answers half as often, and hears of us by other ways."""
    rng = np.random.default_rng(4)
    worlds, population = 800, {"young": 300, "old": 700}
    truth = 0.3 * 0.5 + 0.7 * 0.1
    held_true = 0
    for _ in range(worlds):
        young, old = rng.random(60) < 0.5, rng.random(60) < 0.1
        found = survey_of(
            answers=["film" if one else "other" for one in np.concatenate([young, old])],
            strata=["young"] * 60 + ["old"] * 60,
            population=population,
        )
        film = next((one for one in found.shares if one.answer == "film"), None)
        held_true += film is not None and film.low <= truth <= film.high
    assert 0.88 <= held_true / worlds <= 0.97
