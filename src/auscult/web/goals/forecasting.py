"""What the readings of an objective lead to by its deadline, worked out beside the pages.

A forecast takes a tenth of a second, and what works it out takes memory: so the runner does it
where readings were changed, and pages show what it left.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.goals import queries
from auscult.web.goals.models import Direction, Objective

SLICE = 2.0  # seconds after which the runner's other work has its turn
MOST_POINTS = 60  # days of the path that are kept, the last one always
TOO_EARLY = "too early"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What is expected of a day's reading; see `engine.planning.forecast.Expected`."""

    day: date
    central: float
    low50: float
    high50: float
    low90: float
    high90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Where an objective is heading.

    Attributes
    ----------
    verdict : str
        One of `engine.planning.forecast.Verdict`.
    probability : float or None
        Of reaching the target by the deadline; None: it is too early to say.
    set_aside : tuple of date
        Readings that were single spikes and weren't used.
    """

    verdict: str
    probability: float | None
    path: tuple[Point, ...]
    set_aside: tuple[date, ...]


def outlook(objective: Objective) -> Outlook | None:
    """Return what was worked out; None: nothing yet."""
    kept: Mapping[str, Any] = objective.forecast
    if not kept:
        return None
    return Outlook(
        verdict=kept["verdict"],
        probability=kept["probability"],
        path=tuple(
            Point(
                day=date.fromisoformat(day),
                central=central, low50=low50, high50=high50, low90=low90, high90=high90,
            )
            for day, central, low50, high50, low90, high90 in kept["path"]
        ),
        set_aside=tuple(map(date.fromisoformat, kept["set_aside"])),
    )  # fmt: skip


def work_out(actor: Actor, *, seconds: float = SLICE) -> bool:
    """Work out what is due, for about so long; return whether more is."""
    require(actor, Right.WORK, "work out forecasts")
    until = time.monotonic() + seconds
    due = queries.open_objectives(actor).filter(forecast_due=True)
    for objective in due:
        if time.monotonic() > until:
            return True
        given = _readings(objective)
        keep(objective, given, _told(objective, given))
    return False


def _readings(objective: Objective) -> list[tuple[date, float]]:
    until = objective.readings.filter(day__lte=objective.deadline)
    return list(until.order_by("day").values_list("day", "value"))


@transaction.atomic
def keep(
    objective: Objective, given: Sequence[tuple[date, float]], told: Mapping[str, Any]
) -> None:
    """Keep a forecast, unless what it follows from was changed meanwhile."""
    locked = Objective.objects.select_for_update().get(pk=objective.pk)
    way = ("baseline", "target", "deadline", "direction", "unit")
    same = all(getattr(locked, name) == getattr(objective, name) for name in way)
    if same and _readings(locked) == list(given):
        locked.forecast, locked.forecast_due = dict(told), False
        locked.save(update_fields=["forecast", "forecast_due"])


def _told(objective: Objective, given: Sequence[tuple[date, float]]) -> dict[str, Any]:
    """Return a forecast as JSON; too early where the readings don't allow any."""
    from auscult.engine.planning.forecast import forecast  # noqa: PLC0415 - it takes memory
    from auscult.engine.planning.forecast_measure import Measure  # noqa: PLC0415

    lowest, highest = _bounds(objective, [value for _day, value in given])
    try:
        found = forecast(
            given,
            target=objective.target,
            deadline=objective.deadline,
            upward=objective.direction == Direction.UP,
            measure=Measure(lowest=lowest, highest=highest),
        )
    except Correctable:  # a deadline further ahead than five years, for example
        return {"verdict": TOO_EARLY, "probability": None, "path": [], "set_aside": []}
    every = max(1, len(found.path) // MOST_POINTS)
    path = [*found.path[:-1:every], *found.path[-1:]]
    return {
        "verdict": found.verdict.value,
        "probability": found.probability,
        "path": [
            [
                one.day.isoformat(),
                *(one.central, one.low50, one.high50, one.low90, one.high90),
            ]
            for one in path
        ],
        "set_aside": [day.isoformat() for day in found.set_aside],
    }


def _bounds(objective: Objective, values: Sequence[float]) -> tuple[float | None, float | None]:
    """Return the lowest and highest value of a measure, as far as unit and values show them.

    What was never below zero is a count or an amount; percents that stay within 0 and 100 are
    shares.
    """
    known = [objective.baseline, objective.target, *values]
    if min(known) < 0:
        return None, None
    share = objective.unit.strip() == "%" and max(known) <= 100
    return 0.0, 100.0 if share else None
