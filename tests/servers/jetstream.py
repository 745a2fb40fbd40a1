"""A Jetstream server of the tests' own, of both versions, with faults on demand.

No registry has the real one. This one follows its published lexicon and source: parameters and
their refusals, cursors that are numbers or times, `#info` frames, terminal errors, compression
with the real dictionaries. It runs in a thread; `Jetstream` is a context manager.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

import orjson
from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from servers.jetstream_log import EVENTS, TEXT, Event, Packing, Told, Wire, error, framed, info

L = TypeVar("L", bound=Told)
V1_PATH, V2_PATH = "/subscribe", f"/xrpc/{EVENTS}"
DICTIONARY_PATH = "/xrpc/network.bsky.jetstream.getZstdDictionary"
KINDS = ("commit", "identity", "account", "sync")
TIMES_FROM = 10**15  # a cursor below is a number, from here on it is a time in microseconds
AT_ONCE = 1024  # frames that are written with one call
CLOSING = 5.0  # seconds that a close may stay unanswered
POLICY_VIOLATION, GOING_AWAY = 1008, 1001


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong on one connection, once `after` frames were sent.

    Attributes
    ----------
    refuse
        Answer the request with this status, these headers and this body, and no stream.
    cut
        Reset the connection, in the middle of a frame.
    silent
        Send nothing more and answer nothing, not even a ping; the connection stays open.
    garbage
        Send these bytes as a message of text, and go on.
    raw
        Send these bytes as they are, whatever they do to the framing, and go on.
    error
        Send this terminal error (version 2: name, message) and close.
    close
        Close with this code.
    again
        Send this many of the last frames once more, and go on.
    """

    after: int = 0
    refuse: tuple[int, Mapping[str, str], bytes] | None = None
    cut: bool = False
    silent: bool = False
    garbage: bytes | None = None
    raw: bytes | None = None
    error: tuple[str, str] | None = None
    close: int | None = None
    again: int = 0


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


