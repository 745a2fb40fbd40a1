"""The series of bench/forecast.py: pieces of real ones, with what came later."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from auscult.engine.planning.forecast_measure import Measure

DATA = Path(os.environ.get("AUSCULT_DATA", Path(__file__).parents[2] / "shared" / "data"))
COUNT = Measure(lowest=0.0, whole=True)
TOTAL = Measure(lowest=0.0, whole=True, total=True)

Readings = list[tuple[date, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Readings up to a day, a deadline, and what was read then.

    `scale` is what losses are divided by: how much readings differ from one another.
    """

    readings: Readings
    deadline: date
    actual: float
    measure: Measure
    scale: float


def cut(readings: Readings, measure: Measure, *, step: int) -> Iterator[Case]:
    """Cut a series into windows of readings, each with a deadline one or two windows further."""
    random = np.random.default_rng(len(readings))
    for size in (6, 10, 20, 40, 90):
        for begin in range(0, len(readings) - 2 * size, size * step):
            window = readings[begin : begin + size]
            ahead = int(random.integers(size // 2, min(2 * size, len(readings) - begin - size)))
            deadline, actual = readings[begin + size - 1 + ahead]
            yield Case(
                readings=window,
                deadline=deadline,
                actual=actual,
                measure=measure,
                scale=_scale(window),
            )


def _scale(readings: Readings) -> float:
    values = np.array([value for _, value in readings])
    return float(max(np.mean(np.abs(values - np.median(values))), 0.5))


def real_cases() -> dict[str, list[Case]]:
    """Cases of each real kind; empty where the data aren't there."""
    if not DATA.is_dir():
        return {}
    desks = [desk_days(path) for path in sorted((DATA / "health-news-posts").glob("*.txt"))]
    weeks = [by_week(days) for days in desks]
    return {
        "posts a day of health desks": [c for days in desks for c in cut(days, COUNT, step=16)],
        "posts a week of health desks": [c for days in weeks for c in cut(days, COUNT, step=4)],
        "running totals of health desks": [
            c for days in desks for c in cut(running(days), TOTAL, step=24)
        ],
        "sales of 40 places by day": [
            c for days in places() for c in cut(days, Measure(lowest=0.0), step=12)
        ],
        "sales by week": list(cut(sales(), Measure(lowest=0.0), step=1)),
    }


def desk_days(path: Path) -> Readings:
    """Count a desk's posts by day, from the first to the last, days without any as 0."""
    counts: Counter[date] = Counter()
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        parts = line.split("|", 2)
        if len(parts) == 3:
            counts[datetime.strptime(parts[1], "%a %b %d %H:%M:%S %z %Y").date()] += 1
    first, last = min(counts), max(counts)
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    return [(day, float(counts[day])) for day in days]


def by_week(days: Readings) -> Readings:
    """Add days up by seven; what is left over at the end is dropped."""
    weeks = range(0, len(days) - 6, 7)
    return [(days[at][0], sum(value for _, value in days[at : at + 7])) for at in weeks]


def running(days: Readings) -> Readings:
    """Add days up from the first on."""
    totals = np.cumsum([value for _, value in days])
    return [(day, float(total)) for (day, _), total in zip(days, totals, strict=True)]


def places() -> list[Readings]:
    """Read the daily sales of each place."""
    found: dict[str, Readings] = {}
    with (DATA / "marketing" / "geolift_test.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            reading = (date.fromisoformat(row["date"]), float(row["Y"]))
            found.setdefault(row["location"], []).append(reading)
    return [sorted(days) for days in found.values()]


def sales() -> Readings:
    """Read the weekly sales of one house."""
    with (DATA / "marketing" / "mmm_example.csv").open(newline="") as file:
        return [
            (date.fromisoformat(row["date_week"]), float(row["y"])) for row in csv.DictReader(file)
        ]
