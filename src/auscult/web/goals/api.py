"""API: priorities, and objectives with where they stand."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from pydantic import BeforeValidator, WithJsonSchema

from auscult.web.accounts.interfaces import (
    ApiRequest,
    Body,
    Cursor,
    Limit,
    Listed,
    Number,
    Text,
    listed_together,
)
from auscult.web.accounts.interfaces import listed as in_pages
from auscult.web.accounts.models import Actor, Team
from auscult.web.accounts.policies import Right, require
from auscult.web.goals import objective_actions, priority_actions, queries
from auscult.web.goals.errors import GoalRefused
from auscult.web.goals.models import Direction, Objective, Priority
from auscult.web.goals.objective_actions import ObjectiveWish
from auscult.web.goals.priority_actions import PriorityWish
from auscult.web.goals.standing import Standing, standings

router = Router(tags=["goals"])
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _day(value: Any) -> date:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("write a day as 2026-11-20")
    return date.fromisoformat(value)


Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date"}, mode="validation"),
]
Amount = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Named = Annotated[Text, Field(min_length=1, max_length=200)]
Long = Annotated[Text, Field(max_length=4_000)]


class PriorityShown(Schema):
    """What a business function wants."""

    id: int
    title: str
    function: str | None = Field(description="Null: the whole house.")
    owner: str | None
    audience: str
    served: str = Field(description="How the audience is served now.")
    intent: str = Field(description="What it should feel, believe or do.")
    ended_on: date | None


class PriorityChange(Body):
    """What shall be of a priority; what is absent stays."""

    title: Named | None = None
    function: Text | None = Field(None, description="The name of a team; null: the whole house.")
    owner: Text | None = Field(None, description="A member's user name; null: nobody.")
    audience: Annotated[Text, Field(max_length=200)] | None = None
    served: Long | None = None
    intent: Long | None = None


class PriorityNew(PriorityChange):
    """A priority to add."""

    title: Named


class ObjectiveShown(Schema):
    """What is measured of a priority, and where it stands."""

    id: int
    priority_id: int
    title: str
    measure: str
    unit: str
    direction: str = Field(description="`up` or `down`.")
    baseline: float
    baseline_on: date
    target: float
    deadline: date
    owner: str | None
    source_kind: str = Field(description="`typed`, `figure` or `web`.")
    closed_on: date | None
    actual: float | None
    state: str = Field(
        description="`on-course`, `at-risk`, `off-course`, `too-early`, `waiting`, `unread`, "
        "`overdue`, `reached`, `missed` or `closed`."
    )
    value: float | None = Field(description="Of the newest reading.")
    value_on: date | None
    attained: float | None = Field(description="Share of the way from baseline to target.")
    probability: float | None = Field(description="Of reaching the target by the deadline.")


class ObjectiveChange(Body):
    """What shall be of an objective; what is absent stays."""

    priority_id: Number | None = None
    title: Named | None = None
    measure: Named | None = None
    unit: Annotated[Text, Field(max_length=40)] | None = None
    direction: Literal["up", "down"] | None = None
    baseline: Amount | None = None
    baseline_on: Day | None = None
    target: Amount | None = None
    deadline: Day | None = None
    owner: Text | None = Field(None, description="A member's user name; null: nobody.")


class ObjectiveNew(ObjectiveChange):
    """An objective to add."""

    priority_id: Number
    title: Named
    measure: Named
    unit: Annotated[Text, Field(max_length=40)] = ""
    direction: Literal["up", "down"]
    baseline: Amount
    baseline_on: Day
    target: Amount
    deadline: Day


def _owner(actor: Actor, given: str | None) -> int | None:
    if given is None:
        return None
    found = queries.members(actor).filter(user__username=given).first()
    if found is None:
        raise GoalRefused("owner", given[:80], _("the user name of a member"))
    return found.user_id


def _function(actor: Actor, given: str | None) -> Team | None:
    if given is None:
        return None
    found = Team.objects.filter(organisation_id=actor.organisation_id, name=given).first()
    if found is None:
        raise GoalRefused("function", given[:80], _("the name of a team"))
    return found


def _priority(row: Priority) -> dict[str, Any]:
    plain = ("id", "title", "audience", "served", "intent", "ended_on")
    return {
        **{name: getattr(row, name) for name in plain},
        "function": row.function.name if row.function else None,
        "owner": row.owner.username if row.owner else None,
    }


def _save_priority(actor: Actor, body: PriorityChange, old: Priority | None) -> dict[str, Any]:
    given = body.model_dump(exclude_unset=True)
    names = ("title", "function", "owner_id", "audience", "served", "intent")
    values = {name: getattr(old, name) for name in names} if old else {}
    if "owner" in given:
        values["owner_id"] = _owner(actor, given.pop("owner"))
    if "function" in given:
        values["function"] = _function(actor, given.pop("function"))
    values |= {name: value for name, value in given.items() if value is not None}
    saved = priority_actions.save_priority(actor, wish=PriorityWish(**values), priority=old)
    return _priority(queries.priority(actor, saved.pk))


@router.get(
    "/priorities",
    response=Listed[PriorityShown],
    operation_id="priorities",
    summary="List the priorities",
)
def priorities(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists what the house wants, also what has ended."""
    require(request.actor, Right.SEE_FIGURES, "see goals")
    rows = queries.every_priority(request.actor)
    return in_pages(rows, kind="priority", cursor=cursor, limit=limit, show=_priority)


