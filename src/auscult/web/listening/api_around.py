"""API: what could be watched, and who is watched beside: suggestions and peers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema, Status

from auscult.web.accounts.interfaces import (
    ApiRequest,
    Body,
    Cursor,
    Limit,
    Listed,
    Number,
    Text,
    listed,
)
from auscult.web.accounts.policies import Right, require
from auscult.web.listening import peers as following
from auscult.web.listening import suggesting
from auscult.web.listening.models import Peer
from auscult.web.listening.suggesting import House

router = Router()

Language = Literal["en", "de", "fr", "es"]


class SuggestionShown(Schema):
    """A watch that is proposed."""

    name: str
    query: str
    why: str
    hashtags: list[str]
    per_day: float | None = Field(description="Mentions to expect; null: nothing tells it yet.")
    basis: str
    watch: int | None = Field(description="The watch that asks the same already.")


class Acceptance(Body):
    """Which of the suggestions become watches."""

    organisation: Text = Field(min_length=1, max_length=200, description="As on the door.")
    town: Text = Field("", max_length=100)
    language: Language = "en"
    queries: list[Text] | None = Field(
        None, max_length=100, description="As they were suggested; absent: all."
    )


class Accepted(Schema):
    """The watches that are new."""

    watches: list[int]


class PeerShown(Schema):
    """An account of another house whose posts are kept."""

    id: int
    label: str
    handle: str
    account: str = Field(description="As the network names it: houses stand there by name.")
    source_id: int
    added_at: datetime


class PeerWish(Body):
    """An account to follow."""

    place: Text = Field(max_length=100, description="A connected network: `GET /peers/places`.")
    account: Text = Field(min_length=1, max_length=300, description="A DID, or name@instance.")
    handle: Text = Field(min_length=1, max_length=200)
    label: Text = Field("", max_length=200, description="What it is called here.")


class PlaceShown(Schema):
    """A connected network where accounts can be followed."""

    place: str
    title: str
    host: str


@router.get(
    "/suggestions",
    response=Listed[SuggestionShown],
    operation_id="suggestions",
    summary="Suggest watches",
    tags=["suggestions"],
)
def suggestions(
    request: ApiRequest,
    organisation: Annotated[
        Text, Query(min_length=1, max_length=200, description="As on the door.")
    ],
    town: Annotated[Text, Query(max_length=100, description="Common names need it.")] = "",
    language: Annotated[Language, Query(description="That people there speak.")] = "en",
) -> dict[str, Any]:
    """Proposes watches for a house and says what each would bring. Nothing leaves the machine."""
    require(request.actor, Right.READ_MENTIONS, "see suggestions")
    house = House(organisation=organisation, town=town, language=language)
    items = [
        {
            "name": one.proposed.name,
            "query": one.proposed.query,
            "why": str(one.proposed.why),
            "hashtags": list(one.proposed.hashtags),
            "per_day": one.per_day,
            "basis": one.basis,
            "watch": one.have.pk if one.have else None,
        }
        for one in suggesting.suggestions(request.actor, house)
    ]
    return {"items": items}


@router.post(
    "/suggestions/accept",
    response=Accepted,
    operation_id="accept_suggestions",
    summary="Accept suggestions",
    tags=["suggestions"],
)
def accept(request: ApiRequest, body: Acceptance) -> dict[str, Any]:
    """Saves suggested watches, all or some. Those that are there already stay as they are."""
    house = House(organisation=body.organisation, town=body.town, language=body.language)
    saved = suggesting.accept(request.actor, house, wanted=body.queries)
    return {"watches": [watch.pk for watch in saved]}


def _peer(row: Peer) -> dict[str, Any]:
    fields = ("id", "label", "handle", "source_id", "added_at")
    return {**{name: getattr(row, name) for name in fields}, "account": row.author}


@router.get(
    "/peers", response=Listed[PeerShown], operation_id="peers", summary="List peers", tags=["peers"]
)
def peers(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists the accounts of other houses that are followed."""
    require(request.actor, Right.READ_MENTIONS, "see peers")
    rows = following.peers(request.actor)
    return listed(rows, kind="peer", cursor=cursor, limit=limit, show=_peer)


@router.get(
    "/peers/places",
    response=Listed[PlaceShown],
    operation_id="peer_places",
    summary="List where peers can be",
    tags=["peers"],
)
def places(request: ApiRequest) -> dict[str, Any]:
    """Lists the connected networks that accounts can be followed on."""
    require(request.actor, Right.READ_MENTIONS, "see peers")
    found = following.places(request.actor)
    return {"items": [{"place": one.key, "title": one.title, "host": one.host} for one in found]}


@router.post(
    "/peers",
    response={201: PeerShown},
    operation_id="add_peer",
    summary="Follow a peer",
    tags=["peers"],
)
def add_peer(request: ApiRequest, body: PeerWish, response: HttpResponse) -> Status[Any]:
    """Follows an account: all its posts are kept, from three months back where that can be."""
    added = following.add_peer(
        request.actor, place=body.place, author=body.account, handle=body.handle, label=body.label
    )
    response["Location"] = f"{request.path}/{added.pk}"
    return Status(201, _peer(added))


@router.get(
    "/peers/{number}",
    response=PeerShown,
    operation_id="peer",
    summary="Show a peer",
    tags=["peers"],
)
def peer(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Shows one account that is followed."""
    require(request.actor, Right.READ_MENTIONS, "see peers")
    return _peer(following.peer(request.actor, number))


@router.delete(
    "/peers/{number}",
    response={204: None},
    operation_id="remove_peer",
    summary="Follow a peer no longer",
    tags=["peers"],
)
def remove_peer(request: ApiRequest, number: Number) -> Status[None]:
    """Follows an account no longer; what was kept of it is forgotten when its time is over."""
    require(request.actor, Right.EDIT_WATCHES, "remove peers")
    following.remove_peer(request.actor, peer=following.peer(request.actor, number))
    return Status(204, None)
