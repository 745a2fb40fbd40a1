"""A proxy of the tests' own, between a source and its reader, that makes things go wrong.

Answers of HTTP are taken whole from the origin and sent on, changed. What goes on (web sockets,
server-sent events) is forwarded message by message.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from typing import Any, NamedTuple

from faults.faults import STATUSES, Fault, Kind, Schedule
from faults.units import garbage_unit, units

PATIENCE = 10.0  # seconds; longer than any reader waits
PIECE = 1 << 16
SLOW_PIECES, SLOW_PAUSE = 20, 0.004
# What ends a stream; a status can't be sent in its middle.
ENDING = {Kind.CUT, Kind.REFUSED, Kind.HALF_OPEN, Kind.EMPTY, *STATUSES}
OWN_HEADERS = {"connection", "content-length", "transfer-encoding", "keep-alive"}


class Request(NamedTuple):
    """A request, as it came."""

    head: bytes
    body: bytes

    @property
    def method(self) -> str:
        return self.head.split(b" ", 1)[0].decode()

    @property
    def path(self) -> str:
        return self.head.split(b" ", 2)[1].decode()

    @property
    def headers(self) -> dict[str, str]:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = (line.partition(":") for line in lines if line)
        return {name.lower(): value.strip() for name, _, value in pairs}

    @property
    def goes_on(self) -> bool:
        """Whether what is asked for is a stream."""
        accepts = self.headers.get("accept", "")
        return "upgrade" in self.headers or "event-stream" in accepts


class Reply(NamedTuple):
    """A whole answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def sent(self) -> bytes:
        """Return it as it goes over the wire."""
        lines = [f"HTTP/1.1 {self.status} {http.client.responses.get(self.status, 'Odd')}"]
        kept = [(n, v) for n, v in self.headers if n.lower() not in OWN_HEADERS]
        kept += [("Content-Length", str(len(self.body))), ("Connection", "close")]
        lines += [f"{name}: {value}" for name, value in kept]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


