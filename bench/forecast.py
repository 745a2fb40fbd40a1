"""How well objectives are forecast: real series, against the last value and a straight line.

Run: python -m bench.forecast [--small]. The rows go to bench/results/forecast.json.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from auscult.engine.planning.forecast import forecast
from auscult.engine.planning.forecast_measure import Measure
from bench.forecast_series import Case, real_cases
from bench.report import write

Floats = NDArray[np.float64]

LOSS = (
    "mean pinball loss at 5, 25, 50, 75 and 95 in 100, divided by the readings' own mean"
    " distance from their median; less is better, the ratio is the peer's over ours"
)
LEVELS = np.array([0.05, 0.25, 0.5, 0.75, 0.95])


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Pinball loss in units of the readings' spread, and how often the 90 % interval held."""

    loss: float
    covered: float


def ours(case: Case) -> Floats:
    """Quantiles of the deadline's reading as Auscult gives them."""
    found = forecast(
        case.readings, target=0.0, deadline=case.deadline, upward=True, measure=case.measure
    ).path[-1]
    return np.array([found.low90, found.low50, found.central, found.high50, found.high90])


def last_value(case: Case) -> Floats:
    """The last value stays; it is as unsure as steps between readings, summed up (a walk)."""
    days, values = _numbers(case)
    per_day = np.diff(values) ** 2 / np.diff(days)
    ahead = (case.deadline - case.readings[-1][0]).days
    return np.asarray(values[-1] + stats.norm.ppf(LEVELS) * np.sqrt(per_day.mean() * ahead))


def straight_line(case: Case) -> Floats:
    """A least-squares line with its textbook prediction interval, as a spreadsheet gives it."""
    days, values = _numbers(case)
    fit = stats.linregress(days, values)
    end = days[-1] + (case.deadline - case.readings[-1][0]).days
    freedom = values.size - 2
    rest = values - fit.intercept - fit.slope * days
    away = 1 + 1 / values.size + (end - days.mean()) ** 2 / ((days - days.mean()) ** 2).sum()
    spread = np.sqrt((rest**2).sum() / freedom * away)
    return np.asarray(fit.intercept + fit.slope * end + stats.t.ppf(LEVELS, freedom) * spread)


def _numbers(case: Case) -> tuple[Floats, Floats]:
    days = np.array([(day - case.readings[0][0]).days for day, _ in case.readings], np.float64)
    return days, np.array([value for _, value in case.readings])


def score(cases: Sequence[Case], said: Sequence[Floats]) -> Score:
    """Mean over the cases; each case's loss is divided by the spread of its world."""
    losses, held = [], []
    for case, quantiles in zip(cases, said, strict=True):
        short = case.actual - quantiles
        loss = np.maximum(LEVELS * short, (LEVELS - 1) * short).mean()
        losses.append(loss / case.scale)
        held.append(quantiles[0] - 1e-9 <= case.actual <= quantiles[-1] + 1e-9)
    return Score(loss=float(np.mean(losses)), covered=float(np.mean(held)))


def rows_of(name: str, cases: Sequence[Case]) -> list[dict[str, object]]:
    """Hold one kind of series against both peers."""
    we = score(cases, [ours(case) for case in cases])
    rows = []
    for peer, says in (("last value", last_value), ("straight line", straight_line)):
        them = score(cases, [says(case) for case in cases])
        ratio = round(them.loss / we.loss, 3)
        rows += [
            {
                "figure": f"{name} ({len(cases)}): loss",
                "ours": round(we.loss, 4),
                "unit": "",
                "peer": peer,
                "peer_value": round(them.loss, 4),
                "ratio": ratio,
                "goal": 1.0,
                "met": ratio >= 1,
                "note": LOSS,
            },
            {
                "figure": f"{name}: share in the 90 % interval",
                "ours": round(we.covered, 3),
                "unit": "",
                "peer": peer,
                "peer_value": round(them.covered, 3),
                "ratio": None,
                "goal": None,
                "met": None,
                "note": "",
            },
        ]
    return rows


def timed(size: int, ahead: int = 90) -> float:
    """Milliseconds of a core for one warm forecast of daily readings, the median of seven."""
    values = np.random.default_rng(1).normal(0.02 * np.arange(size), 1.0)
    begun = date(2024, 1, 1)
    readings = [(begun + timedelta(days=at), float(value)) for at, value in enumerate(values)]
    deadline = readings[-1][0] + timedelta(days=ahead)
    spent = []
    for _ in range(8):
        start = time.process_time()
        forecast(readings, target=5.0, deadline=deadline, upward=True, measure=Measure())
        spent.append(time.process_time() - start)
    return float(np.median(spent[1:])) * 1000


def measure(*, small: bool) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name, cases in real_cases().items():
        if cases:
            rows += rows_of(name, cases[:: 4 if small else 1])
    for size in (10, 100, 400, 1000):
        spent = timed(size)
        rows.append(
            {
                "figure": f"a core for one warm forecast, {size} daily readings, 90 days ahead",
                "ours": round(spent, 1),
                "unit": "ms",
                "peer": None,
                "peer_value": None,
                "ratio": None,
                "goal": 150,
                "met": spent <= 150,
                "note": "",
            }
        )
    return rows


if __name__ == "__main__":
    write("forecast", measure(small="--small" in sys.argv))
