"""Series whose truth is known, for the forecast's tests and benchmark: one class of world a function.

Each returns values of days 0, 1, 2, ...; `drawn` reads some of the days and keeps the deadline's
value back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from auscult.engine.planning.forecast_measure import Measure

Floats = NDArray[np.float64]
Random = np.random.Generator

FIRST = date(2026, 1, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Readings with what came to pass on the deadline."""

    world: str
    readings: tuple[tuple[date, float], ...]
    deadline: date
    actual: float
    target: float
    upward: bool
    measure: Measure


def local_level(random: Random, size: int) -> Floats:
    """A level that walks, seen through noise."""
    walk = np.cumsum(random.normal(0, 10 ** random.uniform(-1.5, 0), size))
    return np.asarray(100 + walk + random.normal(0, 1, size))


def local_trend(random: Random, size: int) -> Floats:
    """A slope, steady or slowly turning, seen through noise."""
    start = random.normal(0, 0.2)
    turns = np.cumsum(random.normal(0, random.choice([0.0, 0.003, 0.01]), size))
    walk = random.normal(0, random.choice([0.0, 0.1, 0.3]), size)
    return np.asarray(50 + np.cumsum(start + turns + walk) + random.normal(0, 1, size))


def returning(random: Random, size: int) -> Floats:
    """Noise that remembers, around a level that stays."""
    memory = random.uniform(0.3, 0.95)
    noise = random.normal(0, 1, size)
    values = np.empty(size)
    values[0] = noise[0] / np.sqrt(1 - memory**2)
    for at in range(1, size):
        values[at] = memory * values[at - 1] + noise[at]
    return np.asarray(20 + values)


def counts(random: Random, size: int) -> Floats:
    """Counts, some of them small or zero, whose rate walks."""
    rate = 10 ** random.uniform(-0.3, 1.7)
    walk = np.cumsum(random.normal(0, random.choice([0.0, 0.01, 0.03]), size))
    mean = rate * np.exp(walk - walk[0])
    return np.asarray(random.poisson(np.minimum(mean, 1e6)), np.float64)


def weekly(random: Random, size: int) -> Floats:
    """Counts of a house that is quiet at weekends, in clusters."""
    rate = 10 ** random.uniform(0.7, 2)
    habit = np.array([1.2, 1.3, 1.2, 1.1, 1.0, 0.5, 0.4])[np.arange(size) % 7]
    walk = np.cumsum(random.normal(0, 0.01, size))
    mean = rate * habit * np.exp(walk) * random.gamma(8, 1 / 8, size)
    return np.asarray(random.poisson(mean), np.float64)


def total(random: Random, size: int) -> Floats:
    """A running total of a count."""
    rate = 10 ** random.uniform(-0.3, 1.5)
    walk = np.cumsum(random.normal(0, random.choice([0.0, 0.01, 0.03]), size))
    return np.cumsum(random.poisson(rate * np.exp(walk - walk[0])), dtype=np.float64)


def share(random: Random, size: int) -> Floats:
    """A percentage, at times close to its bounds."""
    level = random.normal(0, 2) + np.cumsum(random.normal(0, 0.05, size))
    return np.asarray(100 / (1 + np.exp(-level - random.normal(0, 0.3, size))))


World = Callable[[Random, int], Floats]
COUNT = Measure(lowest=0.0, whole=True)
WORLDS: dict[str, tuple[World, Measure]] = {
    "local level": (local_level, Measure()),
    "local trend": (local_trend, Measure()),
    "returning noise": (returning, Measure()),
    "counts": (counts, COUNT),
    "weekly season": (weekly, COUNT),
    "running total": (total, Measure(lowest=0.0, whole=True, total=True)),
    "percentage": (share, Measure(lowest=0.0, highest=100.0)),
}


def drawn(world: str, readings: int, random: Random) -> Planted:
    """Draw a series of a world with so many readings, and a deadline not too far beyond them."""
    make, measure = WORLDS[world]
    cadence = 1 if world == "weekly season" else int(random.choice([1, 1, 7]))
    holes = random.random() < 0.5
    span = readings if not holes else int(readings * 1.3) + 1
    at = np.sort(random.permutation(span)[:readings]) * cadence
    at -= at[0]
    ahead = min(max(int((at[-1] + 1) * 10 ** random.uniform(-0.5, 0.5)), 2), 400)
    values = make(random, int(at[-1]) + ahead + 1)
    upward = measure.total or bool(random.random() < 0.5)
    target = aimed(values[at], ahead / max(int(at[-1]), 1), measure, random, upward=upward)
    return Planted(
        world=world,
        readings=tuple((FIRST + timedelta(days=int(day)), float(values[day])) for day in at),
        deadline=FIRST + timedelta(days=int(at[-1]) + ahead),
        actual=float(values[-1]),
        target=target,
        upward=upward,
        measure=measure,
    )


def aimed(
    values: Floats, times_as_far: float, measure: Measure, random: Random, *, upward: bool
) -> float:
    """Draw a target as a house would: from what it has seen, not from what will come."""
    if measure.total:
        growth = (values[-1] - values[0] + 1) * times_as_far
        return float(round(values[-1] + growth * random.uniform(0.5, 1.5)))
    away = 1.5 * abs(random.normal()) * max(float(values.std()), 0.5)
    target = float(values[-1]) + (away if upward else -away)
    return float(round(target)) if measure.whole else target
