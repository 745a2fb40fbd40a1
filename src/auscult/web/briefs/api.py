"""API: weekly briefs, in words and as data."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from ninja import Field, Router, Schema

from auscult.web.accounts.interfaces import ApiRequest, Cursor, Day, Limit, Listed, listed
from auscult.web.briefs import queries
from auscult.web.briefs.models import Brief
from auscult.web.briefs.queries import Said, Shown
from auscult.web.delivery.queries import link

router = Router(tags=["briefs"])


class BriefMade(Schema):
    """A brief that was made of a week."""

    week: date = Field(description="Its Monday (UTC).")
    made_at: datetime
    page: str = Field(description="Where a person reads it in Auscult.")


class SentenceShown(Schema):
    """Something that the data say."""

    code: str = Field(description="The same for the same finding, for programs.")
    values: dict[str, Any] = Field(description="The counts, names and days that it tells of.")
    text: str = Field(description="In the language of `Accept-Language`.")
    evidence: str | None = Field(description="Where a person sees it; null: she may not.")


class PartShown(Schema):
    """One of a brief's lists."""

    part: str = Field(description="`happened`, `new` or `needs`.")
    title: str
    nothing: str = Field(description="What it says where it is empty.")
    sentences: list[SentenceShown]


class BriefShown(Schema):
    """What a week brought."""

    week: date = Field(description="Its Monday (UTC).")
    since: datetime
    until: datetime
    made_at: datetime | None = Field(description="Null: the week isn't over.")
    page: str = Field(description="Where a person reads it in Auscult.")
    parts: list[PartShown]


def _address(request: ApiRequest, path: str) -> str:
    """Return the whole address of a page: the house's own, else as the asker calls it."""
    return link(path) if settings.AUSCULT.public_url else request.build_absolute_uri(path)


def _page(request: ApiRequest, week: date) -> str:
    return _address(request, reverse("briefs:brief", args=[week]))


def _shown(request: ApiRequest, brief: Shown) -> dict[str, Any]:
    week = brief.span.since.date()
    room = _address(request, reverse("briefs:room"))
    return {
        "week": week,
        "since": brief.span.since,
        "until": brief.span.until,
        "made_at": brief.made_at,
        "page": _page(request, week) if brief.made_at else room,
        "parts": [
            {
                "part": part.code,
                "title": part.title,
                "nothing": part.nothing,
                "sentences": [_said(request, one) for one in part.sentences],
            }
            for part in brief.parts
        ],
    }


def _said(request: ApiRequest, one: Said) -> dict[str, Any]:
    evidence = _address(request, one.link) if one.link else None
    return {"code": one.code, "values": one.values, "text": one.text, "evidence": evidence}


@router.get("/briefs", response=Listed[BriefMade], operation_id="briefs", summary="List the briefs")
def briefs(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists the weekly briefs that were made, the newest first."""
    rows = queries.briefs(request.actor)

    def made(row: Brief) -> dict[str, Any]:
        return {"week": row.week, "made_at": row.made_at, "page": _page(request, row.week)}

    return listed(rows, kind="brief", cursor=cursor, limit=limit, show=made, newest_first=True)


@router.get(
    "/briefs/current",
    response=BriefShown,
    operation_id="current_brief",
    summary="Show the week so far",
)
def current(request: ApiRequest) -> dict[str, Any]:
    """Shows what the week brought so far; new phrases are those that alerts told of."""
    return _shown(request, queries.current(request.actor))


@router.get(
    "/briefs/{week}", response=BriefShown, operation_id="brief", summary="Show a week's brief"
)
def brief(request: ApiRequest, week: Day) -> dict[str, Any]:
    """Shows the brief of a week, named by its Monday."""
    return _shown(request, queries.brief(request.actor, week))
