"""API: watches and queries, mentions and their volumes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict

from auscult.engine.query.explain import as_data
from auscult.engine.query.parse import parse
from auscult.web.accounts.interfaces import (
    ApiRequest,
    Body,
    Cursor,
    Limit,
    Listed,
    Moment,
    Number,
    Text,
    key_of,
    listed,
    page,
)
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.listening import actions, queries
from auscult.web.listening import volumes as over_time
from auscult.web.listening.errors import SearchRefused
from auscult.web.listening.exporting import veiled
from auscult.web.listening.models import Watch
from auscult.web.listening.reading import Filters, Mentioned
from auscult.web.listening.rows import COLUMNS
from auscult.web.listening.seeking import mention_of, page_of

router = Router()

LOOK_BACK = timedelta(days=28)
MOST_STEPS = 10_000  # of all series of an answer


class WatchShown(Schema):
    """A watch: a standing query."""

    id: int
    name: str
    query: str
    canonical: str = Field(description="The query as Auscult reads it.")
    created_at: datetime
    changed_at: datetime
    mentions: int = Field(description="How many it has found.")


class WatchWish(Body):
    """A watch to add."""

    name: Text = Field(min_length=1, max_length=200)
    query: Text = Field(min_length=1, max_length=20_000, description="In the query language.")


class WatchChange(Body):
    """What shall change of a watch; what is absent stays."""

    name: Text | None = Field(None, min_length=1, max_length=200)
    query: Text | None = Field(None, min_length=1, max_length=20_000)


class QueryWish(Body):
    """A query to look at."""

    query: Text = Field(min_length=1, max_length=20_000)


class Explained(Schema):
    """How a query is read."""

    text: str
    canonical: str
    explanation: str = Field(description="Its tree, a line for each part, indented.")
    tree: dict[str, Any]
    warnings: list[dict[str, Any]]


class Span(Schema):
    """Where a mention was hit, in code points of the field."""

    field: str = Field(description="`title` or `text`.")
    start: int
    end: int


class MentionShown(Schema):
    """A post that a watch found, without what names its author; the text is as it was written.

    `post` and `author` are pseudonyms: the same ones everywhere in this archive.
    """

    model_config = ConfigDict(extra="ignore")

    id: int = Field(description="Greater means later.")
    post: str
    page: str = Field(description="Where a person reads it in Auscult.")
    source_id: int
    source: str | None
    community: str | None
    author: str | None
    author_followers: int | None
    created_at: datetime
    collected_at: datetime | None
    title: str | None
    text: str
    language: str | None
    spans: list[Span]
    watches: list[int]
    engagement: dict[str, int | None]
    hashtags: list[str]
    links: list[str]
    in_reply_to: str | None
    quote_of: str | None
    country: str | None
    region: str | None
    score: float | None = Field(description="Relevance, where it was asked for.")


class MentionsFound(Listed[MentionShown]):
    """A page of what was found."""

    total: int = Field(description="Hits in all where `exact`, else at least so many.")
    exact: bool
    looked_back_to: datetime | None = Field(
        description="Where time ran out before the page was full; go on with `next`."
    )


class PreviewShown(Schema):
    """What a query would bring, were it a watch."""

    per_day: float | None = Field(description="Mentions a day; null: nothing tells it yet.")
    basis: str
    mentions: list[MentionShown] = Field(description="The newest that it is true of already.")


class SeriesShown(Schema):
    """A watch's mentions over time."""

    watch: int
    name: str
    counts: list[int] = Field(description="`counts[i]` begins at `since` + i steps.")


class Gap(Schema):
    """A time that a source was not read."""

    source: str
    community: str
    since: datetime
    until: datetime
    reason: str


class VolumesShown(Schema):
    """Mentions over time, and when sources were not read."""

    since: datetime
    until: datetime
    step: str
    series: list[SeriesShown]
    gaps: list[Gap]


def _watch(actor: Actor, row: Watch) -> dict[str, Any]:
    fields = ("id", "name", "query", "canonical", "created_at", "changed_at")
    shown = {name: getattr(row, name) for name in fields}
    return {**shown, "mentions": queries.count_of_watch(actor, row)}


