"""Hourly counts, kept exact: every match that comes or goes is one up or one down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from auscult.web.listening.database import among, values
from auscult.web.listening.moments import HOUR_US


class Cell(NamedTuple):
    """What one count is of."""

    watch_id: int
    source_id: int
    hour: int


Changes = Counter[Cell]


def cell(watch_id: int, source_id: int, created_us: int) -> Cell:
    """Return the cell that a match counts in."""
    return Cell(watch_id, source_id, created_us // HOUR_US * HOUR_US)


def apply(cursor: CursorWrapper, changes: Changes) -> None:
    """Add changes to the counts; a count of nothing is no row."""
    rows = [(*place, change) for place, change in changes.items() if change]
    cursor.executemany(
        "INSERT INTO listening_hourlycount (watch_id, source_id, hour, count) "
        "VALUES (%s, %s, %s, %s) ON CONFLICT (watch_id, hour, source_id) "
        "DO UPDATE SET count = listening_hourlycount.count + excluded.count",
        rows,
    )
    less = [row[:3] for row in rows if row[3] < 0]
    if less:
        cursor.executemany(
            "DELETE FROM listening_hourlycount "
            "WHERE watch_id = %s AND source_id = %s AND hour = %s AND count = 0",
            less,
        )


def of_mentions(cursor: CursorWrapper, keys: Sequence[int], watch_id: int | None = None) -> Changes:
    """Return what the matches of some mentions count, of one watch or of all."""
    only = "" if watch_id is None else "AND a.watch_id = %s"
    cursor.execute(
        "SELECT a.watch_id, m.origin_id, m.created_at FROM listening_match a "
        f"JOIN listening_mention m ON m.id = a.mention_id WHERE {among('a.mention_id')} {only}",
        [values(keys)] if watch_id is None else [values(keys), watch_id],
    )
    return Counter(cell(*row) for row in cursor.fetchall())


def minus(changes: Iterable[tuple[Cell, int]]) -> Changes:
    """Return changes that undo others."""
    return Counter({place: -change for place, change in changes})
