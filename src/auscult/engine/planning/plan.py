"""The answer to an allocation: hours and money by bet, what it is worth, and what is left."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auscult.engine.planning.conflicts import conflict
from auscult.engine.planning.curves import Floats
from auscult.engine.planning.interval import Interval
from auscult.engine.planning.marginal import Marginal, More, marginals
from auscult.engine.planning.problem import Problem
from auscult.engine.planning.reasons import Undone, undone
from auscult.engine.planning.solving import GAP, Impossible, Solved, Solver
from auscult.engine.planning.spread import spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which hours and how much money each bet should get.

    Attributes
    ----------
    problem : Problem
        What was asked.
    scale : array of float, shape (bets,)
        Scale of each bet; 0 where it isn't made.
    made : array of bool, shape (bets,)
    hours : array of float, shape (bets, skills, weeks)
    money : array of float, shape (bets,)
    aim : float
        What was made as large as possible: the expected priority-weighted gain, or the mean of
        the worst share of the samples.
    bound : float
        No plan reaches more than this.
    values : array of float, shape (samples,)
        Priority-weighted gain in each sample.
    gains : array of float, shape (samples, objectives)
        Gain of attainment that counts.
    undone : tuple of Undone
        Bets that get less than their most, and why.
    marginals : tuple of Marginal
        What one hour more of each skill brings, and money.
    """

    problem: Problem
    scale: Floats
    made: NDArray[np.bool_]
    hours: Floats
    money: Floats
    aim: float
    bound: float
    values: Floats
    gains: Floats
    undone: tuple[Undone, ...]
    marginals: tuple[Marginal, ...]

    @property
    def gap(self) -> float:
        """How far below the best this can be, as a share of what it is worth."""
        return max(self.bound - self.aim, 0.0) / max(abs(self.aim), np.finfo(float).tiny)

    @property
    def value(self) -> Interval:
        """The priority-weighted gain."""
        return Interval.of(self.values)

    @property
    def spare_hours(self) -> Floats:
        """Hours that nothing is planned for, the reserve among them, (skills, weeks)."""
        return np.asarray(self.problem.capacity - self.hours.sum(axis=0))

    def gain(self, objective: str) -> Interval:
        """Give the gain of attainment of an objective, by key."""
        keys = [each.key for each in self.problem.objectives]
        return Interval.of(self.gains[:, keys.index(objective)])


def allocate(
    problem: Problem, *, gap: float = GAP, more: More | None = None, seconds: float = math.inf
) -> Plan:
    """Choose hours, money and skills for the most priority-weighted attainment.

    Parameters
    ----------
    problem : Problem
    gap : float
        The answer is at most this share below the best plan (`Plan.gap` says how much it is).
    more : More, optional
        For how much more of a skill or of money marginal values are told; if not given, an hour
        a week and 100.
    seconds : float
        How long the solver may look for better choices of bets (`Solver.solve`). Where that ends
        the search, `Plan.gap` is wider than `gap`, and the answer may depend on the machine.

    Raises
    ------
    Correctable
        If bets that must be made don't fit; it names the limits that can't hold together.

    Examples
    --------
    Six hours of writing a week; a newsletter that soon brings all it can, and a series of
    talks that brings more for each hour:

    >>> import numpy as np
    >>> from auscult.engine.planning.bets import Bet, Need, Objective
    >>> from auscult.engine.planning.curves import Curves
    >>> problem = Problem(
    ...     objectives=(Objective(key="vaccinated"),),
    ...     bets=tuple(
    ...         Bet(key=key, objective="vaccinated", needs=(Need(skills=("writing",), hours=4.0),))
    ...         for key in ("newsletter", "talks")
    ...     ),
    ...     curves=Curves(ceiling=[[0.1, 0.3]], pace=[[0.2, 0.8]]),
    ...     skills=("writing",),
    ...     capacity=np.full((1, 14), 6.0),
    ... )
    >>> plan = allocate(problem)
    >>> (plan.hours.sum(axis=(1, 2)) / 14).round(1).tolist()
    [2.0, 4.0]
    """
    return told(*solve(problem, gap=gap, seconds=seconds), more or More())


def solve(
    problem: Problem,
    *,
    gap: float = GAP,
    seconds: float = math.inf,
    stay: NDArray[np.bool_] | None = None,
) -> tuple[Solver, Solved]:
    """Choose bets and scales, and say nothing yet of what more would bring.

    Raises
    ------
    Correctable
        As `allocate` does.
    """
    solver = Solver(problem)
    try:
        return solver, solver.solve(gap=gap, seconds=seconds, stay=stay)
    except Impossible:
        raise conflict(problem) from None


def given(solver: Solver, solved: Solved) -> tuple[Floats, Floats]:
    """Give the hours over all weeks, and the money, of each bet."""
    bets, answer = solver.problem.bets, solved.answer
    hours = np.asarray(
        np.bincount(solver.model.shape.bet, answer.hours, minlength=len(bets)), float
    )
    money = np.array([b.money for b in bets]) * answer.scale
    return hours, money + np.array([b.money_fixed for b in bets]) * answer.made


def told(solver: Solver, solved: Solved, more: More | None) -> Plan:
    """Write down what was solved; without `more`, nothing of what is left and what more brings."""
    problem, scale, made = solver.problem, solved.answer.scale, solved.answer.made
    values = solver.worth.values(scale)
    found = marginals(solver, solved, more) if more else ()
    return Plan(
        problem=problem,
        scale=scale,
        made=made & (scale > 0),
        hours=spread(solver.model.shape, solved.answer.hours, problem),
        money=given(solver, solved)[1],
        aim=solved.aim,
        bound=solved.bound,
        values=values,
        gains=solver.worth.gains(scale),
        undone=undone(solver, solved, found) if more else (),
        marginals=found,
    )
