"""How long an allocation takes, and what it is worth against the ways that people use.

The time is that of a drawn house: 60 bets (some either-or, some after others, all with a minimum)
for 20 objectives with limited room, 12 skills by 14 weeks with a holiday, 500 samples; with all
marginal values and their intervals.

Regret: 500 cycles are drawn, each with 20 bets stated as low, likely and high. Every way plans
from what was stated; then a truth is drawn that the statements allow. Regret is what the plan
lacks to the plan of somebody who knew that truth, as a share of it. A part of that nobody can
avoid, so what each plan lacks to the best plan *before* the truth is known is told as well.
Bets are steady, so that the peers' filling of weeks is exact, too.

Run: python -m bench.allocation [--small]. The rows go to bench/results/allocation.json.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from auscult.engine.planning.bets import Bet, Need, Objective
from auscult.engine.planning.curves import Curves, Floats
from auscult.engine.planning.plan import allocate
from auscult.engine.planning.problem import Problem
from auscult.engine.planning.solving import Solver
from auscult.engine.planning.stated import Level, Stated, curves
from auscult.engine.planning.worth import Worth
from bench.allocation_peers import PEERS
from bench.report import write

GOAL_SECONDS = 2.0


def house(  # noqa: PLR0913 - the sizes that are measured
    bets: int = 60,
    samples: int = 500,
    *,
    seed: int = 0,
    choices: bool = True,
    skills: int = 12,
    weeks: int = 14,
    worst: float = 1.0,
) -> Problem:
    """Draw a house of a size."""
    rng = np.random.default_rng(seed)
    count = max(bets // 3, 1)
    objectives = tuple(
        Objective(key=f"o{at}", weight=float(rng.integers(1, 6)), room=float(rng.uniform(0.3, 1)))
        for at in range(count)
    )
    made = [_bet(at, rng, count, skills, choices) for at in range(bets)]
    shape = (samples, bets)
    capacity = np.repeat(rng.uniform(5, 15, skills)[:, None] * bets / 60, weeks, axis=1)
    capacity[:, weeks // 3] = 0.0
    return Problem(
        objectives=objectives,
        bets=tuple(made),
        curves=Curves(
            ceiling=rng.uniform(0.02, 0.3, bets) * np.exp(rng.normal(0, 0.5, shape)),
            pace=rng.uniform(0.4, 2, bets) * np.exp(rng.normal(0, 0.3, shape)),
        ),
        skills=tuple(f"s{at}" for at in range(skills)),
        capacity=capacity,
        money=250.0 * bets,
        reserve_hours=0.1,
        fair={"f1": 0.1},
        worst=worst,
    )


def _bet(at: int, rng: np.random.Generator, objectives: int, skills: int, choices: bool) -> Bet:  # noqa: FBT001 - one of five sizes
    needed = rng.choice(skills, size=int(rng.integers(1, min(skills, 3) + 1)), replace=False)
    return Bet(
        key=f"b{at}",
        objective=f"o{rng.integers(objectives)}",
        function=f"f{at % 5}",
        needs=tuple(
            Need(skills=(f"s{skill}",), hours=float(rng.uniform(1, 6))) for skill in needed
        ),
        money=float(rng.uniform(0, 2000)) if rng.random() < 0.6 else 0.0,
        least=0.3 if choices else 0.0,
        most=2.0,
        first=int(rng.integers(1, 5)),
        rivals=f"g{at // 2}" if choices and at % 6 < 2 else "",
        after=(f"b{at - 1}",) if choices and at % 6 == 4 else (),
    )


def seconds(problem: Problem, solve: Callable[[Problem], object], times: int = 3) -> float:
    """Give the shortest of some runs, in seconds of one core."""
    taken = []
    for _ in range(times):
        begin = time.process_time()
        solve(problem)
        taken.append(time.process_time() - begin)
    return min(taken)


def cycle(seed: int) -> tuple[Problem, Curves]:
    """Draw a cycle as it is stated, and a truth that the statements allow."""
    rng = np.random.default_rng(seed)
    bets, skills, weeks = 20, 4, 14
    stated = []
    for _ in range(bets):
        likely = float(rng.lognormal(np.log(0.08), 0.6))
        low, high = likely * rng.uniform(0.3, 0.9), likely * rng.uniform(1.2, 2.5)
        level = Level(hours=1.0, low=low, likely=likely, high=high)
        stated.append(Stated(levels=(level,), confidence=int(rng.integers(2, 6))))
    made = [_bet(at, rng, 6, skills, choices=True) for at in range(bets)]
    problem = Problem(
        objectives=tuple(
            Objective(key=f"o{at}", weight=float(rng.integers(1, 6))) for at in range(6)
        ),
        bets=tuple(replace(bet, steady=True, first=1, after=()) for bet in made),
        curves=curves(stated, samples=200, rng=rng),
        skills=tuple(f"s{at}" for at in range(skills)),
        capacity=np.repeat(rng.uniform(15, 40, skills)[:, None], weeks, axis=1),
        money=6000.0,
    )
    return problem, curves(stated, samples=1, rng=rng)


def regrets(count: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Give, by way of planning, what each cycle's plan lacks: to the truth's best, and before it."""
    names = ("ours", *PEERS)
    to_truth: dict[str, list[float]] = {name: [] for name in names}
    before: dict[str, list[float]] = {name: [] for name in names}
    for seed in range(count):
        problem, truth = cycle(seed)
        known = replace(problem, curves=truth)
        best = Solver(known).solve(gap=1e-4)
        solved = Solver(problem).solve(gap=1e-3)
        scales = {"ours": solved.answer.scale} | {name: way(problem) for name, way in PEERS.items()}
        for name, scale in scales.items():
            to_truth[name].append(1 - Worth.of(known).aim(scale) / best.aim)
            before[name].append(1 - Worth.of(problem).aim(scale) / solved.bound)
    return (
        {name: np.array(values) for name, values in to_truth.items()},
        {name: np.array(values) for name, values in before.items()},
    )


