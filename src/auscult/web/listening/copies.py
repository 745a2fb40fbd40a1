"""Copies: mentions that share text are grouped in the transaction that writes them.

The database is what counts: a row for each mention says which group it is in. The index that
finds copies lies in memory (`engine.signals.copies`); it is filled from the database when a
process first needs it, catches up with what other processes wrote, and is given up when a
transaction that it had taken part in came to nothing.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pyarrow as pa
from django.db import transaction
from django.db.backends.utils import CursorWrapper

from auscult.engine.kernel.posts import MOMENT
from auscult.web.accounts.models import Actor
from auscult.web.listening.database import among, values
from auscult.web.listening.models import CopyList
from auscult.web.listening.moments import first_key, to_us

if TYPE_CHECKING:
    from auscult.engine.signals.copies import Copies

COMPILE = "from auscult.engine.matching import prepare; prepare()"
WINDOW = timedelta(days=14)
MOST = 200_000  # posts in the index; each takes about 600 bytes of memory
AT_ONCE = 20_000  # rows that are read at a time while an index is filled

PUT = """
INSERT INTO listening_copy (mention_id, organisation_id, number, version) VALUES (%s, %s, %s, %s)
ON CONFLICT (mention_id) DO UPDATE SET number = excluded.number, version = excluded.version
"""
COUNT = """
INSERT INTO listening_copygroup (organisation_id, number, posts, first, last)
SELECT organisation_id, number, count(*), min(mention_id), max(mention_id) FROM listening_copy
WHERE organisation_id = %s AND {among} GROUP BY organisation_id, number HAVING count(*) > 1
"""


@dataclass(slots=True)
class _Known:
    """An index in memory, and how its numbers of groups are called in the database.

    Attributes
    ----------
    version : int or None
        Of the list when it was last brought up to date; None while a transaction is open, and
        for good if that comes to nothing.
    """

    mark: UUID
    index: Copies
    version: int | None = 0
    numbers: dict[int, int] = field(default_factory=dict)


# By organisation; one transaction at a time writes mentions, so nobody else reads it meanwhile.
_known: dict[int, _Known] = {}


def group(cursor: CursorWrapper, actor: Actor, keys: Sequence[int], posts: pa.Table) -> None:
    """Group mentions that were just written; the caller holds the transaction.

    Parameters
    ----------
    keys : sequence of int
        Of the mentions.
    posts : pyarrow.Table
        Their posts, row by row: `title`, `text`, `created_at` are read.
    """
    if not keys:
        return
    organisation_id = actor.organisation_id
    listed, _ = CopyList.objects.get_or_create(organisation_id=organisation_id)
    given = _table(keys, posts)
    # Old posts are held against those of their own time; dates in the future are mistakes.
    newest = max(given.column("created_at").to_pylist())
    now = min(newest, actor.clock.now())
    known = _of(organisation_id, listed)
    version, known.version = known.version, None
    writing = _Writing(listed=listed, known=known)
    _catch_up(cursor, writing, version, now, given)
    writing.join(cursor, given, now)
    writing.finish(cursor)
    transaction.on_commit(partial(_committed, known, listed.version))


def drop(cursor: CursorWrapper, keys: Sequence[int]) -> None:
    """Take mentions out of their groups; the caller holds the transaction."""
    cursor.execute(
        f"SELECT organisation_id, number FROM listening_copy WHERE {among('mention_id')}",
        [values(keys)],
    )
    touched: dict[int, set[int]] = {}
    for organisation_id, number in cursor.fetchall():
        touched.setdefault(organisation_id, set()).add(number)
    cursor.execute(f"DELETE FROM listening_copy WHERE {among('mention_id')}", [values(keys)])
    for organisation_id, numbers in touched.items():
        _count(cursor, organisation_id, numbers)
        transaction.on_commit(partial(_forget, organisation_id, [str(key) for key in keys]))


@cache
def prepare() -> None:
    """Have all kernels compiled, once a machine, before a transaction has to wait for them.

    The matcher's take half a minute; a process beside this one compiles them, while this one
    compiles those of copies.
    """
    from auscult.engine import matching  # noqa: PLC0415 - the compiler's import takes long
    from auscult.engine.signals import copies  # noqa: PLC0415

    beside = None
    if not matching.is_compiled():
        beside = subprocess.Popen([sys.executable, "-c", COMPILE])  # noqa: S603 - words of our own
    copies.prepare()
    if beside is not None:
        beside.wait()  # if it failed, this process compiles them when it needs them


def let_go() -> None:
    """Give up what this process knows; the next batch reads it from the database."""
    _known.clear()


def _of(organisation_id: int, listed: CopyList) -> _Known:
    """Return the index of a list, an empty one where this process has none that fits."""
    known = _known.get(organisation_id)
    fits = known is not None and known.mark == listed.mark and known.version is not None
    if known is None or not fits or (known.version or 0) > listed.version or _is_full(known):
        # The compiler's import takes half a second: only who records waits for it.
        from auscult.engine.signals.copies import Copies  # noqa: PLC0415

        known = _Known(listed.mark, Copies(window=WINDOW, most=MOST))
        _known[organisation_id] = known
    return known


def _is_full(known: _Known) -> bool:
    """Return whether more groups are named than can be there: their names are bounded, too."""
    return len(known.numbers) > 2 * MOST


def _committed(known: _Known, version: int) -> None:
    known.version = version


def _forget(organisation_id: int, uris: Sequence[str]) -> None:
    if organisation_id in _known:
        _known[organisation_id].index.forget(uris)


@dataclass(slots=True)
class _Writing:
    """What one call changes."""

    listed: CopyList
    known: _Known
    rows: list[tuple[int, int]] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)

    def know(self, given: pa.Table, numbers: Sequence[int], now: datetime) -> None:
        """Enter mentions whose groups the database has."""
        joined = self.known.index.add(given, now=now)
        self._rename(joined.merged)
        for one, number in zip(joined.groups.to_pylist(), numbers, strict=True):
            if one is not None:
                self.known.numbers[one] = number

    def join(self, cursor: CursorWrapper, given: pa.Table, now: datetime) -> None:
        """Enter mentions that have no group yet, or another text than before."""
        joined = self.known.index.add(given, now=now)
        for gone, kept in self._rename(joined.merged):
            self._merge(cursor, gone, kept)
        numbers = self.known.numbers
        keys = given.column("uri").to_pylist()
        sizes = joined.sizes.to_pylist()
        for key, one, size in zip(keys, joined.groups.to_pylist(), sizes, strict=True):
            if one is None:
                continue
            if one not in numbers:
                self.listed.groups += 1
                numbers[one] = self.listed.groups
            if size > 1:
                self.touched.add(numbers[one])
            self.rows.append((int(key), numbers[one]))

    def finish(self, cursor: CursorWrapper) -> None:
        """Write it."""
        organisation_id, self.listed.version = self.listed.pk, self.listed.version + 1
        cursor.execute(
            f"SELECT mention_id, number FROM listening_copy WHERE {among('mention_id')}",
            [values([key for key, _ in self.rows])],
        )
        had = dict(cursor.fetchall())
        changed = [(key, number) for key, number in self.rows if had.get(key) != number]
        self.touched |= {had[key] for key, _ in changed if key in had}
        version = self.listed.version
        cursor.executemany(
            PUT, [(key, organisation_id, number, version) for key, number in changed]
        )
        _count(cursor, organisation_id, self.touched)
        self.listed.save(update_fields=["version", "groups"])

    def _rename(self, merged: dict[int, int]) -> list[tuple[int, int]]:
        """Have the index's new numbers mean what the old ones did; return what met."""
        numbers, met = self.known.numbers, []
        for gone, kept in merged.items():
            if gone not in numbers:
                continue
            number = numbers.pop(gone)
            if numbers.setdefault(kept, number) != number:
                met.append((number, numbers[kept]))
        return met

    def _merge(self, cursor: CursorWrapper, gone: int, kept: int) -> None:
        cursor.execute(
            "UPDATE listening_copy SET number = %s, version = %s "
            "WHERE organisation_id = %s AND number = %s",
            [kept, self.listed.version + 1, self.listed.pk, gone],
        )
        self.rows = [(key, kept if number == gone else number) for key, number in self.rows]
        self.touched |= {gone, kept}


