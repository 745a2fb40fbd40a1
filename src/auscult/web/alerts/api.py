"""API: alerts, and what people do with them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Query, Router, Schema

from auscult.web.accounts.interfaces import ApiRequest, Body, Cursor, Limit, Listed, Moment, Number
from auscult.web.accounts.interfaces import listed as in_pages
from auscult.web.accounts.policies import Right, require
from auscult.web.alerts import actions, queries, wording

router = Router(tags=["alerts"])


class AlertShown(Schema):
    """Something that happened, without the text of a post or a name."""

    id: int
    rule: str
    kind: str = Field(description="`volume`, `topic`, `reach`, `phrase` or `source`.")
    state: str = Field(description="`open`, `snoozed`, `acknowledged` or `past`.")
    title: str
    why: list[str]
    watch: str | None
    source: str | None
    since: datetime
    raised_at: datetime
    facts: dict[str, Any]
    page: str = Field(description="Where a person reads it in Auscult.")


class Snooze(Body):
    """Until when an alert shall be silent."""

    until: Moment = Field(description="Within the next 30 days.")


@router.get(
    "/alerts", response=Listed[AlertShown], operation_id="alerts", summary="List the alerts"
)
def alerts(
    request: ApiRequest,
    which: Annotated[
        Literal["all", "open"], Query(description="`open`: those that nobody has answered.")
    ] = "all",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Lists alerts, the newest first: what happened, why it was raised, and how it stands."""
    require(request.actor, Right.SEE_FIGURES, "see alerts")
    told = queries.open_alerts if which == "open" else queries.alerts
    rows = told(request.actor)
    return in_pages(
        rows, kind="alert", cursor=cursor, limit=limit, show=wording.as_data, newest_first=True
    )


@router.get("/alerts/{number}", response=AlertShown, operation_id="alert", summary="Show an alert")
def alert(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Shows one alert."""
    require(request.actor, Right.SEE_FIGURES, "see alerts")
    return wording.as_data(queries.alert(request.actor, number))


@router.post(
    "/alerts/{number}/acknowledge",
    response=AlertShown,
    operation_id="acknowledge_alert",
    summary="Take care of an alert",
)
def acknowledge(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Says that somebody takes care; nobody else is told any more."""
    require(request.actor, Right.HANDLE_ALERTS, "acknowledge alerts")
    chosen = queries.alert(request.actor, number)
    actions.acknowledge(request.actor, alert=chosen)
    return wording.as_data(chosen)


@router.post(
    "/alerts/{number}/snooze",
    response=AlertShown,
    operation_id="snooze_alert",
    summary="Let an alert be silent",
)
def snooze(request: ApiRequest, number: Number, body: Snooze) -> dict[str, Any]:
    """Lets an alert be silent until a moment; then people are told anew, if it goes on."""
    require(request.actor, Right.HANDLE_ALERTS, "snooze alerts")
    chosen = queries.alert(request.actor, number)
    actions.snooze(request.actor, alert=chosen, until=body.until)
    return wording.as_data(chosen)
