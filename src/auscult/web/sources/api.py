"""API: sources, how they are doing, and what of the time was read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from auscult.web.accounts.interfaces import ApiRequest, Cursor, Limit, Listed, Moment, Number, page
from auscult.web.accounts.interfaces import key_of as read_cursor
from auscult.web.accounts.policies import Right, require
from auscult.web.sources import actions, queries
from auscult.web.sources.coverage import Stretch, coverage
from auscult.web.sources.health import SourceHealth, health_of, source_health

router = Router(tags=["sources"])

LOOK_BACK = timedelta(days=28)


class StretchShown(Schema):
    """A time that was read, or was not."""

    source_id: int
    source: str
    community: str = Field(description="What of the source; empty: all of it.")
    since: datetime
    until: datetime
    read: bool
    reason: str = Field(description="Why it was not read; empty where it was.")
    sampled: float = Field(description="Share of the posts that the source gave, 0 to 1.")


class SourceShown(Schema):
    """A source and how it is doing; its settings and credentials stay in the house."""

    id: int
    name: str
    connector: str
    kind: str
    health: str = Field(description="`well`, `silent`, `failing`, `failed`, `paused`, `finished`.")
    error: str
    needs_login: bool
    live: bool
    received: int = Field(description="Posts that it sent.")
    kept: int = Field(description="Posts that were kept of them.")
    broken: int = Field(description="Records that could not be read.")
    last_event_at: datetime | None
    since: datetime | None
    until: datetime | None
    percent: int | None = Field(description="How much was read of a source that ends.")
    ttl_days: int | None = Field(description="Mentions are forgotten after so many days.")
    sample_share: float
    hours: list[int] = Field(description="Posts in each of the last 48 hours, oldest first.")
    gaps: list[StretchShown] = Field(description="The newest ten that were not read.")


def _stretch(one: Stretch) -> dict[str, Any]:
    return {**one.as_data(), "source_id": one.source_id, "since": one.since, "until": one.until}


def _shown(health: SourceHealth) -> dict[str, Any]:
    fields = {name: getattr(health, name) for name in SourceShown.model_fields}
    return {**fields, "gaps": [_stretch(gap) for gap in health.gaps]}


@router.get(
    "/sources", response=Listed[SourceShown], operation_id="sources", summary="List the sources"
)
def sources(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists the sources with their health, the ones connected first at the top."""
    require(request.actor, Right.READ_MENTIONS, "see sources")
    after = read_cursor("source", cursor) or 0
    rest = sorted((one for one in source_health(request.actor) if one.id > after), key=_number)
    last = rest[limit - 1].id if len(rest) > limit else None
    return page([_shown(one) for one in rest[:limit]], "source", last)


def _number(one: SourceHealth) -> int:
    return one.id


@router.get(
    "/sources/{number}", response=SourceShown, operation_id="source", summary="Show a source"
)
def source(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Shows how one source is doing."""
    require(request.actor, Right.READ_MENTIONS, "see sources")
    return _shown(health_of(request.actor, queries.source(request.actor, number)))


@router.post(
    "/sources/{number}/pause",
    response=SourceShown,
    operation_id="pause_source",
    summary="Pause a source",
)
def pause(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Stops reading a source until it is resumed. One that is paused stays so."""
    require(request.actor, Right.EDIT_SOURCES, "pause sources")
    chosen = queries.source(request.actor, number)
    return _shown(health_of(request.actor, actions.pause_source(request.actor, source=chosen)))


@router.post(
    "/sources/{number}/resume",
    response=SourceShown,
    operation_id="resume_source",
    summary="Resume a source",
)
def resume(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Reads a source again, from where it stopped."""
    require(request.actor, Right.EDIT_SOURCES, "resume sources")
    chosen = queries.source(request.actor, number)
    return _shown(health_of(request.actor, actions.resume_source(request.actor, source=chosen)))


@router.get(
    "/coverage",
    response=Listed[StretchShown],
    operation_id="coverage",
    summary="Say what was read, and what was not",
)
def covered(
    request: ApiRequest,
    since: Annotated[
        Moment | None, Query(description="28 days before `until` where absent.")
    ] = None,
    until: Annotated[Moment | None, Query(description="Now where absent.")] = None,
    source: Annotated[Number | None, Query(description="Of this source alone.")] = None,
) -> dict[str, Any]:
    """Lists the stretches of time that sources were read, and those that they were not, and why.

    Where there is a gap, no mention doesn't mean that nothing was said.
    """
    require(request.actor, Right.SEE_FIGURES, "see coverage")
    last = until or request.actor.clock.now()
    stretches = coverage(
        request.actor, since=since or last - LOOK_BACK, until=last, source_id=source
    )
    return {"items": [_stretch(one) for one in stretches]}