def _catch_up(
    cursor: CursorWrapper,
    writing: _Writing,
    version: int | None,
    now: datetime,
    given: pa.Table,
) -> None:
    """Enter what the index doesn't have: all of the window, or what others wrote since."""
    if version == writing.listed.version and version:
        return
    own = set(given.column("uri").to_pylist())
    organisation_id = writing.listed.pk
    pages = (
        _written_since(cursor, organisation_id, version)
        if version
        else _window(cursor, organisation_id, to_us(now - WINDOW))
    )
    for page in pages:
        rows = [row for row in page if str(row[0]) not in own]
        grouped = [row for row in rows if row[1] is not None]
        writing.know(_rows(grouped), [row[1] for row in grouped], now)
        writing.join(cursor, _rows([row for row in rows if row[1] is None]), now)


_READ = "SELECT m.id, c.number, m.title, m.text, m.created_at FROM"


def _written_since(
    cursor: CursorWrapper, organisation_id: int, version: int
) -> Iterable[list[tuple[Any, ...]]]:
    """Yield (key, group, title, text, created_at) of mentions that others grouped."""
    cursor.execute(
        f"{_READ} listening_copy c JOIN listening_mention m ON m.id = c.mention_id "
        "WHERE c.organisation_id = %s AND c.version > %s",
        [organisation_id, version],
    )
    yield cursor.fetchall()


def _window(
    cursor: CursorWrapper, organisation_id: int, since_us: int
) -> Iterable[list[tuple[Any, ...]]]:
    """Yield (key, group or None, title, text, created_at) of mentions, the newest first."""
    high, left = 1 << 62, MOST
    while left > 0:
        cursor.execute(
            f"{_READ} listening_mention m LEFT JOIN listening_copy c ON c.mention_id = m.id "
            "WHERE m.id >= %s AND m.id < %s AND +m.organisation_id = %s "
            "ORDER BY m.id DESC LIMIT %s",
            [first_key(since_us), high, organisation_id, min(left, AT_ONCE)],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        high, left = rows[-1][0], left - len(rows)


def _table(keys: Sequence[int], posts: pa.Table) -> pa.Table:
    columns = posts.select(["title", "text", "created_at"])
    return columns.append_column("uri", pa.array([str(key) for key in keys], pa.string()))


def _rows(rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    return pa.table(
        {
            "title": pa.array([row[2] for row in rows], pa.string()),
            "text": pa.array([row[3] for row in rows], pa.string()),
            "created_at": pa.array([row[4] for row in rows], pa.int64()).cast(MOMENT),
            "uri": pa.array([str(row[0]) for row in rows], pa.string()),
        }
    )


def _count(cursor: CursorWrapper, organisation_id: int, numbers: Iterable[int]) -> None:
    """Count groups anew; those of less than two posts have no row."""
    chosen = values(sorted(numbers))
    cursor.execute(
        f"DELETE FROM listening_copygroup WHERE organisation_id = %s AND {among('number')}",
        [organisation_id, chosen],
    )
    cursor.execute(COUNT.format(among=among("number")), [organisation_id, chosen])
