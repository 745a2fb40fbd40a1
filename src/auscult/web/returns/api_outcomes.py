"""API: outcomes told by programs, their sums, and short links."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema, Status
from pydantic import StringConstraints

from auscult.web.accounts.interfaces import (
    ApiRequest,
    Body,
    Cursor,
    Day,
    Limit,
    Listed,
    Moment,
    Number,
    Text,
    listed,
)
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.returns import link_actions, link_queries, outcome_queries, queries, recording
from auscult.web.returns.errors import ReturnsUnknown
from auscult.web.returns.happening import attributed
from auscult.web.returns.link_actions import LinkWish
from auscult.web.returns.link_models import ShortLink
from auscult.web.returns.outcome_models import IntakeOrigin, OutcomeKind
from auscult.web.returns.recording import OutcomeRow, TouchRow

router = Router(tags=["returns"])
MOST = 1_000  # outcomes of one request
NOON = time(12)
Slug = Annotated[Text, StringConstraints(max_length=60)]


class KindShown(Schema):
    """A kind of outcome."""

    id: int
    slug: str = Field(description="By which outcomes name it.")
    name: str
    what: str
    objective_id: int | None


class TouchNew(Body):
    """A contact before an outcome."""

    channel: Annotated[Text, Field(min_length=1, max_length=60)] = Field(
        description="A network or another way: `mastodon`, `search`, `mail`."
    )
    at: Moment
    campaign: Annotated[Text, Field(max_length=100)] = ""
    bet: Number | None = Field(None, description="`id` of a bet.")
    link: Slug = Field("", description="`slug` of a short link.")
    ambassadors: bool = False


class OutcomeNew(Body):
    """Something that happened: at a moment, or on a day where the hour isn't known."""

    kind: Slug = Field(description="`slug` of a kind of outcome.")
    at: Moment | None = None
    day: Day | None = Field(None, description="Instead of `at`.")
    count: int = Field(1, ge=1, le=recording.MOST_COUNT)
    amount: float | None = Field(None, ge=0, le=recording.MOST_AMOUNT, allow_inf_nan=False)
    currency: Annotated[Text, Field(max_length=3)] = ""
    order: Annotated[Text, Field(max_length=500)] = Field(
        "", description="By which the same outcome is known again. A keyed digest of it is kept."
    )
    visitor: Annotated[Text, Field(max_length=500)] = ""
    caller: Annotated[Text, Field(max_length=500)] = ""
    touches: list[TouchNew] = Field(default_factory=list, max_length=recording.MOST_TOUCHES)
    tracked: bool = Field(default=True, description="False: the person asked not to be followed.")


class OutcomesNew(Body):
    """Outcomes: all of them are kept, or none."""

    outcomes: list[OutcomeNew] = Field(min_length=1, max_length=MOST)


class OutcomesKept(Schema):
    """What became of them."""

    kept: int


class DayShown(Schema):
    """Outcomes of a day."""

    day: date
    outcomes: int


class CreditShown(Schema):
    """What a channel is credited with, by the rule."""

    name: str = Field(description="Empty: touches that have none.")
    outcomes: float
    assisted: int


class SumsShown(Schema):
    """A kind of outcome in a period, each outcome once."""

    kind: str
    first: date
    last: date
    told: int = Field(description="With those that were told twice.")
    outcomes: int
    dark: int = Field(description="Of which nothing is known that came before.")
    assisted: int = Field(description="With two channels or more before them.")
    untracked: int = Field(description="Dark by choice of the person.")
    value: float | None = Field(description="Money that came with them, in `currency`.")
    currency: str
    rule: str
    by_day: list[DayShown]
    credits: list[CreditShown]


class LinkShown(Schema):
    """A short link."""

    id: int
    slug: str
    address: str
    target: str
    title: str
    channel: str
    campaign: str
    bet: int | None
    ambassadors: bool
    followed: int
    untracked: int = Field(description="Of them by people who asked not to be followed.")
    ended: bool


class LinkNew(Body):
    """A short link to make."""

    target: Annotated[Text, Field(max_length=2000)]
    title: Annotated[Text, Field(min_length=1, max_length=200)]
    channel: Annotated[Text, Field(min_length=1, max_length=60)]
    slug: Annotated[Text, Field(max_length=40)] = Field("", description="Empty: one is drawn.")
    campaign: Annotated[Text, Field(max_length=100)] = ""
    bet: Number | None = None
    ambassadors: bool = False


