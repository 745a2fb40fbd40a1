"""What more could bring: the curve of a resource, and the numbers of a one-page ask."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auscult.engine.planning.curves import Floats
from auscult.engine.planning.interval import Interval
from auscult.engine.planning.plan import Plan, given
from auscult.engine.planning.problem import Problem
from auscult.engine.planning.refusals import Refused
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
    gap : float
        How far below the best plan with so much more this one can be, as a share of it.
    """

    skill: str
    amount: float
    samples: Floats
    gains: Floats
    started: tuple[str, ...]
    stopped: tuple[str, ...]
    hours: Floats
    gap: float

    @property
    def value(self) -> Interval:
        """The gain, with the range that 90 in 100 samples lie in."""
        return Interval.of(self.samples)


def more_of(
    plan: Plan, skill: str, amounts: Sequence[float], *, gap: float = GAP, seconds: float = math.inf
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
    seconds : float
        How long the solver may look for better choices of bets at each amount; `Step.gap` says
        how near it came.

    Raises
    ------
    Correctable
        If the skill is unknown, or amounts are below 0 or don't rise.
    """
    problem = plan.problem
    if skill and skill not in problem.skills:
        raise Refused("skill-unknown", "skill", skill=skill, known=", ".join(problem.skills))
    if any(b < a for a, b in zip((0.0, *amounts), amounts, strict=False)):
        told = ", ".join(f"{each:g}" for each in amounts)
        raise Refused("amounts", "amounts", amounts=told)
    return tuple(steps_of(plan, skill, amounts, gap=gap, seconds=seconds))


def steps_of(
    plan: Plan, skill: str, amounts: Sequence[float], *, gap: float, seconds: float
) -> Iterator[Step]:
    """Give the steps of `more_of` one by one, each as soon as it is known."""
    problem = plan.problem
    solver = Solver(problem)
    made, scale, hours = plan.made, plan.scale, plan.hours.sum(axis=(1, 2))
    aim = plan.aim
    for amount in amounts:
        _raise(solver, skill, amount)
        solved = solver.solve(gap=gap, seconds=seconds)
        if solved.aim > aim:
            made, scale, aim = solved.answer.made, solved.answer.scale, solved.aim
            hours = given(solver, solved)[0]
        yield Step(
            skill=skill,
            amount=amount,
            samples=solver.worth.values(scale) - plan.values,
            gains=(solver.worth.gains(scale) - plan.gains).mean(axis=0),
            started=_keys(problem, made & (scale > 0) & ~plan.made),
            stopped=_keys(problem, plan.made & ~(made & (scale > 0))),
            hours=hours - plan.hours.sum(axis=(1, 2)),
            gap=Solved(solved.answer, aim, solved.bound).gap,
        )


def _keys(problem: Problem, which: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(problem.bets[at].key for at in np.flatnonzero(which))


def _raise(solver: Solver, skill: str, amount: float) -> None:
    problem = solver.problem
    hours, money = problem.free_hours, problem.free_money
    if skill:
        hours = hours.copy()
        hours[problem.skills.index(skill)] += amount
    else:
        money += amount
    solver.model.limit(hours, money)


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
