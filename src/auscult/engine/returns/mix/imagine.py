"""Worlds drawn from the priors: what the answers mean, before any outcome is looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from auscult.engine.returns.mix.design import columns, tables
from auscult.engine.returns.mix.kernel import effects, responses
from auscult.engine.returns.mix.predict import autoregression
from auscult.engine.returns.mix.questions import Form
from auscult.engine.returns.mix.sampling import parameters
from auscult.engine.returns.mix.series import Series

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A series with outcomes that were drawn, and the truth about them.

    Attributes
    ----------
    series : Series
        As given, with the outcomes drawn; amounts, with the mean of those given.
    contributions : array, shape (places, channels, rows)
        Outcomes that each channel brought.
    parameters : array
        As `kernel` orders them.
    """

    series: Series
    contributions: Floats
    parameters: Floats


def imagine(series: Series, *, seed: int, form: Form = "exponential") -> World:
    """Draw a world in which the activity is that of a series and everything else is from priors.

    Only the mean outcome of each place is taken from the outcomes given.
    """
    random = np.random.default_rng(seed)
    given = tables(series, form=form)
    x = random.standard_normal(parameters(given))
    channels = given.most.size
    x[:channels] = np.log(np.abs(x[:channels]) * given.most)
    drift = np.exp(given.drift[0] + given.drift[1] * x[3 * channels])
    memory = float(np.tanh(given.memory[0] + given.memory[1] * x[3 * channels + 1]))
    response, mean = responses(x, given)
    brought = (effects(x, given) / mean[:, 0])[:, :, None] * response[:, :, 0]
    plain, variance, walk = columns(series)
    variance = np.concatenate([variance[:walk], variance[walk:] * drift**2])
    outcome = brought.sum(axis=1)
    for place in range(len(outcome)):
        noise = np.exp(given.noise[0] + given.noise[1] * x[3 * channels + 2 + place])
        outcome[place] += random.standard_normal(variance.size) * np.sqrt(variance) @ plain
        outcome[place] += autoregression(series.rows, memory, float(noise), random)
        outcome[place] += 1 - outcome[place].mean()
    return World(
        series=replace(series, outcome=outcome * given.size[:, None], count=False),
        contributions=brought[:, : len(series.channels)] * given.size[:, None, None],
        parameters=x,
    )
