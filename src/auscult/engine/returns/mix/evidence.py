"""Does a channel do anything at all? The Bayes factor of some effect over none."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp

from auscult.engine.returns.mix.kernel import Tables, density

Floats = NDArray[np.float64]
LOG_ROOT_TAU = 0.5 * float(np.log(2 * np.pi))


def evidence(tables: Tables, draws: Floats) -> Floats:
    """Give, for each channel, the natural log of the Bayes factor of some effect over none.

    By the ratio of Savage and Dickey: how much less likely a contribution of 0 is after the data
    than before. All else being given, a contribution is a normal deviate cut off at 0 (the
    likelihood is Gaussian in it, the prior half-normal), so its density at 0 is known exactly for
    each draw of all else; the mean over draws is what is asked for (Gelfand and Smith 1990). It
    needs no draws near 0. Echoes and bends are averaged over, so a channel for which many of
    them were possible has to show more.

    Parameters
    ----------
    tables : Tables
    draws : array of float, shape (draws, parameters)
        From the posterior; some hundreds are enough.

    Returns
    -------
    array of float, shape (channels,)
        Above 0 the data speak for an effect, below 0 against it; log(100) = 4.6 is a hundred to
        one.
    """
    channels = tables.most.size
    at_zero = np.array([_at_zero(tables, x) for x in draws])
    after = logsumexp(at_zero, axis=0) - np.log(len(draws))
    before = np.log(2.0) - LOG_ROOT_TAU - np.log(tables.most)
    return np.asarray(before - after).reshape(channels)


def _at_zero(tables: Tables, x: Floats) -> Floats:
    """Give the log density of each channel's mean contribution at 0, all else being given."""
    channels = tables.most.size
    contribution = np.exp(x[:channels])
    gradient = np.empty(x.size)
    density(x, tables, gradient)
    # less the Jacobian of the log: the slope of the log density by the contribution, a line
    here = (gradient[:channels] - 1) / contribution
    other = contribution + tables.most
    there = np.empty(channels)
    for channel in range(channels):
        moved = x.copy()
        moved[channel] = np.log(other[channel])
        density(moved, tables, gradient)
        there[channel] = (gradient[channel] - 1) / other[channel]
    precision = (here - there) / tables.most
    deviation = 1 / np.sqrt(precision)
    middle = (contribution + here / precision) / deviation
    return np.asarray(-0.5 * middle**2 - LOG_ROOT_TAU - np.log(deviation) - log_ndtr(middle))
