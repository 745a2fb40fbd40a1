"""From when to when each source and community was read: for pages, charts and exports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from auscult.web.accounts.models import Actor
from auscult.web.sources.models import Coverage

# Two stretches with less between them are one to a person: nobody reads a stream without
# such pauses. Gaps with a reason are kept however short.
BREATH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time that was read, or was not.

    Attributes
    ----------
    community : str
        What of the source; empty: all of it.
    reason : str
        Empty: it was read. Else it was not, and this says why.
    sampled : float
        Share of the posts that the source gave, 0 to 1; 1 for a gap.
    """

    source_id: int
    source: str
    community: str
    since: datetime
    until: datetime
    reason: str
    sampled: float

    def as_data(self) -> dict[str, Any]:
        """Return it as an export has it."""
        return {
            "source": self.source,
            "community": self.community,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "read": not self.reason,
            "reason": self.reason,
            "sampled": self.sampled,
        }


def coverage(
    actor: Actor,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    source_id: int | None = None,
) -> list[Stretch]:
    """Return what of a time was read, by source, community and time.

    Stretches of one community that touch are one; they are cut to the time that is asked for.
    What was read in the end is no gap any more: a feed that failed for a day and still had
    everything when it came back covers that day.
    """
    rows = Coverage.objects.filter(source__organisation_id=actor.organisation_id)
    if since is not None:
        rows = rows.filter(until__gte=since)
    if until is not None:
        rows = rows.filter(since__lt=until)
    if source_id is not None:
        rows = rows.filter(source_id=source_id)
    ordered = rows.order_by("source__name", "source_id", "community", "since", "until")
    found = (
        Stretch(
            source_id=row["source_id"],
            source=row["source__name"],
            community=row["community"],
            since=row["since"] if since is None else max(row["since"], since),
            until=row["until"] if until is None else min(row["until"], until),
            reason=row["reason"],
            sampled=row["sampled"],
        )
        for row in ordered.values(
            "source_id", "source__name", "community", "since", "until", "reason", "sampled"
        )
    )
    communities = groupby(merged(found), key=lambda one: (one.source_id, one.community))
    return [one for _, stretches in communities for one in _without_recovered(list(stretches))]


def gaps(
    actor: Actor, *, since: datetime | None = None, until: datetime | None = None
) -> list[Stretch]:
    """Return the stretches in which sources were not read, newest first."""
    missing = [one for one in coverage(actor, since=since, until=until) if one.reason]
    return sorted(missing, key=lambda one: one.until, reverse=True)


def _without_recovered(stretches: list[Stretch]) -> list[Stretch]:
    """Take from the gaps of one community what another stretch says was read, by start."""
    read = [(one.since, one.until) for one in stretches if not one.reason]
    kept = [one for one in stretches if not one.reason]
    for gap in (one for one in stretches if one.reason):
        kept += [replace(gap, since=since, until=until) for since, until in _left_of(gap, read)]
    return _bridged(sorted(kept, key=lambda one: (one.since, one.until)))


def _bridged(stretches: list[Stretch]) -> list[Stretch]:
    """Join what was read with no more than a breath, and no gap, in between."""
    joined: list[Stretch] = []
    for one in stretches:
        before = joined[-1] if joined else None
        if (
            before
            and not (before.reason or one.reason)
            and before.sampled == one.sampled
            and one.since <= before.until + BREATH
        ):
            joined[-1] = replace(before, until=max(before.until, one.until))
        else:
            joined.append(one)
    return joined


def _left_of(
    gap: Stretch, read: list[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    """Return what of a gap no stretch covers; stretches that were read come by start."""
    left: list[tuple[datetime, datetime]] = []
    since = gap.since
    for begin, end in read:
        if end <= since or begin >= gap.until:
            continue
        if begin > since:
            left.append((since, begin))
        since = max(since, end)
    return [*left, (since, gap.until)] if since < gap.until else left


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Join stretches of one kind that touch; they come by source, community and start."""
    joined: list[Stretch] = []
    last: dict[tuple[int, str, str, float], int] = {}  # of each kind, where its newest one is
    for one in stretches:
        kind = (one.source_id, one.community, one.reason, one.sampled)
        at = last.get(kind)
        if at is not None and one.since <= joined[at].until:
            joined[at] = replace(joined[at], until=max(joined[at].until, one.until))
        else:
            last[kind] = len(joined)
            joined.append(one)
    return joined
