"""Fitting the mix: weights of counts, the start, and draws from the posterior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auscult.engine.returns.mix.design import columns, tables
from auscult.engine.returns.mix.kernel import Tables, effects, remainder, responses, unexplained
from auscult.engine.returns.mix.questions import Form
from auscult.engine.returns.mix.sampling import Draws, draw, mode
from auscult.engine.returns.mix.series import Series
from auscult.engine.returns.mix.twins import joined

Floats = NDArray[np.float64]
# Counts below this share of the mean weigh as much as that.
FLOOR = 0.1
ROUNDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A posterior that has converged.

    Attributes
    ----------
    series : Series
        As fitted: channels that always moved together are one.
    members : mapping of str to tuple of str
        The names behind each joined channel.
    form : str
        Of saturation.
    tables : Tables
        What the density was given.
    weight : array, shape (places, rows)
        One over the relative deviation of each row, missing ones too.
    draws : Draws
    """

    series: Series
    members: Mapping[str, tuple[str, ...]]
    form: Form
    tables: Tables
    weight: Floats
    draws: Draws


def fit(series: Series, *, seed: int, form: Form = "exponential", cores: int = 2) -> Fit:
    """Fit the mix of channels.

    Parameters
    ----------
    series : Series
    seed : int
        The same seed gives the same result.
    form : str
        How returns diminish: `exponential`, `logistic` or `hyperbolic`.
    cores : int
        Chains that run at once, 1 to 4.

    Raises
    ------
    Correctable
        If the sampler isn't installed.
    NotConverged
        If chains disagree even after a longer run.
    """
    series, members = joined(series)
    given = tables(series, form=form)
    start = mode(given)
    weight = np.ones(series.outcome.shape)
    if series.count:
        for _ in range(ROUNDS):
            weight = 1 / np.sqrt(np.maximum(expected(series, given, start), FLOOR))
            given = tables(series, weight=weight, form=form)
            start = mode(given, start)
    careful = any(one.answers.follows_demand for one in series.channels)
    found = draw(given, start=start, seed=seed, cores=cores, careful=careful)
    return Fit(series=series, members=members, form=form, tables=given, weight=weight, draws=found)


def expected(series: Series, given: Tables, x: Floats) -> Floats:
    """Give the outcome expected at one set of parameters, in units of each place's mean."""
    response, mean = responses(x, given)
    effect = effects(x, given)
    plain, _, _ = columns(series)
    at = 3 * given.most.size
    drift = float(np.exp(given.drift @ (1.0, x[at])))
    memory = float(np.tanh(given.memory @ (1.0, x[at + 1])))
    found = np.einsum("pc,pct->pt", effect / mean[:, 0], response[:, :, 0])
    coefficients = np.empty(given.variance.size)
    for place in range(len(found)):
        noise = float(np.exp(given.noise @ (1.0, x[at + 2 + place])))
        rest = remainder(given, place, effect, response, mean)
        unexplained(given, place, rest, drift, memory, noise, coefficients)
        found[place] += coefficients @ plain
    return np.asarray(found)
