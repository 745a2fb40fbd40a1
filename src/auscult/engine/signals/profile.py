"""What an hour of the week makes likely, learned from the past of many series at once.

A rate is a level (which moves slowly) times the habit of the day times the habit of the hour
times what is special about that hour of the week. Each factor is shrunk towards the one
above it: a cell of the week towards day and hour, a series' day and hour towards those of
all series together; so a watch with three mentions a week has the town's nights. Days that
stand out are left out, so that a storm isn't learned as usual.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auscult.engine.signals.hours import WEEK
from auscult.engine.signals.negative_binomial import Floats

LEVEL_HALF_LIFE = 10.0  # days
_ROUNDS = 6
_HABIT = 30.0  # mentions that a series' habit of the day is worth before its own count
_SPECIAL = 20.0  # the same for a cell of the week
_USUAL_DISPERSION, _DISPERSION_HOURS = 1.3, 24.0
_STANDS_OUT = 3.5  # standard deviations of a day
_DAY_SPREAD = 0.15  # days differ by that share besides chance
_MOST_LEFT_OUT = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is usual.

    Attributes
    ----------
    rates : array of float, shape (series, 168)
        Mentions an hour, for each hour of the week from Monday's first; above 0.
    dispersion : array of float, shape (series,)
        Variance of an hour's count over its mean, 1.05 or more.
    covered : array of float, shape (series,)
        Hours that were learned from.
    """

    rates: Floats
    dispersion: Floats
    covered: Floats


@dataclass(slots=True)
class _Past:
    """Hourly counts with their place in the week; arrays (series, hours), (series, days)."""

    counts: Floats
    covered: Floats
    hours: NDArray[np.int64]
    first_of_day: NDArray[np.int64]
    day_of: NDArray[np.int64]
    weekday: NDArray[np.int64]
    near: Floats  # (days, days): how much a day says about the level of another

    def by_day(self, values: Floats) -> Floats:
        return np.asarray(np.add.reduceat(values, self.first_of_day, axis=1))

    def by_cell(self, values: Floats, cells: NDArray[np.int64], size: int) -> Floats:
        order = np.argsort(cells, kind="stable")
        present, first = np.unique(cells[order], return_index=True)
        sums = np.zeros((len(values), size))
        sums[:, present] = np.add.reduceat(values[:, order], first, axis=1)
        return sums


def learn(
    counts: Floats, covered: Floats, hours: NDArray[np.int64], days: NDArray[np.int64]
) -> Profile:
    """Learn what is usual from hourly counts.

    Parameters
    ----------
    counts : array of float, shape (series, hours)
        Mentions; what stands where nothing was covered is ignored.
    covered : array of float, shape (series, hours)
        Share of each hour that was read, 0 to 1.
    hours, days : array of int, shape (hours,)
        As `hours_of_week` gives them.

    Returns
    -------
    Profile
    """
    past = _past(counts, covered, hours, days)
    total, read = past.by_day(past.counts), past.by_day(past.covered)
    level = _first_level(total, read)
    habit, special = np.full((len(counts), WEEK), 1.0), np.ones((len(counts), WEEK))
    dispersion = np.full(len(counts), _USUAL_DISPERSION)
    local = np.repeat(level[:, None], total.shape[1], axis=1)
    for _ in range(_ROUNDS):
        shape = (habit * special)[:, past.hours] * past.covered
        exposure = past.by_day(shape)
        kept = _kept(total, local * exposure, dispersion, read)
        local = _local_level(total * kept, exposure * kept, past.near)
        inside = kept[:, past.day_of]
        habit = _habits(past, local, inside, habit)
        special = _specials(past, local, inside, habit)
        mean = local[:, past.day_of] * (habit * special)[:, past.hours] * past.covered
        dispersion = _dispersion(past.counts, mean, inside)
    rates = local[:, -1:] * habit * special
    return Profile(rates=rates, dispersion=dispersion, covered=past.covered.sum(1))


