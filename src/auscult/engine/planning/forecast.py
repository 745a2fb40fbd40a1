"""The forecast of an objective: where its readings lead by its deadline, and how surely.

The model, how well its intervals and probabilities hold, and what it can't do are told in
docs/explanation/forecast.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from auscult.engine.planning.forecast_measure import Measure, checked
from auscult.engine.planning.forecast_mixture import above, quantiles
from auscult.engine.planning.forecast_models import Mixture, predict
from auscult.engine.planning.forecast_readings import Series, series, unit_of, weekday

Floats = NDArray[np.float64]

FEWEST = 5  # readings
REACH = 10  # times as far ahead as the readings reach back
USED = 400  # readings, the last ones: what lies further back says little
LIKELY, POSSIBLE = 0.7, 0.3
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


class Verdict(StrEnum):
    """What a probability is called."""

    TOO_EARLY = "too early"
    ON_COURSE = "on course"
    AT_RISK = "at risk"
    OFF_COURSE = "off course"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is expected of a day's reading.

    Attributes
    ----------
    day : date
    central : float
        As likely passed as not.
    low50, high50, low90, high90 : float
        Ends of the intervals that hold the reading in 50 and in 90 of 100 cases.
    """

    day: date
    central: float
    low50: float
    high50: float
    low90: float
    high90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Where an objective is heading.

    Attributes
    ----------
    verdict : Verdict
    probability : float or None
        Of a reading at the target or beyond it on the deadline, 0 to 1; None when it is too
        early to say.
    path : tuple of Expected
        Each day after the last reading, up to the deadline. Empty when it is too early, and when
        the deadline's own reading is there.
    readings : int
        How many were given.
    set_aside : tuple of date
        Days whose readings were single spikes; they were not used.
    """

    verdict: Verdict
    probability: float | None
    path: tuple[Expected, ...]
    readings: int
    set_aside: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What is to be reached, by when, and from which side."""

    target: float
    deadline: date
    upward: bool


def forecast(
    readings: Sequence[tuple[date, float]],
    *,
    target: float,
    deadline: date,
    upward: bool,
    measure: Measure | None = None,
) -> Forecast:
    """Say where readings lead by the deadline.

    Parameters
    ----------
    readings : sequence of (date, float)
        At most one a day, in any order; days may be missing. The last 400 are used.
    target : float
        In the unit of the readings.
    deadline : date
        Not before the last reading, at most five years after it.
    upward : bool
        True when values above the target are beyond it, False when those below are.
    measure : Measure, optional
        Bounds, whole numbers, running total.

    Raises
    ------
    Correctable
        If a day comes twice or lies after the deadline, a value or the target is no number, a
        value is out of bounds or not whole, a total falls, or the deadline is too far.

    Examples
    --------
    >>> from datetime import date, timedelta
    >>> week, begun = timedelta(weeks=1), date(2026, 1, 5)
    >>> readings = [(begun + at * week, value) for at, value in enumerate([40, 41, 43, 43, 45, 46])]
    >>> found = forecast(readings, target=50, deadline=begun + 10 * week, upward=True)
    >>> found.verdict.value, len(found.path)
    ('on course', 35)
    """
    kind = measure or Measure()
    days, values = checked(readings, target, deadline, kind)
    if days and days[-1] == deadline:
        reached = values[-1] >= target if upward else values[-1] <= target
        return _told(float(reached), (), len(days), ())
    if len(days) < FEWEST or deadline - days[-1] > REACH * (days[-1] - days[0]):
        return _told(None, (), len(days), ())
    return _foreseen(Aim(target=target, deadline=deadline, upward=upward), days, values, kind)


def _foreseen(aim: Aim, days: Sequence[date], values: Floats, kind: Measure) -> Forecast:
    last, bounds = days[-1], kind.bounds(float(values[-1]))
    unit = 1.0 if kind.whole else unit_of(values)
    ready = series(days[-USED:], values[-USED:], total=kind.total)
    ahead = (aim.deadline - last).days
    mixture = _by_day(ready, ahead, unit, total=kind.total)
    week = ready.week[weekday(last.toordinal() + np.arange(1, ahead + 1))]
    lines = np.clip(quantiles(mixture, LEVELS) + week, *bounds)
    probability = _probability(mixture, float(week[-1]), aim, unit, bounds)
    return _told(probability, _path(last, lines, kind), len(days), ready.set_aside)


def _told(
    probability: float | None,
    path: tuple[Expected, ...],
    readings: int,
    set_aside: tuple[date, ...],
) -> Forecast:
    if probability is None:
        verdict = Verdict.TOO_EARLY
    elif probability >= LIKELY:
        verdict = Verdict.ON_COURSE
    else:
        verdict = Verdict.AT_RISK if probability >= POSSIBLE else Verdict.OFF_COURSE
    return Forecast(
        verdict=verdict,
        probability=probability,
        path=path,
        readings=readings,
        set_aside=set_aside,
    )


def _by_day(ready: Series, ahead: int, unit: float, *, total: bool) -> Mixture:
    """Predict by step, and give days between two steps what lies between."""
    steps = -(-ahead // ready.step)
    # What never moved may move by a unit once: six weeks without any don't say that none comes.
    found = predict(ready.seen, steps, gap=ready.gap, total=total, least=unit)
    at, grid = np.arange(1, ahead + 1) / ready.step, np.arange(steps + 1)
    # Of a walk it is the variance that grows evenly, not its root.
    return Mixture(
        weights=found.weights,
        centre=np.array([np.interp(at, grid, row) for row in found.centre]),
        spread=np.sqrt([np.interp(at, grid, row**2) for row in found.spread]),
        freedom=found.freedom,
    )


def _probability(
    mixture: Mixture, week: float, aim: Aim, unit: float, bounds: tuple[float, float]
) -> float:
    """Count what would lie beyond a bound as lying on it, and half a unit short as reached.

    `week` is what the deadline's weekday adds to what the mixture tells.
    """
    (low, high), target = bounds, aim.target
    if (target <= low) if aim.upward else (target >= high):
        return 1.0
    if (target > high) if aim.upward else (target < low):
        return 0.0
    if aim.upward:
        return above(mixture, target - week - unit / 2)
    return 1 - above(mixture, target - week + unit / 2)


def _path(last: date, lines: Floats, kind: Measure) -> tuple[Expected, ...]:
    if kind.total:
        lines = np.maximum.accumulate(lines, axis=1)
    if kind.whole:
        lines = np.round(lines)
    return tuple(
        Expected(
            day=last + timedelta(days=at),
            low90=low90,
            low50=low50,
            central=central,
            high50=high50,
            high90=high90,
        )
        for at, (low90, low50, central, high50, high90) in enumerate(lines.T.tolist(), 1)
    )
