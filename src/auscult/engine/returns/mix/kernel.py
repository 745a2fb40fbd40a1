"""The compiled density of the mix: log posterior and its gradient, written by hand.

Parameters that are sampled stand in one vector: for each channel the log of its mean
contribution, its saturation and its echo (both as standard normal deviates); then drift,
autocorrelation and the noise of each place; with several places also the spread of effects
between them and a deviate for each place and channel. Everything linear (level, trend, season,
weekday, holidays, controls, drift) is integrated out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LN2 = float(np.log(2.0))
# Sums may be reordered, so that they are vectorised; infinities keep their meaning.
FAST = {"reassoc", "contract", "nsz", "arcp"}
EXPONENTIAL, LOGISTIC, HYPERBOLIC = 0, 1, 2


class Tables(NamedTuple):
    """All that the density needs besides the parameters; units are scaled to a mean of 1."""

    outcome: Floats  # (places, rows), weighted; 0 where missing
    weight: Floats  # (places, rows); 0 where missing
    inner: Floats  # (places, rows): 1 inside of a run of readings, 0 at its ends, -1 alone
    link: Floats  # (places, rows): 1 where this row and the next were read
    runs: Floats  # (places,): runs of readings
    seen: Floats  # (places,): readings
    activity: Floats  # (places, channels, rows), 1 is a usual active day
    basis: Floats  # (places, columns, rows), weighted
    gram: Floats  # (places, 3, columns, columns): products of the basis under 1, inner and link
    variance: Floats  # (columns,) prior variances; of the walk, relative to its square scale
    walk: int  # the first column of the walk
    most: Floats  # (channels,): scale of the half-normal prior of the mean contribution
    bend: Floats  # (channels, 2): log of the pace, mean and deviation
    echo: Floats  # (channels, 2): log of the half-life in rows, mean and deviation
    drift: Floats  # (2,): log of the walk's scale
    memory: Floats  # (2,): inverse hyperbolic tangent of the autocorrelation
    noise: Floats  # (2,): log of the noise
    spread: Floats  # (2,): log of the deviation of log effects between places
    trial: NDArray[np.int64]  # (experiments, 4): channel, place or -1, first row, row after last
    found: Floats  # (experiments, 2): contribution and its standard error
    size: Floats  # (places,): what the unit of a place is in the common unit
    form: int


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def respond(activity: Floats, pace: float, life: float, form: int, out: Floats) -> None:
    """Write a channel's response and its derivatives by log pace and log half-life.

    `out` has the shape (3, rows). The adstock is geometric and normalised: steady activity
    keeps its height.
    """
    keep = np.exp(-LN2 / life)
    by_life = keep * LN2 / life
    carried, changed = 0.0, 0.0
    for row in range(activity.size):
        changed = carried + keep * changed
        carried = activity[row] + keep * carried
        z = (1.0 - keep) * carried / pace
        if form == EXPONENTIAL:
            left = np.exp(-z)
            value, slope = 1.0 - left, left
        elif form == LOGISTIC:
            left = np.exp(-z)
            value = (1.0 - left) / (1.0 + left)
            slope = 2.0 * left / (1.0 + left) ** 2
        else:
            value, slope = z / (1.0 + z), 1.0 / (1.0 + z) ** 2
        out[0, row] = value
        out[1, row] = -slope * z
        out[2, row] = slope / pace * ((1.0 - keep) * changed - carried) * by_life


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def dot(a: Floats, b: Floats, size: int) -> float:
    """Sum of products of the first `size` entries."""
    total = 0.0
    for at in range(size):
        total += a[at] * b[at]
    return total


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def products(a: Floats, b: Floats) -> Floats:
    """Give the products of all rows with all rows, the same to the last bit on every run.

    A BLAS doesn't promise that, and chains that differ in one bit part soon.
    """
    found = np.empty((a.shape[0], b.shape[0]))
    for i in range(a.shape[0]):
        for j in range(b.shape[0]):
            found[i, j] = dot(a[i], b[j], a.shape[1])
    return found


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def factor(a: Floats) -> bool:
    """Replace the lower triangle of `a` by its Cholesky factor; False if it has none."""
    n = a.shape[0]
    for i in range(n):
        for j in range(i):
            a[i, j] = (a[i, j] - dot(a[i], a[j], j)) / a[j, j]
        pivot = a[i, i] - dot(a[i], a[i], i)
        if not pivot > 0.0:
            return False
        a[i, i] = np.sqrt(pivot)
    return True


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def invert(a: Floats, upper: Floats) -> None:
    """Write the transposed inverse of a lower triangle into `upper` (zero below the diagonal).

    Row j of `upper` holds column j of the inverse.
    """
    n = a.shape[0]
    upper[:] = 0.0
    for j in range(n):
        upper[j, j] = 1.0 / a[j, j]
        for i in range(j + 1, n):
            upper[j, i] = -dot(a[i, j:], upper[j, j:], i - j) / a[i, i]


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def precise(r: Floats, inner: Floats, link: Floats, memory: float, out: Floats) -> None:
    """Multiply by the precision of an autoregression whose innovations have variance 1.

    Each run of readings begins anew from the stationary distribution. Where there is no reading,
    `r` is 0.
    """
    n = r.size
    square = memory * memory
    for row in range(n):
        out[row] = r[row] * (1.0 + square * inner[row])
    for row in range(n - 1):
        step = memory * link[row]
        out[row] -= step * r[row + 1]
        out[row + 1] -= step * r[row]


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def unexplained(
    t: Tables, place: int, r: Floats, drift: float, memory: float, noise: float, coef: Floats
) -> tuple[float, Floats, float, float, float]:
    """Integrate the linear part of one place.

    Returns the log density of `r` (weighted outcome less contributions), its gradient by `r`
    with the sign turned, and its derivatives by log drift, memory and log noise. The mean of
    the linear coefficients is written into `coef`.
    """
    columns, rows = t.basis.shape[1], t.basis.shape[2]
    inner, link = t.inner[place], t.link[place]
    basis, gram = t.basis[place], t.gram[place]
    inside = 1.0 / (noise * noise)
    prior = np.empty(columns)
    a = np.empty((columns, columns))
    logs = 0.0
    for i in range(columns):
        size = t.variance[i] * (drift * drift if i >= t.walk else 1.0)
        prior[i] = 1.0 / size
        logs += np.log(size)
        for j in range(i + 1):
            g = gram[0, i, j] + memory * (memory * gram[1, i, j] - gram[2, i, j])
            a[i, j] = g * inside
        a[i, i] += prior[i]
    qr = np.empty(rows)
    precise(r, inner, link, memory, qr)
    if not factor(a):
        return -np.inf, qr, 0.0, 0.0, 0.0
    upper = np.empty((columns, columns))
    invert(a, upper)
    solve(upper, basis, qr, inside, coef)
    rest = np.empty(rows)
    for row in range(rows):
        rest[row] = r[row]
    for i in range(columns):
        for row in range(rows):
            rest[row] -= coef[i] * basis[i, row]
    pull = np.empty(rows)
    precise(rest, inner, link, memory, pull)
    return finish(t, place, memory, noise, prior, logs, a, upper, coef, rest, pull)


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def solve(upper: Floats, basis: Floats, qr: Floats, inside: float, coef: Floats) -> None:
    """Write the mean of the coefficients: two products with the inverse factor."""
    columns, rows = basis.shape
    h = np.empty(columns)
    for i in range(columns):
        h[i] = dot(basis[i], qr, rows) * inside
    half = np.zeros(columns)
    for j in range(columns):
        for i in range(j, columns):
            half[i] += upper[j, i] * h[j]
    for j in range(columns):
        coef[j] = dot(upper[j], half, columns)


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def finish(
    t: Tables,
    place: int,
    memory: float,
    noise: float,
    prior: Floats,
    logs: float,
    a: Floats,
    upper: Floats,
    coef: Floats,
    rest: Floats,
    pull: Floats,
) -> tuple[float, Floats, float, float, float]:
    """Put the log density and its derivatives together; see `unexplained`."""
    columns, rows = t.basis.shape[1], t.basis.shape[2]
    inside = 1.0 / (noise * noise)
    gram, inner, link = t.gram[place], t.inner[place], t.link[place]
    squares = dot(rest, pull, rows) * inside
    quad, log_a, by_drift, by_noise = squares, 0.0, 0.0, squares - t.seen[place]
    trace = 0.0
    for i in range(columns):
        quad += coef[i] * coef[i] * prior[i]
        log_a += 2.0 * np.log(a[i, i])
        left = dot(upper[i, i:], upper[i, i:], columns - i) * prior[i]
        by_noise += 1.0 - left
        if i >= t.walk:
            by_drift += coef[i] * coef[i] * prior[i] - (1.0 - left)
        for j in range(i + 1):
            g = 2.0 * memory * gram[1, i, j] - gram[2, i, j]
            both = dot(upper[i, i:], upper[j, i:], columns - i)
            trace += both * g * (1.0 if i == j else 2.0)
    bent = 0.0
    for row in range(rows):
        bent += 2.0 * memory * inner[row] * rest[row] * rest[row]
        if row + 1 < rows:
            bent -= 2.0 * link[row] * rest[row] * rest[row + 1]
        pull[row] *= inside
    rho = 1.0 - memory * memory
    by_memory = -t.runs[place] * memory / rho - 0.5 * (bent + trace) * inside
    logp = -0.5 * (quad + log_a + logs)
    logp += 0.5 * t.runs[place] * np.log(rho) - t.seen[place] * np.log(noise)
    return logp, pull, by_drift, by_memory, by_noise


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def responses(x: Floats, t: Tables) -> tuple[Floats, Floats]:
    """Give responses (places, channels, 3, rows) and their means over places and rows."""
    places, channels, rows = t.activity.shape
    found = np.empty((places, channels, 3, rows))
    mean = np.zeros((channels, 3))
    for c in range(channels):
        pace = np.exp(t.bend[c, 0] + t.bend[c, 1] * x[channels + c])
        life = np.exp(t.echo[c, 0] + t.echo[c, 1] * x[2 * channels + c])
        for p in range(places):
            respond(t.activity[p, c], pace, life, t.form, found[p, c])
            for k in range(3):
                for row in range(rows):
                    mean[c, k] += found[p, c, k, row]
    return found, mean / (places * rows)


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def effects(x: Floats, t: Tables) -> Floats:
    """Give the mean contribution of each channel in each place."""
    places, channels, _ = t.activity.shape
    found = np.empty((places, channels))
    if places == 1:
        for c in range(channels):
            found[0, c] = np.exp(x[c])
        return found
    at = 3 * channels + 2 + places
    spread = np.exp(t.spread[0] + t.spread[1] * x[at])
    for p in range(places):
        for c in range(channels):
            found[p, c] = np.exp(x[c] + spread * x[at + 1 + p * channels + c])
    return found


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def remainder(t: Tables, place: int, effect: Floats, response: Floats, mean: Floats) -> Floats:
    """Give the weighted outcome of a place less what the channels contributed."""
    rest: Floats = np.copy(t.outcome[place])
    for c in range(effect.shape[1]):
        scale = effect[place, c] / mean[c, 0]
        for row in range(rest.size):
            rest[row] -= t.weight[place, row] * scale * response[place, c, 0, row]
    return rest


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def priors(x: Floats, t: Tables, grad: Floats) -> float:
    """Add the gradient of the prior; give its log density without constants."""
    channels = t.most.size
    logp = 0.0
    for at in range(channels, x.size):
        logp -= 0.5 * x[at] * x[at]
        grad[at] -= x[at]
    for c in range(channels):
        square = np.exp(2.0 * x[c]) / (t.most[c] * t.most[c])
        # half-normal in the contribution itself: the 1 is the Jacobian of the log
        logp += x[c] - 0.5 * square
        grad[c] += 1.0 - square
    return logp


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def trials(t: Tables, effect: Floats, response: Floats, mean: Floats, moved: Floats) -> float:
    """Compare contributions with what experiments found; add to `moved` (see `density`)."""
    logp = 0.0
    for e in range(t.trial.shape[0]):
        c, only, first, end = t.trial[e]
        total = 0.0
        for p in range(effect.shape[0]):
            if only in (-1, p):
                scale = t.size[p] * effect[p, c] / mean[c, 0]
                total += scale * response[p, c, 0, first:end].sum()
        off = (total - t.found[e, 0]) / t.found[e, 1]
        logp -= 0.5 * off * off
        for p in range(effect.shape[0]):
            if only in (-1, p):
                for k in range(3):
                    pull = -off / t.found[e, 1] * t.size[p]
                    moved[p, c, k] += pull * response[p, c, k, first:end].sum() / mean[c, 0]
    return logp


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def density(x: Floats, t: Tables, grad: Floats) -> float:
    """Give the log posterior density (constants left out) and write its gradient.

    `moved` holds, by place and channel, what the log density gains by contributions that grow as
    the response, its derivative by log pace and that by log half-life do.
    """
    places, channels, rows = t.activity.shape
    grad[:] = 0.0
    logp = priors(x, t, grad)
    response, mean = responses(x, t)
    effect = effects(x, t)
    at = 3 * channels
    drift = np.exp(t.drift[0] + t.drift[1] * x[at])
    memory = np.tanh(t.memory[0] + t.memory[1] * x[at + 1])
    moved = np.zeros((places, channels, 3))
    coef = np.empty(t.variance.size)
    for p in range(places):
        noise = np.exp(t.noise[0] + t.noise[1] * x[at + 2 + p])
        rest = remainder(t, p, effect, response, mean)
        part, pull, by_drift, by_memory, by_noise = unexplained(
            t, p, rest, drift, memory, noise, coef
        )
        logp += part
        grad[at] += t.drift[1] * by_drift
        grad[at + 1] += t.memory[1] * by_memory * (1.0 - memory * memory)
        grad[at + 2 + p] += t.noise[1] * by_noise
        for row in range(rows):
            pull[row] *= t.weight[p, row]
        for c in range(channels):
            for k in range(3):
                moved[p, c, k] = dot(pull, response[p, c, k], rows) / mean[c, 0]
    logp += trials(t, effect, response, mean, moved)
    chain(x, t, effect, mean, moved, grad)
    return float(logp) if np.isfinite(logp) else -np.inf


@njit(cache=True, nogil=True, fastmath=FAST, error_model="numpy")
def chain(x: Floats, t: Tables, effect: Floats, mean: Floats, moved: Floats, grad: Floats) -> None:
    """Carry `moved` on to the parameters."""
    places, channels = effect.shape
    at = 3 * channels + 2 + places
    for c in range(channels):
        whole = 0.0
        for p in range(places):
            gain = effect[p, c] * moved[p, c, 0]
            whole += gain
            if places > 1:
                here = at + 1 + p * channels + c
                spread = np.exp(t.spread[0] + t.spread[1] * x[at])
                grad[here] += gain * spread
                grad[at] += gain * spread * x[here] * t.spread[1]
            grad[channels + c] += t.bend[c, 1] * effect[p, c] * moved[p, c, 1]
            grad[2 * channels + c] += t.echo[c, 1] * effect[p, c] * moved[p, c, 2]
        grad[c] += whole
        # the mean response is held, so a change of it scales all contributions
        grad[channels + c] -= t.bend[c, 1] * whole * mean[c, 1] / mean[c, 0]
        grad[2 * channels + c] -= t.echo[c, 1] * whole * mean[c, 2] / mean[c, 0]
