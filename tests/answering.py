"""A web server of the tests' own on this machine, which answers as a test tells it to."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from auscult.engine.kernel.http import Network, Reach

# Local sources are reached by nobody but tests, so that they say so.
NETWORK = Network(Reach(allow=("127.0.0.1",)))


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]
    at: float


@dataclass
class Reply:
    """What is answered: `body` is JSON unless it is text or bytes.

    `cut` ends the connection after so many bytes; `slow` waits so long between bytes.
    """

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    slow: float = 0.0

    def sent(self) -> tuple[bytes, str]:
        if isinstance(self.body, bytes):
            return self.body, "application/json"
        if isinstance(self.body, str):
            return self.body.encode(), "text/html; charset=utf-8"
        return json.dumps(self.body).encode(), "application/json"


@dataclass
class Answering:
    """A running server: where it is, what it was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)


@contextlib.contextmanager
def answering(answer: Callable[[Asked], Any]) -> Iterator[Answering]:
    """Run a server; `answer` returns a Reply, or the JSON of one."""
    server = _Server(("127.0.0.1", 0), _Handler)
    running = Answering(f"http://127.0.0.1:{server.server_address[1]}")
    server.answer, server.running = answer, running
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    answer: Callable[[Asked], Any]
    running: Answering

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: those who ask may hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        params = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(parts.path, params, headers, time.monotonic())
        self.server.running.asked.append(asked)
        reply = self.server.answer(asked)
        self._send(reply if isinstance(reply, Reply) else Reply(reply))

    def _send(self, reply: Reply) -> None:
        body, kind = reply.sent()
        self.send_response(reply.status)
        for name, value in {"Content-Type": kind, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if reply.cut is not None:
            self.wfile.write(body[: reply.cut])
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        for start in range(0, len(body), 1 if reply.slow else len(body) or 1):
            self.wfile.write(body[start : start + (1 if reply.slow else len(body))])
            if reply.slow:
                time.sleep(reply.slow)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