def _row(figure: str, ours: float, unit: str, peer: tuple[str, float] | None = None,
         goal: float | None = None, note: str = "") -> dict[str, object]:  # fmt: skip
    ratio = None if peer is None else peer[1] / ours
    met = None if goal is None else (ours <= goal if ratio is None else ratio >= goal)
    return {
        "figure": figure, "ours": ours, "unit": unit,
        "peer": None if peer is None else peer[0],
        "peer_value": None if peer is None else peer[1], "ratio": ratio,
        "goal": goal if peer is None or goal is None else f"{goal:g} times as small",
        "met": met, "note": note,
    }  # fmt: skip


def times(*, small: bool) -> list[dict[str, object]]:
    """Measure how long it takes, and how that grows."""
    plan = allocate(house())
    rows = [
        _row("60 bets, 12 skills, 14 weeks, 500 samples, all marginal values",
             seconds(house(), allocate, 1 if small else 3), "s of one core", goal=GOAL_SECONDS,
             note=f"proved to be within {plan.gap:.2%} of the best"),
        _row("the same, the plan alone", seconds(house(), _solve, 1), "s of one core"),
        _row("the same, no minimum, either-or or dependency",
             seconds(house(choices=False), allocate, 1), "s of one core"),
        _row("the same, for the worst 20 % (no minimum, either-or or dependency), plan alone",
             seconds(house(choices=False, worst=0.2), _solve, 1), "s of one core"),
        _row("the same, for the worst 20 %, with them, plan alone",
             seconds(house(worst=0.2), _solve, 1), "s of one core"),
        _row("8 curves, one budget, nothing to choose", 1e3 * seconds(_simple(), _solve, 9), "ms",
             goal=10.0),
    ]  # fmt: skip
    for bets, samples in () if small else ((30, 500), (120, 500), (60, 100), (60, 2000)):
        taken = [seconds(house(bets, samples, seed=seed), _solve, 1) for seed in range(3)]
        rows.append(
            _row(f"{bets} bets, {samples} samples, the plan alone, median of 3 houses",
                 float(np.median(taken)), "s of one core")
        )  # fmt: skip
    return rows


def _solve(problem: Problem) -> object:
    return Solver(problem).solve()


def _simple() -> Problem:
    rng = np.random.default_rng(1)
    return Problem(
        objectives=(Objective(key="o"),),
        bets=tuple(
            Bet(key=str(at), objective="o", needs=(Need(skills=("s",), hours=1.0),), most=5.0)
            for at in range(8)
        ),
        curves=Curves(ceiling=rng.uniform(0.1, 1, (1, 8)), pace=rng.uniform(0.3, 3, (1, 8))),
        skills=("s",),
        capacity=np.full((1, 1), 8.0),
    )


def measure(*, small: bool) -> list[dict[str, object]]:
    rows = times(small=small)
    count = 50 if small else 500
    to_truth, before = regrets(count)
    for figure, found in (
        (f"regret to who knew the truth, {count} cycles", to_truth),
        (f"lack to the best before the truth is known, {count} cycles", before),
    ):
        best = min(PEERS, key=lambda name: float(found[name].mean()))
        rows += [
            _row(figure, 100 * float(found["ours"].mean()), "%", (name, 100 * float(found[name].mean())),
                 5.0 if name == best else None,
                 note="the best peer's regret is the goal's measure" if name == best else "")
            for name in PEERS
        ]  # fmt: skip
    return rows


if __name__ == "__main__":
    write("allocation", measure(small="--small" in sys.argv))
