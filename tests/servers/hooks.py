"""A machine that is told by webhooks: it keeps what came, and answers as it was told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Told:
    """One message that came."""

    headers: dict[str, str]
    body: bytes

    @property
    def name(self) -> str:
        """Return what the message is known by when it comes again."""
        return self.headers["webhook-id"]

    @property
    def data(self) -> Any:
        """Return what it says."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """What came, and the statuses to answer with: each once, the last one for ever."""

    url: str = ""
    came: list[Told] = field(default_factory=list)
    statuses: list[int] = field(default_factory=lambda: [204])

    def answer(self, told: Told) -> int:
        self.came.append(told)
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """Run a receiver on a free port."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return  # who told it was killed: nothing came
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(receiver.answer(Told(headers, body)))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            pass  # who asked was killed

    server = Server(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/told"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
