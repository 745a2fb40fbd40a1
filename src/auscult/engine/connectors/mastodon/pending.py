"""What was received and not handed on yet: the next batch."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import pyarrow as pa

from auscult.engine.connectors.aside import Aside
from auscult.engine.connectors.base import Batch, Covered, Deletion, Snapshot
from auscult.engine.connectors.mastodon.memory import Latest, Memory, Seen
from auscult.engine.connectors.mastodon.statuses import Read, Reader, Unreadable
from auscult.engine.connectors.rows import digest
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.posts import SCHEMA

LONGEST = 1.0  # seconds from the first post to the batch
LARGEST = 8_192  # posts of a batch
REMEMBERED = 1_000  # broken statuses that aren't told of again


class Pending:
    """Collects statuses, deletions and coverage into a batch.

    Parameters
    ----------
    reader : Reader
        Of the instance's statuses.
    memory : Memory
    location : str
        Where what is broken came from.
    clock : Clock
    """

    def __init__(self, reader: Reader, memory: Memory, location: str, clock: Clock) -> None:
        self._reader = reader
        self._memory = memory
        self._location = location
        self._clock = clock
        self.left_out: dict[str, int] = {}
        self.unreadable = 0
        self.taken = 0  # statuses that were new here, kept or left out
        self.newest: datetime | None = None
        self._aside: Latest[bool] = Latest(REMEMBERED)
        self._records = 0
        self._clear()

    def _clear(self) -> None:
        self._rows: dict[str, dict[str, Any]] = {}
        self._aliases: dict[str, str] = {}
        self._deleted: dict[str, Deletion] = {}
        self._confirmed: dict[str, None] = {}
        self._coverage: list[Covered] = []
        self._broken = Aside()
        self._repeated = self._replaced = 0
        self._since: float | None = None  # when the first of it came, by the monotonic clock

    def add(self, status: Any, *, again: bool = False) -> Read | None:
        """Take a status; one that was seen before in this version is passed over.

        Parameters
        ----------
        status : Any
            As decoded from JSON.
        again : bool
            Hand it on also if it was seen: it was asked for by name.

        Returns
        -------
        Read or None
            None where it can't be read.
        """
        try:
            read = self._reader.read(status, self._clock.now(), self._memory)
        except Unreadable as error:
            self._keep_aside(str(error), status)
            return None
        seen = self._memory.seen(read.id)
        if self._memory.is_deleted(read.id):
            self.delete(read.uri)
        elif again or seen is None or (seen.uri, seen.edited) != (read.uri, read.edited):
            self._memory.add(read.id, Seen(read.uri, read.edited, kept=read.row is not None))
            self._take(read, again=again or (seen is not None and seen.kept))
        return read

    def _keep_aside(self, reason: str, status: Any) -> None:
        """Keep a status aside, once: looks bring the same ones again."""
        known = digest(status)
        if self._aside.get(known) is None:
            self._aside.put(known, value=True)
            self.broken(reason, status)

    def _take(self, read: Read, *, again: bool) -> None:
        self.taken += 1
        self.newest = max(read.at, self.newest) if self.newest else read.at
        if read.row is None:
            self.left_out[read.left_out] = self.left_out.get(read.left_out, 0) + 1
            if again:  # it was ours to keep, and is no more
                self.delete(read.uri)
            return
        self._touch()
        self._records += 1
        self._repeated += read.uri in self._rows
        self._rows.pop(read.uri, None)
        self._rows[read.uri] = read.row
        self._aliases[read.uri] = read.id
        self._replaced += read.replaced

    def delete(self, uri: str) -> None:
        """Take a post back."""
        self._touch()
        self._deleted[uri] = Deletion(uri=uri, at=self._clock.now())

    def delete_id(self, status_id: str) -> None:
        """Take a post back of which only its id on the instance is told."""
        self._memory.delete(status_id)
        uri = self._memory.uri_of(status_id)
        if uri is not None:
            self.delete(uri)
        else:
            self._touch()
            self._deleted[status_id] = Deletion(alias=status_id, at=self._clock.now())

    def confirm(self, uri: str) -> None:
        """Note that a post is where it was."""
        self._touch()
        self._confirmed[uri] = None

    def cover(self, covered: Covered) -> None:
        """Note what was covered, or why not."""
        self._touch()
        self._coverage.append(covered)

    def broken(self, reason: str, record: Any) -> None:
        """Keep a record aside."""
        self._touch()
        self._records += 1
        self.unreadable += 1
        self._broken.add(self._location, reason, record, line=self.unreadable)

    def due_in(self) -> float | None:
        """Return the seconds until the batch is to be handed on; None: there is nothing."""
        if self._since is None:
            return None
        if len(self._rows) >= LARGEST:
            return 0.0
        return max(0.0, self._since + LONGEST - time.monotonic())

    def cut(self, snapshot: Snapshot) -> Batch:
        """Return what was collected, and begin anew."""
        batch = Batch(
            posts=pa.Table.from_pylist(list(self._rows.values()), schema=SCHEMA),
            snapshot=snapshot,
            deleted=tuple(self._deleted.values()),
            confirmed=tuple(self._confirmed),
            aliases=self._aliases,
            broken=tuple(self._broken.kept),
            broken_more=self._broken.more,
            coverage=tuple(self._coverage),
            records=self._records,
            repeated=self._repeated,
            replaced=self._replaced,
        )
        self._records = 0
        self._clear()
        return batch

    def _touch(self) -> None:
        if self._since is None:
            self._since = time.monotonic()
