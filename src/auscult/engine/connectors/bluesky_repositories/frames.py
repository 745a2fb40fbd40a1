"""Frames of `com.atproto.sync.subscribeRepos` as the events that Jetstream's are, too."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias

import libipld
import msgspec

from auscult.engine.connectors.bluesky.events import Account, Event, Read, Terminal
from auscult.engine.connectors.bluesky.records import read_record
from auscult.engine.connectors.bluesky_repositories.archive import (
    Cid,
    Unreadable,
    decode_block,
    read_archive,
)

WRITES = ("create", "update")
LARGEST = 2**63  # of sequence numbers, exclusive


class Frame(NamedTuple):
    """One frame: `kind` is `#commit`, `#sync`, `#account`, `#identity`, `#info` or unknown."""

    kind: str
    body: Mapping[str, Any]

    @property
    def seq(self) -> int | None:
        """Its number; frames of `#info` have none."""
        seq = self.body.get("seq")
        return seq if isinstance(seq, int) and 0 <= seq < LARGEST else None

    @property
    def did(self) -> str:
        """Whose repository it is about."""
        named = self.body.get("repo" if self.kind == "#commit" else "did")
        return named if isinstance(named, str) else ""

    def text(self, name: str) -> str:
        """Return a field that should be text; empty where it isn't."""
        value = self.body.get(name)
        return value if isinstance(value, str) else ""

    @property
    def at(self) -> datetime | None:
        """When it was sent first, by the host's clock."""
        try:
            moment = datetime.fromisoformat(self.text("time"))
            return moment.astimezone(UTC) if moment.tzinfo else None
        except (ValueError, OverflowError):  # beyond the years that there are
            return None

    @property
    def needs_repository(self) -> bool:
        """Whether what changed isn't in it, and must be fetched."""
        too_big = self.kind == "#commit" and self.body.get("tooBig") is True
        return self.kind == "#sync" or too_big


class Odd(NamedTuple):
    """A record that can't be read: why, and what there is of it."""

    reason: str
    excerpt: bytes


Found: TypeAlias = Read | Odd


def read_frame(data: bytes) -> Frame:
    """Read a frame.

    Raises
    ------
    Unreadable
        It is none.
    Terminal
        It is the error with which a host ends its stream.
    """
    try:
        header, body = libipld.decode_dag_cbor_multi(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"a frame is not a header and a body: {error}") from error
    if not isinstance(header, dict) or not isinstance(body, dict):
        raise Unreadable("a frame is not a header and a body")
    if header.get("op") == -1:
        raise Terminal(str(body.get("error") or "unnamed"), str(body.get("message") or ""))
    kind = header.get("t")
    if header.get("op") != 1 or not isinstance(kind, str):
        raise Unreadable("a frame doesn't say of what kind it is")
    frame = Frame(kind, body)
    if frame.kind in {"#commit", "#sync", "#account"} and (frame.seq is None or not frame.did):
        raise Unreadable(f"a frame of {kind} lacks its number or its repository")
    return frame


def events(frame: Frame, at: datetime, wanted: Container[str]) -> Iterator[Found]:
    """Yield what a frame says of posts, likes, reposts and accounts.

    Parameters
    ----------
    frame : Frame
    at : datetime
        When it came about.
    wanted : container of str
        The collections that are read.
    """
    seq, when = frame.seq or 0, micros(at)
    if frame.kind == "#account":
        # Why somebody isn't there need not be said; it counts as much.
        active, status = frame.body.get("active") is not False, frame.text("status")
        account = Account(active=active, status=status or "deactivated")
        yield Read(Event(type="#account", seq=seq, did=frame.did, time_us=when, account=account))
    elif frame.kind == "#commit":
        yield from _records(frame, when, wanted)


def written(did: str, path: str, cid: object, blocks: Mapping[Cid, bytes], at: int) -> Found:
    """Return a record that was created or changed, from its block.

    Parameters
    ----------
    did, path : str
        Whose it is, and `collection/key`.
    cid : object
        Names its block, or is anything else.
    blocks : mapping
        All that came.
    at : int
        When, in microseconds since 1970.
    """
    collection, _, key = path.partition("/")
    try:
        record = read_record(decode_block(blocks, cid))
    except (Unreadable, msgspec.ValidationError) as error:
        return Odd(str(error), f"at://{did}/{path}".encode())
    event = Event(
        type="#commit",
        did=did,
        time_us=at,
        operation="create",
        collection=collection,
        rkey=key,
        cid=_name(cid),
        record=record,
    )
    return Read(event)


def micros(moment: datetime) -> int:
    """Return a moment in microseconds since 1970."""
    return round(moment.timestamp() * 1_000_000)


def _records(frame: Frame, at: int, wanted: Container[str]) -> Iterator[Found]:
    ops = [op for op in _operations(frame) if op["path"].partition("/")[0] in wanted]
    if not ops:
        return
    blocks: Mapping[Cid, bytes] = {}
    broken = ""
    if any(op["action"] in WRITES for op in ops):
        try:
            sent = frame.body.get("blocks")
            blocks = read_archive(sent if isinstance(sent, bytes) else b"").blocks
        except Unreadable as error:
            broken = str(error)
    for op in ops:
        found = _record(frame.did, op, blocks, at)
        if isinstance(found, Odd):
            found = Odd(broken or found.reason, found.excerpt)
        else:
            found.event.seq = frame.seq or 0
        yield found


def _record(did: str, op: dict[str, Any], blocks: Mapping[Cid, bytes], at: int) -> Found:
    if op["action"] in WRITES:
        return written(did, op["path"], op.get("cid"), blocks, at)
    collection, _, key = op["path"].partition("/")
    event = Event(
        type="#commit", did=did, time_us=at, operation="delete", collection=collection, rkey=key
    )
    return Read(event)


def _operations(frame: Frame) -> list[dict[str, Any]]:
    ops = frame.body.get("ops")
    return [
        op
        for op in (ops if isinstance(ops, list) else [])
        if isinstance(op, dict)
        and isinstance(op.get("path"), str)
        and op.get("action") in (*WRITES, "delete")
    ]


def _name(cid: object) -> str:
    try:
        return libipld.encode_cid(cid) if isinstance(cid, bytes) else ""
    except ValueError:
        return ""
