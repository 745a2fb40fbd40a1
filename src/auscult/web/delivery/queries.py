"""The outbox and the webhooks of the actor's organisation."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Q, QuerySet

from auscult.web.accounts.models import Actor
from auscult.web.delivery.errors import HookUnknown, LetterUnknown
from auscult.web.delivery.models import Event, Hook, Letter, LetterQuerySet, State


def letters(actor: Actor) -> LetterQuerySet:
    """Return the organisation's letters, newest first."""
    return Letter.objects.filter(organisation_id=actor.organisation_id).order_by(
        "-created_at", "-pk"
    )


def letter(actor: Actor, number: int) -> Letter:
    """Return one letter.

    Raises
    ------
    LetterUnknown
        Where the organisation has no such letter.
    """
    found = letters(actor).filter(pk=number).first()
    if found is None:
        raise LetterUnknown(number)
    return found


def due_letters(actor: Actor) -> LetterQuerySet:
    """Return what may be sent now: the organisation's letters, and those of the program itself.

    Mails wait while no server for them is set.
    """
    mine = Q(organisation_id=actor.organisation_id) | Q(organisation=None)
    due = Letter.objects.filter(mine).due(actor.clock.now())
    return due if settings.AUSCULT.smtp_host else due.exclude(hook=None)


def old_letters(actor: Actor, *, before: datetime) -> LetterQuerySet:
    """Return what arrived or was given up, of a time before; see `due_letters` for whose."""
    mine = Q(organisation_id=actor.organisation_id) | Q(organisation=None)
    done = Letter.objects.filter(mine, state__in=(State.SENT, State.GIVEN_UP))
    return done.filter(posted_at__lt=before)


def waiting(actor: Actor) -> int:
    """Return how many letters haven't arrived yet and may still."""
    return letters(actor).exclude(state__in=(State.SENT, State.GIVEN_UP)).count()


def hooks(actor: Actor) -> QuerySet[Hook]:
    """Return the organisation's webhooks, by name."""
    return Hook.objects.filter(organisation_id=actor.organisation_id).order_by("name")


def hook(actor: Actor, number: int) -> Hook:
    """Return one webhook.

    Raises
    ------
    HookUnknown
        Where the organisation has no such webhook.
    """
    found = hooks(actor).filter(pk=number).first()
    if found is None:
        raise HookUnknown(number)
    return found


def hooks_for(actor: Actor, event: Event) -> list[Hook]:
    """Return the webhooks that want to know of an event."""
    return [one for one in hooks(actor).filter(on=True) if event in one.events]


def link(path: str) -> str:
    """Return the whole address of a page, for a letter; see AUSCULT_PUBLIC_URL."""
    options = settings.AUSCULT
    base = options.public_url or f"http://{options.allowed_hosts[0]}:{options.port}"
    return urljoin(base + "/", path.lstrip("/"))
