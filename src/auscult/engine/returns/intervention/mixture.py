"""Weighted sums of Student t distributions: where they lie, exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from auscult.engine.returns.intervention.panel import Floats

_HALVINGS = 30  # of sixteen standard deviations: to 1e-8 of one


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """One distribution for each target, all of the same parts.

    Attributes
    ----------
    weights : array of float, shape (parts,)
        They sum to 1.
    means, scales : array of float, shape (targets, parts)
    freedom : float
        Degrees of freedom of every part, above 2.
    """

    weights: Floats
    means: Floats
    scales: Floats
    freedom: float

    def last(self) -> Mixture:
        """Give the last target alone."""
        return replace(self, means=self.means[-1:], scales=self.scales[-1:])

    @property
    def mean(self) -> Floats:
        """Give the means, shape (targets,)."""
        return np.asarray(self.means @ self.weights)

    @property
    def deviation(self) -> Floats:
        """Give the standard deviations, shape (targets,)."""
        inner = self.scales**2 * self.freedom / (self.freedom - 2)
        away = (self.means - self.mean[:, None]) ** 2
        return np.asarray(np.sqrt((inner + away) @ self.weights))

    def below(self, values: Floats) -> Floats:
        """Give the probability of less than each target's value."""
        away = (values[:, None] - self.means) / self.scales
        return np.asarray(special.stdtr(self.freedom, away) @ self.weights)

    def quantile(self, share: float) -> Floats:
        """Give what lies above that share of each target, by halving."""
        spread = 8 * self.deviation
        low, high = self.mean - spread, self.mean + spread
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            less = self.below(middle) < share
            low, high = np.where(less, middle, low), np.where(less, high, middle)
        return (low + high) / 2
