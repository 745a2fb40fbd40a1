"""Briefs of the actor's organisation, and who gets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import TABLE, Right, may, require
from auscult.web.accounts.queries import time_zone
from auscult.web.briefs import composing, wording
from auscult.web.briefs.composing import LISTS, Sentence
from auscult.web.briefs.errors import BriefUnknown
from auscult.web.briefs.models import Brief, Plan, Reader
from auscult.web.briefs.weeks import Span, monday, so_far, whole
from auscult.web.listening.volumes import found_before

# Rights to open the evidence of a sentence, where reading mentions isn't enough.
NEEDED = {"watch-silent": Right.EDIT_WATCHES}
LISTED = 26  # earlier briefs on the page: half a year


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence in words, with what it tells of and its evidence; see `composing.Sentence`."""

    code: str
    values: Mapping[str, Any]
    text: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the three lists."""

    code: str
    title: str
    nothing: str
    sentences: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A brief in the language of whoever reads it.

    Attributes
    ----------
    made_at : datetime or None
        None: it is of a week that isn't over.
    """

    span: Span
    made_at: datetime | None
    parts: tuple[Part, ...]


def briefs(actor: Actor) -> QuerySet[Brief]:
    """Return the organisation's briefs, newest first."""
    require(actor, Right.SEE_FIGURES, "read briefs")
    return Brief.objects.filter(organisation_id=actor.organisation_id).order_by("-week")


def brief(actor: Actor, week: date) -> Shown:
    """Return the brief of a week.

    Raises
    ------
    BriefUnknown
    """
    found = briefs(actor).filter(week=week).first()
    if found is None:
        raise BriefUnknown(week)
    sentences = composing.from_data(found.sentences)
    return _for(actor, shown(whole(week), sentences, found.made_at))


def current(actor: Actor) -> Shown:
    """Return the week so far."""
    require(actor, Right.SEE_FIGURES, "read briefs")
    span = so_far(actor.clock.now())
    return _for(actor, shown(span, composing.compose(actor, span, read=0), None))


def _for(actor: Actor, brief: Shown) -> Shown:
    """Leave the evidence out for whom its pages would turn away."""
    parts = tuple(
        replace(part, sentences=tuple(_opening(actor, one) for one in part.sentences))
        for part in brief.parts
    )
    return replace(brief, parts=parts)


def _opening(actor: Actor, said: Said) -> Said:
    right = NEEDED.get(said.code, Right.READ_MENTIONS)
    return said if may(actor, right) else replace(said, link="")


def shown(span: Span, sentences: list[Sentence], made_at: datetime | None) -> Shown:
    """Put sentences into words of the active language."""
    return Shown(
        span=span,
        made_at=made_at,
        parts=tuple(
            Part(
                code=part,
                title=wording.title(part),
                nothing=wording.nothing(part),
                sentences=tuple(
                    Said(code=one.code, values=one.values, text=wording.say(one), link=one.link)
                    for one in sentences
                    if one.part == part
                ),
            )
            for part in LISTS
        ),
    )


def plan(actor: Actor) -> Plan:
    """Return when the organisation's brief is made."""
    found = Plan.objects.filter(organisation_id=actor.organisation_id).first()
    return found or Plan(organisation_id=actor.organisation_id)


def due_week(actor: Actor) -> date | None:
    """Return the Monday of the last week whose brief should be there and isn't; None: there is none."""
    chosen = plan(actor)
    now = actor.clock.now()
    here = now.astimezone(time_zone(actor))
    back = (here.weekday() - chosen.weekday) % 7
    time = here.replace(hour=chosen.hour, minute=0, second=0, microsecond=0) - timedelta(days=back)
    if time > here:
        time -= timedelta(days=7)
    # A week ends by UTC: where Monday begins earlier than that, the brief comes when it is over.
    ours = time.date() - timedelta(days=time.weekday())
    week = max(ours, monday(time)) - timedelta(days=7)
    if whole(week).until > now:
        week -= timedelta(days=7)
    made = Brief.objects.filter(organisation_id=actor.organisation_id, week__gte=week)
    # A house that began after a week has nothing to tell of it.
    if made.exists() or not found_before(actor, whole(week).until):
        return None
    return week


def reads(actor: Actor) -> bool:
    """Return whether the actor gets the brief by mail."""
    own = Reader.objects.filter(organisation_id=actor.organisation_id)
    return own.filter(user=actor.user_id).exists()


def readers(actor: Actor) -> list[User]:
    """Return who gets the brief by mail: members who may see figures, and have an address."""
    roles = [role.value for role in TABLE[Right.SEE_FIGURES]]
    return list(
        User.objects.filter(
            reader__organisation_id=actor.organisation_id,
            memberships__organisation_id=actor.organisation_id,
            memberships__role__in=roles,
            is_active=True,
        )
        .exclude(email="")
        .distinct()
        .order_by("pk")
    )
