"""What an answer changes: the posts that are new, the coverage, and what is remembered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from auscult.engine.connectors.base import Batch, Covered, Snapshot
from auscult.engine.connectors.feeds.config import Keep
from auscult.engine.connectors.feeds.fetching import Fetched
from auscult.engine.connectors.feeds.identity import (
    BY_PAGE,
    KEY,
    RECORD,
    Seen,
    key_of,
    record_of,
    uris,
)
from auscult.engine.connectors.feeds.items import Document, Item
from auscult.engine.connectors.feeds.posts import Origin, columns, created_at, kept_text
from auscult.engine.connectors.feeds.rhythm import (
    LONGEST,
    after_failures,
    after_silence,
    next_time,
    own_interval,
    wished_interval,
)
from auscult.engine.connectors.feeds.state import FeedState
from auscult.engine.connectors.rows import Rows

OVERFLOWN = "more was published than the feed holds at a time"
FAILURES_OF_A_MOVE = 5
FAILURES_THAT_COUNT = 2  # one failure is made good by the next answer
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Harvest:
    """What one answer, or several, brought.

    Attributes
    ----------
    rows : Rows
        The posts, what can't be read, and the coverage.
    uris : set of str
        Of the posts.
    newest : datetime or None
        When the newest of them was published.
    repeated, replaced : int
        As in `Batch`.
    """

    rows: Rows
    uris: set[str] = field(default_factory=set)
    newest: datetime | None = None
    repeated: int = 0
    replaced: int = 0

    def add(self, item: Item, values: dict[str, Any]) -> None:
        """Take a post in, unless a newer one of this name is there."""
        if values["uri"] in self.uris:
            self.repeated += 1
            return
        moment = created_at(item, self.rows.now)
        self.uris.add(values["uri"])
        self.newest = max(moment, self.newest or moment)
        self.rows.add(item, created_at=moment, **values)

    def cover(self, community: str, since: datetime, until: datetime, reason: str = "") -> None:
        """Say of a stretch of time that it was read, or why not."""
        since = min(since, until)  # the clock may have been set back
        stretch = Covered(community=community, since=since, until=until, reason=reason)
        self.rows.coverage.append(stretch)

    def batch(self, snapshot: Snapshot) -> Batch:
        """Return all of it."""
        found = self.rows.batch(snapshot)
        return replace(
            found,
            records=found.records + self.repeated,
            repeated=found.repeated + self.repeated,
            replaced=found.replaced + self.replaced,
        )


class Harvester:
    """Takes answers in.

    Parameters
    ----------
    states : dict
        Of all feeds, by address; it is changed.
    keep : Keep
    at_most : int
        Items that are remembered of each feed.
    random : Random
        For jitter.
    """

    def __init__(
        self, states: dict[str, FeedState], *, keep: Keep, at_most: int, random: Random
    ) -> None:
        self._states = states
        self._keep = keep
        self._at_most = at_most
        self._random = random
        # An item that stands in two feeds belongs to the one that had it first.
        self._owners: dict[bytes, str] = {}
        for address, state in states.items():
            for key in state.seen.keys:
                self._owners.setdefault(key, address)

    def take_in(self, fetched: Fetched, now: datetime, into: Harvest) -> None:
        """Take an answer in; its feed's state becomes the one that follows."""
        state = self._states[fetched.address]
        into.rows.now = now
        if fetched.problem:
            self._failed(state, fetched, now, into)
        elif fetched.document is None:
            self._read(state, fetched, now, dates=None)
            since = state.read_until or now
            into.cover(fetched.address, since, now)
        else:
            self._changed(state, fetched, fetched.document, now, into)

    def still_gone(self, address: str, now: datetime, into: Harvest) -> None:
        """Note that a feed that is gone for ever was not read today either."""
        state = self._states[address]
        since = state.read_until or state.failing_since or now
        into.cover(address, since, now, state.problem)
        self._states[address] = replace(state, next=now + timedelta(seconds=LONGEST))

    def _failed(self, state: FeedState, fetched: Fetched, now: datetime, into: Harvest) -> None:
        failures = state.failures + 1
        since = state.failing_since or now
        wait = LONGEST if fetched.gone else after_failures(failures)
        asked = now + timedelta(seconds=fetched.retry_after or 0.0)
        self._states[fetched.address] = replace(
            state,
            failures=failures,
            failing_since=since,
            problem=fetched.problem,
            gone=fetched.gone,
            # A move that leads nowhere is forgotten: its own address may know better.
            moved=state.moved if failures < FAILURES_OF_A_MOVE else "",
            next=max(asked, _jittered(now, wait, self._random)),
        )
        if fetched.gone or failures >= FAILURES_THAT_COUNT:
            missing_since = state.read_until or since
            into.cover(fetched.address, missing_since, now, fetched.problem)

    def _changed(
        self,
        state: FeedState,
        fetched: Fetched,
        document: Document,
        now: datetime,
        into: Harvest,
    ) -> None:
        address = fetched.address
        items = sorted(document.items, key=lambda item: item.published or _LAST, reverse=True)
        if state.read_until is not None:
            items = items[: self._at_most]
        level, names, seen = self._identified(items, address, state)
        origin = Origin(address=address, title=document.title)
        records, had_new, known = [], False, False
        for item, uri in zip(items, names, strict=True):
            kept = kept_text(item, self._keep)
            record = record_of(uri, item, kept)
            known = known or record[:KEY] in seen
            if self._owners.setdefault(record[:KEY], address) != address:
                continue
            records.append(record)
            if seen.has(record):
                continue
            had_new = True
            into.add(item, columns(item, uri, kept, origin))
        records += self._faults(document, address, seen, into)
        into.replaced += document.replaced
        self._cover(state, fetched, items, now, into, overflown=bool(items) and not known)
        remembered = (seen if level == state.level else Seen()).after(records, self._at_most)
        passed = state.seen.keys | {record[:KEY] for record in records}
        self._disown(passed - remembered.keys, address)
        dates = [item.published for item in items if item.published]
        self._read(
            replace(state, level=level, seen=remembered, moved=fetched.moved or state.moved),
            fetched,
            now,
            dates=dates,
            had_new=had_new,
        )

    def _identified(
        self, items: list[Item], address: str, state: FeedState
    ) -> tuple[int, list[str], Seen]:
        """Return the level, the names, and what was seen, by names of this level."""
        level, names = uris(items, address, state.level)
        records = self._records(items, names)
        present = {record[:KEY] for record in records}
        before = {
            record[KEY:]: record for record in state.seen.records() if record[:KEY] not in present
        }
        ids_change = level < BY_PAGE and any(
            record[:KEY] not in state.seen and record[KEY:] in before for record in records
        )
        if ids_change:
            level, names = uris(items, address, BY_PAGE)
        if level == state.level:
            return level, names, state.seen
        # What was handed out under another name isn't handed out again under the new one.
        told = {record[KEY:] for record in state.seen.records()}
        again = [record for record in self._records(items, names) if record[KEY:] in told]
        return level, names, Seen(b"".join(again))

    def _records(self, items: list[Item], names: list[str]) -> list[bytes]:
        return [
            record_of(uri, item, kept_text(item, self._keep))
            for item, uri in zip(items, names, strict=True)
        ]

    def _faults(self, document: Document, address: str, seen: Seen, into: Harvest) -> list[bytes]:
        """Keep entries that can't be read aside, each once; return their records."""
        records: dict[bytes, None] = {}
        for number, reason, excerpt in document.faults:
            record = key_of(f"{address}\0{reason}\0{excerpt}") + bytes(RECORD - KEY)
            if not seen.has(record) and record not in records:
                into.rows.set_aside(address, reason, excerpt, line=number)
            records[record] = None
        return list(records)

    def _cover(
        self,
        state: FeedState,
        fetched: Fetched,
        items: list[Item],
        now: datetime,
        into: Harvest,
        *,
        overflown: bool,
    ) -> None:
        address = fetched.address
        dates = [created_at(item, now) for item in items]
        oldest = min(dates, default=now)
        since = state.read_until
        if since is None:
            since = oldest
        elif overflown and len(state.seen) and oldest > since:
            into.cover(address, since, oldest, OVERFLOWN)
            since = oldest
        into.cover(address, since, now)

    def _disown(self, keys: set[bytes], address: str) -> None:
        for key in keys:
            if self._owners.get(key) == address:
                del self._owners[key]

    def _read(
        self,
        state: FeedState,
        fetched: Fetched,
        now: datetime,
        *,
        dates: list[datetime] | None,
        had_new: bool = False,
    ) -> None:
        """Keep what follows from an answer that was good."""
        if dates is None:
            interval = after_silence(state.interval)
        else:
            interval = own_interval(dates, now, before=state.interval, had_new=had_new)
        wishes = fetched.document.wishes if fetched.document else state.wishes
        asked = wished_interval(fetched.headers, wishes, now)
        self._states[fetched.address] = replace(
            state,
            etag=fetched.etag,
            modified=fetched.modified,
            body=fetched.body,
            interval=interval,
            wishes=wishes,
            next=next_time(now, max(interval, asked), wishes, self._random),
            read_until=now,
            failing_since=None,
            failures=0,
            problem="",
        )


def _jittered(now: datetime, seconds: float, random: Random) -> datetime:
    return now + timedelta(seconds=seconds * random.uniform(1.0, 1.2))
