"""The counts that a brief is made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
from django.db.models import Count

from auscult.web.accounts.models import Actor
from auscult.web.briefs.weeks import EARLIER, Span
from auscult.web.listening import queries as listening
from auscult.web.listening import volumes as over_time
from auscult.web.listening.models import Mention, Watch
from auscult.web.listening.moments import first_key, to_us
from auscult.web.sources.coverage import Stretch, coverage

HOUR = timedelta(hours=1)
READ = 0.9  # share of a week that must have been read for it to teach anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a time brought, beside the same days of earlier weeks.

    Attributes
    ----------
    whole : int
        Mentions, each once.
    whole_earlier : tuple of int
        The same of earlier weeks that were read, the last one first.
    share_read : float
        Of this time, 0 to 1.
    watches : tuple
        Of each watch: itself, its mentions, those of earlier weeks, and those of each day.
    """

    whole: int
    whole_earlier: tuple[int, ...]
    share_read: float
    watches: tuple[tuple[Watch, int, tuple[int, ...], list[int]], ...]


def counts(actor: Actor, span: Span) -> Counts:
    """Count a time and the same of eight weeks before, by watch and in all."""
    gone_by = [span.earlier(weeks) for weeks in range(1, EARLIER + 1)]
    shares = [_share_read(actor, one) for one in (span, *gone_by)]
    teach = [place for place, share in enumerate(shares[1:]) if share >= READ]
    return Counts(
        whole=_mentions(actor, span),
        whole_earlier=tuple(_mentions(actor, gone_by[place]) for place in teach),
        share_read=shares[0],
        watches=tuple(_of_watches(actor, span, teach)),
    )


def _of_watches(
    actor: Actor, span: Span, teach: list[int]
) -> Iterator[tuple[Watch, int, tuple[int, ...], list[int]]]:
    watches = {one.pk: one for one in listening.watches(actor)}
    if not watches:
        return
    begin = span.earlier(EARLIER).since
    told = over_time.volumes(
        actor, watches=list(watches.values()), since=begin, until=span.until, step="hour"
    )
    size = (span.until - span.since) // HOUR
    week = 7 * 24
    for series in told.series:
        hours = np.asarray(series.counts, np.int64)
        watch = watches[series.watch_id]
        known = _known_from(hours, (watch.created_at - begin) // HOUR)
        starts = [(EARLIER - 1 - place) * week for place in teach]
        earlier = tuple(int(hours[at : at + size].sum()) for at in starts if at + size > known)
        own = hours[EARLIER * week : EARLIER * week + size]
        days = [int(own[at : at + 24].sum()) for at in range(0, size, 24)]
        yield watch, int(own.sum()), earlier, days


def _known_from(hours: npt.NDArray[np.int64], made: int) -> int:
    """Return the hour from which on a watch's counts mean something.

    A new one also looks back, as far as posts were kept; before its first find nobody looked.
    """
    found = np.flatnonzero(hours)
    return min(made, int(found[0])) if len(found) else made


def _mentions(actor: Actor, span: Span) -> int:
    low, high = (first_key(to_us(moment)) for moment in (span.since, span.until))
    return Mention.objects.filter(
        organisation_id=actor.organisation_id, pk__gte=low, pk__lt=high
    ).count()


def new_communities(actor: Actor, span: Span, *, least: int) -> list[tuple[str, int]]:
    """Return communities with at least so many mentions, and none in the weeks before."""
    low, high = (first_key(to_us(moment)) for moment in (span.since, span.until))
    own = Mention.objects.filter(organisation_id=actor.organisation_id)
    here = (
        own.filter(pk__gte=low, pk__lt=high, community__gt="")
        .values("community")
        .annotate(found=Count("pk"))
        .filter(found__gte=least)
        .order_by("-found", "community")
    )
    there = {str(row["community"]): int(row["found"]) for row in here}
    since = first_key(to_us(span.earlier(EARLIER).since))
    before = own.filter(pk__gte=since, pk__lt=low)
    if not there or not before.exists():
        return []
    known = set(before.filter(community__in=there).values_list("community", flat=True).distinct())
    return [(name, count) for name, count in there.items() if name not in known]


def unread(actor: Actor, span: Span, *, least: timedelta) -> list[tuple[int, str, int]]:
    """Return the sources that weren't read for some time, in all: number, name, whole hours."""
    missing: dict[tuple[int, str], list[Stretch]] = {}
    for one in coverage(actor, since=span.since, until=span.until):
        if one.reason:
            missing.setdefault((one.source_id, one.source), []).append(one)
    times = {source: _union(stretches) for source, stretches in missing.items()}
    return [
        (number, name, round(time / HOUR))
        for (number, name), time in times.items()
        if time >= least
    ]


def _share_read(actor: Actor, span: Span) -> float:
    """Return for how much of a time at least one source was read, 0 to 1."""
    read = [one for one in coverage(actor, since=span.since, until=span.until) if not one.reason]
    return min(1.0, _union(read) / (span.until - span.since))


def _union(stretches: list[Stretch]) -> timedelta:
    total, end = timedelta(), None
    for one in sorted(stretches, key=lambda one: one.since):
        begin = one.since if end is None else max(one.since, end)
        if one.until > begin:
            total += one.until - begin
            end = one.until
    return total