@dataclass(slots=True, kw_only=True)
class Jetstream(Generic[L]):
    """Serves a log on a free port of the loopback address.

    Attributes
    ----------
    log
        What is told; events may be appended while it runs.
    dictionaries
        Folder with the real dictionaries; without it compression is refused.
    rate
        Frames a second for each connection; None for as fast as the other side reads.
    faults
        For each new connection the next one; those that come after have none.
    asked
        All requests, the newest last.
    """

    log: L
    dictionaries: Path | None = None
    rate: float | None = None
    faults: deque[Fault] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    _packing: Packing = field(init=False)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _thread: threading.Thread = field(init=False)
    _changed: asyncio.Event = field(init=False)
    _ended: asyncio.Event = field(init=False)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Return its address, without a path."""
        return f"ws://127.0.0.1:{self.port}"

    def __enter__(self) -> Jetstream[L]:
        self._packing = Packing(self.dictionaries)
        started = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run(started)), name="jetstream"
        )
        self._thread.start()
        started.wait()
        self.log.on_change(self._wake)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(RuntimeError):  # it has ended already
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def drop_all(self) -> None:
        """Reset every connection now."""

        def drop() -> None:
            for writer in list(self._writers):
                writer.transport.abort()

        self._loop.call_soon_threadsafe(drop)

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed.set)

    async def _run(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._changed, self._ended = asyncio.Event(), asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self._ended.wait()
        server.close()  # what still runs is cancelled when the loop ends

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        # `drain` waits until the system has taken all, so that closing loses nothing of it.
        writer.transport.set_write_buffer_limits(0)
        try:
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await self._answer(reader, writer)
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        protocol = ServerProtocol(select_subprotocol=_subprotocol)
        request = await _request(protocol, reader)
        if request is None:
            return
        parts = urlsplit(request.path)
        asked = Asked(path=parts.path, params=parse_qs(parts.query), headers=request.headers)
        fault = Fault()
        if parts.path != DICTIONARY_PATH and self.faults:
            fault = self.faults.popleft()
        self.asked.append(asked)
        wanted, response = self._decide(protocol, request, asked, fault)
        asked.status = response.status_code
        protocol.send_response(response)
        writer.write(b"".join(protocol.data_to_send()))
        await writer.drain()
        if wanted is not None:
            talk = _Talk(self, wanted, fault, asked, protocol, reader, writer)
            await talk.run()

    def _decide(
        self, protocol: ServerProtocol, request: Request, asked: Asked, fault: Fault
    ) -> tuple[Wanted | None, Response]:
        if fault.refuse is not None:
            status, headers, body = fault.refuse
            return None, _response(status, body, headers)
        try:
            if asked.path == DICTIONARY_PATH:
                return None, self._dictionary(asked.params)
            wanted = self._wanted(asked)
        except Rejected as problem:
            plain = str(problem)
            if asked.path == V1_PATH:
                return None, _response(problem.status, plain.encode(), {})
            body = orjson.dumps({"error": problem.name, "message": plain})
            return None, _response(problem.status, body, {"Content-Type": "application/json"})
        response = protocol.accept(request)
        return (wanted if response.status_code == 101 else None), response

    def _dictionary(self, params: dict[str, list[str]]) -> Response:
        current = self._packing.identifier(2)
        asked = params.get("id", [str(current)])[0]
        if current is None or asked != str(current):
            raise Rejected("DictionaryNotFound", f"no dictionary with id {asked}")
        kind = {"Content-Type": "application/octet-stream"}
        return _response(200, self._packing.dictionary[2], kind)

    def _wanted(self, asked: Asked) -> Wanted:
        if asked.path == V1_PATH:
            wanted = self._wanted_v1(asked)
        elif asked.path == V2_PATH:
            wanted = self._wanted_v2(asked)
        else:
            raise Rejected("NotFound", f"nothing is at {asked.path}", 404)
        self._resume(wanted, asked.params.get("cursor", [""])[0])
        return wanted

    def _wanted_v1(self, asked: Asked) -> Wanted:
        params = asked.params
        compressed = params.get("compress") == ["true"]
        compressed |= "zstd" in asked.headers.get("Socket-Encoding", "")
        if compressed and self._packing.identifier(1) is None:
            raise Rejected("", "this server has no dictionary")
        return Wanted(
            Wire.V1_ZSTD if compressed else Wire.V1,
            frozenset(),
            frozenset(params.get("wantedDids", ())),
            tuple(params.get("wantedCollections", ())),
        )

    def _wanted_v2(self, asked: Asked) -> Wanted:
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
            given, current = params["zstdDictionary"][0], self._packing.identifier(2)
            if given != str(current):
                text = f"unknown zstd dictionary id {given}; current dictionary id is {current}"
                raise Rejected("UnknownZstdDictionary", text)
            wire = Wire.V2_ZSTD
        dids = frozenset(params.get("dids", ()))
        return Wanted(wire, frozenset(kinds), dids, tuple(collections))

    def _resume(self, wanted: Wanted, cursor: str) -> None:
        """Find where the stream starts; without a cursor at the newest event."""
        log, v2 = self.log, wanted.wire.version == 2
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


def _subprotocol(_: ServerProtocol, offered: Any) -> Any:
    return "xrpc.v1.json" if "xrpc.v1.json" in offered else None


async def _request(protocol: ServerProtocol, reader: asyncio.StreamReader) -> Request | None:
    while True:
        received = await reader.read(1 << 16)
        if not received:
            return None
        protocol.receive_data(received)
        for event in protocol.events_received():
            if isinstance(event, Request):
                return event


def _response(status: int, body: bytes, headers: Mapping[str, str]) -> Response:
    fields = {"Content-Type": "text/plain; charset=utf-8", **headers}
    fields |= {"Content-Length": str(len(body)), "Connection": "close"}
    return Response(status, "", Headers(fields), body)


class _Talk(Generic[L]):
    """One subscriber, from the answer to its request until the end."""

    def __init__(
        self,
        server: Jetstream[L],
        wanted: Wanted,
        fault: Fault,
        asked: Asked,
        protocol: ServerProtocol,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.server, self.wanted, self.fault, self.asked = server, wanted, fault, asked
        self.protocol, self.reader, self.writer = protocol, reader, writer
        self.recent: deque[bytes] = deque(maxlen=max(1, fault.again))
        self.deaf = False

    async def run(self) -> None:
        listening = asyncio.ensure_future(self._listen())
        sending = asyncio.ensure_future(self._send())
        try:
            await asyncio.wait((listening, sending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (listening, sending):
                task.cancel()
            await asyncio.gather(listening, sending, return_exceptions=True)

    async def _listen(self) -> None:
        """Answer pings and closes; end the stream when the subscriber says anything else."""
        while received := await self.reader.read(1 << 16):
            if self.deaf:
                continue
            self.protocol.receive_data(received)
            for event in self.protocol.events_received():
                said = isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.BINARY)
                if said and self.wanted.wire.version == 2 and self.protocol.state is OPEN:
                    self.asked.closed = "the subscriber sent data"
                    self.protocol.send_close(POLICY_VIOLATION, "unexpected data message")
            self.writer.write(b"".join(self.protocol.data_to_send()))
            await self.writer.drain()
            if self.protocol.close_expected():
                return

    async def _send(self) -> None:
        log, wanted = self.server.log, self.wanted
        if wanted.notice is not None:
            self.writer.write(self._pack(wanted.notice))
        position, started, pending = wanted.position, time.monotonic(), self.fault != Fault()
        while True:
            end = min(len(log), position + AT_ONCE)
            rate = self.server.rate
            if rate is not None:
                due = wanted.position + int((time.monotonic() - started) * rate) + 1
                end = min(end, max(due, position))
            frames = self._frames(position, end)
            if pending and self.asked.sent + len(frames) >= self.fault.after:
                frames, rest = self._split(frames)
                await self._write(frames)
                pending = False
                if await self._go_wrong(rest):
                    return
                frames = rest
            await self._write(frames)
            position = end
            if position == len(log):
                await self._news(position)
            elif rate is not None:
                await asyncio.sleep(0.01)

    def _split(self, frames: list[bytes]) -> tuple[list[bytes], list[bytes]]:
        at = max(0, self.fault.after - self.asked.sent)
        return frames[:at], frames[at:]

    def _frames(self, first: int, end: int) -> list[bytes]:
        """Return what this subscriber gets of some events."""
        server, wanted = self.server, self.wanted
        choice = None if wanted.everything else wanted
        return server.log.chosen(first, end, choice, wanted.wire, server._packing)

    async def _write(self, frames: list[bytes]) -> None:
        if frames:
            self.recent.extend(frames[-self.fault.again :] if self.fault.again else ())
            self.asked.sent += len(frames)
            self.writer.write(b"".join(frames))
            await self.writer.drain()

    async def _news(self, position: int) -> None:
        """Wait until there are more events than `position`."""
        while len(self.server.log) == position:
            self.server._changed.clear()
            if len(self.server.log) == position:
                await self.server._changed.wait()

    async def _go_wrong(self, rest: list[bytes]) -> bool:
        """Do what the fault says; return whether the stream is over."""
        fault = self.fault
        actions: list[tuple[object, Callable[[], None]]] = [
            (fault.raw, lambda: self.writer.write(fault.raw or b"")),
            (fault.garbage, lambda: self.writer.write(framed(fault.garbage or b"", TEXT))),
            (fault.again, lambda: self.writer.write(b"".join(self.recent))),
        ]
        for wanted, action in actions:
            if wanted:
                action()
        await self.writer.drain()
        if fault.silent:
            self.deaf = True
            await asyncio.Event().wait()
        if fault.cut:
            self.writer.write(rest[0][: len(rest[0]) // 2] if rest else b"\x81")
            await self.writer.drain()
            self.asked.closed = "cut"
            return True
        if fault.error is not None:
            self.writer.write(self._pack(error(*fault.error)))
        if fault.error is not None or fault.close is not None:
            self.asked.closed = "closed"
            self.protocol.send_close(fault.close or GOING_AWAY, "")
            self.writer.write(b"".join(self.protocol.data_to_send()))
            await self.writer.drain()
            await asyncio.sleep(CLOSING)  # or until the other side has closed as well
            return True
        return False

    def _pack(self, payload: bytes) -> bytes:
        return self.server._packing.pack(payload, self.wanted.wire)
