"""What a plan is worth in each sample, and the weight of each sample in the risk that is taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auscult.engine.planning.curves import Curves, Floats
from auscult.engine.planning.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Values of plans under all samples at once.

    Attributes
    ----------
    curves : Curves
    objective : array of int, shape (bets,)
        Place of each bet's objective.
    weights, rooms : array of float, shape (objectives,)
    worst : float
        Share of the samples, worst first, whose mean counts.
    """

    curves: Curves
    objective: NDArray[np.intp]
    weights: Floats
    rooms: Floats
    worst: float

    @classmethod
    def of(cls, problem: Problem) -> Worth:
        """Take what a problem says about it."""
        places = {each.key: at for at, each in enumerate(problem.objectives)}
        return cls(
            curves=problem.curves,
            objective=np.array([places[bet.objective] for bet in problem.bets], dtype=np.intp),
            weights=np.array([each.weight for each in problem.objectives]),
            rooms=np.array([each.room for each in problem.objectives]),
            worst=problem.worst,
        )

    def raw(self, scale: Floats) -> Floats:
        """Give gains by objective as if there were room for all, shape (samples, objectives)."""
        # A sum over runs of sorted columns: quicker than a product with a matrix of zeros.
        order = np.argsort(self.objective, kind="stable")
        used, starts = np.unique(self.objective[order], return_index=True)
        raw = np.zeros((self.curves.samples, self.weights.size))
        if used.size:
            raw[:, used] = np.add.reduceat(self.curves.gains(scale)[:, order], starts, axis=1)
        return raw

    def gains(self, scale: Floats) -> Floats:
        """Give gains by objective that count, shape (samples, objectives)."""
        return np.minimum(self.raw(scale), self.rooms)

    def values(self, scale: Floats) -> Floats:
        """Give the priority-weighted gain of each sample, shape (samples,)."""
        return np.asarray(self.gains(scale) @ self.weights)

    def shares(self, values: Floats) -> Floats:
        """Give the weight of each sample: the worst share of them alike, the others 0."""
        if self.worst >= 1:
            return np.full(values.size, 1 / values.size)
        each = 1 / (self.worst * values.size)
        shares = np.zeros(values.size)
        order = np.argsort(values, kind="stable")
        shares[order] = np.clip(1 - each * np.arange(values.size), 0.0, each)
        return shares

    def aim(self, scale: Floats) -> float:
        """Give what is to be as large as possible: the mean of the worst share of the values."""
        values = self.values(scale)
        return float(self.shares(values) @ values)

    def slopes(self, scale: Floats) -> Floats:
        """Give what a little more of each bet adds to each sample's value, (samples, bets)."""
        counts = self.raw(scale) < self.rooms
        each = self.curves.slopes(scale) * self.weights[self.objective]
        return np.asarray(each * counts[:, self.objective])
