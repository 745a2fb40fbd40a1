"""Worlds for the mix of channels whose truth is known: as the model has it, and otherwise.

The simulated town's year is one of the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from auscult.engine.returns.mix.design import tables
from auscult.engine.returns.mix.echoes import ECHOES
from auscult.engine.returns.mix.imagine import imagine
from auscult.engine.returns.mix.questions import Answers
from auscult.engine.returns.mix.response import SCALES, curve
from auscult.engine.returns.mix.series import Channel, Series
from auscult.engine.simulate.economy_series import CHANNELS, mixed

Floats = NDArray[np.float64]
FIRST = date(2026, 1, 5)
KINDS = ("post", "advertisement", "search", "television", "radio", "letter", "unknown")
# half-life in days, and share of outcomes; the last channel does nothing
LIVES = (1.0, 1.5, 0.3, 8.0, 3.0, 10.0, 1.0)
SHARES = (0.08, 0.08, 0.06, 0.10, 0.06, 0.06, 0.0)
SEARCH = KINDS.index("search")  # it follows demand in the other worlds

TOWN_KINDS = {"posts": "post", "television": "television", "print": "press", "mail": "letter"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A series, what each channel truly brought in all, and would have brought at SCALES."""

    series: Series
    truth: Floats  # (channels,)
    curves: Floats  # (channels, scales)


def flights(rows: int, on: int, off: int, random: np.random.Generator) -> Floats:
    """Campaigns: stretches of activity of about `on` days with pauses of about `off`."""
    found = np.zeros(rows)
    row = int(random.integers(0, off + 1))
    while row < rows:
        length = int(random.integers(on // 2 + 1, on * 2))
        found[row : row + length] = (
            random.gamma(4, 0.25) * random.uniform(0.7, 1.3, rows)[:length][: rows - row]
        )
        row += length + int(random.integers(off // 2 + 1, off * 2))
    return found


def own_world(seed: int, *, rows: int = 200, channels: int = 8) -> Case:
    """Draw all from the model's own priors."""
    random = np.random.default_rng(seed)
    kinds = [KINDS[at % len(KINDS)] for at in range(channels)]
    done = []
    for at, kind in enumerate(kinds):
        steady = random.random(rows) * (random.random(rows) < 0.6) * random.gamma(2, 1, rows)
        active = steady if at % 2 else flights(rows, 8, 12, random)
        active[int(random.integers(rows))] += 1
        answers = Answers(echo=ECHOES[kind], at_most=0.3)
        done.append(Channel(name=f"{kind} {at}", activity=active, answers=answers))
    series = Series(first=FIRST, step=1, outcome=np.full(rows, 40.0), channels=tuple(done))
    world = imagine(series, seed=seed + 1)
    return Case(
        series=world.series,
        truth=world.contributions.sum(axis=(0, 2)),
        curves=curve(tables(series), world.parameters, SCALES),
    )


def other_world(seed: int, *, rows: int = 200, level: float = 40.0) -> Case:
    """Draw from a world that the model doesn't know.

    Counts; demand with memory and drift; Hill curves; long echoes of television and letters;
    search that follows demand; a channel that does nothing.
    """
    random = np.random.default_rng(seed)
    demand = np.zeros(rows)
    for row in range(1, rows):
        demand[row] = 0.6 * demand[row - 1] + random.normal(0, 0.06)
    drift = np.cumsum(random.normal(0, 0.012, rows))
    season = 0.08 * np.sin(2 * np.pi * (np.arange(rows) / 365 + random.random()))
    week = random.normal(0, 0.1, 7)[np.arange(rows) % 7]
    base = (1 - sum(SHARES)) * (1 + demand + drift + season + week)
    activity = (
        random.poisson(0.7, rows).astype(float),
        flights(rows, 10, 12, random),
        np.maximum(1 + demand + season + random.normal(0, 0.25, rows), 0.05),
        flights(rows, 12, 30, random),
        flights(rows, 8, 20, random),
        (random.random(rows) < 0.04).astype(float),
        flights(rows, 8, 15, random),
    )
    for active in activity:
        active[int(random.integers(rows))] += 1
    curves = np.zeros((len(KINDS), SCALES.size))
    brought = np.zeros((len(KINDS), rows))
    for at, (active, life, share) in enumerate(zip(activity, LIVES, SHARES, strict=True)):
        brought[at], curves[at] = _brought(active, life, share, random)
    mean = np.maximum(base + brought.sum(axis=0), 0.02) * level
    done = tuple(
        Channel(name=kind, activity=active, answers=Answers(echo=ECHOES[kind], at_most=0.4))
        for kind, active in zip(KINDS, activity, strict=True)
    )
    series = Series(
        first=FIRST, step=1, outcome=random.poisson(mean).astype(float), channels=done, count=True
    )
    return Case(series=series, truth=brought.sum(axis=1) * level, curves=curves * level)


def asked_world(seed: int, *, rows: int = 200, level: float = 40.0) -> Case:
    """Draw an other world, and answer the question whether search follows demand: it does."""
    case = other_world(seed, rows=rows, level=level)
    done = list(case.series.channels)
    answers = replace(done[SEARCH].answers, follows_demand=True)
    done[SEARCH] = replace(done[SEARCH], answers=answers)
    return replace(case, series=replace(case.series, channels=tuple(done)))


def _brought(
    active: Floats, life: float, share: float, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Give what a Hill curve over a fading echo brings by row, and in all at SCALES."""
    rows = active.size
    keep = 0.5 ** (1 / life)
    carried = np.zeros(rows)
    for row in range(rows):
        carried[row] = active[row] + keep * (carried[row - 1] if row else 0.0)
    half, power = random.uniform(0.7, 2), random.uniform(1, 2)
    z = (carried / carried[carried > 0].mean() / half) ** power
    response = z / (1 + z)
    scale = share * random.uniform(0.6, 1.5) / response.mean()
    scaled = z * SCALES[:, None] ** power
    return response * scale, (scaled / (1 + scaled)).sum(axis=1) * scale


def town_world(seed: int, *, rows: int = 365) -> Case:
    """Take the year of Lakeside: four channels that echo, 60 enquiries a day."""
    year = mixed(seed, rows)
    done, curves = [], []
    for one in CHANNELS:
        active = year.table[one.name]
        answers = Answers(echo=ECHOES[TOWN_KINDS[one.name]], at_most=0.4)
        done.append(Channel(name=one.name, activity=active, answers=answers))
        carried = lfilter([1.0], [1.0, -(0.5 ** (1 / one.half_life))], active)
        z = one.bend * carried / carried.mean()
        response = -np.expm1(-z * SCALES[:, None]).sum(axis=1)
        curves.append(year.brought[one.name] * response / -np.expm1(-z).sum())
    outcome = year.table["enquiries"]
    series = Series(first=FIRST, step=1, outcome=outcome, channels=tuple(done), count=True)
    return Case(series=series, truth=np.array(list(year.brought.values())), curves=np.array(curves))
