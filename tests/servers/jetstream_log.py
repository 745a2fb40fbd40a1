"""What a Jetstream server has to tell: events, numbered, and how each looks on the wire.

Both wire forms, field by field and in the order in which Jetstream itself writes them: version 1
(`/subscribe`) and version 2 (`network.bsky.jetstream.subscribeEvents`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

import orjson
import zstandard

EVENTS = "network.bsky.jetstream.subscribeEvents"
DICTIONARIES = {1: "legacy_subscribe.zdict", 2: "subscribe_events_20260811.zdict"}
# Go's encoder, which writes version 1, replaces these inside of strings.
GO_ESCAPES = {b"<": b"\\u003c", b">": b"\\u003e", b"&": b"\\u0026"}
TEXT, BINARY = 0x1, 0x2
START = 1_795_260_000_000_000  # 21 November 2026, in microseconds, when nothing else is said


class Wire(Enum):
    """What a connection gets: a version, with or without compression."""

    V1 = (1, False)
    V1_ZSTD = (1, True)
    V2 = (2, False)
    V2_ZSTD = (2, True)

    @property
    def version(self) -> int:
        """1 or 2."""
        return self.value[0]

    @property
    def compressed(self) -> bool:
        """Whether each message is a zstd frame."""
        return self.value[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to one account.

    `body` has the fields of a commit (`rev`, `operation`, `collection`, `rkey`, and `cid` and
    `record` unless it is a delete), or the event of the relay for the other kinds. `resync`
    marks what replaces a repository after a `sync`; version 1 never shows that.
    """

    kind: str  # commit, account, identity, sync
    did: str
    body: dict[str, Any]
    resync: bool = False

    @property
    def collection(self) -> str:
        """Return the collection of a commit; nothing for other kinds."""
        found: str = self.body.get("collection", "")
        return found


def commit(
    did: str,
    collection: str,
    rkey: str,
    record: dict[str, Any] | None,
    *,
    operation: str | None = None,
    cid: str = "bafyreidwaivazkwu67xztlmuobx35hs2lnfh3kolmgfmucldvhd3sgzcqi",
    rev: str = "3l3qo2vutsw2b",
    resync: bool = False,
) -> Event:
    """Make a record, or without one a delete."""
    body: dict[str, Any] = {
        "rev": rev,
        "operation": operation or ("delete" if record is None else "create"),
        "collection": collection,
        "rkey": rkey,
    }
    if record is not None:
        body |= {"record": {"$type": collection, **record}, "cid": cid}
    return Event(kind="commit", did=did, body=body, resync=resync)


def account(did: str, *, status: str = "") -> Event:
    """Tell that an account is active, or with a `status` no longer."""
    body: dict[str, Any] = {"active": not status, "did": did, "seq": 1, "time": _time(START)}
    if status:
        body["status"] = status
    return Event(kind="account", did=did, body=body)


def identity(did: str, handle: str) -> Event:
    """Tell that an account has another handle."""
    body = {"did": did, "handle": handle, "seq": 1, "time": _time(START)}
    return Event(kind="identity", did=did, body=body)


def sync(did: str, rev: str = "3l3qo2vutsw2b") -> Event:
    """Tell that what is known of an account's records is wrong, and its records follow."""
    blocks = {"$bytes": "oWR0ZXN0"}
    body = {"blocks": blocks, "did": did, "rev": rev, "seq": 1, "time": _time(START)}
    return Event(kind="sync", did=did, body=body)


def written(event: Event, seq: int, time_us: int, version: int) -> bytes | None:
    """Return an event as JSON; None for what this version doesn't show."""
    if version == 1:
        return _written_v1(event, seq, time_us)
    time = _time(time_us)
    payload: dict[str, Any] = {"$type": f"{EVENTS}#{event.kind}"}
    rest = {"did": event.did, "seq": seq, "time": time, "witnessedAt": time}
    rest |= event.body if event.kind == "commit" else {event.kind: event.body}
    payload |= dict(sorted(rest.items()))
    return message(payload)


def _written_v1(event: Event, seq: int, time_us: int) -> bytes | None:
    if event.kind == "sync" or event.resync:
        return None
    plain = orjson.dumps(
        {
            "did": event.did,
            "time_us": time_us,
            "cursor": seq,
            "kind": event.kind,
            event.kind: event.body,
        }
    )
    for one, escaped in GO_ESCAPES.items():
        plain = plain.replace(one, escaped)
    return plain


def message(payload: dict[str, Any]) -> bytes:
    """Put a payload of version 2 into its envelope."""
    return orjson.dumps({"$type": "message", "payload": payload})


