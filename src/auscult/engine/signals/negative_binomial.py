"""The negative binomial with variance `dispersion * mean`, over whole arrays.

Posts come in clusters (a post and its answers). If clusters arrive by chance and their sizes
are logarithmic, the count of a stretch of time is negative binomial with shape
``mean / (dispersion - 1)``, and counts of neighbouring stretches add up to one of the same
family. At dispersion 1 it is Poisson's law; less than 1.001 is taken as 1.001.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_NEAR_ONE = 1.001
_TERMS = 100_000
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)


def log_gamma(x: ArrayLike) -> Floats:
    """Give the logarithm of the gamma function of positive numbers.

    Stirling's series after eight steps of the recurrence; its error is below 1e-11 absolute
    or 1e-13 relative, whichever is larger.
    """
    value = np.asarray(x, np.float64)
    steps = value[..., None] + np.arange(8)
    below = np.log(steps).sum(-1)
    high = value + 8
    square = 1 / (high * high)
    tail = np.zeros_like(high)
    for term in reversed(_STIRLING):
        tail = tail * square + term
    return np.asarray((high - 0.5) * np.log(high) - high + 0.5 * np.log(2 * np.pi) + tail / high
                      - below)  # fmt: skip


def log_ratio(counts: Floats, mean: Floats, other: Floats, dispersion: Floats) -> Floats:
    """Give log(P(counts; other) / P(counts; mean)), both with the same dispersion.

    Parameters
    ----------
    counts, mean, dispersion : array of float, shape (n, 1)
        Counts of 0 or more; means above 0.
    other : array of float, shape (n, k)
        The means held against `mean`.

    Returns
    -------
    array of float, shape (n, k)
    """
    spread = np.maximum(dispersion, _NEAR_ONE)
    first, second = mean / (spread - 1), other / (spread - 1)
    found = -(second - first) * np.log(spread)
    some = np.flatnonzero(counts[:, 0] > 0)  # most intervals of most watches are empty
    if some.size:
        y, r0, r1 = counts[some], first[some], second[some]
        found[some] += log_gamma(y + r1) - log_gamma(r1) - log_gamma(y + r0) + log_gamma(r0)
    return np.asarray(found)


def log_chance(counts: ArrayLike, mean: ArrayLike, dispersion: ArrayLike) -> Floats:
    """Give the logarithm of the probability of exactly `counts`."""
    y, mu, spread = _prepared(counts, mean, dispersion)
    shape = mu / (spread - 1)
    return np.asarray(
        log_gamma(y + shape) - log_gamma(shape) - log_gamma(y + 1)
        - shape * np.log(spread) + y * np.log((spread - 1) / spread)
    )  # fmt: skip


def tail(counts: ArrayLike, mean: ArrayLike, dispersion: ArrayLike) -> Floats:
    """Give the probability of `counts` or more.

    Parameters
    ----------
    counts, mean, dispersion : array_like, broadcast together
        Whole numbers of 0 or more; means above 0; variance over mean, 1 or more.

    Returns
    -------
    array of float
        Relative error below 1e-7 for probabilities above 1e-300; smaller ones may be 0.

    Examples
    --------
    >>> float(tail(10, 2.0, 1.5).round(6))
    0.001648
    """
    y, mu, spread = _prepared(counts, mean, dispersion)
    shape, odds = mu / (spread - 1), (spread - 1) / spread
    above = y > mu
    first = np.where(above, y, np.maximum(y - 1, 0))
    term = np.where(above | (y > 0), np.exp(log_chance(first, mu, spread)), 0.0)
    total = term.copy()
    at = first.copy()
    for _ in range(_TERMS):
        factor = np.where(
            above,
            odds * (at + shape) / (at + 1),
            at / (odds * np.maximum(at - 1 + shape, 1e-300)),
        )
        term = term * factor
        total += term
        at = np.where(above, at + 1, np.maximum(at - 1, 0))
        if np.all(term <= 1e-12 * total):
            break
    return np.asarray(np.clip(np.where(above, total, 1 - total), 0.0, 1.0))


def quantile(share: float, mean: ArrayLike, dispersion: ArrayLike) -> Whole:
    """Give the smallest count that is not exceeded with probability `share` or more."""
    mu, spread = np.broadcast_arrays(np.asarray(mean, float), np.asarray(dispersion, float))
    turn = NormalDist().inv_cdf(share)
    # A guess by the normal law and its skew; from there a walk of a few steps.
    skew = (2 * np.maximum(spread, 1.0) - 1) / np.sqrt(np.maximum(mu * spread, 1e-12))
    guess = mu + np.sqrt(mu * spread) * (turn + skew * (turn * turn - 1) / 6)
    at = np.clip(np.floor(guess), 0, None)
    below = 1 - tail(at + 1, mu, spread)
    while np.any(rising := below < share):
        at = at + rising
        below = below + np.where(rising, np.exp(log_chance(at, mu, spread)), 0.0)
    before = below - np.exp(log_chance(at, mu, spread))
    while np.any(falling := (before >= share) & (at > 0)):
        at = at - falling
        before = before - np.where(falling, np.exp(log_chance(at, mu, spread)), 0.0)
    return np.asarray(at.astype(np.int64))


def _prepared(
    counts: ArrayLike, mean: ArrayLike, dispersion: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    y, mu, spread = np.broadcast_arrays(
        np.asarray(counts, np.float64),
        np.asarray(mean, np.float64),
        np.maximum(np.asarray(dispersion, np.float64), _NEAR_ONE),
    )
    return y, np.maximum(mu, 1e-12), spread
