"""Response curves: what more or less of a channel would have brought, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auscult.engine.returns.mix.kernel import Tables, effects, respond, responses
from auscult.engine.returns.mix.model import Fit
from auscult.engine.returns.mix.results import thinned

Floats = NDArray[np.float64]
# 0 to three times of what was done; beyond twice nothing was seen, and the form decides.
SCALES = np.linspace(0, 3, 13)
# A channel that doesn't bend has no ceiling: at this pace twice as much brings 1.99 times.
LONGEST_PACE = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """Draws of response curves.

    Attributes
    ----------
    channels : tuple of str
    scales : array, shape (scales,)
        1 is what was done.
    outcomes : array, shape (draws, channels, scales)
        Outcomes over all rows and places if the channel's activity had been `scale` times as
        large on each row.
    ceiling, pace : arrays, shape (draws, channels)
        The curve `ceiling * (1 - exp(-scale / pace))` through the outcomes at once and twice what
        was done: what `engine.planning` takes as `Curves`, with outcomes for attainment.
    misfit : array, shape (channels,)
        How far that curve lies from the outcomes, at scales up to 2, as a share of the outcomes
        at 1; the largest over scales, in nineteen of twenty draws not exceeded.
    """

    channels: tuple[str, ...]
    scales: Floats
    outcomes: Floats
    ceiling: Floats
    pace: Floats
    misfit: Floats

    def marginal(self) -> Floats:
        """Outcomes that another 1 % of what was done would bring, shape (draws, channels)."""
        return np.asarray(self.ceiling * np.exp(-1 / self.pace) * -np.expm1(-0.01 / self.pace))


def response_curves(fit: Fit, *, draws: int = 400, scales: Floats = SCALES) -> Responses:
    """Compute response curves for evenly spaced draws.

    Parameters
    ----------
    fit : Fit
    draws : int
        At most so many.
    scales : array of float, shape (scales,)
        0 or more; 1 is what was done.
    """
    grid = np.union1d(np.asarray(scales, dtype=float), (1.0, 2.0))
    names = tuple(channel.name for channel in fit.series.channels)
    drawn = np.array([curve(fit.tables, x, grid) for x in thinned(fit, draws)])
    outcomes = drawn[:, : len(names)]  # what follows is demand
    once = outcomes[:, :, np.searchsorted(grid, 1.0)]
    twice = outcomes[:, :, np.searchsorted(grid, 2.0)]
    # 1 + exp(-1 / pace) is the ratio of the two
    bend = np.clip(twice / once - 1, 1e-12, np.exp(-1 / LONGEST_PACE))
    pace = -1 / np.log(bend)
    ceiling = once / -np.expm1(-1 / pace)
    fitted = ceiling[:, :, None] * -np.expm1(-grid / pace[:, :, None])
    near = grid <= 2
    off = np.abs(fitted - outcomes)[:, :, near] / once[:, :, None]
    keep = np.isin(grid, scales)
    return Responses(
        channels=names,
        scales=grid[keep],
        outcomes=outcomes[:, :, keep],
        ceiling=ceiling,
        pace=pace,
        misfit=np.quantile(off.max(axis=2), 0.95, axis=0),
    )


def curve(tables: Tables, x: Floats, grid: Floats) -> Floats:
    """Give outcomes (channels, scales) at one set of parameters: more activity is a shorter pace."""
    channels = tables.most.size
    scale = effects(x, tables) * tables.size[:, None] / responses(x, tables)[1][:, 0]
    pace = np.exp(tables.bend[:, 0] + tables.bend[:, 1] * x[channels : 2 * channels])
    life = np.exp(tables.echo[:, 0] + tables.echo[:, 1] * x[2 * channels : 3 * channels])
    found = np.zeros((channels, grid.size))
    room = np.empty((3, tables.activity.shape[2]))
    for place in range(len(tables.activity)):
        for channel in range(channels):
            for at, times in enumerate(grid):
                if times > 0:
                    done = tables.activity[place, channel]
                    respond(done, pace[channel] / times, life[channel], tables.form, room)
                    found[channel, at] += scale[place, channel] * room[0].sum()
    return found
