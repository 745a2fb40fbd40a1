"""What ten hours a week more would bring, as the plan's allocation worked it out last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from auscult.web.accounts.models import Actor
from auscult.web.planning import outlook
from auscult.web.planning import queries as planning
from auscult.web.planning.moves import AllocationState
from auscult.web.returns.telling_types import Figure, MoreFacts

HOURS = 10.0  # a week
BEGUN = (AllocationState.WAITING, AllocationState.WORKING)


def more_facts(actor: Actor) -> MoreFacts | None:
    """Return what more would bring in the cycle that runs; None where nobody worked it out.

    Of the skills whose hours were asked about, that of which more brings most is told, at the step
    that lies nearest to ten hours a week.
    """
    cycle = planning.current(actor)
    found = None if cycle is None else outlook.shown(actor, cycle)
    if cycle is None or found is None:
        return None
    curve = next((one for one in found.curves if one.skill), None)
    if curve is None:
        return None
    step: Mapping[str, Any] = min((dot.step for dot in curve.dots), key=_from_ten)
    return MoreFacts(
        skill=curve.skill,
        hours=float(step["amount"]),
        gain=Figure(
            value=float(step["mean"]),
            low=float(step["low"]),
            high=float(step["high"]),
            bound="bounded",
        ),
        starts=tuple(str(one) for one in step["started"]),
        gains=tuple(
            (str(one["title"]), float(one["amount"]), str(one["unit"])) for one in step["gains"]
        ),
        cycle=cycle.number,
        asked_at=found.allocation.asked_at.isoformat(),
        outdated=found.outdated,
        enough=_enough((dot.step for dot in curve.dots), step),
    )


def more_waits(actor: Actor) -> bool:
    """Return whether the planner works on the first answer for the cycle that runs."""
    cycle = planning.current(actor)
    return cycle is not None and outlook.allocations(actor, cycle).filter(state__in=BEGUN).exists()


def _enough(steps: Iterable[Mapping[str, Any]], told: Mapping[str, Any]) -> float | None:
    """Return the fewest hours that bring as much as a step; None: all of them are needed."""
    least = min(
        float(one["amount"])
        for one in steps
        if one["amount"] <= told["amount"]
        and float(one["mean"]) > float(told["mean"]) - outlook.FEW
    )
    return least if least < float(told["amount"]) else None


def _from_ten(step: Mapping[str, Any]) -> float:
    return abs(float(step["amount"]) - HOURS)
