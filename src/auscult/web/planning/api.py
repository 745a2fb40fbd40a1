"""API: cycles, the plan as it stands, and checking in."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from ninja import Field, Router, Schema, Status
from pydantic import AfterValidator

from auscult.web.accounts.interfaces import (
    ApiRequest,
    Body,
    Cursor,
    Limit,
    Listed,
    Moment,
    Number,
    Text,
    listed,
    listed_together,
)
from auscult.web.accounts.policies import Right, require
from auscult.web.planning import (
    actions,
    queries,
    reading_in,
    review_actions,
    showing,
    snapshots,
)
from auscult.web.planning.models import Bet, CheckIn, Cycle
from auscult.web.planning.plan_files import PlanRead
from auscult.web.planning.review_actions import Report, check_in

router = Router(tags=["plan"])


class CycleShown(Schema):
    """So many days with what is done in them."""

    number: int
    title: str
    state: str = Field(description="`planned`, `running` or `closed`.")
    first_day: date
    last_day: date
    days: int
    day: int = Field(description="Which day of it is today; from 1, beyond `days` after its end.")


class PlanShown(Schema):
    """A plan as it stands."""

    cycle: CycleShown
    plan: dict[str, Any] = Field(description="Bets, tasks and assumptions under their numbers.")


class BetShown(Schema):
    """A bet, with what was said of it last."""

    id: int
    cycle: int = Field(description="The number of its cycle.")
    number: int = Field(description="Its number in the plan.")
    title: str
    state: str
    objective: str | None
    owner: str | None
    progress: int | None = Field(description="0 to 100, as somebody said last.")
    blockers: str


class CheckInShown(Schema):
    """What somebody said of a bet in a week."""

    bet: int
    week: date = Field(description="Its Monday.")
    person: str
    progress: int
    confidence: int
    blockers: str
    hours: float
    at: Moment


def _day(given: date) -> date:
    if not 1900 <= given.year < 2200:
        raise ValueError("write a year from 1900 to 2199")
    return given


class CheckInSent(Body):
    """How a bet goes in a week; sent again for the same week, it is changed."""

    progress: int = Field(ge=0, le=100)
    confidence: int = Field(ge=1, le=5, description="1: hardly; 5: surely.")
    blockers: Text = Field("", max_length=5000)
    hours: float = Field(0.0, ge=0, le=168, description="Spent by who checks in, in that week.")
    week: Annotated[date, AfterValidator(_day)] | None = Field(
        None, description="A day of the week; without it, this week."
    )


class PlanSent(PlanRead, Body):
    """A whole plan, as `plan` of `GET /cycles/{number}` has it: what is absent is empty.

    People are named by their user names; teams, objectives, priorities and watches by their
    titles. Bets, tasks and assumptions stand under numbers, from 1; a task waits for others as
    `3.2`: the second of the third bet.
    """


def _cycle(row: Cycle, today: date) -> dict[str, Any]:
    plain = ("number", "title", "state", "first_day", "last_day", "days")
    return {**{name: getattr(row, name) for name in plain}, "day": row.period.day_number(today)}


@router.get(
    "/cycles", response=Listed[CycleShown], operation_id="cycles", summary="List the cycles"
)
def cycles(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists the cycles, the newest first."""
    rows, today = queries.cycles(request.actor), queries.today(request.actor)
    return listed(
        rows,
        kind="cycle",
        cursor=cursor,
        limit=limit,
        show=lambda row: _cycle(row, today),
        newest_first=True,
    )


@router.get("/cycles/{number}", response=PlanShown, operation_id="plan", summary="Show a plan")
def plan(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Shows everything that stands in the plan of a cycle, by the cycle's number."""
    found = queries.cycle(request.actor, number)
    return _plan(request, found)


def _plan(request: ApiRequest, found: Cycle) -> dict[str, Any]:
    shown = _cycle(found, queries.today(request.actor))
    return {"cycle": shown, "plan": snapshots.snapshot(found)}


@router.post(
    "/cycles", response={201: PlanShown}, operation_id="add_plan", summary="Read a plan in"
)
def add_plan(request: ApiRequest, body: PlanSent) -> Status[dict[str, Any]]:
    """Plans a new cycle as it is written down: all of it, or nothing where a part can't be kept.

    `errors` says of each part what is wrong with it. One cycle is planned at a time.
    """
    require(request.actor, Right.EDIT_PLAN, actions.CHANGE)
    return Status(201, _plan(request, reading_in.plan_as(request.actor, plan=body)))


def _bets(request: ApiRequest, rows: list[Bet]) -> list[dict[str, Any]]:
    said = showing.last_said(request.actor, rows)
    return [_bet(row, said.get(row.pk)) for row in rows]


def _bet(row: Bet, last: CheckIn | None) -> dict[str, Any]:
    return {
        "id": row.pk,
        "cycle": row.cycle.number,
        "number": row.number,
        "title": row.title,
        "state": row.state,
        "objective": row.objective.title if row.objective else None,
        "owner": row.owner.username if row.owner else None,
        "progress": last.progress if last else None,
        "blockers": last.blockers if last else "",
    }


@router.get("/bets", response=Listed[BetShown], operation_id="bets", summary="List the bets")
def bets(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists the bets of all cycles, the newest first."""
    rows = queries.bets(request.actor)
    return listed_together(
        rows,
        kind="bet",
        cursor=cursor,
        limit=limit,
        show=lambda found: _bets(request, found),
        newest_first=True,
    )


def _said(row: CheckIn) -> dict[str, Any]:
    plain = ("week", "progress", "confidence", "blockers", "hours", "at")
    values = {name: getattr(row, name) for name in plain}
    return {**values, "bet": row.bet_id, "person": row.user.username}


@router.post(
    "/bets/{number}/check-in", response=CheckInShown, operation_id="check_in", summary="Check in"
)
def say(request: ApiRequest, number: Number, body: CheckInSent) -> dict[str, Any]:
    """Says how a bet goes in a week; said again for the same week, it is changed."""
    require(request.actor, Right.CHECK_IN, review_actions.SAY)
    found = queries.bet(request.actor, number)
    report = Report(
        progress=body.progress,
        confidence=body.confidence,
        blockers=body.blockers,
        hours=body.hours,
    )
    return _said(check_in(request.actor, bet=found, report=report, week=body.week))
