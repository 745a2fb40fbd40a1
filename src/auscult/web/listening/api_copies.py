"""API: copies, the campaigns of a range and the posts of one of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.urls import reverse
from ninja import Field, Query, Router, Schema

from auscult.web.accounts.interfaces import (
    ApiRequest,
    Cursor,
    Limit,
    Listed,
    Moment,
    Number,
    key_of,
    page,
)
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.listening import copies_queries
from auscult.web.listening.api import LOOK_BACK, MentionShown, mention_shown
from auscult.web.listening.copies_queries import Campaign

router = Router(tags=["copies"])

MOST = 100  # campaigns of an answer


class Brought(Schema):
    """How many of a campaign's posts a source brought."""

    source: str
    posts: int


class Step(Schema):
    """How many posts came in a step of time."""

    since: datetime
    posts: int


class CampaignShown(Schema):
    """Posts that share their text."""

    id: int
    posts: int = Field(description="In the range.")
    authors: int = Field(description="Different ones.")
    elsewhere: int = Field(description="Posts outside of the range.")
    since: datetime = Field(description="When its first post in the range was written.")
    until: datetime = Field(description="When its last one was.")
    sources: list[Brought] = Field(description="The busiest first.")
    spread: list[Step] = Field(description="How it spread; steps without posts are left out.")
    step: int = Field(description="How long a step is, in seconds.")
    search: str = Field(description="A query for its first words; empty: it has too few.")
    sample: MentionShown = Field(description="The earliest post in the range.")
    page: str = Field(description="Where a person sees it in Auscult.")


def _shown(actor: Actor, one: Campaign) -> dict[str, Any]:
    counted = ("posts", "authors", "elsewhere", "since", "until", "search")
    spread = [{"since": bar.count.start, "posts": bar.count.count} for bar in one.chart.bars]
    return {
        **{name: getattr(one, name) for name in counted},
        "id": one.number,
        "sources": [{"source": name, "posts": posts} for name, posts in one.sources],
        "spread": spread,
        "step": int(one.chart.step.total_seconds()),
        "sample": mention_shown(actor, one.sample),
        "page": reverse("listening:copies-of", args=[one.number]),
    }


@router.get("/copies", response=Listed[CampaignShown], operation_id="copies", summary="List copies")
def copies(
    request: ApiRequest,
    since: Annotated[
        Moment | None, Query(description="28 days before `until` where absent.")
    ] = None,
    until: Annotated[Moment | None, Query(description="Now where absent.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Campaigns, on one page.")] = 20,
) -> dict[str, Any]:
    """Lists the largest campaigns of a range: texts that three posts or more share."""
    actor = request.actor
    require(actor, Right.READ_MENTIONS, "read mentions")
    last = until or actor.clock.now()
    found = copies_queries.campaigns(
        actor, since=since or last - LOOK_BACK, until=last, limit=limit
    )
    return {"items": [_shown(actor, one) for one in found]}


@router.get(
    "/copies/{number}",
    response=CampaignShown,
    operation_id="campaign",
    summary="Show a campaign of copies",
)
def campaign(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Shows one campaign with all its posts counted."""
    require(request.actor, Right.READ_MENTIONS, "read mentions")
    return _shown(request.actor, copies_queries.campaign(request.actor, number))


@router.get(
    "/copies/{number}/mentions",
    response=Listed[MentionShown],
    operation_id="copies_mentions",
    summary="List a campaign's mentions",
)
def mentions(
    request: ApiRequest, number: Number, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """Lists the posts of one campaign, newest first, without what names their authors."""
    actor = request.actor
    require(actor, Right.READ_MENTIONS, "read mentions")
    before = key_of("copy", cursor)
    copies_queries.group(actor, number)
    hits, last = copies_queries.members(actor, number, limit=limit, before=before)
    return page([mention_shown(actor, hit) for hit in hits], "copy", last)
