"""A new plan in mid-cycle takes in what happened, and says what changed and why."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from auscult.engine.kernel.errors import Correctable
from auscult.engine.planning.bets import Bet, Need, Objective
from auscult.engine.planning.curves import Curves
from auscult.engine.planning.learning import Reading
from auscult.engine.planning.outlook import ask, more_of
from auscult.engine.planning.plan import Plan, allocate, solve
from auscult.engine.planning.problem import Problem
from auscult.engine.planning.reasons import Why
from auscult.engine.planning.replanning import Cause, Happened, News, Replan, replan
from auscult.engine.planning.solving import GAP
from planned_cycles import drawn


def two_bets(**others: object) -> Problem:
    rng = np.random.default_rng(1)
    bets = tuple(
        Bet(key=key, objective="o", needs=(Need(skills=("s",), hours=5.0),), most=2.0)
        for key in ("clinic", "podcast")
    )
    problem = Problem(
        objectives=(Objective(key="o"),),
        bets=bets,
        curves=Curves(
            ceiling=0.4 * np.exp(rng.normal(0, 0.3, (400, 2))),
            pace=np.full((400, 2), 1.0),
        ),
        skills=("s",),
        capacity=np.full((1, 10), 6.0),
    )
    return replace(problem, **others)  # type: ignore[arg-type]


def as_planned(plan: Plan, weeks: int, **readings: Reading) -> News:
    return News(
        weeks=weeks,
        bets={
            bet.key: Happened(
                hours=float(plan.hours[at][:, :weeks].sum()), reading=readings.get(bet.key)
            )
            for at, bet in enumerate(plan.problem.bets)
        },
    )


def again(plan: Plan, news: News) -> Replan:
    return replan(plan, news, rng=np.random.default_rng(3))


def test_a_plan_that_was_kept_goes_on() -> None:
    plan = allocate(two_bets())
    new = again(plan, as_planned(plan, 4))
    for change in new.changes:
        assert change.hours_after == pytest.approx(change.hours_before, rel=0.02)
    done = plan.problem.curves.gains(plan.scale * 0.4).sum(axis=1)
    assert done.mean() + new.plan.aim == pytest.approx(plan.aim, rel=1e-3)


def test_hours_go_where_more_was_brought_than_expected() -> None:
    plan = allocate(two_bets())
    expected = plan.problem.curves.gains(plan.scale * 0.4).mean(axis=0)
    new = again(
        plan,
        as_planned(
            plan, 4,
            clinic=Reading(gained=float(expected[0]) * 1.5, error=0.01),
            podcast=Reading(gained=float(expected[1]) * 0.5, error=0.01),
        ),
    )  # fmt: skip
    clinic, podcast = new.changes
    assert clinic.hours_after > clinic.hours_before
    assert podcast.hours_after < podcast.hours_before
    assert clinic.because[-1][0] is Cause.LEARNED
    assert clinic.learned is not None
    assert not clinic.learned.unforeseen


def test_people_who_leave_are_the_cause() -> None:
    plan = allocate(two_bets())
    news = replace(as_planned(plan, 4), capacity=np.full((1, 6), 3.0))
    for change in again(plan, news).changes:
        assert [cause for cause, _ in change.because][-1] is Cause.RESOURCES
        assert change.because[-1][1] < 0


def test_an_objective_that_is_reached_gets_nothing_more() -> None:
    plan = allocate(two_bets())
    news = replace(as_planned(plan, 4), objectives=(Objective(key="o", room=0.0),))
    new = again(plan, news)
    assert {change.hours_after for change in new.changes} == {0.0}
    assert {change.because[-1][0] for change in new.changes} == {Cause.AIMS}
    assert {each.why for each in new.plan.undone} == {Why.FULL}


def test_what_is_ended_gets_nothing_and_the_others_get_it() -> None:
    plan = allocate(two_bets())
    news = as_planned(plan, 4)
    ended = {**news.bets, "podcast": replace(news.bets["podcast"], ended=True)}
    clinic, podcast = again(plan, replace(news, bets=ended)).changes
    assert podcast.hours_after == 0
    assert clinic.hours_after > clinic.hours_before * 1.5


@pytest.mark.parametrize("seed", range(3))
def test_the_causes_sum_to_the_change(seed: int) -> None:
    plan = allocate(drawn(seed, bets=10, skills=3))
    rng = np.random.default_rng(seed)
    news = News(
        weeks=5,
        bets={
            bet.key: Happened(
                hours=float(plan.hours[at][:, :5].sum() * rng.uniform(0.3, 1.2)),
                money=float(plan.money[at] * 0.3),
                reading=Reading(gained=float(rng.uniform(0, 0.1)), error=0.02),
            )
            for at, bet in enumerate(plan.problem.bets)
            if plan.made[at]
        },
        capacity=plan.problem.capacity[:, 5:] * 0.9,
    )
    for change in again(plan, news).changes:
        told = sum(hours for _, hours in change.because)
        scale = max(change.hours_before, change.hours_after, 1.0)
        if plan.problem.bets[int(change.bet[1:])].needs:
            difference = change.hours_after - change.hours_before
            assert told == pytest.approx(difference, abs=5e-3 * scale)


def test_news_that_make_no_sense_are_refused() -> None:
    plan = allocate(two_bets())
    with pytest.raises(
        Correctable, match=r"10 of 10 weeks have passed\. Give a number from 0 to 9"
    ):
        again(plan, News(weeks=10))
    with pytest.raises(Correctable, match=r"news of the bet “clown”.*Take one of clinic, podcast"):
        again(plan, News(weeks=2, bets={"clown": Happened()}))


def test_more_never_brings_less_and_zero_brings_nothing() -> None:
    plan = allocate(drawn(2, bets=12, skills=3))
    for skill in (*plan.problem.skills, ""):
        steps = more_of(plan, skill, [0.0, 2.0, 5.0, 10.0, 20.0])
        means = [step.samples.mean() for step in steps]
        assert means[0] >= 0
        assert all(b >= a - 1e-12 for a, b in itertools.pairwise(means))


def test_an_ask_names_the_bets_that_it_starts() -> None:
    problem = two_bets()
    bets = (replace(problem.bets[0], least=1.1, most=1.1), replace(problem.bets[1], least=0.9))
    plan = allocate(replace(problem, bets=bets))
    assert plan.made.sum() == 1
    (step,) = ask(plan)
    assert step.skill == "s"
    assert len(step.started) == 1
    assert step.value.low > 0
    assert step.hours.sum() > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"money": -1.0}, "The money is -1. Give a number from 0"),
        ({"capacity": np.full((2, 10), 1.0)}, "shape (2, 10), and there are 1 skills."),
        ({"capacity": np.full((1, 10), np.nan)}, "The capacity of “s” in week 1 is nan hours."),
        ({"fair": {"": 0.7, "x": 0.7}}, "sum to 140%."),
        ({"fair": {"x": 0.7}}, "“x” should get at least 70% of the hours and has no bet."),
        ({"worst": 0.0}, "The share of the worst is 0. Give a number from 0.0025 to 1."),
        ({"reserve_hours": 1.0}, "The reserve of hours is 1."),
        ({"skills": ("t",)}, "The bet “clinic” names “s”, which isn't there."),
    ],
)
def test_nonsense_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(Correctable) as refused:
        two_bets(**change)
    assert message in str(refused.value)


def test_bets_that_must_be_made_and_do_not_fit_name_what_stands_against_them() -> None:
    problem = two_bets(money=50.0)
    clinic, podcast = problem.bets
    hungry = replace(clinic, must=True, least=1.5)
    with pytest.raises(Correctable) as refused:
        allocate(replace(problem, bets=(hungry, podcast)))
    assert str(refused.value) == (
        "No plan keeps all of these: the bet “clinic”, which must be made (its least scale is"
        " 1.5); 60 hours of “s”. Loosen one of them."
    )
    rivals = tuple(replace(bet, must=True, rivals="either") for bet in problem.bets)
    with pytest.raises(Correctable, match=r"either-or group “either”.*“podcast”"):
        allocate(replace(problem, bets=rivals))
    dear = replace(clinic, must=True, least=0.5, money=200.0)
    with pytest.raises(Correctable, match=r"money of 50\."):
        allocate(replace(problem, bets=(dear, podcast)))


@pytest.mark.parametrize(("better", "stays"), [(1.0005, True), (1.05, False)])
def test_bets_are_not_exchanged_for_less_than_plans_are_told_apart_by(
    better: float, stays: bool
) -> None:
    """Else a page would give a cause for what is only the fineness of the search."""
    either = Problem(
        objectives=(Objective(key="o"),),
        bets=tuple(
            Bet(key=key, objective="o", rivals="g", needs=(Need(skills=("s",), hours=2.0),))
            for key in "ab"
        ),
        curves=Curves(ceiling=np.array([[0.2, 0.2 * better]]), pace=np.ones((1, 2))),
        skills=("s",),
        capacity=np.full((1, 4), 2.0),
    )
    solver, solved = solve(either, stay=np.array([True, False]))
    assert solved.answer.made.tolist() == [stays, not stays]
    assert solved.gap <= GAP
    assert solved.bound >= solve(either)[1].aim * (1 - 1e-9)
    assert solver.problem is either
