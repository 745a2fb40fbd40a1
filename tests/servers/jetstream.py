"""A Jetstream server of the tests' own, of both versions, with faults on demand.

No registry has the real one. This one follows its published lexicon and source: parameters and
their refusals, cursors that are numbers or times, `#info` frames, terminal errors, compression
with the real dictionaries. It runs in a thread; `Jetstream` is a context manager.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

import orjson
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from servers.jetstream_asking import V1_PATH, V2_PATH, Asked, Rejected, Wanted, understood
from servers.jetstream_log import Packing, Told
from servers.jetstream_talk import Fault, Feed, Talk

__all__ = ["DICTIONARY_PATH", "V1_PATH", "V2_PATH", "Asked", "Fault", "Jetstream"]

L = TypeVar("L", bound=Told)
DICTIONARY_PATH = "/xrpc/network.bsky.jetstream.getZstdDictionary"
PATIENCE = 10.0  # seconds


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
    _feed: Feed = field(init=False)
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
        if not started.wait(PATIENCE):
            raise RuntimeError(f"the server doesn't start on port {self.port}")
        self.log.on_change(self._wake)
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def drop_all(self) -> None:
        """Reset every connection now."""

        def drop() -> None:
            for writer in list(self._writers):
                writer.transport.abort()

        self._loop.call_soon_threadsafe(drop)

    def _wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(self._feed.changed.set)

    async def _run(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._feed = Feed(
            log=self.log,
            packing=self._packing,
            changed=asyncio.Event(),
            rate=lambda: self.rate,
        )
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
            talk = Talk(self._feed, wanted, fault, asked, protocol, reader, writer)
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
            wanted = understood(asked, self.log, self._packing)
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
