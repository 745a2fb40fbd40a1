"""Frames of Jetstream, both of its wire forms, as one kind of event.

Version 2 (`network.bsky.jetstream.subscribeEvents`) wraps each event in a message and numbers
it; version 1 (`/subscribe`) sends it bare, with the time in microseconds. Well-formed frames are
decoded straight into structures. A frame that doesn't fit them is decoded again as plain JSON,
and what is wrong in it is left out, so that one client's odd record costs no post.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal, NamedTuple, Protocol, TypeAlias, TypeVar

import msgspec

from auscult.engine.connectors.base import shorten
from auscult.engine.connectors.bluesky.records import Record, cleaned, read_record
from auscult.engine.kernel.text import clean

Version: TypeAlias = Literal[1, 2]
NSID = "network.bsky.jetstream.subscribeEvents"
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Micros: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=7_258_118_400_000_000)]  # before 2200


class Unreadable(Exception):
    """A frame that no event can be made of; its text says why."""


class Account(msgspec.Struct, gc=False):
    """Whether an account is there."""

    active: bool = True
    status: str | None = None  # deleted, takendown, suspended, deactivated, ...


class Event(msgspec.Struct, gc=False, rename="camel"):
    """One event.

    Attributes
    ----------
    type : str
        `...#commit`, `#account`, `#identity`, `#sync` or `#info`.
    seq : int
        Its number on this host; of version 1 the time, which is what its cursor is.
    did : str
        Whose repository it is of.
    witnessed_at, time, time_us
        When it came about: ISO 8601, of version 1 microseconds since 1970.
    name, message : str
        Of an `#info`.
    """

    type: str = msgspec.field(name="$type", default="")
    seq: Number = 0
    did: str = ""
    witnessed_at: str | None = None
    time: str = ""
    time_us: Micros = msgspec.field(name="time_us", default=0)
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    cid: str = ""
    record: Record | None = None
    account: Account | None = None
    name: str = ""
    message: str = ""

    @property
    def at(self) -> str | int:
        """The time that a cursor of another host understands."""
        return self.witnessed_at or self.time or self.time_us

    @property
    def kind(self) -> str:
        """`commit`, `account`, `identity`, `sync`, `info`."""
        return self.type.rpartition("#")[2]


class Message(msgspec.Struct, gc=False):
    """A frame of version 2: an event, or the error that ends the stream."""

    payload: Event | None = None
    error: str | None = None
    message: str | None = None


class Commit(msgspec.Struct, gc=False):
    """What version 1 says of one record."""

    operation: str = ""
    collection: str = ""
    rkey: str = ""
    cid: str = ""
    record: Record | None = None


class Bare(msgspec.Struct, gc=False):
    """A frame of version 1."""

    did: str
    time_us: Micros
    kind: str
    commit: Commit | None = None
    account: Account | None = None


class Terminal(Exception):
    """The error with which a host of version 2 ends its stream."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}" if message else name)
        self.name = name


class Read(NamedTuple):
    """An event, and how many invalid sequences of its frame became U+FFFD."""

    event: Event
    replaced: int = 0


class Decoder(Protocol):
    """Makes events of frames."""

    def __call__(self, frame: bytes) -> Read:
        """Return the event of a frame, and how many invalid sequences became U+FFFD.

        Raises
        ------
        Unreadable
            It has none.
        Terminal
            It is the stream's last word.
        """
        ...


def decoder(version: Version) -> Decoder:
    """Return what reads frames of this version."""
    return _read_bare if version == 1 else _read_message


_messages = msgspec.json.Decoder(Message)
_bares = msgspec.json.Decoder(Bare)
_WRONG = (msgspec.MsgspecError, ValueError, RecursionError, UnicodeDecodeError)


def _read_message(frame: bytes) -> Read:
    try:
        message, replaced = _messages.decode(frame), 0
    except _WRONG:
        message, replaced = _mended(frame, Message, "payload")
    event = message.payload
    if event is None:
        if message.error is not None:
            raise Terminal(message.error, message.message or "")
        raise Unreadable("it is neither a message nor an error")
    if not event.time and event.kind != "info":
        raise Unreadable("it has no time")
    return Read(event, replaced)


def _read_bare(frame: bytes) -> Read:
    try:
        bare, replaced = _bares.decode(frame), 0
    except _WRONG:
        bare, replaced = _mended(frame, Bare, "commit")
    event = Event(
        type=f"{NSID}#{bare.kind}",
        seq=bare.time_us,
        did=bare.did,
        time_us=bare.time_us,
        account=bare.account,
    )
    if bare.commit is not None:
        commit = bare.commit
        event.operation, event.collection = commit.operation, commit.collection
        event.rkey, event.cid, event.record = commit.rkey, commit.cid, commit.record
    return Read(event, replaced)


FrameT = TypeVar("FrameT", Message, Bare)


def _mended(frame: bytes, kind: type[FrameT], part: str) -> tuple[FrameT, int]:
    """Decode a frame that doesn't fit, without what is wrong in its record."""
    text, replaced = clean(frame)
    try:
        value, more = cleaned(json.loads(text))
        inner = value.get(part) if isinstance(value, dict) else None
        record = inner.pop("record", None) if isinstance(inner, dict) else None
        made = msgspec.convert(value, kind)
        if record is not None:
            getattr(made, part).record = read_record(record)
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None
    except (ValueError, msgspec.ValidationError) as error:
        raise Unreadable(f"it can't be read: {shorten(str(error), 120)}") from error
    return made, replaced + more
