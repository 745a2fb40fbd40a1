"""Where a stream was left, and the address at which it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from auscult.engine.connectors.base import Snapshot
from auscult.engine.connectors.bluesky.events import NSID, Event, Version
from auscult.engine.connectors.bluesky.gathering import EPOCH, moment
from auscult.engine.connectors.bluesky.records import LIKE, POST, REPOST

REWIND = timedelta(seconds=5)  # between hosts, which see events at slightly different times
OVERLAP = 50  # events, on the same host


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The last event that was taken.

    Attributes
    ----------
    host : str
        Whose number it has.
    version : 1 or 2
        Of the wire form.
    seq : int or None
        Its number; None: not to be used.
    at : datetime
        When it came about.
    """

    host: str
    version: Version
    seq: int | None
    at: datetime

    @classmethod
    def of(cls, event: Event, host: str, version: Version, before: datetime) -> Place:
        """Return the place of an event."""
        return cls(host=host, version=version, seq=event.seq, at=moment(event.at) or before)

    @classmethod
    def read(cls, snapshot: Snapshot | None) -> Place | None:
        """Return the place that a snapshot names."""
        if not snapshot or "host" not in snapshot:
            return None
        at = EPOCH + timedelta(microseconds=snapshot["time_us"])
        kept: dict[str, Any] = {name: snapshot[name] for name in ("host", "version", "seq")}
        return cls(**kept, at=at)

    def snapshot(self) -> Snapshot:
        """Return it as JSON's types."""
        return {
            "host": self.host,
            "version": self.version,
            "seq": self.seq,
            "time_us": micros(self.at),
        }

    def cursor(self, host: str, version: Version) -> int:
        """Return the cursor that goes on here: by number on its own host, else by time.

        Some events before it are taken again, which changes nothing: hosts were seen to
        reorder events where the past turns into the present, and a stream may be cut between
        the later and the earlier one.
        """
        if version == 2 and host == self.host and version == self.version and self.seq is not None:
            return max(0, self.seq - OVERLAP)
        return micros(self.at - REWIND)


def micros(at: datetime) -> int:
    """Return a moment in microseconds since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def address(
    host: str,
    version: Version,
    *,
    cursor: int | None,
    engagement: bool,
    authors: Sequence[str],
    offer: tuple[str, str] | None,
) -> str:
    """Return the address of a stream of posts."""
    collections = [POST, LIKE, REPOST] if engagement else [POST]
    query: list[tuple[str, str | int]]
    if version == 1:
        path = "/subscribe"
        query = [("wantedCollections", name) for name in collections]
        query += [("wantedDids", did) for did in authors]
    else:
        path = f"/xrpc/{NSID}"
        # `#identity` says nothing about posts, and isn't asked for.
        query = [("kinds", kind) for kind in ("commit", "account", "sync")]
        query += [("collections", name) for name in collections]
        query += [("dids", did) for did in authors]
    if cursor is not None:
        query.append(("cursor", cursor))
    if offer is not None:
        query.append(offer)
    return f"{host}{path}?{urlencode(query)}"
