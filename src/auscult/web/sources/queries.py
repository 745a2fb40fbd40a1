"""Sources of the actor's organisation, their health and their gaps."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from auscult.web.accounts.models import Actor
from auscult.web.sources.errors import SourceUnknown
from auscult.web.sources.models import BrokenLine, Source, SourceState


def sources(actor: Actor) -> QuerySet[Source]:
    """Return the organisation's sources, by name."""
    return every_source(actor).exclude(state=SourceState.REMOVED).order_by("name")


def every_source(actor: Actor) -> QuerySet[Source]:
    """Return the organisation's sources with those that were removed but not their posts."""
    return Source.objects.filter(organisation_id=actor.organisation_id)


def source(actor: Actor, given: int | str) -> Source:
    """Return one source by number or name.

    Raises
    ------
    SourceUnknown
        Where the organisation has no such source.
    """
    wanted = {"pk": given} if isinstance(given, int) else {"name": given}
    found = sources(actor).filter(**wanted).first()
    if found is None:
        raise SourceUnknown(given)
    return found


def due_sources(actor: Actor, now: datetime) -> QuerySet[Source]:
    """Return the sources that may be claimed now, the longest waiting first."""
    free = sources(actor).filter(state=SourceState.READING, next_attempt__lte=now)
    return (free.filter(locked_until=None) | free.filter(locked_until__lt=now)).order_by(
        "next_attempt"
    )


def broken_lines(actor: Actor, *, source: Source) -> QuerySet[BrokenLine]:
    """Return a source's unreadable records, newest first."""
    return BrokenLine.objects.filter(
        source=source, source__organisation_id=actor.organisation_id
    ).order_by("-at", "-pk")
