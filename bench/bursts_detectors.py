"""Detectors of bursts, ours and peers: each gives, for each of its settings, when it fires.

A detector maps counts (towns, watches, intervals), of which so many parts make an hour, to a
list of flags of that shape, from the most to the least sensitive setting. None sees an interval
before it is over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import anomaly, drift

from auscult.engine.signals import Bursts
from auscult.engine.signals.state import NONE
from bench.bursts_towns import LEARN, Flags, Whole

Floats = NDArray[np.float64]
Detector = Callable[[Whole, int], list[Flags]]
START = datetime(2026, 8, 3, 5, tzinfo=UTC)  # the town's clock stays five hours behind
HOUR = timedelta(hours=1)
ZONE = "Etc/GMT+5"
WEEK = 168


def hourly(detector: Detector) -> Detector:
    """Give a detector whole hours; what it says then is said at the end of the hour."""

    def fires(counts: Whole, parts: int) -> list[Flags]:
        found = []
        for flags in detector(counts.reshape(*counts.shape[:2], -1, parts).sum(-1), 1):
            fine = np.zeros(counts.shape, bool)
            fine[:, :, parts - 1 :: parts] = flags
            found.append(fine)
        return found

    return fires


def fitted(counts: Whole, until: int, parts: int) -> Bursts:
    """Fit each town from its intervals before `until`, and put the towns together."""
    models = [
        Bursts.fit(
            town[:, :until], start=START, step=HOUR / parts, zone=ZONE,
            keys=[f"{place}:{watch}" for watch in range(len(town))],
        )
        for place, town in enumerate(counts)
    ]  # fmt: skip
    return replace(
        models[0],
        keys=tuple(key for model in models for key in model.keys),
        rates=np.concatenate([model.rates for model in models]),
        dispersion=np.concatenate([model.dispersion for model in models]),
        learned=np.concatenate([model.learned for model in models]),
        threshold=np.concatenate([model.threshold for model in models]),
    )


def ours(
    counts: Whole, parts: int, thresholds: Sequence[float] = (), least: int = 3
) -> list[Flags]:
    """Bursts, fitted anew each day; without thresholds, as it comes (one false alarm wished)."""
    flat, day, first = counts.reshape(-1, counts.shape[2]), 24 * parts, LEARN * parts
    times = max(1, len(thresholds))
    models = {
        at: _repeated(fitted(counts, at, parts), thresholds, least)
        for at in range(first, counts.shape[2], day)
    }
    state, flags = models[first].begin(), np.zeros((times * len(flat), counts.shape[2]), bool)
    for at in range(first, counts.shape[2]):
        model = models[at // day * day]
        now = np.tile(flat[:, at], times)
        state, _ = model.update(state, now, at=START + at * HOUR / parts)
        flags[:, at] = (state.storm != NONE) & (state.calm == 0)
    return list(flags.reshape(times, *counts.shape))


def _repeated(model: Bursts, thresholds: Sequence[float], least: int) -> Bursts:
    """Put a copy of all series beside another for each threshold, from low to high."""
    times = max(1, len(thresholds))
    threshold = np.repeat(thresholds, len(model.keys)) if thresholds else model.threshold
    return replace(
        model,
        keys=tuple(f"{n}:{key}" for n in range(times) for key in model.keys),
        rates=np.tile(model.rates, (times, 1)),
        dispersion=np.tile(model.dispersion, times),
        learned=np.tile(model.learned, times),
        threshold=np.asarray(threshold),
        least=least,
    )


def fixed(counts: Whole, _parts: int) -> list[Flags]:
    """So many mentions in an interval, or more."""
    return [counts >= limit for limit in range(1, 80)]


def z_scores(counts: Whole, parts: int, weeks: int = 8) -> Floats:
    """Distance from the mean of the same interval of up to eight weeks past, in their deviations.

    A deviation is at least that of chance: the root of the mean and a quarter.
    """
    score = np.full(counts.shape, -np.inf)
    week = WEEK * parts
    for at in range(2 * week, counts.shape[2]):
        past = counts[:, :, at - week :: -week][:, :, :weeks]
        mean, spread = past.mean(2), past.std(2, ddof=1)
        score[:, :, at] = (counts[:, :, at] - mean) / np.maximum(spread, np.sqrt(mean + 0.25))
    return score


def same_hour(counts: Whole, parts: int) -> list[Flags]:
    score = z_scores(counts, parts)
    return [score >= limit for limit in np.arange(1.5, 30, 0.25)]


def page_hinkley(delta: float, *, scored: bool) -> Detector:
    """River's PageHinkley, upwards, over counts or over their z-scores."""

    def fires(counts: Whole, parts: int) -> list[Flags]:
        score = z_scores(counts, parts)
        values = np.where(np.isfinite(score), score, 0.0) if scored else counts.astype(float)
        return [
            _each(values, partial(drift.PageHinkley, min_instances=30, delta=delta, threshold=limit, mode="up"), rising=False)
            for limit in np.geomspace(6, 300, 10)
        ]  # fmt: skip

    return fires


def adwin(counts: Whole, _parts: int) -> list[Flags]:
    """River's ADWIN over counts; it fires when its mean has risen."""
    values = counts.astype(float)
    return [
        _each(values, partial(drift.ADWIN, delta=delta, clock=1), rising=True)
        for delta in (0.3, 0.05, 2e-3, 1e-5, 1e-8)
    ]


def gaussian(counts: Whole, parts: int) -> list[Flags]:
    """River's GaussianScorer over all counts of a watch so far."""
    score = np.zeros(counts.shape)
    for place in np.ndindex(counts.shape[:2]):
        scorer: Any = anomaly.GaussianScorer(  # type: ignore[no-untyped-call]
            grace_period=WEEK * parts
        )
        total = 0.0
        for hour, count in enumerate(counts[place].tolist()):
            if count * hour > total:  # only what lies above the mean
                score[(*place, hour)] = scorer.score_one(None, count)
            scorer.learn_one(None, count)
            total += count
    return [score >= 1 - rest for rest in np.geomspace(0.1, 1e-15, 40)]


def _each(values: Floats, make: Callable[[], Any], *, rising: bool) -> Flags:
    flags = np.zeros(values.shape, bool)
    for place in np.ndindex(values.shape[:2]):
        detector = make()
        before = 0.0
        for hour, value in enumerate(values[place].tolist()):
            detector.update(value)
            if detector.drift_detected:
                flags[(*place, hour)] = not rising or detector.estimation > before
            if rising:
                before = detector.estimation
    return flags