@router.get(
    "/outcome-kinds",
    response=Listed[KindShown],
    operation_id="outcome_kinds",
    summary="List the kinds of outcomes",
)
def outcome_kinds(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists the kinds of outcomes that the house counts."""
    rows = queries.kinds(request.actor)
    return listed(
        rows,
        kind="outcome-kind",
        cursor=cursor,
        limit=limit,
        show=lambda row: {name: getattr(row, name) for name in KindShown.model_fields},
    )


@router.post(
    "/outcomes",
    response={201: OutcomesKept},
    operation_id="record_outcomes",
    summary="Record outcomes",
)
def record_outcomes(request: ApiRequest, body: OutcomesNew) -> Status[dict[str, Any]]:
    """Keeps outcomes with what came before them: all of them, or none.

    Orders, visitors and callers are kept as keyed digests alone. The same outcome told twice
    counts once: by its order, by its visitor within 30 days, by its caller within 7.
    """
    actor = request.actor
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    kept = recording.record(actor, _rows(actor, body.outcomes), IntakeOrigin.PROGRAM)
    return Status(201, {"kept": kept})


def _rows(actor: Actor, told: list[OutcomeNew]) -> list[OutcomeRow]:
    zone = time_zone(actor)
    kinds = {one.slug: one for one in queries.kinds(actor)}
    touches = [touch for one in told for touch in one.touches]
    bets = queries.bets(actor).in_bulk({one.bet for one in touches if one.bet})
    slugs = {one.link for one in touches if one.link}
    links = {one.slug: one for one in link_queries.links(actor).filter(slug__in=slugs)}

    def touch_row(one: TouchNew) -> TouchRow:
        if one.bet and one.bet not in bets:
            raise ReturnsUnknown("bet", one.bet)
        if one.link and one.link not in links:
            raise ReturnsUnknown("link", one.link)
        plain = one.model_dump(include={"channel", "at", "campaign", "ambassadors"})
        bet = bets[one.bet] if one.bet else None
        return TouchRow(bet=bet, link=links.get(one.link), **plain)

    return [
        OutcomeRow(
            kind=_kind(kinds, one.kind),
            at=one.at or datetime.combine(one.day or date.min, NOON, tzinfo=zone),
            only_day=one.at is None,
            touches=tuple(touch_row(touch) for touch in one.touches),
            **one.model_dump(exclude={"kind", "at", "day", "touches"}),
        )
        for one in told
    ]


def _kind(kinds: dict[str, OutcomeKind], slug: str) -> OutcomeKind:
    if slug not in kinds:
        raise ReturnsUnknown("kind of outcome", slug)
    return kinds[slug]


@router.get(
    "/outcomes/sums", response=SumsShown, operation_id="outcome_sums", summary="Sum outcomes"
)
def outcome_sums(
    request: ApiRequest,
    kind: Annotated[Text, Query(max_length=60, description="`slug` of a kind of outcome.")],
    first: Annotated[Day, Query(description="First day, as 2026-09-01.")],
    last: Annotated[Day, Query(description="Last day.")],
    by: Annotated[Text | None, Query(max_length=20, description="`channel`, without it.")] = None,
    rule: Annotated[
        Text | None, Query(max_length=20, description="The house's, without it.")
    ] = None,
) -> dict[str, Any]:
    """Sums the outcomes of a kind by day, and shares them among what came before.

    `by` is `channel`, `campaign`, `bet`, `link` or `ambassadors`; `rule` is `first`, `last`,
    `linear`, `position` or `data`. A rule is a convention: it says nothing of causes.
    """
    actor = request.actor
    require(actor, Right.SEE_FIGURES, queries.SEE)
    chosen = _kind({one.slug: one for one in queries.kinds(actor)}, kind)
    shared = attributed(actor, chosen, first, last, rule=rule, by=by or "channel")
    found = outcome_queries.sums(actor, chosen, first, last)
    book = queries.ledger(actor)
    plain = ("told", "outcomes", "dark", "assisted", "untracked", "value")
    return {name: getattr(found, name) for name in plain} | {
        "kind": kind,
        "first": first,
        "last": last,
        "currency": book.currency,
        "rule": rule or book.rule,
        "by_day": [{"day": day, "outcomes": count} for day, count in found.by_day],
        "credits": [
            {"name": one.channel, "outcomes": one.outcomes, "assisted": one.assisted}
            for one in shared.credits
        ],
    }


def _link(row: ShortLink) -> dict[str, Any]:
    plain = ("id", "slug", "target", "title", "channel", "campaign", "ambassadors")
    return {name: getattr(row, name) for name in plain} | {
        "address": link_queries.address(row),
        "bet": row.bet_id,
        "followed": getattr(row, "followed", 0),
        "untracked": getattr(row, "unmarked", 0),
        "ended": row.ended_at is not None,
    }


@router.get(
    "/short-links",
    response=Listed[LinkShown],
    operation_id="short_links",
    summary="List the short links",
)
def short_links(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists the short links with how often they were followed, the newest first."""
    rows = link_queries.links(request.actor)
    return listed(
        rows, kind="short-link", cursor=cursor, limit=limit, show=_link, newest_first=True
    )


@router.post(
    "/short-links",
    response={201: LinkShown},
    operation_id="add_short_link",
    summary="Make a short link",
)
def add_short_link(request: ApiRequest, body: LinkNew) -> Status[dict[str, Any]]:
    """Makes a short link that leads to a page of the house, and counts without cookies."""
    actor = request.actor
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    values = body.model_dump(exclude={"bet"})
    bet = queries.found(queries.bets(actor), "bet", body.bet) if body.bet else None
    return Status(201, _link(link_actions.save_link(actor, wish=LinkWish(bet=bet, **values))))
