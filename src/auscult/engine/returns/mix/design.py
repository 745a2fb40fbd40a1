"""From series to tables: the linear part of the model, scales, and priors as numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from auscult.engine.returns.mix.echoes import Range
from auscult.engine.returns.mix.kernel import Tables, products
from auscult.engine.returns.mix.questions import (
    FORMS,
    NINETEEN_OF_TWENTY_HALF,
    Answers,
    Form,
    log_normal,
    pace_of,
)
from auscult.engine.returns.mix.series import Channel, Series

Floats = NDArray[np.float64]
# In units of the mean outcome of a place: nine of ten baselines wander so far within a year, ...
DRIFT: Range = (0.03, 0.8)
# ... noise is so large, ...
NOISE: Range = (0.02, 2.0)
# ... and effects differ by so much (as a factor's log) from place to place.
SPREAD: Range = (0.05, 0.7)
# Inverse hyperbolic tangent of the autocorrelation of what is left: mean and deviation.
MEMORY = (0.2, 0.35)
# Prior deviations of what is linear, in the same units.
LEVEL, TREND, SEASON, WEEKDAY, HOLIDAY, CONTROL = 2.0, 0.5, 0.3, 0.3, 1.0, 0.3
YEAR = 365.25
HARMONICS, SEASON_FROM = 2, 150
WAVE, WAVES = 14, (4, 30)
# Twice as much of a channel that follows demand: demand is up by at most so many times (in nineteen
# of twenty cases), in proportion, ...
WITH_DEMAND, PROPORTION = 1.0, (1.99, 1.999)
# ... and on the same row, which is an echo of so few rows.
AT_ONCE = (0.05, 0.1)


def columns(series: Series) -> tuple[Floats, Floats, int]:
    """Give the linear part: columns (columns, rows), prior variances, first one of the walk."""
    rows = series.rows
    parts: list[tuple[Floats, float]] = [
        (np.ones((1, rows)), LEVEL),
        (np.linspace(-1, 1, rows)[None], TREND),
    ]
    day = np.array([when.toordinal() for when in series.days], dtype=float)
    if rows * series.step >= SEASON_FROM:
        angle = 2 * np.pi * np.arange(1, HARMONICS + 1)[:, None] * day / YEAR
        parts += [(np.sin(angle), SEASON), (np.cos(angle), SEASON)]
    if series.step == 1:
        parts.append(((day % 7 == np.arange(7)[:, None]).astype(float), WEEKDAY))
    for days in series.holidays.values():
        parts.append((_holiday(series, set(days))[None], HOLIDAY))
    for control in series.controls.values():
        values = np.asarray(control, dtype=float)
        spread = values.std()
        parts.append(((values - values.mean())[None] / (spread or 1.0), CONTROL))
    linear = sum(part.shape[0] for part, _ in parts)
    walk, sizes = walk_basis(rows, series.step)
    variance = np.concatenate([np.full(part.shape[0], size**2) for part, size in parts] + [sizes])
    return np.vstack([part for part, _ in parts] + [walk]), variance, linear


def _holiday(series: Series, days: set[date]) -> Floats:
    """Days of a holiday in each row."""
    return np.array(
        [
            sum(first + timedelta(days=on) in days for on in range(series.step))
            for first in series.days
        ],
        dtype=float,
    )


def walk_basis(rows: int, step: int) -> tuple[Floats, Floats]:
    """Give the largest waves of a random walk (Karhunen and Loève) and their variances.

    The walk's deviation is 1 after a year. Waves shorter than some four weeks are left out: they
    are what the autocorrelated noise is for.
    """
    waves = int(np.clip(rows * step // WAVE, *WAVES))
    turn = (np.arange(1, waves + 1) - 0.5) * np.pi
    at = (np.arange(rows) + 0.5) / rows
    return np.sin(turn[:, None] * at), 2 / turn**2 * rows * step / YEAR


def tables(series: Series, *, weight: Floats | None = None, form: Form = "exponential") -> Tables:
    """Scale everything and lay it out for the compiled density.

    Outcomes are divided by their mean in each place; activity by its mean over active rows,
    and by the size of the place. `weight` multiplies each row's deviation from the mean. After the
    channels of the series come those that stand for demand.
    """
    read = np.isfinite(series.outcome)
    size = np.nanmean(np.abs(series.outcome), axis=1)
    scaled = np.where(read, weight if weight is not None else 1.0, 0.0)
    outcome = np.where(read, series.outcome, 0.0) / size[:, None] * scaled
    plain, variance, walk = columns(series)
    basis = scaled[:, None, :] * plain[None]
    inner, link = chains(read)
    gram = np.empty((read.shape[0], 3, len(variance), len(variance)))
    for place, own in enumerate(basis):
        gram[place, 0] = products(own, own)
        gram[place, 1] = products(own * inner[place], own)
        half = products(own[:, :-1] * link[place, :-1], own[:, 1:].copy())
        gram[place, 2] = half + half.T
    answers = [channel.answers for channel in (*series.channels, *demand(series))]
    trial, found = _trials(series)
    return Tables(
        outcome=outcome,
        weight=scaled,
        inner=inner,
        link=link,
        runs=(read & (link == 0)).sum(axis=1).astype(float),
        seen=read.sum(axis=1).astype(float),
        activity=activity(series),
        basis=np.ascontiguousarray(basis),
        gram=gram,
        variance=variance,
        walk=walk,
        most=np.array([one.at_most / NINETEEN_OF_TWENTY_HALF for one in answers]),
        bend=np.array(
            [log_normal(*(pace_of(gain, form) for gain in one.doubling)) for one in answers]
        ),
        echo=np.array([log_normal(*(days / series.step for days in one.echo)) for one in answers]),
        drift=np.array(log_normal(*DRIFT)),
        memory=np.array(MEMORY),
        noise=np.array(log_normal(*NOISE)),
        spread=np.array(log_normal(*SPREAD)),
        trial=trial,
        found=found,
        size=size,
        form=FORMS[form],
    )


def demand(series: Series) -> tuple[Channel, ...]:
    """Give, for each channel that follows demand, the demand that moves with it, as a channel.

    Given its activity, demand is expected to be higher by a share of how far activity lies above
    its mean; that share is unknown, but not below 0. A channel that echoes not at all, doesn't bend
    and brings 0 or more moves outcomes in just this way (its mean goes into the level). The data
    tell only the sum of both: what the channel itself brought ranges from nothing to all of it.
    """
    low, high = AT_ONCE
    answers = Answers(
        echo=(low * series.step, high * series.step), doubling=PROPORTION, at_most=WITH_DEMAND
    )
    return tuple(
        replace(channel, answers=answers)
        for channel in series.channels
        if channel.answers.follows_demand
    )


def activity(series: Series) -> Floats:
    """Give activity (places, channels, rows) where 1 is a usual active row of an average place."""
    size = np.nanmean(np.abs(series.outcome), axis=1)
    channels = (*series.channels, *demand(series))
    found = np.stack([channel.activity for channel in channels], axis=1)
    found = found / (size / size.mean())[:, None, None]
    usual = np.array([one[one > 0].mean() for one in found.transpose(1, 0, 2)])
    return np.ascontiguousarray(found / usual[None, :, None])


def chains(read: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Say where runs of readings go on: `inner` and `link` of `Tables`."""
    link = np.zeros(read.shape)
    link[:, :-1] = read[:, :-1] & read[:, 1:]
    before = np.zeros(read.shape)
    before[:, 1:] = link[:, :-1]
    return np.where(read, link + before - 1, 0.0), link


def _trials(series: Series) -> tuple[NDArray[np.int64], Floats]:
    names = [channel.name for channel in series.channels]
    trial = [
        (
            names.index(one.channel),
            -1 if one.place is None else series.places.index(one.place),
            series.row_of(one.first),
            series.row_of(one.last) + 1,
        )
        for one in series.experiments
    ]
    found = [(one.found, one.error) for one in series.experiments]
    return np.array(trial, dtype=np.int64).reshape(-1, 4), np.array(found).reshape(-1, 2)
