"""Does the model know these data? Predictive checks, and a holdout of the last rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.signal import lfilter

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.mix.design import columns
from auscult.engine.returns.mix.kernel import effects, precise, remainder, responses
from auscult.engine.returns.mix.model import Fit, fit
from auscult.engine.returns.mix.questions import Form
from auscult.engine.returns.mix.results import thinned
from auscult.engine.returns.mix.series import LEAST, Series

Floats = NDArray[np.float64]
DRAWS = 300
# A statistic that lies further out than nineteen of twenty replications is reported.
STRANGE = 0.025


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One statistic of the data beside its replications.

    Attributes
    ----------
    code : str
        `spread` (standard deviation), `largest`, `smallest`, or `memory` (correlation of a row with
        the next).
    observed, low, high : float
        Of the data; the range of 95 in 100 replications.
    strange : bool
        Whether the data lie outside: the model misses something there.
    """

    code: str
    observed: float
    low: float
    high: float
    strange: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdout:
    """How well rows were foretold that the fit hadn't seen, their activity given.

    Attributes
    ----------
    rows : int
    inside50, inside90 : float
        Share of outcomes within their intervals.
    error, naive : float
        Mean absolute error of the median, and of the mean of the same weekday in the four weeks
        (of weeks: of the four weeks) before.
    """

    rows: int
    inside50: float
    inside90: float
    error: float
    naive: float


def replications(found: Fit, *, seed: int, draws: int = DRAWS) -> Floats:
    """Draw outcomes as the model would have them, shape (draws, places, rows).

    Activity is as it was; level, season and drift are drawn from their posterior, the noise is
    new. Counts are whole and not below 0. Rows without a reading are foretold.
    """
    random = np.random.default_rng(seed)
    plain = columns(found.series)[0]
    drawn = np.array([_replication(found, x, plain, random) for x in thinned(found, draws)])
    return np.maximum(np.rint(drawn), 0) if found.series.count else drawn


def _replication(found: Fit, x: Floats, plain: Floats, random: np.random.Generator) -> Floats:
    tables = found.tables
    at = 3 * tables.most.size
    drift = np.exp(tables.drift[0] + tables.drift[1] * x[at])
    memory = float(np.tanh(tables.memory[0] + tables.memory[1] * x[at + 1]))
    response, mean = responses(x, tables)
    effect = effects(x, tables)
    drawn = np.einsum("pc,pct->pt", effect / mean[:, 0], response[:, :, 0])
    prior = tables.variance.copy()
    prior[tables.walk :] *= drift**2
    for place in range(len(drawn)):
        noise = float(np.exp(tables.noise[0] + tables.noise[1] * x[at + 2 + place]))
        rest = remainder(tables, place, effect, response, mean)
        pulled = np.empty(rest.size)
        precise(rest, tables.inner[place], tables.link[place], memory, pulled)
        one, inner, link = tables.gram[place]
        inside = (one + memory * (memory * inner - link)) / noise**2 + np.diag(1 / prior)
        factor = cho_factor(inside, lower=True)
        middle = cho_solve(factor, tables.basis[place] @ pulled / noise**2)
        around = solve_triangular(
            factor[0], random.standard_normal(prior.size), lower=True, trans="T"
        )
        drawn[place] += (middle + around) @ plain
        left = autoregression(rest.size, memory, noise, random)
        drawn[place] += left / found.weight[place]
    return np.asarray(drawn * tables.size[:, None])


def autoregression(rows: int, memory: float, noise: float, random: np.random.Generator) -> Floats:
    """Draw a stationary first-order autoregression whose innovations have deviation `noise`."""
    new = random.standard_normal(rows) * noise
    new[0] /= np.sqrt(1 - memory**2)
    return np.asarray(lfilter((1.0,), (1.0, -memory), new))


def checks(found: Fit, *, seed: int) -> tuple[Check, ...]:
    """Hold statistics of the data beside those of replications, all places together."""
    observed = found.series.outcome
    copies = np.where(np.isfinite(observed), replications(found, seed=seed), np.nan)
    # in units of each place's mean, so that large places don't hide small ones
    size = found.tables.size[:, None]
    mine = _statistics(observed / size)
    theirs = [_statistics(one / size) for one in copies]
    result = []
    for code, value in mine.items():
        drawn = np.array([one[code] for one in theirs])
        low, high = (float(one) for one in np.quantile(drawn, (STRANGE, 1 - STRANGE)))
        strange = not low <= value <= high
        result.append(Check(code=code, observed=value, low=low, high=high, strange=strange))
    return tuple(result)


def _statistics(values: Floats) -> dict[str, float]:
    centred = values - np.nanmean(values, axis=1, keepdims=True)
    pairs = centred[:, 1:] * centred[:, :-1]
    variance = float(np.nanmean(centred**2))
    return {
        "spread": variance**0.5,
        "largest": float(np.nanmax(values)),
        "smallest": float(np.nanmin(values)),
        "memory": float(np.nanmean(pairs)) / variance if variance else 0.0,
    }


def holdout(series: Series, *, rows: int, seed: int, form: Form = "exponential") -> Holdout:
    """Fit without the outcomes of the last rows and foretell them.

    Raises
    ------
    Correctable
        If too little is left, or the fit is refused.
    """
    # what the naive foretelling needs
    window = 28 if series.step == 1 else 4
    if not 1 <= rows <= series.rows - max(LEAST[series.step], window):
        raise Correctable(
            f"Of {series.rows} rows {rows} can't be held out.",
            code="holdout",
            field="rows",
            hint=f"Leave {LEAST[series.step]} or more to learn from.",
        )
    hidden = series.outcome.copy()
    hidden[:, -rows:] = np.nan
    found = fit(replace(series, outcome=hidden), seed=seed, form=form)
    drawn = replications(found, seed=seed)[:, :, -rows:]
    actual = series.outcome[:, -rows:]
    read = np.isfinite(actual)
    low90, low50, middle, high50, high90 = np.quantile(drawn, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)
    return Holdout(
        rows=rows,
        inside50=float(((low50 <= actual) & (actual <= high50))[read].mean()),
        inside90=float(((low90 <= actual) & (actual <= high90))[read].mean()),
        error=float(np.abs(actual - middle)[read].mean()),
        naive=float(np.abs(actual - naive(hidden, rows, window))[read].mean()),
    )


def naive(hidden: Floats, rows: int, window: int) -> Floats:
    """Foretell each of the last rows by the mean of its like in the last rows before."""
    past = hidden[:, -rows - window : -rows].reshape(hidden.shape[0], 4, -1)
    level = np.nanmean(hidden, axis=1, keepdims=True)
    count = np.isfinite(past).sum(axis=1)
    mean = np.where(count > 0, np.nansum(past, axis=1) / np.maximum(count, 1), level)
    return np.asarray(np.tile(mean, (1, rows // mean.shape[1] + 1))[:, :rows])