def _past(
    counts: Floats, covered: Floats, hours: NDArray[np.int64], days: NDArray[np.int64]
) -> _Past:
    _, first, day_of = np.unique(days, return_index=True, return_inverse=True)
    number = days[first]
    apart = np.abs(number[:, None] - number[None, :])
    return _Past(
        counts=np.where(covered > 0, counts, 0.0),
        covered=covered,
        hours=hours,
        first_of_day=first,
        day_of=day_of,
        weekday=(hours // 24),
        near=0.5 ** (apart / LEVEL_HALF_LIFE),
    )


def _first_level(total: Floats, read: Floats) -> Floats:
    """Mentions an hour over the quieter three quarters of the days that were read."""
    rate = np.where(read > 0, total / np.maximum(read, 1e-9), np.inf)
    order = np.argsort(rate, axis=1)
    days = np.maximum(1, ((read > 0).sum(1) * 0.75).astype(int))
    quiet = np.arange(total.shape[1]) < days[:, None]
    sums = (np.take_along_axis(total, order, 1) * quiet).sum(1)
    hours = (np.take_along_axis(read, order, 1) * quiet).sum(1)
    return np.asarray((sums + 0.5) / np.maximum(hours, 1.0))


def _kept(total: Floats, mean: Floats, dispersion: Floats, read: Floats) -> Floats:
    """1 for a day that doesn't stand out; all of them where too many would be left out."""
    spread = np.sqrt(mean * dispersion[:, None] + (_DAY_SPREAD * mean) ** 2)
    kept = total <= mean + _STANDS_OUT * spread + 1.5
    left_out = (~kept).sum(1) / np.maximum((read > 0).sum(1), 1)
    return np.asarray((kept | (left_out > _MOST_LEFT_OUT)[:, None]).astype(np.float64))


def _local_level(total: Floats, exposure: Floats, near: Floats) -> Floats:
    """Rate an hour round each day, drawn towards the rate of all days by one mention."""
    whole = (total.sum(1) + 0.5) / np.maximum(exposure.sum(1), 1.0)
    return np.asarray((total @ near + 1.0) / (exposure @ near + 1.0 / whole[:, None]))


def _habits(past: _Past, local: Floats, inside: Floats, habit: Floats) -> Floats:
    """Day and hour, each its own factor of mean 1, shrunk towards that of all series."""
    seen = past.counts * inside
    usual = local[:, past.day_of] * past.covered * inside
    by_week = habit.reshape(-1, 7, 24)
    day = by_week.mean(2)
    hour_of_day = past.hours % 24
    hour = _factor(
        past.by_cell(seen, hour_of_day, 24),
        past.by_cell(usual * day[:, past.weekday], hour_of_day, 24),
    )
    day = _factor(
        past.by_cell(seen, past.weekday, 7),
        past.by_cell(usual * hour[:, hour_of_day], past.weekday, 7),
    )
    return np.asarray((day[:, :, None] * hour[:, None, :]).reshape(-1, WEEK))


def _factor(seen: Floats, usual: Floats) -> Floats:
    """Seen over usual, cell by cell, shrunk twice: to all series, and those to 1."""
    cells = seen.shape[1]
    worth = _HABIT / cells
    shared = (seen.sum(0) + worth) / (usual.sum(0) + worth)
    factor = (seen + worth * shared) / (usual + worth)
    return np.asarray(factor / factor.mean(1, keepdims=True))


def _specials(past: _Past, local: Floats, inside: Floats, habit: Floats) -> Floats:
    usual = local[:, past.day_of] * habit[:, past.hours] * past.covered * inside
    seen = past.by_cell(past.counts * inside, past.hours, WEEK)
    expected = past.by_cell(usual, past.hours, WEEK)
    return np.asarray((seen + _SPECIAL) / (expected + _SPECIAL))


def _dispersion(counts: Floats, mean: Floats, inside: Floats) -> Floats:
    """Variance over mean of an hour, its outliers cut, shrunk to what is usual of posts."""
    cut = np.minimum(counts, mean + 4 * np.sqrt(2 * mean) + 1.5)
    weight = np.minimum(mean / 0.25, 1.0) * inside
    ratio = (cut - mean) ** 2 / np.maximum(mean, 0.01)
    seen = (weight * ratio).sum(1) + _USUAL_DISPERSION * _DISPERSION_HOURS
    return np.asarray(np.maximum(seen / (weight.sum(1) + _DISPERSION_HOURS), 1.05))
