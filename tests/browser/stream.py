"""A stream as Bluesky's Jetstream speaks it (version 1), which says what a test tells it to."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

PAUSE = 0.05  # seconds between two looks at what is to be said


class Stream:
    """What was said so far; each connection hears it from the beginning."""

    def __init__(self) -> None:
        self.address = ""
        self.over = threading.Event()
        self._said: list[dict[str, Any]] = []

    def say(self, text: str, author: str = "anybody") -> None:
        """Let somebody post a text now."""
        now = time.time_ns() // 1_000
        name = base64.b32encode(hashlib.sha256(author.encode()).digest()).decode().lower()[:24]
        record = {
            "$type": "app.bsky.feed.post",
            "text": text,
            "createdAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "langs": ["en"],
        }
        commit = {
            "rev": "r",
            "operation": "create",
            "collection": "app.bsky.feed.post",
            "rkey": f"k{len(self._said)}",
            "cid": "c",
            "record": record,
        }
        event = {"did": f"did:plc:{name}", "time_us": now, "kind": "commit", "commit": commit}
        self._said.append(event)

    def tell(self, connection: ServerConnection) -> None:
        """Tell a connection what was said, and what comes, until it closes."""
        told = 0
        while connection.close_code is None and not self.over.wait(PAUSE):
            for event in self._said[told:]:
                connection.send(json.dumps(event))
                told += 1


def _version_1_only(connection: ServerConnection, request: Request) -> Response | None:
    return None if request.path.startswith("/subscribe?") else connection.respond(404, "")


@contextmanager
def running_stream(
    tell: Callable[[ServerConnection], None] | None = None,
) -> Iterator[Stream]:
    """Run a stream on a free port until the end of the block."""
    stream = Stream()
    with serve(
        tell or stream.tell, "127.0.0.1", 0, process_request=_version_1_only, ping_interval=None
    ) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        stream.address = f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        yield stream
        stream.over.set()  # a connection outlives its server otherwise
        server.shutdown()
        thread.join()
