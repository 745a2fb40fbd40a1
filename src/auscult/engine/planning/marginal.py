"""What one hour more of a skill, or a little more money, would bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auscult.engine.planning.curves import Floats
from auscult.engine.planning.solving import FINE, Solved, Solver

# One more hour a week is told by what a hundredth of what there is brings: small enough to be a
# slope, large enough to be above what solving leaves open.
STEP = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Marginal:
    """The marginal value of a resource, with the bets that are made.

    Attributes
    ----------
    resource : str
        The skill, or "" for money.
    unit : float
        For how much more it is told: 1 hour a week in each week, or 100 of money.
    samples : array of float, shape (samples,)
        What this much more brings in each sample, if it is spent as the plan would spend it
        without knowing which sample is true.
    shadow : float
        What it adds to what the plan aims at.
    """

    resource: str
    unit: float
    samples: Floats
    shadow: float

    @property
    def mean(self) -> float:
        """Mean over the samples."""
        return float(self.samples.mean())

    @property
    def low(self) -> float:
        """5 in 100 samples lie below."""
        return float(np.quantile(self.samples, 0.05))

    @property
    def high(self) -> float:
        """5 in 100 samples lie above."""
        return float(np.quantile(self.samples, 0.95))


def marginals(solver: Solver, solved: Solved) -> tuple[Marginal, ...]:
    """Give the marginal value of each skill and of money.

    Which bets are made stays as it is; how more could make others worth while is told by the
    curve of what more brings.
    """
    problem, model = solver.problem, solver.model
    model.fix(solved.answer.made)
    hours, money = problem.free_hours, problem.free_money
    found = []
    for at, skill in enumerate(problem.skills):
        step = STEP * max(float(hours[at].mean()), 1e-3 * model.shape.unit_hours)
        more = hours.copy()
        more[at] += step
        found.append(_one(solver, solved, skill, (more, money), 1 / step))
    step = STEP * max(money, 1e-3 * model.shape.unit_money)
    found.append(_one(solver, solved, "", (hours, money + step), 100 / step, unit=100.0))
    model.limit(hours, money)
    return tuple(found)


def _one(
    solver: Solver,
    solved: Solved,
    resource: str,
    limits: tuple[Floats, float],
    times: float,
    *,
    unit: float = 1.0,
) -> Marginal:
    solver.model.limit(*limits)
    more = solver.refined(FINE).answer.scale
    before = solved.answer.scale
    worth = solver.worth
    return Marginal(
        resource=resource,
        unit=unit,
        samples=(worth.values(more) - worth.values(before)) * times,
        shadow=max(worth.aim(more) - worth.aim(before), 0.0) * times,
    )
