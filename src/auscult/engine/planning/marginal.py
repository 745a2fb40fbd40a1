"""What one hour more of a skill, or a little more money, would bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auscult.engine.planning.curves import Floats
from auscult.engine.planning.interval import Interval
from auscult.engine.planning.solving import Solved, Solver

# Differences of plans are told, so each is solved more finely than a plan.
FINER = 2e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """How much more is asked about, in the problem's own units.

    Attributes
    ----------
    hours : float
        Hours a week of one skill, in every week; 60 where a problem is written in minutes.
    money : float
        Over the cycle; 10,000 where a problem is written in cents.
    """

    hours: float = 1.0
    money: float = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Marginal:
    """The marginal value of a resource, with the bets that are made.

    Attributes
    ----------
    skill : str
        The skill; "" for money.
    amount : float
        How much more is there: hours a week in every week, or money.
    samples : array of float, shape (samples,)
        What this much more adds to the priority-weighted gain in each sample. It is spent as
        the plan would spend it, without knowing which sample is true.
    aim : float
        What it adds to the plan's aim, 0 or more: the shadow price.
    """

    skill: str
    amount: float
    samples: Floats
    aim: float

    @property
    def value(self) -> Interval:
        """The gain, with the range that 90 in 100 samples lie in."""
        return Interval.of(self.samples)


def marginals(solver: Solver, solved: Solved, more: More) -> tuple[Marginal, ...]:
    """Give the marginal value of each skill, and of money last.

    Which bets are made stays as it is: how more would make others worth while is told by
    `outlook.more_of`.
    """
    problem = solver.problem
    hours, money = problem.free_hours, problem.free_money
    solver.model.fix(solved.answer.made)
    before = solver.refined(FINER).answer.scale
    solver.layers.forget(before)
    found = []
    for at, skill in enumerate(problem.skills):
        raised = hours.copy()
        raised[at] += more.hours
        solver.model.limit(raised, money)
        found.append(_marginal(solver, before, skill, more.hours))
    solver.model.limit(hours, money + more.money)
    found.append(_marginal(solver, before, "", more.money))
    solver.model.limit(hours, money)
    solver.model.fix(None)
    return tuple(found)


def _marginal(solver: Solver, before: Floats, skill: str, amount: float) -> Marginal:
    after = solver.refined(FINER).answer.scale
    solver.layers.forget(after)
    worth = solver.worth
    gain = worth.aim(after) - worth.aim(before)
    # What lies within the fineness of solving is nothing.
    idle = gain <= FINER * worth.aim(before)
    return Marginal(
        skill=skill,
        amount=amount,
        samples=np.zeros(worth.curves.samples)
        if idle
        else worth.values(after) - worth.values(before),
        aim=0.0 if idle else gain,
    )