@router.post(
    "/priorities",
    response={201: PriorityShown},
    operation_id="add_priority",
    summary="Add a priority",
)
def add_priority(request: ApiRequest, body: PriorityNew) -> Status[dict[str, Any]]:
    """Adds something that the house wants."""
    require(request.actor, Right.EDIT_GOALS, priority_actions.MAY)
    return Status(201, _save_priority(request.actor, body, None))


@router.patch(
    "/priorities/{number}",
    response=PriorityShown,
    operation_id="change_priority",
    summary="Change a priority",
)
def change_priority(request: ApiRequest, number: Number, body: PriorityChange) -> dict[str, Any]:
    """Changes a priority; what is absent stays."""
    require(request.actor, Right.EDIT_GOALS, priority_actions.MAY)
    return _save_priority(request.actor, body, queries.priority(request.actor, number))


def _objective(actor: Actor, row: Objective) -> dict[str, Any]:
    (stands,) = standings(actor, [row])
    return _standing(stands)


def _standing(stands: Standing) -> dict[str, Any]:
    row = stands.objective
    plain = (
        *("id", "priority_id", "title", "measure", "unit", "direction", "baseline"),
        *("baseline_on", "target", "deadline", "source_kind", "closed_on", "actual"),
    )
    return {
        **{name: getattr(row, name) for name in plain},
        "owner": row.owner.username if row.owner else None,
        "state": stands.code,
        "value": stands.newest.value if stands.newest else None,
        "value_on": stands.newest.day if stands.newest else None,
        "attained": stands.attained,
        "probability": stands.outlook.probability if stands.outlook else None,
    }


def _save_objective(actor: Actor, body: ObjectiveChange, old: Objective | None) -> dict[str, Any]:
    given = body.model_dump(exclude_unset=True)
    values = {name: getattr(old, name) for name in ObjectiveWish.__slots__} if old else {}
    if "owner" in given:
        values["owner_id"] = _owner(actor, given.pop("owner"))
    number = given.pop("priority_id", None)
    if number is not None:
        found = queries.every_priority(actor).filter(pk=number).first()
        if found is None:
            raise GoalRefused("priority_id", number, _("the number of a priority of your house"))
        values["priority"] = found
    values |= {name: value for name, value in given.items() if value is not None}
    values["direction"] = Direction(values["direction"])
    saved = objective_actions.save_objective(actor, wish=ObjectiveWish(**values), objective=old)
    return _objective(actor, queries.objective(actor, saved.pk))


@router.get(
    "/objectives",
    response=Listed[ObjectiveShown],
    operation_id="objectives",
    summary="List the objectives",
)
def objectives(
    request: ApiRequest,
    which: Annotated[
        Literal["all", "open"], Query(description="`open`: those that aren't closed.")
    ] = "all",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Lists what is measured, with where each objective stands."""
    require(request.actor, Right.SEE_FIGURES, "see goals")
    told = queries.open_objectives if which == "open" else queries.objectives
    return listed_together(
        told(request.actor),
        kind="objective",
        cursor=cursor,
        limit=limit,
        show=lambda rows: [_standing(one) for one in standings(request.actor, rows)],
    )


@router.post(
    "/objectives",
    response={201: ObjectiveShown},
    operation_id="add_objective",
    summary="Add an objective",
)
def add_objective(request: ApiRequest, body: ObjectiveNew) -> Status[dict[str, Any]]:
    """Adds an objective to a priority."""
    require(request.actor, Right.EDIT_GOALS, objective_actions.MAY)
    return Status(201, _save_objective(request.actor, body, None))


@router.get(
    "/objectives/{number}",
    response=ObjectiveShown,
    operation_id="objective",
    summary="Show an objective",
)
def objective(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Shows an objective with where it stands and where it is heading."""
    require(request.actor, Right.SEE_FIGURES, "see goals")
    return _objective(request.actor, queries.objective(request.actor, number))


@router.patch(
    "/objectives/{number}",
    response=ObjectiveShown,
    operation_id="change_objective",
    summary="Change an objective",
)
def change_objective(request: ApiRequest, number: Number, body: ObjectiveChange) -> dict[str, Any]:
    """Changes an objective; what is absent stays, and so do its readings."""
    require(request.actor, Right.EDIT_GOALS, objective_actions.MAY)
    return _save_objective(request.actor, body, queries.objective(request.actor, number))
