"""Sources of the actor's organisation, their health and their gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from auscult.web.accounts.models import Actor
from auscult.web.sources.errors import SourceUnknown
from auscult.web.sources.models import BrokenLine, Coverage, Source, SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of time in which a source was not read, and why."""

    source_id: int
    source: str
    community: str
    since: datetime
    until: datetime
    reason: str


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


def gaps(
    actor: Actor, *, since: datetime | None = None, until: datetime | None = None
) -> list[Gap]:
    """Return the stretches in which sources were not read, newest first."""
    found = Coverage.objects.filter(source__organisation_id=actor.organisation_id).exclude(
        reason=""
    )
    if since is not None:
        found = found.filter(until__gte=since)
    if until is not None:
        found = found.filter(since__lt=until)
    return [_gap(row) for row in found.select_related("source").order_by("-until", "-pk")]


def broken_lines(actor: Actor, *, source: Source) -> QuerySet[BrokenLine]:
    """Return a source's unreadable records, newest first."""
    return BrokenLine.objects.filter(
        source=source, source__organisation_id=actor.organisation_id
    ).order_by("-at", "-pk")


def _gap(row: Coverage) -> Gap:
    return Gap(
        source_id=row.source_id,
        source=row.source.name,
        community=row.community,
        since=row.since,
        until=row.until,
        reason=row.reason,
    )
