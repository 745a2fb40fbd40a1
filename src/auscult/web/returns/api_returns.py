"""API: what is told of a period, and other ways to the same outcome."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema, Status
from pydantic import AfterValidator

from auscult.web.accounts.interfaces import (
    ApiRequest,
    Body,
    Cursor,
    Day,
    Limit,
    Listed,
    Number,
    Text,
    listed,
)
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import comparing_actions, comparing_queries, queries
from auscult.web.returns.board_telling import facts_of
from auscult.web.returns.comparing_actions import ComparatorWish
from auscult.web.returns.comparing_models import Comparator
from auscult.web.returns.telling_types import Question, as_data

router = Router(tags=["returns"])
PLAIN = (
    "channel", "basis", "currency", "first_day", "last_day", "incremental", "cost", "outcomes",
    "per_outcome", "low", "high", "source", "source_day",
)  # fmt: skip


def _year(given: date) -> date:
    if not 1900 <= given.year < 2200:
        raise ValueError("write a year from 1900 to 2199")
    return given


Asked = Annotated[date, AfterValidator(_year)]


class FactsShown(Schema):
    """What is told of a period: the values behind the page for the board."""

    facts: dict[str, Any] = Field(
        description="Costs, outcomes, figures with their intervals, groups, other ways, evidence."
        " What has to be said beside a figure stands in its `notes`, as a code with numbers."
    )


class ComparatorShown(Schema):
    """Another way to an outcome."""

    number: int
    kind: int = Field(description="The number of the kind of outcome.")
    channel: str
    basis: str = Field(description="`own` or `published`.")
    currency: str
    first_day: date
    last_day: date
    incremental: bool = Field(description="Only outcomes that wouldn't have come otherwise.")
    cost: float | None
    outcomes: float | None
    per_outcome: float | None = Field(description="Published: what one cost.")
    low: float | None = Field(description="Published: its 90 % interval.")
    high: float | None
    source: str
    source_day: date


class ComparatorSent(Body):
    """Another way to an outcome; fields as they are shown."""

    kind: Number
    channel: Text = Field(max_length=comparing_actions.LONGEST_CHANNEL)
    basis: Text = Field(max_length=20)
    currency: Text | None = Field(None, max_length=3, description="Absent: the house's.")
    first_day: Day
    last_day: Day
    incremental: bool = False
    cost: float | None = Field(None, ge=0)
    outcomes: float | None = Field(None, ge=0)
    per_outcome: float | None = Field(None, gt=0)
    low: float | None = Field(None, gt=0)
    high: float | None = Field(None, gt=0)
    source: Text = Field(max_length=comparing_actions.LONGEST_SOURCE)
    source_day: Day


def _comparator(row: Comparator) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in PLAIN}
    return {"number": row.pk, "kind": row.kind_id, **values}


def _wish(actor: Actor, body: ComparatorSent) -> ComparatorWish:
    values = {name: getattr(body, name) for name in PLAIN}
    values["currency"] = body.currency or queries.ledger(actor).currency
    return ComparatorWish(kind=queries.kind(actor, body.kind), **values)


@router.get(
    "/returns/facts", response=FactsShown, operation_id="returns", summary="Tell a period's figures"
)
def facts(
    request: ApiRequest,
    first: Annotated[Asked, Query(description="The first day.")],
    last: Annotated[Asked, Query(description="The last day.")],
    kind: Annotated[Number | None, Query(description="Absent: only what it cost.")] = None,
    rule: Annotated[Text | None, Query(max_length=20, description="Absent: the house's.")] = None,
    given: Annotated[bool, Query(description="Given time counts as cost.")] = False,  # noqa: FBT002
) -> dict[str, Any]:
    """Tells what a period cost and brought, how sure that is, and against what else."""
    asked = Question(kind=kind, first=first, last=last, rule=rule, with_given=given)
    return {"facts": as_data(facts_of(request.actor, asked))}


@router.get(
    "/comparators",
    response=Listed[ComparatorShown],
    operation_id="comparators",
    summary="List other ways",
)
def comparators(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists the other ways to outcomes, the newest first."""
    rows = comparing_queries.comparators(request.actor)
    return listed(
        rows, kind="comparator", cursor=cursor, limit=limit, show=_comparator, newest_first=True
    )


@router.post(
    "/comparators",
    response={201: ComparatorShown},
    operation_id="add_comparator",
    summary="Add another way",
)
def add(request: ApiRequest, body: ComparatorSent) -> Status[dict[str, Any]]:
    """Writes down what the same outcome costs by another way."""
    require(request.actor, Right.EDIT_RETURNS, queries.CHANGE)
    wish = _wish(request.actor, body)
    return Status(201, _comparator(comparing_actions.save_comparator(request.actor, wish=wish)))


@router.put(
    "/comparators/{number}",
    response=ComparatorShown,
    operation_id="change_comparator",
    summary="Change another way",
)
def change(request: ApiRequest, number: Number, body: ComparatorSent) -> dict[str, Any]:
    """Changes all that is known of another way."""
    require(request.actor, Right.EDIT_RETURNS, queries.CHANGE)
    row = comparing_queries.comparator(request.actor, number)
    wish = _wish(request.actor, body)
    return _comparator(comparing_actions.save_comparator(request.actor, wish=wish, comparator=row))
