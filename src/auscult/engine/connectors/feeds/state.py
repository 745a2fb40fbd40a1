"""What is remembered of each feed between two requests; the snapshot is all of them."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from auscult.engine.connectors.base import Snapshot
from auscult.engine.connectors.feeds.identity import Seen
from auscult.engine.connectors.feeds.items import Wishes

VERSION = 1
MOST_SEEN = 500  # items of one feed, in a list of up to 400 feeds
LEAST_SEEN = 100
ALL_SEEN = 200_000  # items of all feeds: 3.2 MB of snapshot
LONGEST_MARK = 300  # characters of an ETag or a date; longer ones are not kept


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """One feed.

    Attributes
    ----------
    moved : str
        Where it is asked now, after a permanent redirect; empty: at its own address.
    etag, modified : str
        What makes the next request a conditional one.
    body : str
        Digest of the last body, for servers that know no conditions.
    next : datetime or None
        When it is asked again; None: at once.
    interval : float
        Seconds, by its own rhythm.
    read_until : datetime or None
        When it was read for the last time.
    failing_since : datetime or None
        When the first of the failures in a row happened.
    failures : int
        How many requests failed in a row.
    problem : str
        Why, in words that are the same as long as the reason is.
    gone : bool
        It is gone for ever (410) and isn't asked any more.
    wishes : Wishes
    level : int
        See `identity`.
    seen : Seen
    """

    moved: str = ""
    etag: str = ""
    modified: str = ""
    body: str = ""
    next: datetime | None = None
    interval: float = 0.0
    read_until: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    problem: str = ""
    gone: bool = False
    wishes: Wishes = field(default_factory=Wishes)
    level: int = 0
    seen: Seen = field(default_factory=Seen)

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON's types; what is empty is left out."""
        values: dict[str, Any] = {name: getattr(self, name) for name in _PLAIN}
        values |= {name: _seconds(getattr(self, name)) for name in _MOMENTS}
        values["wishes"] = _wishes_data(self.wishes)
        values["seen"] = b64encode(self.seen.packed()).decode()
        return {name: value for name, value in values.items() if value}


_PLAIN = ("moved", "etag", "modified", "body", "interval", "failures", "problem", "gone", "level")
_MOMENTS = ("next", "read_until", "failing_since")


def most_seen(feeds: int) -> int:
    """Return how many items are remembered of each of so many feeds.

    >>> most_seen(1), most_seen(1000), most_seen(2000)
    (500, 200, 100)
    """
    return min(MOST_SEEN, max(LEAST_SEEN, ALL_SEEN // max(feeds, 1)))


def to_snapshot(states: Mapping[str, FeedState]) -> Snapshot:
    """Return the snapshot of these feeds, by address."""
    return {
        "version": VERSION,
        "feeds": {address: state.as_data() for address, state in states.items()},
    }


def from_snapshot(snapshot: Snapshot | None, addresses: tuple[str, ...]) -> dict[str, FeedState]:
    """Return the state of each of these feeds; others of the snapshot are forgotten."""
    stored = (snapshot or {}).get("feeds", {})
    return {address: _read(stored.get(address, {})) for address in addresses}


def _read(stored: dict[str, Any]) -> FeedState:
    given: dict[str, Any] = {name: stored[name] for name in _PLAIN if name in stored}
    given |= {name: _moment(stored.get(name)) for name in _MOMENTS}
    every, hours, days = stored.get("wishes", (0.0, (), ()))
    wishes = Wishes(every=every, skip_hours=frozenset(hours), skip_days=frozenset(days))
    return FeedState(**given, wishes=wishes, seen=Seen(b64decode(stored.get("seen", ""))))


def _wishes_data(wishes: Wishes) -> list[Any]:
    if wishes == Wishes():
        return []
    return [wishes.every, sorted(wishes.skip_hours), sorted(wishes.skip_days)]


def _seconds(moment: datetime | None) -> float:
    return round(moment.timestamp(), 3) if moment else 0.0


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
