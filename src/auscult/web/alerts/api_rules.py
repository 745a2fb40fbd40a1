"""API: the rules that raise alerts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from pydantic import StrictBool

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
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may, require
from auscult.web.alerts import actions, queries
from auscult.web.alerts.actions import LATEST, MANY_FOLLOWERS, SOONEST, Wish
from auscult.web.alerts.errors import RuleRefused
from auscult.web.alerts.forms import MINUTES_FAILING
from auscult.web.alerts.models import Keenness, Kind, Pace, Rule
from auscult.web.listening.models import Watch
from auscult.web.listening.queries import watches

router = Router(tags=["alert rules"])

CHANGE = "change alert rules"
LEAST = {Kind.REACH: MANY_FOLLOWERS, Kind.SOURCE: MINUTES_FAILING}  # where nothing is said
NULLABLE = {"watch_id", "escalate_minutes"}

Name = Annotated[Text, Field(min_length=1, max_length=200)]
Query = Annotated[Text, Field(max_length=20_000)]
Watched = Annotated[int, Field(strict=True, ge=1, lt=1 << 62)]
Least = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
Minutes = Annotated[int, Field(strict=True, ge=SOONEST, le=LATEST)]
Named = Annotated[list[Annotated[Text, Field(max_length=100)]], Field(max_length=100)]
# As `Kind`, `Keenness` and `Pace` have them; a test holds them together.
Kinds = Literal["volume", "topic", "reach", "phrase", "source"]
Keen = Literal["calm", "usual", "keen"]
Paces = Literal["at-once", "daily"]

ABOUT_KIND = "More mentions than usual, posts of a kind, an author's reach, a new phrase, a source."
ABOUT_WATCH = "Null: each watch, for itself. A source's rule has none."
ABOUT_QUERY = "Of a topic, in the query language; other kinds have none."
ABOUT_LEAST = "Posts within a day (topic), followers (reach), minutes of failing (source)."
ABOUT_TELL = "Who gets a mail, as `role:editor` or `person:12`."
ABOUT_MINUTES = "Minutes without an answer after which `escalate_to` are told."


class RuleShown(Schema):
    """When an alert is raised, and who is told."""

    id: int
    name: str
    kind: str = Field(description=ABOUT_KIND)
    watch_id: int | None = Field(description=ABOUT_WATCH)
    keenness: str
    query: str = Field(description=ABOUT_QUERY)
    least: int = Field(description=ABOUT_LEAST)
    pace: str
    any_hour: bool = Field(description="Whether people are told in quiet hours, too.")
    escalate_minutes: int | None = Field(description=ABOUT_MINUTES)
    tell: list[str] | None = Field(
        description=ABOUT_TELL + " Null: only who may change rules sees it."
    )
    escalate_to: list[str] | None = Field(description="As `tell`.")
    on: bool


class RuleWish(Body):
    """A rule to add. What its kind doesn't use is left out."""

    name: Name
    kind: Kinds = Field(description=ABOUT_KIND)
    watch_id: Watched | None = Field(None, description=ABOUT_WATCH)
    keenness: Keen = Field("usual", description="Of `volume`.")
    query: Query = Field("", description=ABOUT_QUERY)
    least: Least | None = Field(
        None, description=f"{ABOUT_LEAST} Absent: 1, {MANY_FOLLOWERS:,} or {MINUTES_FAILING}."
    )
    pace: Paces = Field("at-once", description="When people are told.")
    any_hour: StrictBool = Field(default=False, description="Tell them in quiet hours, too.")
    tell: Named = Field([], description=ABOUT_TELL)
    escalate_minutes: Minutes | None = Field(None, description=ABOUT_MINUTES)
    escalate_to: Named = Field([], description="As `tell`, and only with the minutes.")


class RuleChange(Body):
    """What shall change of a rule; what is absent stays."""

    name: Name | None = None
    kind: Kinds | None = Field(None, description=ABOUT_KIND)
    watch_id: Watched | None = Field(None, description=ABOUT_WATCH)
    keenness: Keen | None = None
    query: Query | None = Field(None, description=ABOUT_QUERY)
    least: Least | None = Field(None, description=ABOUT_LEAST)
    pace: Paces | None = None
    any_hour: StrictBool | None = None
    tell: Named | None = Field(None, description=ABOUT_TELL)
    escalate_minutes: Minutes | None = Field(
        None, description=ABOUT_MINUTES + " Null: nobody is told later."
    )
    escalate_to: Named | None = Field(None, description="As `tell`, and only with the minutes.")


