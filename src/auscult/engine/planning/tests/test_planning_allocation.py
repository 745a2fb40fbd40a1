"""The answer is the best there is, keeps all limits, and says how good it is."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from auscult.engine.planning import solving
from auscult.engine.planning.bets import Bet, Need, Objective
from auscult.engine.planning.curves import Curves
from auscult.engine.planning.marginal import More
from auscult.engine.planning.outlook import more_of
from auscult.engine.planning.plan import Plan, allocate
from auscult.engine.planning.problem import Problem
from auscult.engine.planning.reasons import Why
from auscult.engine.planning.solving import GAP
from auscult.engine.planning.worth import Worth
from planned_cycles import drawn


def keeps_its_limits(plan: Plan) -> None:
    problem = plan.problem
    little = 1e-6 * max(float(problem.capacity.max()), 1.0)
    assert (plan.hours >= 0).all()
    assert (plan.hours.sum(axis=0) <= problem.free_hours + little).all()
    # The solver's own tolerance, where there is no money at all.
    assert plan.money.sum() <= problem.free_money * (1 + 1e-6) + 1e-9
    for at, bet in enumerate(problem.bets):
        window = np.isin(np.arange(problem.weeks), problem.window(bet))
        assert not plan.hours[at][:, ~window].any()
        wanted = sum(n.hours * plan.scale[at] + n.fixed * plan.made[at] for n in bet.needs)
        assert plan.hours[at].sum() == pytest.approx(wanted * problem.length(bet), abs=1e-5)
        assert bet.least * plan.made[at] - 1e-6 <= plan.scale[at] <= bet.most + 1e-6
        made = {b.key for b, yes in zip(problem.bets, plan.made, strict=True) if yes}
        assert not plan.made[at] or made.issuperset(bet.after)
        if bet.rivals:
            assert sum(b.rivals == bet.rivals and b.key in made for b in problem.bets) <= 1
    given_out = plan.hours.sum()
    for function, share in problem.fair.items():
        mine = sum(
            plan.hours[at].sum() for at, b in enumerate(problem.bets) if b.function == function
        )
        assert mine >= share * given_out - 1e-4


def test_one_budget_is_shared_until_the_last_hour_brings_the_same_everywhere() -> None:
    ceiling, pace = np.array([0.3, 0.2, 0.5]), np.array([0.5, 0.3, 2.0])
    problem = Problem(
        objectives=(Objective(key="aim"),),
        bets=tuple(
            Bet(key=key, objective="aim", needs=(Need(skills=("s",), hours=5.0),)) for key in "abc"
        ),
        curves=Curves(ceiling=ceiling[None], pace=pace[None]),
        skills=("s",),
        capacity=np.full((1, 10), 6.0),
    )
    plan = allocate(problem, more=More(hours=1e-3))
    # The oracle: bisection on the price of an hour.
    low, high = 1e-9, 10.0
    for _ in range(200):
        price = (low + high) / 2
        scale = np.clip(pace * np.log(ceiling / pace / price), 0.0, 1.0)
        low, high = (price, high) if scale.sum() * 5 > 6 else (low, price)
    best = float((ceiling * -np.expm1(-scale / pace)).sum())
    assert plan.aim == pytest.approx(best, rel=1e-5)
    assert plan.bound >= best - 1e-12
    assert plan.hours.sum() == pytest.approx(60.0)


@st.composite
def small(draw: st.DrawFn) -> Problem:
    """Few bets, one week, two skills, all kinds of limits."""
    bets = draw(st.integers(1, 3))
    share = st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0])
    samples = draw(st.integers(1, 5))
    made = tuple(
        Bet(
            key=str(at),
            objective=draw(st.sampled_from("xy")),
            function=draw(st.sampled_from("FG")),
            needs=(
                Need(skills=("a",), hours=draw(share) * 8, fixed=draw(share)),
                Need(skills=draw(st.sampled_from([("b",), ("a", "b")])), hours=draw(share) * 8),
            ),
            money=draw(share) * 100,
            money_fixed=draw(share) * 50,
            least=draw(share) / 2,
            after=draw(st.sampled_from([(), ("0",)])) if at else (),
            rivals=draw(st.sampled_from(["", "g"])),
        )
        for at in range(bets)
    )
    numbers = st.floats(0.05, 1.0)
    table = st.lists(
        st.lists(numbers, min_size=bets, max_size=bets), min_size=samples, max_size=samples
    )
    return Problem(
        objectives=(
            Objective(key="x", weight=draw(numbers), room=draw(numbers)),
            Objective(key="y", weight=draw(numbers)),
        ),
        bets=made,
        curves=Curves(
            ceiling=np.array(draw(table)),
            pace=np.array(draw(table)),
            form=draw(st.sampled_from(["exponential", "hyperbolic"])),
        ),
        skills=("a", "b"),
        capacity=np.array([[draw(share) * 10], [draw(share) * 10]]),
        money=draw(share) * 150,
        fair={"F": draw(st.sampled_from([0.0, 0.3])) if made[0].function == "F" else 0.0},
        worst=draw(st.sampled_from([1.0, 1.0, max(0.4, 1 / samples)])),
    )


def fits(problem: Problem, scale: np.ndarray, made: np.ndarray) -> bool:
    """Say whether a plan of one week keeps all limits, looked at one by one."""
    money = flexible = 0.0
    fixed = np.zeros(2)
    by_function = {"F": 0.0, "G": 0.0}
    for at, bet in enumerate(problem.bets):
        x, y = scale[at], made[at]
        least = max(bet.least, 0.1 if any("0" in b.after for b in problem.bets) and at == 0 else 0)
        if y and not least <= x <= bet.most:
            return False
        if y and any(not made[int(key)] for key in bet.after):
            return False
        money += y * (bet.money_fixed + bet.money * x)
        for need in bet.needs:
            hours = y * (need.fixed + need.hours * x)
            by_function[bet.function] += hours
            if len(need.skills) == 2:
                flexible += hours
            else:
                fixed[problem.skills.index(need.skills[0])] += hours
    capacity = problem.free_hours[:, 0] + 1e-9
    return bool(
        money <= problem.free_money + 1e-9
        and (fixed <= capacity).all()
        and fixed.sum() + flexible <= capacity.sum()
        and by_function["F"] >= problem.fair["F"] * sum(by_function.values()) - 1e-9
        and sum(made[at] for at, bet in enumerate(problem.bets) if bet.rivals) <= 1
    )


@settings(max_examples=40, deadline=None)
@given(small())
def test_no_plan_of_an_exhaustive_search_is_better(problem: Problem) -> None:
    plan = allocate(problem)
    keeps_its_limits(plan)
    worth = Worth.of(problem)
    best = 0.0
    grid = [-1.0, *np.linspace(0.0, 1.0, 11)]  # -1: not made
    for scales in itertools.product(*[grid] * len(problem.bets)):
        made = np.array(scales) >= 0
        scale = np.maximum(scales, 0.0)
        if fits(problem, scale, made):
            best = max(best, worth.aim(scale))
    assert plan.aim == pytest.approx(worth.aim(plan.scale))
    assert plan.bound >= best - 1e-6 * (1 + best)
    assert plan.aim >= best * (1 - GAP) - 1e-6
    assert plan.gap <= GAP * 1.01 or plan.aim < 1e-9


def best_step(plan: Plan) -> float:
    """How much the best plan in the direction of the slopes would add: 0 where KKT holds.

    Written anew, with an hour for every need, skill and week, and solved by scipy.
    """
    problem, worth = plan.problem, Worth.of(plan.problem)
    shares = worth.shares(worth.values(plan.scale))
    slopes = shares @ worth.slopes(plan.scale)
    cells = [
        (at, number, problem.skills.index(skill), week)
        for at, bet in enumerate(problem.bets)
        for number, need in enumerate(bet.needs)
        for skill in need.skills
        for week in problem.window(bet)
    ]
    bets, weeks = len(problem.bets), problem.weeks
    upper = np.zeros((problem.capacity.size + 1, bets + len(cells)))
    needs = sorted({(at, number) for at, number, _, _ in cells})
    equal = np.zeros((len(needs), bets + len(cells)))
    bounds = [(0.0, bet.most) for bet in problem.bets]
    for column, (at, number, skill, week) in enumerate(cells, bets):
        upper[skill * weeks + week, column] = 1.0
        equal[needs.index((at, number)), column] = 1.0
        bet = problem.bets[at]
        length = problem.length(bet)
        bounds.append(
            (0.0, 2 * bet.needs[number].hours * bet.most * length / len(problem.window(bet)))
        )
    for row, (at, number) in enumerate(needs):
        bet = problem.bets[at]
        equal[row, at] = -bet.needs[number].hours * problem.length(bet)
    upper[-1, :bets] = [bet.money for bet in problem.bets]
    answer = linprog(
        -np.append(slopes, np.zeros(len(cells))),
        A_ub=upper, b_ub=np.append(problem.free_hours.ravel(), problem.free_money),
        A_eq=equal, b_eq=np.zeros(len(needs)), bounds=bounds,
    )  # fmt: skip
    assert answer.status == 0
    return float(-answer.fun - slopes @ plan.scale)


@pytest.mark.parametrize("seed", range(4))
def test_karush_kuhn_tucker_hold_on_large_problems(seed: int) -> None:
    problem = drawn(seed, bets=40, skills=8, choices=False, rooms=False)
    movable = tuple(replace(bet, steady=False) for bet in problem.bets)
    plan = allocate(replace(problem, bets=movable, fair={}), gap=1e-8)
    keeps_its_limits(plan)
    # Along the slopes a concave value can't rise by more than this: the plan is as near the best.
    assert 0 <= best_step(plan) + 1e-9 <= 1e-4 * plan.aim


@pytest.mark.parametrize("worst", [1.0, 0.2])
@pytest.mark.parametrize("seed", range(3))
def test_large_problems_keep_all_limits_within_the_gap(seed: int, worst: float) -> None:
    plan = allocate(drawn(seed, bets=20, skills=5, worst=worst))
    keeps_its_limits(plan)
    assert 0 <= plan.gap <= GAP * 1.01
    assert plan.aim == pytest.approx(Worth.of(plan.problem).aim(plan.scale))


@pytest.mark.parametrize("seed", range(3))
def test_more_of_anything_never_brings_less(seed: int) -> None:
    problem = drawn(seed, bets=12, skills=3)
    plan = allocate(problem, gap=1e-4)
    for skill in range(3):
        more = problem.capacity.copy()
        more[skill] *= 1.3
        assert allocate(replace(problem, capacity=more), gap=1e-4).bound >= plan.aim * (1 - 1e-6)
        assert allocate(replace(problem, capacity=more), gap=1e-4).aim >= plan.aim * (1 - 2e-4)
    assert allocate(replace(problem, money=problem.money * 1.3), gap=1e-4).aim >= plan.aim * (
        1 - 2e-4
    )
    assert all(marginal.aim >= 0 for marginal in plan.marginals)


def test_minutes_and_cents_give_the_same_plan() -> None:
    problem = drawn(3, bets=15, skills=4)
    plan = allocate(problem)
    bets = tuple(
        replace(
            bet,
            money=bet.money * 100,
            money_fixed=bet.money_fixed * 100,
            needs=tuple(replace(n, hours=n.hours * 60, fixed=n.fixed * 60) for n in bet.needs),
        )
        for bet in problem.bets
    )
    other = allocate(
        replace(problem, bets=bets, capacity=problem.capacity * 60, money=problem.money * 100),
        more=More(hours=60.0, money=10_000.0),
    )
    assert other.made.tolist() == plan.made.tolist()
    assert other.aim == pytest.approx(plan.aim, rel=1e-5)
    assert other.scale == pytest.approx(plan.scale, abs=5e-3)
    for ours, theirs in zip(plan.marginals, other.marginals, strict=True):
        assert theirs.aim == pytest.approx(ours.aim, abs=1e-4 * plan.aim)


def test_a_marginal_value_is_what_the_hour_really_brings() -> None:
    problem = drawn(5, bets=15, skills=4, choices=False)
    plan = allocate(problem)
    for at, marginal in enumerate(plan.marginals[:-1]):
        # The reserve keeps a tenth of what is added to the capacity.
        more = problem.capacity.copy()
        more[at] += 1 / 0.9
        gained = allocate(replace(problem, capacity=more)).aim - plan.aim
        assert marginal.aim == pytest.approx(gained, abs=3e-5 * plan.aim)
        assert marginal.value.low <= marginal.value.mean <= marginal.value.high


@pytest.mark.parametrize("worst", [1.0, 0.2])
def test_what_a_large_model_forgets_changes_no_answer(
    worst: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = replace(drawn(8, bets=18, skills=4), worst=worst)
    whole = allocate(problem)
    monkeypatch.setattr(solving, "LARGE", 0)
    plan = allocate(problem)
    keeps_its_limits(plan)
    assert plan.gap <= GAP
    assert plan.bound >= whole.aim * (1 - 1e-9)
    assert whole.bound >= plan.aim * (1 - 1e-9)
    for one, other in zip(plan.marginals, allocate(problem).marginals, strict=True):
        assert one.aim == other.aim, "the same question has the same answer"


def test_a_search_that_ends_early_says_how_far_from_the_best_it_may_be() -> None:
    problem = drawn(3, bets=24, skills=4)
    whole, early = allocate(problem, gap=1e-5), allocate(problem, gap=1e-5, seconds=0.0)
    keeps_its_limits(early)
    assert early.aim > 0
    assert early.bound >= whole.aim * (1 - 1e-9)
    assert early.gap >= (whole.aim - early.aim) / early.aim - 1e-9
    (step,) = more_of(early, problem.skills[0], [5.0], gap=1e-5, seconds=0.0)
    (best,) = more_of(whole, problem.skills[0], [5.0], gap=1e-5)
    reached, possible = (early.values + step.samples).mean(), (whole.values + best.samples).mean()
    assert reached * (1 + step.gap) >= possible * (1 - 1e-6)


def test_hours_are_spread_evenly_where_people_have_time_and_never_lie_in_a_holiday() -> None:
    capacity = np.full((1, 6), 5.0)
    capacity[0, 2] = 0.0
    problem = Problem(
        objectives=(Objective(key="o"),),
        bets=(Bet(key="b", objective="o", needs=(Need(skills=("s",), hours=4.0),)),),
        curves=Curves(ceiling=np.ones((1, 1)), pace=np.full((1, 1), 9.0)),
        skills=("s",),
        capacity=capacity,
    )
    plan = allocate(problem)
    assert plan.scale == pytest.approx([1.0])
    assert plan.hours[0, 0, 2] == 0
    assert plan.hours.max() <= 5.0 + 1e-9
    assert plan.hours.sum() == pytest.approx(24.0)
    whole = allocate(replace(problem, capacity=np.full((1, 6), 5.0)))
    assert whole.hours[0, 0] == pytest.approx(np.full(6, 4.0))


def test_a_careful_house_takes_the_sure_bet() -> None:
    rng = np.random.default_rng(1)
    ceiling = np.stack([np.full(400, 0.28), rng.choice([0.0, 0.62], 400)], axis=1)
    problem = Problem(
        objectives=(Objective(key="o"),),
        bets=tuple(
            Bet(key=key, objective="o", needs=(Need(skills=("s",), hours=1.0),), least=0.9)
            for key in ("sure", "daring")
        ),
        curves=Curves(ceiling=ceiling, pace=np.ones((400, 2))),
        skills=("s",),
        capacity=np.ones((1, 4)),
    )
    assert allocate(problem).made.tolist() == [False, True]
    assert allocate(replace(problem, worst=0.2)).made.tolist() == [True, False]


@pytest.mark.parametrize(
    ("has", "why"),
    [
        (0.0, {"dear": Why.MONEY, "cheap": Why.MONEY}),
        (300.0, {"dear": Why.MONEY}),
        (900.0, {}),
    ],
)
def test_money_that_would_not_even_begin_a_bet_is_what_keeps_it(
    has: float, why: dict[str, Why]
) -> None:
    """100 more would bring nothing here, as less than 500 begins nothing: money is short still."""
    need = (Need(skills=("s",), hours=2.0),)
    bets = (
        Bet(key="dear", objective="o", needs=need, money_fixed=500.0),
        Bet(key="cheap", objective="o", needs=need, money=200.0),
    )
    problem = Problem(
        objectives=(Objective(key="o"),),
        bets=bets,
        curves=Curves(ceiling=np.full((1, 2), 0.2), pace=np.full((1, 2), 0.5)),
        skills=("s",),
        capacity=np.full((1, 10), 8.0),
        money=has,
    )
    assert {each.bet: each.why for each in allocate(problem).undone} == why


def test_an_empty_house_gets_an_empty_plan() -> None:
    empty = Problem(
        objectives=(Objective(key="o"),),
        bets=(),
        curves=Curves(ceiling=np.zeros((3, 0)), pace=np.ones((3, 0))),
        skills=("s",),
        capacity=np.ones((1, 3)),
    )
    assert allocate(empty).aim == 0
    nobody = allocate(replace(empty, skills=(), capacity=np.zeros((0, 3))))
    assert [marginal.skill for marginal in nobody.marginals] == [""]


@pytest.mark.parametrize("weight", [1e-9, 1e9])
@pytest.mark.parametrize("hours", [0.0, 1e-6, 1.0, 1e6])
def test_numbers_may_be_tiny_or_huge(weight: float, hours: float) -> None:
    bet = Bet(key="b", objective="o", needs=(Need(skills=("s",), hours=2 * hours),))
    problem = Problem(
        objectives=(Objective(key="o", weight=weight),),
        bets=(bet,),
        curves=Curves(ceiling=np.full((3, 1), 0.2), pace=np.ones((3, 1))),
        skills=("s",),
        capacity=np.full((1, 3), hours),
    )
    plan = allocate(problem)
    assert plan.scale == pytest.approx([0.5 if hours else 1.0], rel=1e-4)
    assert plan.aim == pytest.approx(-0.2 * weight * np.expm1(-plan.scale[0]))