class Proxy:
    """Forwards to an origin, with faults.

    Parameters
    ----------
    schedule : Schedule
        Of the faults.
    """

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.origin = ("127.0.0.1", 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._earlier: dict[str, Reply] = {}
        self._open: set[socket.socket] = set()
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def host(self) -> str:
        """Host and port at which it listens."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def forward_to(self, url: str) -> None:
        """Set the origin."""
        host, _, port = url.rpartition("://")[2].partition("/")[0].partition(":")
        self.origin = (host, int(port))

    def __enter__(self) -> Proxy:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the proxy hangs"

    def cut(self) -> None:
        """Cut every connection now."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _start(self, work: Callable[..., None], *given: Any) -> threading.Thread:
        thread = threading.Thread(target=work, args=given, name="fault proxy")
        self._threads.append(thread)
        thread.start()
        return thread

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._start(self._serve, self._listener.accept()[0])

    @contextlib.contextmanager
    def _held(self, opened: socket.socket) -> Iterator[socket.socket]:
        self._open.add(opened)
        try:
            with opened:
                yield opened
        finally:
            self._open.discard(opened)

    def _serve(self, opened: socket.socket) -> None:
        with self._held(opened) as client, contextlib.suppress(OSError, http.client.HTTPException):
            client.settimeout(PATIENCE)
            request = _request(client)
            if request is None:
                return
            fault = self.schedule.next(goes_on=request.goes_on)
            if fault is not None and fault.kind is Kind.REFUSED:
                return
            if fault is not None and fault.kind in STATUSES:
                client.sendall(_status(fault.kind).sent())
            elif request.goes_on:
                self._stream(client, request, fault)
            else:
                self._answer(client, request, fault)

    # Whole answers.

    def _answer(self, client: socket.socket, request: Request, fault: Fault | None) -> None:
        reply = self._asked(request)
        if fault is None:
            self._earlier[request.path] = reply
            client.sendall(reply.sent())
        elif fault.kind in {Kind.CUT, Kind.HALF_OPEN, Kind.SLOW}:
            self._break(client, reply.sent(), fault)
        else:
            client.sendall(self._changed(request, reply, fault).sent())

    def _asked(self, request: Request) -> Reply:
        connection = http.client.HTTPConnection(*self.origin, timeout=PATIENCE)
        with contextlib.closing(connection):
            headers = {**request.headers, "connection": "close"}
            connection.request(request.method, request.path, request.body or None, headers)
            response = connection.getresponse()
            return Reply(response.status, response.getheaders(), response.read())

    def _changed(self, request: Request, reply: Reply, fault: Fault) -> Reply:
        match fault.kind:
            case Kind.GARBAGE:
                return reply._replace(body=b"\x00\xff<{[" + Random(fault.seed).randbytes(40))
            case Kind.REPLAYED:
                return self._earlier.get(request.path, reply)
            case Kind.SKEWED:
                days = timedelta(days=Random(fault.seed).choice([-400, -2, 2, 400]))
                date = ("Date", format_datetime(datetime.now(UTC) + days, usegmt=True))
                others = [pair for pair in reply.headers if pair[0].lower() != "date"]
                return reply._replace(headers=[date, *others])
            case _:
                return reply._replace(body=_rearranged(reply.body, fault.kind))

    def _break(self, client: socket.socket, data: bytes, fault: Fault) -> None:
        """Send some of an answer, or all of it slowly."""
        if fault.kind is Kind.SLOW:
            self._drip(client, data)
            return
        client.sendall(data[: max(1, min(fault.after, len(data) - 1))])
        if fault.kind is Kind.CUT:
            _reset(client)
        else:
            self._hold(client)

    # What goes on.

    def _stream(self, client: socket.socket, request: Request, fault: Fault | None) -> None:
        with self._held(socket.create_connection(self.origin, PATIENCE)) as origin:
            origin.sendall(request.head + b"\r\n\r\n" + request.body)
            origin.settimeout(None)
            client.settimeout(None)
            back = self._start(_pump, client, origin)
            try:
                self._forward(client, origin, request, fault)
            finally:
                for one in (origin, client):
                    with contextlib.suppress(OSError):
                        one.shutdown(socket.SHUT_RDWR)
                back.join(PATIENCE)

    def _forward(
        self, client: socket.socket, origin: socket.socket, request: Request, fault: Fault | None
    ) -> None:
        web_socket = "upgrade" in request.headers
        sent = 0
        held = b""  # a message that its successor overtakes
        for number, unit in enumerate(units(origin, web_socket=web_socket)):
            # The first unit is the answer's head.
            if number == 0 or fault is None or sent + len(unit) <= fault.after:
                client.sendall(unit)
                sent += len(unit)
                continue
            if fault.kind in ENDING:
                self._end(client, unit, fault)
                return
            if fault.kind is Kind.REORDERED and not held:
                held = unit
                continue
            if fault.kind is Kind.REORDERED and fault.seed % 2:
                # The stream is cut before the one that was overtaken came.
                client.sendall(unit)
                _reset(client)
                return
            self._spoil(client, unit, held, fault, web_socket=web_socket)
            held = b""
            sent += len(unit)
            fault = self.schedule.next(goes_on=True)
            fault = replace(fault, after=sent + fault.after) if fault else None

    def _end(self, client: socket.socket, unit: bytes, fault: Fault) -> None:
        """End a stream in the middle of a message, or say no more."""
        client.sendall(unit[: len(unit) // 2])
        if fault.kind is Kind.HALF_OPEN:
            self._hold(client)
        else:
            _reset(client)

    def _spoil(
        self, client: socket.socket, unit: bytes, held: bytes, fault: Fault, *, web_socket: bool
    ) -> None:
        """Send a message with something before it, more than once, slowly or too early."""
        match fault.kind:
            case Kind.GARBAGE:
                client.sendall(garbage_unit(Random(fault.seed), web_socket=web_socket) + unit)
            case Kind.REPLAYED:
                client.sendall(unit * 3)
            case Kind.SLOW:
                self._drip(client, unit)
            case _:
                client.sendall(unit + held)

    def _drip(self, client: socket.socket, data: bytes) -> None:
        size = max(1, len(data) // SLOW_PIECES)
        for start in range(0, len(data), size):
            client.sendall(data[start : start + size])
            self._ended.wait(SLOW_PAUSE)

    def _hold(self, client: socket.socket) -> None:
        """Say nothing until the other side gives up."""
        client.settimeout(PATIENCE)
        while client.recv(PIECE):
            pass


def _request(client: socket.socket) -> Request | None:
    came = b""
    while b"\r\n\r\n" not in came:
        data = client.recv(PIECE)
        if not data:
            return None
        came += data
    head, _, body = came.partition(b"\r\n\r\n")
    request = Request(head, body)
    while len(body) < int(request.headers.get("content-length", 0)):
        body += client.recv(PIECE)
    return Request(head, body)


def _status(kind: Kind) -> Reply:
    status, wait = STATUSES[kind]
    headers = [("Content-Type", "application/json")] + ([("Retry-After", wait)] if wait else [])
    return Reply(status, headers, b'{"error":"a fault","message":"It passes."}')


def _rearranged(body: bytes, kind: Kind) -> bytes:
    """Return the lists of a JSON answer emptied or reversed; other answers as they are."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    if _is_listing(value):
        return json.dumps([] if kind is Kind.EMPTY else value[::-1]).encode()
    if isinstance(value, dict):
        lists = {name: inner for name, inner in value.items() if _is_listing(inner)}
        value |= {name: [] if kind is Kind.EMPTY else lists[name][::-1] for name in lists}
    return json.dumps(value).encode()


def _is_listing(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # Another thread that still waits for it would keep it open.
    client.shutdown(socket.SHUT_RD)
    client.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(PIECE):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
