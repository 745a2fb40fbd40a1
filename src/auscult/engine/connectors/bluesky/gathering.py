"""Events as they come, gathered into one batch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from auscult.engine.connectors.aside import Aside
from auscult.engine.connectors.base import Batch, Covered, Deletion, Snapshot
from auscult.engine.connectors.bluesky.columns import Posts, read_moments
from auscult.engine.connectors.bluesky.events import Event, Read
from auscult.engine.connectors.bluesky.records import LIKE, POST, REPOST, is_post
from auscult.engine.connectors.live import REACTIONS
from auscult.engine.kernel.posts import MOMENT

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS = {LIKE: "like", REPOST: "repost"}


@dataclass(slots=True)
class Reactions:
    """Likes and reposts of one batch."""

    given: dict[str, tuple[str, str, str, str | int]] = field(default_factory=dict)
    withdrawn: dict[str, None] = field(default_factory=dict)  # in order, each once

    def table(self, now: datetime) -> pa.Table | None:
        """Return those that were given; None: none."""
        if not self.given:
            return None
        kinds, subjects, authors, times = zip(*self.given.values(), strict=True)
        columns = [list(self.given), kinds, subjects, authors]
        arrays = [pa.array(column, pa.string()) for column in columns]
        at = pc.fill_null(read_moments(list(times)), pa.scalar(now, MOMENT))
        return pa.Table.from_arrays([*arrays, at], schema=REACTIONS)


class Gathering:
    """One batch in the making.

    Parameters
    ----------
    location : str
        Where the frames come from, for broken ones.
    """

    def __init__(self, location: str) -> None:
        self.posts = Posts()
        self.reactions = Reactions()
        self.deleted: dict[str, Deletion] = {}
        self.left: set[str] = set()  # authors whose account went in this batch
        self.restored: list[str] = []
        self.first: Event | None = None
        self.last: Event | None = None
        self.resync: str | None = None  # an author whose repository is to be fetched anew
        self.bytes = 0
        self._location = location
        self._aside = Aside()
        self._replaced = 0

    @property
    def broken_count(self) -> int:
        """How many frames can't be read."""
        return self._aside.count

    @property
    def empty(self) -> bool:
        """Whether nothing came that a batch would tell."""
        return self.last is None and not self.broken_count

    @property
    def size(self) -> int:
        """How many events are in it that take room."""
        return len(self.posts) + len(self.reactions.given) + len(self.deleted)

    def take(self, read: Read, size: int) -> None:
        """Take an event from a frame of so many bytes."""
        event, replaced = read
        self.pass_over(event)
        self.bytes += size
        self._replaced += replaced
        if event.collection == POST:
            self._post(event)
        elif event.collection in _KINDS:
            self._reaction(event)
        elif event.kind == "account":
            self._account(event)
        elif event.kind == "sync":
            self.resync = event.did

    def pass_over(self, event: Event) -> None:
        """Take note of an event that isn't wanted: what is before it was heard."""
        self.first = self.first or event
        self.last = event

    def breaks(self, event: Event) -> bool:
        """Tell whether an event belongs to the next batch.

        Within a batch accounts come back before its posts, and leave after them: one that
        does both in the other order needs two batches. A repository that is fetched anew
        has a batch of its own.
        """
        if event.kind == "sync":
            return True
        if event.account is None or not event.account.active:
            return False
        return event.did in self.left or self.posts.has_author(event.did)

    def break_off(self, reason: str, excerpt: bytes) -> None:
        """Put a frame aside that can't be read."""
        self._aside.add(self._location, reason, excerpt, line=self.last.seq if self.last else 0)

    def _post(self, event: Event) -> None:
        if event.operation == "delete":
            uri = f"at://{event.did}/{POST}/{event.rkey}"
            self.posts.remove(uri)
            self.deleted[uri] = Deletion(uri=uri, at=moment(event.at))
        elif event.record is None or event.record.text is None:
            self.break_off("the post has no text", f"{event.did} {event.rkey}".encode())
        else:
            self.posts.add(event.did, event.rkey, event.cid, event.record, event.at)

    def _reaction(self, event: Event) -> None:
        uri = f"at://{event.did}/{event.collection}/{event.rkey}"
        if event.operation == "delete":
            self.reactions.given.pop(uri, None)
            self.reactions.withdrawn[uri] = None
        elif event.record is not None and event.record.subject is not None:
            subject = event.record.subject.uri
            if is_post(subject):
                kind = _KINDS[event.collection]
                self.reactions.given[uri] = (kind, subject, event.did, event.at)
                self.reactions.withdrawn.pop(uri, None)

    def _account(self, event: Event) -> None:
        if event.account is None or event.account.active:
            self.restored.append(event.did)
        elif event.account.status not in PASSING:
            self._leave(event)

    def _leave(self, event: Event) -> None:
        self.left.add(event.did)
        self.deleted[event.did] = Deletion(author=event.did, at=moment(event.at))

    def batch(self, snapshot: Snapshot, coverage: Iterable[Covered], now: datetime) -> Batch:
        """Return it all as one batch."""
        table = self.posts.table(now)
        return Batch(
            posts=table,
            snapshot=snapshot,
            deleted=tuple(self.deleted.values()),
            reactions=self.reactions.table(now),
            withdrawn=tuple(self.reactions.withdrawn),
            restored=tuple(self.restored),
            broken=tuple(self._aside.kept),
            broken_more=self._aside.more,
            coverage=tuple(coverage),
            records=len(self.posts) + self.broken_count,
            repeated=len(self.posts) - table.num_rows,
            replaced=self._replaced + self.posts.mended.count,
        )


# States of an account's host, which pass. Every other account that isn't active left: deleted,
# takendown, suspended, deactivated, or for reasons that nobody gives.
PASSING = ("throttled", "desynchronized")


def moment(at: str | int) -> datetime | None:
    """Return the time of one event; None where it can't be read."""
    try:
        if isinstance(at, int):
            return EPOCH + timedelta(microseconds=at)
        found = datetime.fromisoformat(at)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
