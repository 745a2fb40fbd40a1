"""Keeping readings: one a day, a later one in the place of an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.goals import queries
from auscult.web.goals.changing import keep_change
from auscult.web.goals.errors import GoalRefused, ObjectiveClosed
from auscult.web.goals.models import Objective, Origin, Reading
from auscult.web.goals.objective_actions import FIRST_DAY, check_value

MOST_AT_ONCE = 5_000
LONGEST_NOTE = 200
MAY = gettext_noop("change readings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A reading to keep."""

    day: date
    value: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of readings: how many days are new, changed, or were so already."""

    added: int
    changed: int
    same: int


@transaction.atomic
def save_readings(
    actor: Actor, *, objective: Objective, given: Sequence[Given], origin: Origin
) -> Kept:
    """Keep readings; where a day has one already, the new one takes its place.

    Raises
    ------
    NotAllowed, GoalRefused, ObjectiveClosed
    """
    require(actor, Right.EDIT_GOALS, MAY)
    _check(actor, objective, given)
    there = {one.day: one for one in _locked(actor, objective, given)}
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    rows = []
    for one in given:
        old = there.get(one.day)
        if old is not None and (old.value, old.note) == (one.value, one.note):
            continue
        if old is not None:
            before[one.day.isoformat()] = _shown(old)
        row = Reading(
            objective=objective, day=one.day, value=one.value, note=one.note, origin=origin
        )
        rows.append(row)
        after[one.day.isoformat()] = _shown(row)
    if rows:
        Reading.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["objective", "day"],
            update_fields=["value", "note", "origin"],
        )
        look_ahead(actor, objective)
        keep_change(actor, objective, "save-readings", before=before, after=after)
    return Kept(added=len(rows) - len(before), changed=len(before), same=len(given) - len(rows))


def look_ahead(actor: Actor, objective: Objective) -> None:
    """Have the forecast worked out anew: what it follows from was changed."""
    queries.objectives(actor).filter(pk=objective.pk).update(forecast_due=True)


def _locked(actor: Actor, objective: Objective, given: Sequence[Given]) -> list[Reading]:
    """Return the readings that are there, while nobody else changes any of the objective's."""
    list(queries.objectives(actor).filter(pk=objective.pk).select_for_update(of=("self",)))
    days = [one.day for one in given]
    ours = queries.readings(actor, objective)
    return list(ours.filter(day__range=(min(days), max(days)))) if days else []


def _shown(reading: Reading) -> dict[str, Any]:
    return {"value": reading.value, "note": reading.note, "origin": str(reading.origin)}


def _check(actor: Actor, objective: Objective, given: Sequence[Given]) -> None:
    if objective.organisation_id != actor.organisation_id:
        raise GoalRefused("objective", objective.pk, _("an objective of your organisation"))
    if objective.closed_on is not None:
        raise ObjectiveClosed(objective.title)
    if len(given) > MOST_AT_ONCE:
        most = _("at most %(most)s at once") % {"most": MOST_AT_ONCE}
        raise GoalRefused("readings", len(given), most)
    today = queries.today(actor)
    days = set()
    for one in given:
        check_value("value", one.value)
        if not FIRST_DAY <= one.day <= today:
            valid = _("a day from %(first)s to today, %(today)s")
            raise GoalRefused(
                "day", one.day.isoformat(), valid % {"first": FIRST_DAY, "today": today}
            )
        if one.day in days:
            raise GoalRefused("day", one.day.isoformat(), _("each day once"))
        days.add(one.day)
        if len(one.note) > LONGEST_NOTE:
            most = _("at most %(most)s characters") % {"most": LONGEST_NOTE}
            raise GoalRefused("note", one.note[:80], most)


@transaction.atomic
def remove_reading(actor: Actor, *, reading: Reading) -> None:
    """Remove a reading; the history keeps what it was.

    Raises
    ------
    NotAllowed, ObjectiveClosed
    """
    require(actor, Right.EDIT_GOALS, MAY)
    objective = queries.objective(actor, reading.objective_id)
    if objective.closed_on is not None:
        raise ObjectiveClosed(objective.title)
    before = {reading.day.isoformat(): _shown(reading)}
    reading.delete()
    look_ahead(actor, objective)
    keep_change(actor, objective, "remove-reading", before=before, after={})
