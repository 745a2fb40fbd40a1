"""Readings made ready for the models: by step, on a scale where noise is even, without spikes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SPIKE = 5.0  # deviations from its neighbours
WEEK = 7
WEEKS_FOR_A_SEASON = 4
FINEST = 6  # places after the point


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Readings on a grid of steps.

    Attributes
    ----------
    seen : array of float, shape (steps,)
        NaN where there is no reading; the first and the last are there.
    step : int
        Days of a step.
    gap : float
        Usual steps between two readings.
    week : array of float, shape (7,)
        What each weekday (Monday first) adds.
    set_aside : tuple of date
        Spikes that were taken out.
    """

    seen: Floats
    step: int
    gap: float
    week: Floats
    set_aside: tuple[date, ...]


def series(days: Sequence[date], values: Floats, *, total: bool) -> Series:
    """Lay readings, in order of their days, on the coarsest grid that holds them all."""
    numbers = np.array([day.toordinal() for day in days], np.int64)
    # The week goes first: a house that closes on Sundays has no spike each week.
    week = np.zeros(WEEK) if total else season(numbers, values)
    rest = values - week[weekday(numbers)]
    spikes = np.zeros(values.size, bool) if total else spiked(rest)
    kept = numbers[~spikes]
    gaps = np.diff(kept)
    step = int(np.gcd.reduce(gaps))
    seen = np.full((kept[-1] - kept[0]) // step + 1, np.nan)
    seen[(kept - kept[0]) // step] = rest[~spikes]
    return Series(
        seen=seen,
        step=step,
        gap=float(np.median(gaps)) / step,
        week=week,
        set_aside=tuple(day for day, spike in zip(days, spikes, strict=True) if spike),
    )


def weekday(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give 0 (Monday) to 6 of ordinal days."""
    return (numbers - 1) % WEEK


def spiked(values: Floats) -> NDArray[np.bool_]:
    """Find single readings far from both neighbours' level; the ends can't be judged.

    A step to another level is none: there the next reading stands where the odd one does.
    """
    found = np.zeros(values.size, bool)
    if values.size < 8:
        return found
    sides = np.stack([values[:-4], values[1:-3], values[3:-1], values[4:]])
    middle = np.median(sides, axis=0)
    away = values[2:-2] - middle
    usual = 1.4826 * float(np.median(np.abs(away)))
    around = np.abs(sides - middle).max(axis=0)
    found[2:-2] = (np.abs(away) > SPIKE * usual) & (np.abs(away) > 2 * around) & (usual > 0)
    return found


def season(numbers: NDArray[np.int64], values: Floats) -> Floats:
    """Estimate what each weekday adds, shrunken by how sure that is; 0 for sparse readings."""
    count = np.bincount(weekday(numbers), minlength=WEEK)
    if count.min() < WEEKS_FOR_A_SEASON or not daily(numbers):
        return np.zeros(WEEK)
    rest = values - around_week(numbers, values)
    # Without each weekday's highest and lowest, so that one storm makes no habit.
    mean = np.array([np.sort(rest[weekday(numbers) == at])[1:-1].mean() for at in range(WEEK)])
    mean -= mean.mean()
    squares = np.sort((rest - mean[weekday(numbers)]) ** 2)[: int(0.9 * values.size)]
    # The lowest 90 of 100 squares of normal noise have 0.62 of its variance on average.
    noise = float(squares.sum()) / 0.62 / max(squares.size - 13, 1)
    chance = float((noise / count).mean())
    between = float((mean**2).sum()) / (WEEK - 1)
    sure = 0.0 if between <= chance else 1 - chance / between
    return np.asarray(mean * sure)


def daily(numbers: NDArray[np.int64]) -> bool:
    """Say whether most days have a reading."""
    return bool(numbers.size >= 0.6 * (numbers[-1] - numbers[0] + 1))


def around_week(numbers: NDArray[np.int64], values: Floats) -> Floats:
    """Give the median of the days of a week around each reading: one storm doesn't move it."""
    near = np.abs(numbers[:, None] - numbers[None, :]) <= WEEK // 2
    return np.array([np.median(values[there]) for there in near])


def unit_of(values: Floats) -> float:
    """Give the unit that values are rounded to: 1, 0.1, and so on down to a millionth."""
    for places in range(FINEST):
        if np.allclose(values, np.round(values, places), rtol=1e-12, atol=1e-9):
            return float(10.0**-places)
    return float(10.0**-FINEST)