class Switch(Body):
    """Whether a rule shall raise alerts."""

    on: StrictBool


def _shown(actor: Actor, row: Rule) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in RuleShown.model_fields}
    if not may(actor, Right.EDIT_ALERTS):  # the page that names them is for who changes rules
        shown |= {"tell": None, "escalate_to": None}
    return shown


def _wish(actor: Actor, given: dict[str, Any]) -> Wish:
    """Return what is wished, without what the kind doesn't use."""
    kind = Kind(given.pop("kind"))
    number, query = given.pop("watch_id"), given.pop("query")
    least = given.pop("least") or LEAST.get(kind, 1)
    return Wish(
        kind=kind,
        watch=_watch(actor, number) if number and kind is not Kind.SOURCE else None,
        query=query if kind is Kind.TOPIC else "",
        least=least if kind in actions.MOST else 1,
        keenness=Keenness(given.pop("keenness")),
        pace=Pace(given.pop("pace")),
        **given,
    )


def _watch(actor: Actor, number: int) -> Watch:
    found = watches(actor).filter(pk=number).first()
    if found is None:
        raise RuleRefused("watch_id", number, _("a watch of your organisation"))
    return found


@router.get(
    "/rules", response=Listed[RuleShown], operation_id="rules", summary="List the alert rules"
)
def rules(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists when alerts are raised."""
    actor = request.actor
    require(actor, Right.SEE_FIGURES, "see alert rules")
    return listed(
        queries.rules(actor),
        kind="rule",
        cursor=cursor,
        limit=limit,
        show=lambda row: _shown(actor, row),
    )


@router.post(
    "/rules", response={201: RuleShown}, operation_id="add_rule", summary="Add an alert rule"
)
def add_rule(request: ApiRequest, body: RuleWish, response: HttpResponse) -> Status[Any]:
    """Adds a rule, which is on at once. What came before it raises no alert."""
    require(request.actor, Right.EDIT_ALERTS, CHANGE)
    saved = actions.save_rule(request.actor, wish=_wish(request.actor, body.model_dump()))
    response["Location"] = f"{request.path}/{saved.pk}"
    return Status(201, _shown(request.actor, saved))


@router.get(
    "/rules/{number}", response=RuleShown, operation_id="rule", summary="Show an alert rule"
)
def rule(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Shows one rule."""
    require(request.actor, Right.SEE_FIGURES, "see alert rules")
    return _shown(request.actor, queries.rule(request.actor, number))


@router.patch(
    "/rules/{number}",
    response=RuleShown,
    operation_id="change_rule",
    summary="Change an alert rule",
)
def change_rule(request: ApiRequest, number: Number, body: RuleChange) -> dict[str, Any]:
    """Changes a rule. Alerts of one that looks for something else now are past."""
    actor = request.actor
    require(actor, Right.EDIT_ALERTS, CHANGE)
    old = queries.rule(actor, number)
    given = {
        name: value
        for name, value in body.model_dump(exclude_unset=True).items()
        if value is not None or name in NULLABLE
    }
    as_it_was = {name: getattr(old, name) for name in RuleChange.model_fields}
    if given.get("kind", old.kind) != old.kind:
        as_it_was["least"] = None  # posts are no followers
    saved = actions.save_rule(actor, wish=_wish(actor, as_it_was | given), rule=old)
    return _shown(actor, saved)


@router.post(
    "/rules/{number}/switch",
    response=RuleShown,
    operation_id="switch_rule",
    summary="Switch an alert rule on or off",
)
def switch_rule(request: ApiRequest, number: Number, body: Switch) -> dict[str, Any]:
    """Switches a rule on or off; alerts of one that is off are past."""
    actor = request.actor
    require(actor, Right.EDIT_ALERTS, CHANGE)
    actions.switch_rule(actor, rule=queries.rule(actor, number), on=body.on)
    return _shown(actor, queries.rule(actor, number))


@router.delete(
    "/rules/{number}",
    response={204: None},
    operation_id="remove_rule",
    summary="Remove an alert rule",
)
def remove_rule(request: ApiRequest, number: Number) -> Status[None]:
    """Removes a rule; its alerts are past, and stay."""
    require(request.actor, Right.EDIT_ALERTS, "remove alert rules")
    actions.remove_rule(request.actor, rule=queries.rule(request.actor, number))
    return Status(204, None)