def info(name: str, text: str) -> bytes:
    """Write a notice of version 2, which has no number and no time."""
    return message({"$type": f"{EVENTS}#info", "message": text, "name": name})


def error(name: str, text: str) -> bytes:
    """Write an error of version 2, after which the connection ends."""
    return orjson.dumps({"$type": "error", "error": name, "message": text})


def _time(time_us: int) -> str:
    return datetime.fromtimestamp(time_us / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%S") + (
        f".{time_us % 1_000_000:06d}Z"
    )


def framed(payload: bytes, opcode: int) -> bytes:
    """Put a message into one frame of a web socket, as a server sends it."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | opcode, size))
    elif size < 1 << 16:
        head = bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big")
    return head + payload


class Packing:
    """Turns messages into frames, with the real dictionaries where they are wanted."""

    def __init__(self, dictionaries: Path | None) -> None:
        self.dictionary: dict[int, bytes] = {}
        self._compressors: dict[int, zstandard.ZstdCompressor] = {}
        if dictionaries is None:
            return
        for version, name in DICTIONARIES.items():
            self.dictionary[version] = (dictionaries / name).read_bytes()
            known = zstandard.ZstdCompressionDict(self.dictionary[version])
            self._compressors[version] = zstandard.ZstdCompressor(level=3, dict_data=known)

    def identifier(self, version: int) -> int | None:
        """Return the number of a version's dictionary; None where there is none."""
        known = self.dictionary.get(version)
        return zstandard.ZstdCompressionDict(known).dict_id() if known else None

    def pack(self, payload: bytes, wire: Wire) -> bytes:
        """Return a message as a frame."""
        if not wire.compressed:
            return framed(payload, TEXT)
        return framed(self._compressors[wire.version].compress(payload), BINARY)


class Told(Protocol):
    """What a server needs to know of the events that it tells."""

    floor: int

    @property
    def seqs(self) -> Sequence[int]:
        """Their numbers, rising, maybe with gaps."""

    @property
    def times(self) -> Sequence[int]:
        """When they happened, in microseconds."""

    @property
    def next_seq(self) -> int:
        """The number that the next event will get."""

    def __len__(self) -> int: ...

    def chosen(
        self,
        first: int,
        end: int,
        wanted: Callable[[Event], bool] | None,
        wire: Wire,
        packing: Packing,
    ) -> list[bytes]:
        """Return the frames of those that are wanted."""

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each new event."""


@dataclass(slots=True)
class Log:
    """Events in the order of their numbers; more may be appended while it is served.

    Attributes
    ----------
    floor
        The lowest number that may be asked for: what lies below was thrown away. 0 for all.
    step_us
        Microseconds between two events whose time isn't said.
    """

    floor: int = 0
    step_us: int = 1000
    events: list[Event] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    _frames: dict[Wire, list[bytes | None]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _listeners: list[Callable[[], None]] = field(default_factory=list)

    @property
    def next_seq(self) -> int:
        """The number that the next event gets; the first one is 1."""
        return self.seqs[-1] + 1 if self.seqs else 1

    def append(self, event: Event, *, seq: int | None = None, time_us: int | None = None) -> int:
        """Add an event and return its number, which may leave some out."""
        number = self.next_seq if seq is None else seq
        latest = self.times[-1] if self.times else START
        self.seqs.append(number)
        self.times.append(latest + self.step_us if time_us is None else time_us)
        self.events.append(event)  # the last of the three: a reader counts these
        for listener in self._listeners:
            listener()
        return number

    def extend(self, events: Iterable[Event]) -> None:
        """Add many events."""
        for event in events:
            self.append(event)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each new event, in the thread that appends it."""
        self._listeners.append(listener)

    def __len__(self) -> int:
        return len(self.events)

    def chosen(
        self,
        first: int,
        end: int,
        wanted: Callable[[Event], bool] | None,
        wire: Wire,
        packing: Packing,
    ) -> list[bytes]:
        """Return the frames of those events from `first` to `end` that are wanted.

        What this wire doesn't show is left out.
        """
        frames = self._packed(first, end, wire, packing)
        if wanted is None:
            return [one for one in frames if one is not None]
        events = self.events
        return [
            one for at, one in enumerate(frames, first) if one is not None and wanted(events[at])
        ]

    def _packed(self, first: int, end: int, wire: Wire, packing: Packing) -> list[bytes | None]:
        with self._lock:  # two servers may tell the same
            made = self._frames.setdefault(wire, [])
            for at in range(len(made), end):
                plain = written(self.events[at], self.seqs[at], self.times[at], wire.version)
                made.append(None if plain is None else packing.pack(plain, wire))
            return made[first:end]
