"""API: readings of objectives, what is linked to them, and what stands alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from ninja import Field, Router, Schema, Status

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
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.goals import link_actions, linked, orphans, queries, reading_actions
from auscult.web.goals.api import Amount, Day
from auscult.web.goals.models import Link, Origin, Reading
from auscult.web.goals.reading_actions import Given

router = Router(tags=["goals"])
MOST_READINGS = 1_000  # of one request


class ReadingShown(Schema):
    """The value of a day."""

    id: int
    day: date
    value: float
    origin: str = Field(description="`typed`, `file`, `figure`, `web` or `program`.")
    note: str


class ReadingNew(Body):
    """The value of a day; it takes the place of an earlier one."""

    day: Day
    value: Amount
    note: Annotated[Text, Field(max_length=200)] = ""


class ReadingsNew(Body):
    """Values of days, each day once."""

    readings: list[ReadingNew] = Field(min_length=1, max_length=MOST_READINGS)


class ReadingsKept(Schema):
    """What became of them."""

    added: int
    changed: int
    same: int


class LinkNew(Body):
    """What is done for an objective."""

    kind: Annotated[Text, Field(min_length=1, max_length=30)] = Field(
        description="`watch`, `alert-rule`, `bet` or `task`."
    )
    number: Number


class LinkShown(Schema):
    """That something is done for an objective."""

    id: int
    objective_id: int
    kind: str
    number: int
    name: str = Field(description="Empty where it is gone.")


class OrphanShown(Schema):
    """Something without its counterpart, and what to do about it."""

    name: str
    page: str
    doing: str
    form: str = Field(description="Where a person does it in Auscult.")


class OrphansShown(Schema):
    """Orphans of a kind."""

    code: str
    title: str
    why: str
    orphans: list[OrphanShown]


def _reading(row: Reading) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ReadingShown.model_fields}


@router.get(
    "/objectives/{number}/readings",
    response=Listed[ReadingShown],
    operation_id="readings",
    summary="List the readings of an objective",
)
def readings(
    request: ApiRequest, number: Number, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """Lists the values of an objective by day, in the order in which they first came."""
    require(request.actor, Right.SEE_FIGURES, "see goals")
    rows = queries.readings(request.actor, queries.objective(request.actor, number))
    return in_pages(rows, kind="reading", cursor=cursor, limit=limit, show=_reading)


@router.post(
    "/objectives/{number}/readings",
    response=ReadingsKept,
    operation_id="save_readings",
    summary="Save readings of an objective",
)
def save_readings(request: ApiRequest, number: Number, body: ReadingsNew) -> dict[str, Any]:
    """Saves values of days: all of them, or none where one can't be kept."""
    require(request.actor, Right.EDIT_GOALS, reading_actions.MAY)
    kept = reading_actions.save_readings(
        request.actor,
        objective=queries.objective(request.actor, number),
        given=[Given(day=one.day, value=one.value, note=one.note) for one in body.readings],
        origin=Origin.PROGRAM,
    )
    return {name: getattr(kept, name) for name in ReadingsKept.model_fields}


def _links(actor: Actor, rows: Iterable[Link]) -> list[dict[str, Any]]:
    chosen = list(rows)
    names = {kind: linked.names(actor, kind) for kind in {row.kind for row in chosen}}
    plain = ("id", "objective_id", "kind", "number")
    return [
        {name: getattr(row, name) for name in plain} | {"name": names[row.kind].get(row.number, "")}
        for row in chosen
    ]


@router.get(
    "/objectives/{number}/links",
    response=Listed[LinkShown],
    operation_id="links",
    summary="List what is done for an objective",
)
def links(
    request: ApiRequest, number: Number, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """Lists the watches, rules, bets and tasks that are linked to an objective."""
    require(request.actor, Right.SEE_FIGURES, "see goals")
    chosen = queries.objective(request.actor, number)
    return listed_together(
        queries.links(request.actor).filter(objective=chosen),
        kind="goal-link",
        cursor=cursor,
        limit=limit,
        show=lambda rows: _links(request.actor, rows),
    )


@router.post(
    "/objectives/{number}/links",
    response={201: LinkShown},
    operation_id="add_link",
    summary="Link something to an objective",
)
def add_link(request: ApiRequest, number: Number, body: LinkNew) -> Status[dict[str, Any]]:
    """Says that something is done for an objective."""
    require(request.actor, Right.EDIT_GOALS, link_actions.MAY)
    made = link_actions.add_link(
        request.actor,
        objective=queries.objective(request.actor, number),
        kind=body.kind,
        number=body.number,
    )
    return Status(201, _links(request.actor, [made])[0])


@router.delete(
    "/links/{number}", response={204: None}, operation_id="remove_link", summary="Remove a link"
)
def remove_link(request: ApiRequest, number: Number) -> Status[None]:
    """Takes a link away; what was linked stays."""
    require(request.actor, Right.EDIT_GOALS, link_actions.MAY)
    link_actions.remove_link(request.actor, link=queries.link(request.actor, number))
    return Status(204, None)


@router.get(
    "/orphans",
    response=list[OrphansShown],
    operation_id="orphans",
    summary="List what stands alone",
)
def list_orphans(request: ApiRequest) -> list[dict[str, Any]]:
    """Lists what is done for no objective, and what is wanted without anything done for it."""
    require(request.actor, Right.SEE_FIGURES, "see goals")
    return [
        {
            "code": group.code,
            "title": group.title,
            "why": group.why,
            "orphans": [
                {
                    "name": one.name,
                    "page": one.address,
                    "doing": one.doing,
                    "form": one.doing_address,
                }
                for one in group.orphans
            ],
        }
        for group in orphans.orphans(request.actor)
    ]
