"""A web server of the tests' own that answers what a function says."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from auscult.engine.kernel.http import Network, Reach
from auscult.engine.kernel.http.testing import Asking, Server

NETWORK = Network(Reach(allow=("127.0.0.1",)))


@dataclass(frozen=True)
class Asked:
    """One request; `at` is when it came, by a clock that only goes forward."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]
    at: float


@dataclass
class Reply:
    """What is answered: `body` is sent as JSON unless it is text (a page) or bytes.

    `cut` ends the connection after so many bytes; `slow` waits so long between two of them.
    """

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    slow: float = 0.0

    def send(self, asking: Asking) -> bool:
        kind = "text/html; charset=utf-8" if isinstance(self.body, str) else "application/json"
        if isinstance(self.body, bytes):
            body = self.body
        else:
            text = self.body if isinstance(self.body, str) else json.dumps(self.body)
            body = text.encode("utf-8", "surrogatepass")
        status = f"{self.status} {HTTPStatus(self.status).phrase}"
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), **self.headers}
        if self.cut is None and not self.slow:
            asking.answer(body, status, headers)
            return True
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        asking.send(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode())
        for byte in body[: self.cut]:
            asking.send(bytes([byte]))
            time.sleep(self.slow)
        return self.cut is None


@dataclass
class Answering:
    """A running server: where it is, and what it was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)


@contextlib.contextmanager
def answering(answer: Callable[[Asked], Any]) -> Iterator[Answering]:
    """Run a server; `answer` returns a Reply, or what is to be sent as JSON."""

    def handle(asking: Asking) -> bool:
        parts = urlsplit(asking.path)
        params = dict(parse_qsl(parts.query, keep_blank_values=True))
        asked = Asked(parts.path, params, asking.headers, time.monotonic())
        running.asked.append(asked)
        reply = answer(asked)
        return (reply if isinstance(reply, Reply) else Reply(reply)).send(asking)

    server = Server(handle)
    running = Answering(server.url)
    try:
        yield running
    finally:
        server.stop()
