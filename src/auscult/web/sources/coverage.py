"""From when to when each source and community was read: for pages, charts and exports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    return merged(found)


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Join neighbours of one kind; they come by source, community and start."""
    joined: list[Stretch] = []
    last: dict[tuple[int, str, str, float], int] = {}  # of each kind, where its newest one is
    for one in stretches:
        kind = (one.source_id, one.community, one.reason, one.sampled)
        at = last.get(kind)
        pause = BREATH if not one.reason else timedelta(0)
        if at is not None and one.since <= joined[at].until + pause:
            before = joined[at]
            joined[at] = Stretch(
                source_id=before.source_id,
                source=before.source,
                community=before.community,
                since=before.since,
                until=max(before.until, one.until),
                reason=before.reason,
                sampled=before.sampled,
            )
        else:
            last[kind] = len(joined)
            joined.append(one)
    return joined
