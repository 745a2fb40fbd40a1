"""Keeping what was changed: before and after, in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auscult.engine.kernel.http import shown
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.goals.models import About, Change, Objective, Priority

Values = Mapping[str, Any]


def of_priority(priority: Priority) -> dict[str, Any]:
    """Return a priority as its history keeps it; its owner by number, as names are hers."""
    return {
        "title": priority.title,
        "function": priority.function.name if priority.function else None,
        "owner": priority.owner_id,
        "audience": priority.audience,
        "served": priority.served,
        "intent": priority.intent,
        "ended": _day(priority.ended_on),
    }


def of_objective(objective: Objective) -> dict[str, Any]:
    """Return an objective as its history keeps it."""
    return {
        "title": objective.title,
        "priority": objective.priority.title,
        "measure": objective.measure,
        "unit": objective.unit,
        "direction": str(objective.direction),
        "baseline": objective.baseline,
        "baseline_on": _day(objective.baseline_on),
        "target": objective.target,
        "deadline": _day(objective.deadline),
        "owner": objective.owner_id,
        "source": str(objective.source_kind),
        "settings": _without_secrets(objective.source),
        "may_ask": objective.may_ask,
        "closed": _day(objective.closed_on),
        "actual": objective.actual,
    }


def _without_secrets(source: Values) -> dict[str, Any]:
    """Return the settings of a source as they may be read by everybody in the house."""
    if "address" not in source:
        return dict(source)
    return {**source, "address": shown(source["address"])}


def _day(day: Any) -> str | None:
    return None if day is None else day.isoformat()


def keep_change(
    actor: Actor, about: Priority | Objective, action: str, *, before: Values, after: Values
) -> None:
    """Write what differs into the history, and that it was done into the audit trail.

    Call it inside the transaction of the change.
    """
    names = [
        name
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name) or (name in before) != (name in after)
    ]
    kind = About.PRIORITY if isinstance(about, Priority) else About.OBJECTIVE
    Change.objects.create(
        organisation_id=actor.organisation_id,
        kind=kind,
        number=about.pk,
        action=action,
        before={name: before[name] for name in names if name in before},
        after={name: after[name] for name in names if name in after},
        user_id=actor.user_id,
        by=actor.name,
        at=actor.clock.now(),
    )
    record_audit(actor, action=action, target=about.title, details={"fields": names[:50]})
