"""What is left of mentions that were removed: how many, in which hour, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.backends.utils import CursorWrapper

from auscult.web.listening.database import among, values
from auscult.web.listening.models import Removal, RemovalReason
from auscult.web.listening.moments import HOUR_US, to_us

ADD = """
INSERT INTO listening_removal (organisation_id, source_id, hour, reason, watches, count)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (organisation_id, hour, source_id, reason, watches)
DO UPDATE SET count = listening_removal.count + excluded.count
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Mentions of an hour that were removed.

    Attributes
    ----------
    hour : datetime
        The hour in which they had been posted.
    watches : tuple of int
        The watches that had found them.
    """

    hour: datetime
    source_id: int
    reason: RemovalReason
    watches: tuple[int, ...]
    count: int


def keep(
    cursor: CursorWrapper, organisation_id: int, keys: Sequence[int], reason: RemovalReason
) -> None:
    """Count mentions that are about to be removed; those that no watch finds leave nothing."""
    cursor.execute(
        "SELECT m.id, m.origin_id, m.created_at, a.watch_id FROM listening_match a "
        f"JOIN listening_mention m ON m.id = a.mention_id WHERE {among('a.mention_id')} "
        "ORDER BY m.id, a.watch_id",
        [values(keys)],
    )
    found: dict[tuple[int, int, int], list[int]] = {}
    for key, origin, created, watch in cursor.fetchall():
        found.setdefault((key, origin, created // HOUR_US * HOUR_US), []).append(watch)
    counts = Counter(
        (origin, hour, ",".join(map(str, watches))) for (_, origin, hour), watches in found.items()
    )
    cursor.executemany(
        ADD,
        [
            (organisation_id, origin, hour, reason.value, watches, count)
            for (origin, hour, watches), count in counts.items()
        ],
    )


def removed(
    organisation_id: int,
    *,
    since: datetime,
    until: datetime,
    watch_id: int | None = None,
    limit: int,
) -> list[Removed]:
    """Return what was removed of the mentions of a period, newest hour first."""
    rows = Removal.objects.filter(
        organisation_id=organisation_id, hour__gte=to_us(since), hour__lt=to_us(until)
    ).order_by("-hour", "pk")
    if watch_id is not None:
        # The numbers stand between commas: those at the ends are met as well.
        rows = rows.extra(where=["',' || watches || ',' LIKE %s"], params=[f"%,{watch_id},%"])
    return [
        Removed(
            hour=cast("datetime", hour),
            source_id=source,
            reason=RemovalReason(reason),
            watches=tuple(map(int, watches.split(","))),
            count=count,
        )
        for hour, source, reason, watches, count in rows.values_list(
            "hour", "source_id", "reason", "watches", "count"
        )[:limit]
    ]
