"""Learns curves from what a bet has brought so far, and says when nobody had foreseen it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auscult.engine.planning.curves import Curves, Floats
from auscult.engine.planning.refusals import Refused

# What the samples give less than this chance (on both sides together) was not foreseen.
UNFORESEEN = 0.05
# With fewer samples than these in agreement, what they agree on is chance.
AGREE = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a bet has brought so far.

    Attributes
    ----------
    gained : float
        Attainment of its objective that it brought.
    error : float
        Standard deviation of that figure, above 0.
    """

    gained: float
    error: float

    def __post_init__(self) -> None:
        """Refuse what is no reading."""
        if not (np.isfinite(self.gained) and 0 < self.error < np.inf):
            raise Refused("reading", "error", gained=self.gained, error=self.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What a reading did to what was thought of a bet.

    Attributes
    ----------
    expected : float
        Mean gain that was expected of what has been spent.
    gained : float
        What was read.
    chance : float
        How likely something as far out was, or farther, from 0 to 1.
    unforeseen : bool
        It lies beyond the stated range: the curves were wrong, not only uncertain. What is
        learned then is the reading itself with its error; only the bend is kept.
    """

    expected: float
    gained: float
    chance: float
    unforeseen: bool


def learn(
    curves: Curves, done: Floats, readings: Mapping[int, Reading], *, rng: np.random.Generator
) -> tuple[Curves, dict[int, Learned]]:
    """Take readings in.

    Samples are drawn anew, each as often as it agrees with the reading of its bet (importance
    resampling, normal errors). Bets without a reading, or without spending, stay as they are.

    Parameters
    ----------
    curves : Curves
        As they were thought to be, from the beginning.
    done : array of float, shape (bets,)
        Scale that was spent so far.
    readings : mapping of int to Reading
        By place of the bet.
    rng : numpy.random.Generator

    Returns
    -------
    Curves
        From the beginning, too; `Curves.after(done)` are those of what is left.
    dict of int to Learned
    """
    ceiling, pace = curves.ceiling.copy(), curves.pace.copy()
    gains = curves.gains(done)
    found: dict[int, Learned] = {}
    for at, reading in readings.items():
        if not done[at] > 0:
            continue
        off = (reading.gained - gains[:, at]) / reading.error
        below = float(_normal_below(off).mean())
        chance = 2 * min(below, 1 - below)
        weights = np.exp(-0.5 * (off**2 - (off**2).min()))
        weights /= weights.sum()
        unforeseen = chance < UNFORESEEN or 1 / float(weights @ weights) < AGREE
        if unforeseen:
            ceiling[:, at] = _through(curves.of([at]), float(done[at]), reading, rng)
        else:
            drawn = _resampled(weights, rng)
            ceiling[:, at], pace[:, at] = ceiling[drawn, at], pace[drawn, at]
        found[at] = Learned(
            expected=float(gains[:, at].mean()),
            gained=reading.gained,
            chance=chance,
            unforeseen=unforeseen,
        )
    return Curves(ceiling=ceiling, pace=pace, form=curves.form), found


def _through(one: Curves, done: float, reading: Reading, rng: np.random.Generator) -> Floats:
    """Give the ceilings with which curves of the same bends pass through a reading."""
    noise = reading.error * rng.standard_normal(one.samples)
    level = Curves(ceiling=np.ones_like(one.ceiling), pace=one.pace, form=one.form)
    return np.maximum(reading.gained + noise, 0.0) / level.gains([done])[:, 0]


def _resampled(weights: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw as many samples as there are, each by its weight (systematically), in any order."""
    at = (np.arange(weights.size) + rng.random()) / weights.size
    drawn = np.minimum(np.searchsorted(np.cumsum(weights), at), weights.size - 1)
    return rng.permutation(drawn)


def _normal_below(values: Floats) -> Floats:
    """Give the chance that a normal number lies below, to 1.5e-7 (Abramowitz and Stegun 7.1.26)."""
    z = np.abs(values) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    powers = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    tail = powers * np.exp(-(z**2)) / 2
    return np.asarray(np.where(values > 0, 1 - tail, tail))
