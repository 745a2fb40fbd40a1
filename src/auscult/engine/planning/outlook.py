"""What more could bring: the curve of a resource, and the numbers of a one-page ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.planning.curves import Floats
from auscult.engine.planning.interval import Interval
from auscult.engine.planning.plan import Plan
from auscult.engine.planning.solving import GAP, Solved, Solver


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a plan with more of a resource would be.

    Attributes
    ----------
    skill : str
        The skill; "" for money.
    amount : float
        How much more: hours a week in every week, or money.
    samples : array of float, shape (samples,)
        Priority-weighted gain above that of the plan as it is, in each sample.
    gains : array of float, shape (objectives,)
        Attainment above that of the plan as it is, expected.
    started, stopped : tuple of str
        Bets that would be made in addition, or instead no longer.
    hours : array of float, shape (bets,)
        Hours that each bet would get in addition, over all weeks.
    """

    skill: str
    amount: float
    samples: Floats
    gains: Floats
    started: tuple[str, ...]
    stopped: tuple[str, ...]
    hours: Floats

    @property
    def value(self) -> Interval:
        """The gain, with the range that 90 in 100 samples lie in."""
        return Interval.of(self.samples)


def more_of(
    plan: Plan, skill: str, amounts: Sequence[float], *, gap: float = GAP
) -> tuple[Step, ...]:
    """Draw what more of a resource brings, bets chosen anew at each amount.

    Parameters
    ----------
    plan : Plan
    skill : str
        A skill, or "" for money.
    amounts : sequence of float
        Hours a week in every week, or money; 0 or more, rising.
    gap : float
        How near to the best each plan is. More never brings less: where choosing anew found
        nothing better within the gap, the plan for the amount before stays.

    Raises
    ------
    Correctable
        If the skill is unknown, or amounts are below 0 or don't rise.
    """
    problem = plan.problem
    if skill and skill not in problem.skills:
        raise Correctable(
            f"There is no skill {skill!r}.",
            code="unknown",
            field="skill",
            hint=f"Take one of {', '.join(problem.skills)}, or nothing for money.",
        )
    if any(b < a for a, b in zip((0.0, *amounts), amounts, strict=False)):
        raise Correctable(
            f"The amounts are {', '.join(f'{each:g}' for each in amounts)}.",
            code="out-of-range",
            field="amounts",
            hint="Give them from 0 up, in rising order.",
        )
    solver = Solver(problem)
    made, scale, hours = plan.made, plan.scale, plan.hours.sum(axis=(1, 2))
    aim = plan.aim
    steps = []
    for amount in amounts:
        solved = _solved(solver, skill, amount, gap)
        if solved.aim > aim:
            made, scale, aim = solved.answer.made, solved.answer.scale, solved.aim
            hours = np.bincount(
                solver.model.shape.bet, solved.answer.hours, minlength=len(problem.bets)
            )
        steps.append(_step(plan, solver, (skill, amount), made & (scale > 0), scale, hours))
    return tuple(steps)


def _solved(solver: Solver, skill: str, amount: float, gap: float) -> Solved:
    problem = solver.problem
    hours, money = problem.free_hours, problem.free_money
    if skill:
        hours = hours.copy()
        hours[problem.skills.index(skill)] += amount
    else:
        money += amount
    solver.model.limit(hours, money)
    return solver.solve(gap=gap)


def _step(
    plan: Plan,
    solver: Solver,
    asked: tuple[str, float],
    made: np.ndarray[tuple[int], np.dtype[np.bool_]],
    scale: Floats,
    hours: Floats,
) -> Step:
    keys = [bet.key for bet in plan.problem.bets]
    return Step(
        skill=asked[0],
        amount=asked[1],
        samples=solver.worth.values(scale) - plan.values,
        gains=(solver.worth.gains(scale) - plan.gains).mean(axis=0),
        started=tuple(keys[at] for at in np.flatnonzero(made & ~plan.made)),
        stopped=tuple(keys[at] for at in np.flatnonzero(plan.made & ~made)),
        hours=hours - plan.hours.sum(axis=(1, 2)),
    )


def ask(
    plan: Plan, *, hours: float = 10.0, money: float = 1000.0, gap: float = GAP
) -> tuple[Step, ...]:
    """Give the numbers of a one-page ask for leadership: what more of each resource would bring.

    Parameters
    ----------
    plan : Plan
    hours : float
        Hours a week of each skill, asked about one at a time.
    money : float
        Over the cycle.
    gap : float

    Returns
    -------
    tuple of Step
        What brings most first; what brings nothing is left out.
    """
    asked = [(skill, hours) for skill in plan.problem.skills] + [("", money)]
    steps = [more_of(plan, skill, [amount], gap=gap)[0] for skill, amount in asked]
    worth = [step for step in steps if step.samples.mean() > 0]
    return tuple(sorted(worth, key=lambda step: -float(step.samples.mean())))
