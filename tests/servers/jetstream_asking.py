"""What subscribers of a Jetstream server ask for, and what of it is refused."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from servers.jetstream_log import EVENTS, Event, Packing, Told, Wire, info

V1_PATH, V2_PATH = "/subscribe", f"/xrpc/{EVENTS}"
KINDS = ("commit", "identity", "account", "sync")
TIMES_FROM = 10**15  # a cursor below is a number, from here on it is a time in microseconds


@dataclass(slots=True, kw_only=True)
class Asked:
    """A request that came, and what became of it."""

    path: str
    params: dict[str, list[str]]
    headers: Mapping[str, str]
    status: int = 0
    sent: int = 0  # frames
    closed: str = ""  # why this side ended it


class Rejected(Exception):
    """The request is answered with an error instead of a stream."""

    def __init__(self, name: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.name = name
        self.status = status


@dataclass(slots=True)
class Wanted:
    """What a subscriber asked for."""

    wire: Wire
    kinds: frozenset[str]
    dids: frozenset[str]
    collections: tuple[str, ...]
    position: int = 0
    notice: bytes | None = None

    def __call__(self, event: Event) -> bool:
        """Return whether an event is for this subscriber."""
        if self.kinds and event.kind not in self.kinds:
            return False
        if self.dids and event.did not in self.dids:
            return False
        if not self.collections or event.kind != "commit":
            return True
        return any(_fits(event.collection, one) for one in self.collections)

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.kinds or self.dids or self.collections)


def _fits(collection: str, pattern: str) -> bool:
    if pattern.endswith(".*"):
        return collection.startswith(pattern[:-1])
    return collection == pattern


def understood(asked: Asked, log: Told, packing: Packing) -> Wanted:
    """Read a request for a stream; raise `Rejected` as the real server would."""
    if asked.path == V1_PATH:
        wanted = _understood_v1(asked, packing.identifier(1))
    elif asked.path == V2_PATH:
        wanted = _understood_v2(asked, packing.identifier(2))
    else:
        raise Rejected("NotFound", f"nothing is at {asked.path}", 404)
    _resume(wanted, asked.params.get("cursor", [""])[0], log)
    return wanted


def _understood_v1(asked: Asked, dictionary: int | None) -> Wanted:
    params = asked.params
    compressed = params.get("compress") == ["true"]
    compressed |= "zstd" in asked.headers.get("Socket-Encoding", "")
    if compressed and dictionary is None:
        raise Rejected("", "this server has no dictionary")
    return Wanted(
        Wire.V1_ZSTD if compressed else Wire.V1,
        frozenset(),
        frozenset(params.get("wantedDids", ())),
        tuple(params.get("wantedCollections", ())),
    )


def _understood_v2(asked: Asked, dictionary: int | None) -> Wanted:
    params = asked.params
    for old, new in (("wantedDids", "dids"), ("wantedCollections", "collections")):
        if old in params:
            raise Rejected("InvalidRequest", f"{old} is the legacy parameter; use {new}")
    kinds = params.get("kinds", [])
    for kind in kinds:
        if kind not in KINDS:
            known = ", ".join(KINDS)
            raise Rejected("InvalidRequest", f'unknown kind "{kind}" (valid: {known})')
    collections = params.get("collections", [])
    if collections and kinds and "commit" not in kinds:
        raise Rejected("InvalidRequest", "collections filter can never apply")
    wire = Wire.V2
    if "zstdDictionary" in params:
        given = params["zstdDictionary"][0]
        if given != str(dictionary):
            text = f"unknown zstd dictionary id {given}; current dictionary id is {dictionary}"
            raise Rejected("UnknownZstdDictionary", text)
        wire = Wire.V2_ZSTD
    dids = frozenset(params.get("dids", ()))
    return Wanted(wire, frozenset(kinds), dids, tuple(collections))


def _resume(wanted: Wanted, cursor: str, log: Told) -> None:
    """Find where the stream starts; without a cursor at the newest event."""
    v2 = wanted.wire.version == 2
    wanted.position = len(log)
    if not cursor:
        return
    if not cursor.isdigit():
        raise Rejected("InvalidRequest", f'invalid cursor: "{cursor}"')
    number = int(cursor)
    if number >= TIMES_FROM:
        position, oldest = bisect_left(log.times, number), bisect_left(log.seqs, log.floor)
        wanted.position = max(position, oldest)
        before = oldest < len(log.times) and number < log.times[oldest]
        if v2 and before:
            text = "requested timestamp cursor below retention floor; starting at seq"
            wanted.notice = info("OutdatedCursor", f"{text} {log.seqs[oldest]}")
    elif number > log.next_seq:
        if v2:
            text = f"requested seq cursor {number} is beyond this archive's next seq"
            wanted.notice = info("FutureCursor", f"{text}; starting at the live tip")
    elif v2 and number < log.floor:
        text = f"cursor {number} below lookback floor {log.floor}"
        raise Rejected("CursorTooOld", f"subscribe: cursor too old: {text}")
    else:
        wanted.position = bisect_left(log.seqs, max(number, log.floor))
