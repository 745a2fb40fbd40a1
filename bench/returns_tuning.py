"""Worlds from which the rule of `mix.results` was set; others than those it is tested in.

Outcomes are overdispersed counts; demand steps and bends; responses are powers; echoes peak late
for some. Half of the channels do nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auscult.engine.returns.mix.echoes import ECHOES
from auscult.engine.returns.mix.questions import Answers
from auscult.engine.returns.mix.response import SCALES
from auscult.engine.returns.mix.series import Channel, Series
from bench.returns_worlds import FIRST, Case, flights

Floats = NDArray[np.float64]
# kind, pattern, whether it does something
PLAN = (
    ("post", "often", True),
    ("post", "often", False),
    ("radio", "flights", True),
    ("unknown", "flights", False),
    ("letter", "seldom", True),
    ("press", "seldom", False),
)


def tuning_world(seed: int) -> Case:
    """Draw a world of 90 to 365 days with 5 to 80 outcomes a day."""
    random = np.random.default_rng(seed)
    rows = int(random.choice((90, 150, 240, 365)))
    level = float(random.choice((5, 10, 20, 40, 80)))
    activity = [_activity(pattern, rows, random) for _, pattern, _ in PLAN]
    brought, power = np.zeros((len(PLAN), rows)), np.ones(len(PLAN))
    for at, ((kind, _, does), active) in enumerate(zip(PLAN, activity, strict=True)):
        if does:
            brought[at], power[at] = _brought(kind, active, random)
    base = (1 - brought.sum(axis=0).mean()) * _demand(rows, random)
    mean = np.maximum(base + brought.sum(axis=0), 0.02) * level
    spread = random.uniform(1.0, 2.0)
    if spread > 1.02:
        outcome = random.negative_binomial(mean / (spread - 1), 1 / spread).astype(float)
    else:
        outcome = random.poisson(mean).astype(float)
    done = tuple(
        Channel(
            name=f"{kind} {at}", activity=active, answers=Answers(echo=ECHOES[kind], at_most=0.4)
        )
        for at, ((kind, _, _), active) in enumerate(zip(PLAN, activity, strict=True))
    )
    series = Series(first=FIRST, step=1, outcome=outcome, channels=done, count=True)
    truth = brought.sum(axis=1) * level
    return Case(series=series, truth=truth, curves=truth[:, None] * SCALES ** power[:, None])


def _activity(pattern: str, rows: int, random: np.random.Generator) -> Floats:
    if pattern == "often":
        active = random.poisson(0.7, rows).astype(float)
    elif pattern == "flights":
        active = flights(rows, int(random.integers(5, 15)), int(random.integers(8, 25)), random)
    else:
        active = (random.random(rows) < random.uniform(0.03, 0.08)).astype(float)
    for _ in range(2):
        active[int(random.integers(rows))] += 1
    return active


def _brought(kind: str, active: Floats, random: np.random.Generator) -> tuple[Floats, float]:
    """A power of activity whose echo rises for some days before it fades."""
    low, high = np.log(ECHOES[kind])
    life = float(np.exp(random.uniform(low, high)))
    days = np.arange(60)
    echo = 0.5 ** (days / life)
    if random.random() < 0.5:
        echo *= 1 - 0.7 ** (days + 1)
    carried = np.convolve(active, echo / echo.sum())[: active.size]
    power = random.uniform(0.4, 0.9)
    response = carried**power
    return response / response.mean() * random.uniform(0.03, 0.15), power


def _demand(rows: int, random: np.random.Generator) -> Floats:
    """Steps, a bend, weekdays, and memory of two days."""
    demand = np.ones(rows)
    for _ in range(int(random.integers(0, 4))):
        demand[int(random.integers(rows)) :] += random.normal(0, 0.08)
    demand += random.normal(0, 0.15) * np.maximum(np.linspace(-1, 1, rows), 0)
    demand += np.append(random.normal(0, 0.08, 5), (-0.25, -0.35))[np.arange(rows) % 7]
    left = np.zeros(rows)
    for row in range(2, rows):
        left[row] = 0.35 * left[row - 1] + 0.25 * left[row - 2] + random.normal(0, 0.05)
    return demand + left
