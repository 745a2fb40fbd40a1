"""Quantiles and tails of a mixture of Student t's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from auscult.engine.planning.forecast_models import Mixture

Floats = NDArray[np.float64]

HALVINGS = 40
KNOTS = 20


def above(mixture: Mixture, value: float) -> float:
    """Give the probability of the value or more at the last step."""
    from scipy.special import stdtr  # noqa: PLC0415

    away = (mixture.centre[:, -1] - value) / mixture.spread[:, -1]
    return float(mixture.weights @ stdtr(mixture.freedom, away))


def quantiles(mixture: Mixture, levels: Sequence[float]) -> Floats:
    """Give quantiles, shape (levels, steps); between some twenty steps they are interpolated."""
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415

    ahead = mixture.centre.shape[1]
    at = np.unique(np.round(np.geomspace(1, ahead, KNOTS)).astype(int)) - 1
    centre, spread = mixture.centre[:, at], mixture.spread[:, at]
    wanted = np.asarray(levels, np.float64)[:, None]
    # Each quantile lies between the lowest and the highest of the components'.
    each = centre[None] + spread[None] * stdtrit(mixture.freedom, wanted)[..., None]
    low, high = each.min(1), each.max(1)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = stdtr(mixture.freedom, (middle[:, None] - centre[None]) / spread[None])
        under = np.einsum("k,lkh->lh", mixture.weights, below) < wanted
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    steps = np.arange(ahead)
    return np.array([np.interp(steps, at, row) for row in (low + high) / 2])
