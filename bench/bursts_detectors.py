"""Detectors of bursts, ours and peers: each gives, for each of its settings, when it fires.

A detector maps counts (towns, watches, hours) to a list of flags of that shape, from the most
to the least sensitive setting. None sees an hour before it is over.
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
Detector = Callable[[Whole], list[Flags]]
START = datetime(2026, 8, 3, 5, tzinfo=UTC)  # the town's clock stays five hours behind
STEP = timedelta(hours=1)
ZONE = "Etc/GMT+5"
WEEK = 168


def fitted(counts: Whole, hour: int, *, false_alarms: float = 1.0) -> Bursts:
    """Fit each town from its hours before `hour`, and put the towns together."""
    parts = [
        Bursts.fit(
            town[:, :hour], start=START, step=STEP, zone=ZONE, false_alarms=false_alarms,
            keys=[f"{place}:{watch}" for watch in range(len(town))],
        )
        for place, town in enumerate(counts)
    ]  # fmt: skip
    return replace(
        parts[0],
        keys=tuple(key for part in parts for key in part.keys),
        rates=np.concatenate([part.rates for part in parts]),
        dispersion=np.concatenate([part.dispersion for part in parts]),
        learned=np.concatenate([part.learned for part in parts]),
    )


def ours(counts: Whole, thresholds: Sequence[float] = (), least: int = 3) -> list[Flags]:
    """Bursts, fitted anew each day; without thresholds, as it comes (one false alarm wished)."""
    flat = counts.reshape(-1, counts.shape[2])
    days = {hour: fitted(counts, hour) for hour in range(LEARN, counts.shape[2], 24)}
    found = []
    for threshold in thresholds or [days[LEARN].threshold]:
        flags = np.zeros(flat.shape, bool)
        state = days[LEARN].begin()
        for hour in range(LEARN, counts.shape[2]):
            model = replace(days[hour // 24 * 24], threshold=threshold, least=least)
            state, _ = model.update(state, flat[:, hour], at=START + hour * STEP)
            flags[:, hour] = (state.storm != NONE) & (state.calm == 0)
        found.append(flags.reshape(counts.shape))
    return found


def fixed(counts: Whole) -> list[Flags]:
    """So many mentions in an hour, or more."""
    return [counts >= limit for limit in range(1, 80)]


def z_scores(counts: Whole, weeks: int = 8) -> Floats:
    """Distance from the mean of the same hour of up to eight weeks past, in their deviations.

    A deviation is at least that of chance: the root of the mean and a quarter.
    """
    score = np.full(counts.shape, -np.inf)
    for hour in range(2 * WEEK, counts.shape[2]):
        past = counts[:, :, hour - WEEK :: -WEEK][:, :, :weeks]
        mean, spread = past.mean(2), past.std(2, ddof=1)
        score[:, :, hour] = (counts[:, :, hour] - mean) / np.maximum(spread, np.sqrt(mean + 0.25))
    return score


def same_hour(counts: Whole) -> list[Flags]:
    score = z_scores(counts)
    return [score >= limit for limit in np.arange(1.5, 30, 0.25)]


def page_hinkley(delta: float, *, scored: bool) -> Detector:
    """River's PageHinkley, upwards, over counts or over their z-scores."""

    def fires(counts: Whole) -> list[Flags]:
        score = z_scores(counts)
        values = np.where(np.isfinite(score), score, 0.0) if scored else counts.astype(float)
        return [
            _each(values, partial(drift.PageHinkley, min_instances=30, delta=delta, threshold=limit, mode="up"), rising=False)
            for limit in np.geomspace(6, 300, 10)
        ]  # fmt: skip

    return fires


def adwin(counts: Whole) -> list[Flags]:
    """River's ADWIN over counts; it fires when its mean has risen."""
    values = counts.astype(float)
    return [
        _each(values, partial(drift.ADWIN, delta=delta, clock=1), rising=True)
        for delta in (0.3, 0.05, 2e-3, 1e-5, 1e-8)
    ]


def gaussian(counts: Whole) -> list[Flags]:
    """River's GaussianScorer over all counts of a watch so far."""
    score = np.zeros(counts.shape)
    for place in np.ndindex(counts.shape[:2]):
        scorer: Any = anomaly.GaussianScorer(  # type: ignore[no-untyped-call]
            grace_period=WEEK
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
