"""A figure with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auscult.engine.planning.curves import Floats

LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean over the samples, and the range that 90 in 100 of them lie in."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Floats) -> Interval:
        """Sum up the values of samples."""
        low, high = np.quantile(values, [LOW, HIGH])
        return cls(mean=float(values.mean()), low=float(low), high=float(high))
