"""Curves agree with what was said, and intervals hold the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from auscult.engine.kernel.errors import Correctable
from auscult.engine.planning.bets import Bet, Need, Objective
from auscult.engine.planning.curves import Curves
from auscult.engine.planning.interval import Interval
from auscult.engine.planning.learning import Reading, learn
from auscult.engine.planning.plan import Plan, allocate
from auscult.engine.planning.problem import Problem
from auscult.engine.planning.stated import HOLDS, Asked, Level, Stated, bet_of, curves


def said(rng: np.random.Generator, confidence: int = 3) -> Stated:
    likely = rng.uniform(0.05, 0.3)
    first = Level(hours=4, low=likely * 0.5, likely=likely, high=likely * 1.8)
    if rng.random() < 0.5:
        return Stated(levels=(first,), confidence=confidence)
    more = likely * rng.uniform(1.2, 1.8)
    second = Level(hours=8, low=more * 0.5, likely=more, high=more * 1.8)
    return Stated(levels=(first, second), confidence=confidence)


def house(seed: int = 1) -> tuple[list[Stated], Plan]:
    rng = np.random.default_rng(seed)
    stated = [said(rng) for _ in range(12)]
    problem = Problem(
        objectives=tuple(Objective(key=f"o{at}", weight=at + 1.0) for at in range(3)),
        bets=tuple(
            bet_of(
                each,
                [Asked(skills=(("w",), ("d",), ("w", "d"))[at % 3], hours=4)],
                Bet(key=str(at), objective=f"o{at % 3}"),
            )
            for at, each in enumerate(stated)
        ),
        curves=curves(stated, samples=500, rng=rng),
        skills=("w", "d"),
        capacity=np.full((2, 14), 11.0),
    )
    return stated, allocate(problem)


@pytest.mark.parametrize("confidence", sorted(HOLDS))
def test_the_range_holds_as_often_as_the_confidence_says(confidence: int) -> None:
    level = Level(hours=5, low=0.1, likely=0.2, high=0.5)
    drawn = curves(
        [Stated(levels=(level,), confidence=confidence)],
        samples=20_000, rng=np.random.default_rng(2),
    ).gains([1.0])  # fmt: skip
    inside = ((drawn >= 0.1) & (drawn <= 0.5)).mean()
    assert inside == pytest.approx(HOLDS[confidence], abs=0.01)
    assert np.median(drawn) == pytest.approx(0.2, abs=0.01)


def test_two_levels_are_both_met() -> None:
    first = Level(hours=4, low=0.08, likely=0.1, high=0.12)
    second = Level(hours=12, low=0.15, likely=0.18, high=0.22)
    drawn = curves(
        [Stated(levels=(first, second), confidence=5)],
        samples=20_000, rng=np.random.default_rng(3),
    )  # fmt: skip
    assert np.median(drawn.gains([1.0])) == pytest.approx(0.1, abs=0.002)
    assert np.median(drawn.gains([3.0])) == pytest.approx(0.18, abs=0.004)


@pytest.mark.parametrize("seed", range(3))
def test_nine_in_ten_truths_lie_in_the_interval_of_the_plan_and_of_each_marginal(seed: int) -> None:
    stated, plan = house(seed)
    truths = curves(stated, samples=4_000, rng=np.random.default_rng(seed + 100))
    weights = np.array([plan.problem.objectives[at % 3].weight for at in range(12)])
    values = truths.gains(plan.scale) @ weights
    inside = (values >= plan.value.low) & (values <= plan.value.high)
    assert inside.mean() == pytest.approx(0.9, abs=0.035)
    assert values.mean() == pytest.approx(plan.value.mean, rel=0.05)


def test_an_hour_more_brings_a_truth_what_its_interval_says() -> None:
    stated, plan = house(4)
    marginal = plan.marginals[0]
    problem = plan.problem
    more = problem.capacity.copy()
    more[0] += 1.0
    raised = allocate(
        Problem(
            objectives=problem.objectives, bets=problem.bets, curves=problem.curves,
            skills=problem.skills, capacity=more,
        ),
        gap=1e-6,
    )  # fmt: skip
    truths = curves(stated, samples=4_000, rng=np.random.default_rng(9))
    weights = np.array([problem.objectives[at % 3].weight for at in range(12)])
    gained = (truths.gains(raised.scale) - truths.gains(plan.scale)) @ weights
    inside = (gained >= marginal.value.low) & (gained <= marginal.value.high)
    assert inside.mean() == pytest.approx(0.9, abs=0.05)


def test_what_was_learned_holds_the_truth_as_well() -> None:
    stated = Stated(levels=(Level(hours=4, low=0.1, likely=0.2, high=0.4),), confidence=3)
    rng = np.random.default_rng(5)
    prior = curves([stated], samples=500, rng=rng)
    truths = curves([stated], samples=400, rng=rng)
    inside, wide = 0, Interval.of(prior.gains([1.0])[:, 0])
    narrow = []
    for at in range(400):
        truth = Curves(ceiling=truths.ceiling[at : at + 1], pace=truths.pace[at : at + 1])
        read = float(truth.gains([0.5])[0, 0] + rng.normal(0, 0.03))
        learned, _ = learn(prior, np.array([0.5]), {0: Reading(gained=read, error=0.03)}, rng=rng)
        known = Interval.of(learned.gains([1.0])[:, 0])
        inside += known.low <= truth.gains([1.0])[0, 0] <= known.high
        narrow.append(known.high - known.low)
    assert inside / 400 == pytest.approx(0.9, abs=0.05)
    assert np.mean(narrow) < 0.6 * (wide.high - wide.low)


def test_a_wrong_estimate_is_said_to_be_one_and_a_right_one_is_not() -> None:
    stated = Stated(levels=(Level(hours=4, low=0.1, likely=0.2, high=0.4),), confidence=4)
    rng = np.random.default_rng(6)
    prior = curves([stated], samples=500, rng=rng)
    truths = curves([stated], samples=300, rng=rng).gains([0.6])[:, 0]
    flags = {"right": 0, "wrong": 0}
    for kind, factor in (("right", 1.0), ("wrong", 5.0)):
        for true in truths:
            read = factor * float(true) + rng.normal(0, 0.01)
            _, found = learn(prior, np.array([0.6]), {0: Reading(gained=read, error=0.01)}, rng=rng)
            flags[kind] += found[0].unforeseen
    assert flags["right"] / 300 < 0.09
    assert flags["wrong"] / 300 > 0.7


def test_after_a_wrong_estimate_the_reading_is_believed() -> None:
    stated = Stated(levels=(Level(hours=4, low=0.1, likely=0.2, high=0.3),), confidence=5)
    rng = np.random.default_rng(7)
    prior = curves([stated], samples=500, rng=rng)
    learned, found = learn(prior, np.array([1.0]), {0: Reading(gained=0.9, error=0.05)}, rng=rng)
    assert found[0].unforeseen
    assert learned.gains([1.0]).mean() == pytest.approx(0.9, abs=0.01)
    assert learned.gains([1.0]).std() == pytest.approx(0.05, abs=0.01)


def test_what_is_left_of_a_curve_is_exact() -> None:
    rng = np.random.default_rng(8)
    for form in ("exponential", "hyperbolic"):
        whole = Curves(ceiling=rng.random((5, 2)), pace=rng.random((5, 2)) + 0.1, form=form)
        done, more = np.array([0.3, 2.0]), np.array([0.5, 0.1])
        rest = whole.after(done).gains(more)
        assert rest == pytest.approx(whole.gains(done + more) - whole.gains(done))


def test_a_bet_takes_its_limits_from_what_was_asked() -> None:
    stated = Stated(
        levels=(
            Level(hours=6, money=300, low=0.1, likely=0.2, high=0.3),
            Level(hours=12, money=400, low=0.2, likely=0.3, high=0.4),
        )
    )
    asked = [
        Asked(skills=("w",), hours=4, at_least=1, at_most=6),
        Asked(skills=("d",), hours=2, at_least=1),
    ]
    bet = bet_of(stated, asked, Bet(key="b", objective="o"))
    assert (bet.least, bet.most) == (0.5, 1.5)
    assert (bet.money_fixed, bet.money) == (200.0, 100.0)
    assert bet.needs == (Need(skills=("w",), hours=4), Need(skills=("d",), hours=2))


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ((Level(hours=4, low=0.3, likely=0.2, high=0.4),), "0.3, 0.2, 0.4. Give them in rising"),
        ((Level(hours=0, low=0.1, likely=0.2, high=0.4),), "The first level takes nothing."),
        (
            (
                Level(hours=4, low=0.0, likely=0.1, high=0.4),
                Level(hours=8, low=0.2, likely=0.5, high=0.6),
            ),
            "2 times the spending brings 0.5 after 0.1.",
        ),
        (
            (
                Level(hours=4, low=0.0, likely=0.1, high=0.4),
                Level(hours=4, low=0.2, likely=0.5, high=0.6),
            ),
            "Give the smaller level first.",
        ),
        ((), "0 levels were given."),
    ],
)
def test_what_cannot_be_is_refused(levels: tuple[Level, ...], message: str) -> None:
    with pytest.raises(Correctable) as refused:
        Stated(levels=levels)
    assert message in str(refused.value)