def mention_shown(actor: Actor, hit: Mentioned) -> dict[str, Any]:
    """Return a mention as programs get it: veiled like an export."""
    row = veiled({name: getattr(hit, name) for name in COLUMNS}, actor.organisation_id)
    lists = {name: list(row[name] or ()) for name in ("hashtags", "links")}
    return {
        **row,
        **lists,
        "id": hit.id,
        "post": row["uri"],
        "page": page_of(hit),
        "source_id": hit.origin_id,
        "spans": [{"field": span[0], "start": span[1], "end": span[2]} for span in hit.spans],
        "watches": list(hit.watches),
        "engagement": dict(hit.engagement),
        "score": hit.score,
    }


@router.get(
    "/watches",
    response=Listed[WatchShown],
    operation_id="watches",
    summary="List the watches",
    tags=["watches"],
)
def watches(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists the organisation's watches, the oldest first."""
    actor = request.actor
    require(actor, Right.READ_MENTIONS, "see watches")
    return listed(
        queries.watches(actor),
        kind="watch",
        cursor=cursor,
        limit=limit,
        show=lambda row: _watch(actor, row),
    )


@router.post(
    "/watches",
    response={201: WatchShown},
    operation_id="add_watch",
    summary="Add a watch",
    tags=["watches"],
)
def add_watch(request: ApiRequest, body: WatchWish, response: HttpResponse) -> Status[Any]:
    """Saves a query as a watch. What was collected before is gone through in the background."""
    saved = actions.save_watch(request.actor, name=body.name, query=body.query)
    response["Location"] = f"{request.path}/{saved.pk}"
    return Status(201, _watch(request.actor, saved))


@router.get(
    "/watches/{number}",
    response=WatchShown,
    operation_id="watch",
    summary="Show a watch",
    tags=["watches"],
)
def watch(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Shows one watch, with how many mentions it has found."""
    require(request.actor, Right.READ_MENTIONS, "see watches")
    return _watch(request.actor, queries.watch(request.actor, number))


@router.patch(
    "/watches/{number}",
    response=WatchShown,
    operation_id="change_watch",
    summary="Change a watch",
    tags=["watches"],
)
def change_watch(request: ApiRequest, number: Number, body: WatchChange) -> dict[str, Any]:
    """Changes a watch's name or query. With another query the past is gone through anew."""
    require(request.actor, Right.EDIT_WATCHES, "change watches")
    old = queries.watch(request.actor, number)
    saved = actions.save_watch(
        request.actor, name=body.name or old.name, query=body.query or old.query, watch=old
    )
    return _watch(request.actor, saved)


@router.delete(
    "/watches/{number}",
    response={204: None},
    operation_id="remove_watch",
    summary="Remove a watch",
    tags=["watches"],
)
def remove_watch(request: ApiRequest, number: Number) -> Status[None]:
    """Removes a watch with its counts; mentions stay until their time is over."""
    require(request.actor, Right.EDIT_WATCHES, "remove watches")
    actions.remove_watch(request.actor, watch=queries.watch(request.actor, number))
    return Status(204, None)


@router.post(
    "/queries/explain",
    response=Explained,
    operation_id="explain_query",
    summary="Explain a query",
    tags=["queries"],
)
def explain_query(request: ApiRequest, body: QueryWish) -> dict[str, Any]:
    """Says how a query is read, with warnings. It changes nothing."""
    require(request.actor, Right.READ_MENTIONS, "have queries explained")
    return as_data(parse(body.query, vocabulary=queries.vocabulary()))


@router.post(
    "/queries/preview",
    response=PreviewShown,
    operation_id="preview_query",
    summary="Preview a query",
    tags=["queries"],
)
def preview_query(request: ApiRequest, body: QueryWish, response: HttpResponse) -> dict[str, Any]:
    """Says how many mentions a day a query would bring, with the newest. It changes nothing."""
    actor = request.actor
    # It shows posts, so it isn't kept under an idempotency key: they may be forgotten meanwhile.
    response["Cache-Control"] = "private, no-store"
    require(actor, Right.READ_MENTIONS, "preview queries")
    told = queries.preview(actor, parse(body.query))
    mentions = [mention_shown(actor, hit) for hit in told.hits]
    return {"per_day": told.per_day, "basis": told.basis, "mentions": mentions}


@router.get(
    "/mentions",
    response=MentionsFound,
    operation_id="mentions",
    summary="Search mentions",
    tags=["mentions"],
)
def mentions(
    request: ApiRequest,
    q: Annotated[
        Text | None,
        Query(max_length=20_000, description="In the query language; absent: all mentions."),
    ] = None,
    watch: Annotated[Number | None, Query(description="Found by this watch.")] = None,
    source: Annotated[Number | None, Query(description="Brought by this source.")] = None,
    language: Annotated[
        Text | None, Query(max_length=35, description="`en` also takes `en-GB`.")
    ] = None,
    since: Annotated[Moment | None, Query(description="Posted from this moment.")] = None,
    until: Annotated[Moment | None, Query(description="Posted before this moment.")] = None,
    order: Annotated[
        Literal["newest", "relevance"],
        Query(description="`relevance` ranks the newest thousand, on one page."),
    ] = "newest",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Lists mentions, newest first, without what names their authors.

    New mentions don't move the pages: a cursor goes on where its page ended. A page may be
    empty and still have a `next`: then time ran out, and the search goes on there.
    """
    actor = request.actor
    require(actor, Right.READ_MENTIONS, "read mentions")
    filters = Filters(watch=watch, source=source, language=language, since=since, until=until)
    after = key_of("mention", cursor)
    if q is None:
        found = queries.latest(actor, filters=filters, limit=limit, after=after)
    else:
        query = parse(q, vocabulary=queries.vocabulary())
        found = queries.search(actor, query, filters=filters, order=order, limit=limit, after=after)
    hits = [mention_shown(actor, hit) for hit in found.hits]
    return {
        **page(hits, "mention", found.after),
        "total": found.total,
        "exact": found.exact,
        "looked_back_to": found.looked_back_to,
    }


@router.get(
    "/mentions/{number}",
    response=MentionShown,
    operation_id="mention",
    summary="Show a mention",
    tags=["mentions"],
)
def mention(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Shows one mention, with where watches hit it."""
    require(request.actor, Right.READ_MENTIONS, "read mentions")
    return mention_shown(request.actor, mention_of(request.actor, number))


@router.get(
    "/volumes",
    response=VolumesShown,
    operation_id="volumes",
    summary="Count mentions over time",
    tags=["figures"],
)
def volumes(
    request: ApiRequest,
    watch: Annotated[
        list[Number] | None, Query(max_length=100, description="These; absent: all.")
    ] = None,
    since: Annotated[
        Moment | None, Query(description="28 days before `until` where absent.")
    ] = None,
    until: Annotated[Moment | None, Query(description="Now where absent.")] = None,
    step: Annotated[Literal["hour", "day"], Query(description="In UTC.")] = "day",
) -> dict[str, Any]:
    """Counts each watch's mentions an hour or a day, and lists when sources were not read."""
    actor = request.actor
    require(actor, Right.SEE_FIGURES, "see figures")
    last = until or actor.clock.now()
    first = since or last - LOOK_BACK
    chosen = [queries.watch(actor, number) for number in dict.fromkeys(watch or ())]
    rows = chosen or list(queries.watches(actor))
    steps = (last - first) / timedelta(**{f"{step}s": 1}) * max(1, len(rows))
    if steps > MOST_STEPS:
        raise SearchRefused(
            "since", first.isoformat(), _("so late that {most} counts do").format(most=MOST_STEPS)
        )
    told = over_time.volumes(actor, watches=rows, since=first, until=last, step=step)
    return {
        "since": told.since,
        "until": told.until,
        "step": step,
        "series": [
            {"watch": one.watch_id, "name": one.name, "counts": list(one.counts)}
            for one in told.series
        ],
        "gaps": [{name: getattr(gap, name) for name in Gap.model_fields} for gap in told.gaps],
    }
