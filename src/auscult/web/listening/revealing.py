"""Seeing who wrote a mention: with a right, for a reason, and written down."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.listening.errors import MentionUnknown
from auscult.web.listening.forgetting import without_names
from auscult.web.listening.models import Mention
from auscult.web.listening.queries import pseudonym
from auscult.web.listening.showing import link

FEWEST = 3  # words of a reason
LONGEST = 500  # characters of it


class Why(models.TextChoices):
    """What an author's name is needed for."""

    ANSWER = "answer", _("to answer this person")
    CARE = "care", _("somebody may be in danger")
    RIGHTS = "rights", _("the person asks what we hold about her, or wants it gone")
    CORRECTION = "correction", _("to have something wrong put right")
    THREAT = "threat", _("a threat, abuse or a matter for lawyers")
    OTHER = "other", _("something else")


@dataclass(frozen=True, slots=True, kw_only=True)
class Veiled:
    """A mention as it stands before its author is shown."""

    number: int
    pseudonym: str
    text: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote a mention.

    Attributes
    ----------
    account : str
        As its network names it.
    name : str
        As the person calls herself; empty where the network gave none.
    address : str
        Of the mention, for a browser; empty where there is none.
    """

    account: str
    name: str
    address: str


def veiled_mention(actor: Actor, number: int) -> Veiled:
    """Return what is shown to whom may see its author, before she says why.

    Raises
    ------
    NotAllowed, MentionUnknown
    """
    require(actor, Right.REVEAL_AUTHORS, "see who wrote a mention")
    found = _mention(actor, number)
    return Veiled(
        number=found.pk,
        pseudonym=_pseudonym(actor, found),
        text=found.text,
        title=found.title or "",
    )


@transaction.atomic
def reveal_author(actor: Actor, *, number: int, why: Why, reason: str) -> Author:
    """Return who wrote a mention, once it is written down who asked, and why.

    The entry has the mention's number and its author's pseudonym. Names stand nowhere in it:
    where the reason has one, the pseudonym takes its place.

    Raises
    ------
    NotAllowed, MentionUnknown
    Correctable
        The reason is too short.
    """
    require(actor, Right.REVEAL_AUTHORS, "see who wrote a mention")
    words = " ".join(reason.split())
    if len(re.findall(r"\w+", words)) < FEWEST or len(words) > LONGEST:
        raise Correctable(
            str(_("Say in some words what the name is needed for.")),
            code="reason-refused",
            field="reason",
            hint=str(_("At least three words, at most 500 characters.")),
        )
    found = _mention(actor, number)
    shown = _pseudonym(actor, found)
    record_audit(
        actor,
        action="reveal-author",
        target=f"mention {found.pk}",
        details={
            "author": shown,
            "why": why.value,
            "reason": _without_names(words, found, shown),
        },
    )
    return Author(account=found.author or "", name=found.author_name or "", address=link(found.uri))


def _mention(actor: Actor, number: int) -> Mention:
    found = Mention.objects.filter(organisation_id=actor.organisation_id, pk=number).first()
    if found is None:
        raise MentionUnknown(number)
    return found


def _pseudonym(actor: Actor, mention: Mention) -> str:
    return pseudonym(actor.organisation_id, mention.author) if mention.author else ""


def _without_names(text: str, mention: Mention, shown: str) -> str:
    """Return a reason with the author's pseudonym in place of her names and her address."""
    names = {mention.author or "", mention.author_name or "", mention.uri}
    return without_names(text, names, shown or "…")
