"""Weights that make others into a double: at least nought, and one together."""

from __future__ import annotations

import numpy as np
from scipy import optimize

from auscult.engine.returns.intervention.panel import Floats

_HEAVY = 1e3  # how much a missed sum weighs beside the data: to 1e-6 of the weights


def simplex_weights(others: Floats, treated: Floats) -> Floats:
    """Give the weights whose mean of the others is nearest to the treated, by least squares.

    Lawson and Hanson's active set finds the exact minimum for weights of at least nought; that
    they sum to one is a further, very heavy observation.

    Parameters
    ----------
    others : array of float, shape (times, others)
    treated : array of float, shape (times,)

    Returns
    -------
    array of float, shape (others,)
    """
    size = float(np.abs(others).max())
    if size == 0:
        return np.full(others.shape[1], 1 / others.shape[1])
    heavy = _HEAVY * np.sqrt(len(others))
    weights, _ = optimize.nnls(
        np.vstack([others / size, np.full(others.shape[1], heavy)]),
        np.append(treated / size, heavy),
        maxiter=50 * others.shape[1],
    )
    return np.asarray(weights / weights.sum())
