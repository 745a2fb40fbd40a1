"""A repository that went wrong in a stream is read anew, wherever its reader is killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import orjson
import pytest

from auscult.engine.connectors import websocket
from auscult.engine.connectors.base import Batch, Snapshot
from auscult.engine.connectors.bluesky import listening as listening_module
from auscult.engine.connectors.bluesky import place
from auscult.engine.connectors.conformance import standing
from servers.jetstream import Jetstream
from servers.jetstream_listening import (
    ANNA,
    BERT,
    POST,
    listening,
    log_of,
    said,
)
from servers.jetstream_log import sync


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut batches, look and try again sooner than a person would want."""
    monkeypatch.setattr(websocket, "WAKE", 0.02)
    monkeypatch.setattr(listening_module, "EVERY", 0.05)
    monkeypatch.setattr(listening_module, "AGAIN", 0.05)


class Directory(BaseHTTPRequestHandler):
    """A directory of accounts and the server that holds them, in one."""

    records: ClassVar[list[dict[str, Any]]] = [
        {
            "uri": f"at://{ANNA}/{POST}/{rkey}",
            "cid": "bafy",
            "value": {"text": f"again {rkey}", "createdAt": "2026-11-20T10:00:00Z"},
        }
        for rkey in "abc"
    ]
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        here = f"http://{self.headers['Host']}"
        service = {"id": "#atproto_pds", "type": "x", "serviceEndpoint": here}
        body: Any = {"id": ANNA, "service": [{"id": "#other"}, service]}
        if self.path.startswith("/xrpc/"):
            second = "cursor=2" in self.path
            body = {"records": self.records[2:]} if second else {"records": self.records[:2]}
            body |= {} if second else {"cursor": "2"}
        data = orjson.dumps(body)
        self.send_response(404 if BERT in self.path else 200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def directory() -> Iterator[str]:
    Directory.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Directory) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_port}"
        finally:
            running.shutdown()
            thread.join()


def test_a_repository_that_went_wrong_is_read_anew(directory: str) -> None:
    events = [said("old"), sync(ANNA), said("new")]
    with Jetstream(log=log_of(events)) as server, listening(server, directory=directory) as heard:
        heard.until(lambda heard: "new" in heard.texts)
    [again] = [batch for batch in heard.batches if batch.renewed]
    assert again.renewed == (ANNA,)
    assert heard.texts == ["old", "again a", "again b", "again c", "new"]
    assert heard.gaps == []
    assert Directory.asked[0] == f"/{ANNA}"


def test_wherever_it_is_killed_a_repository_is_read_anew(
    directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The snapshots are right by themselves: nothing is heard twice, not even the last event.
    monkeypatch.setattr(place, "OVERLAP", -1)
    events = [said("first"), said("old"), sync(ANNA), said("new"), said("else", did=BERT)]
    events += [said("newer"), said("last", did=BERT)]
    with Jetstream(log=log_of(events)) as server:

        def heard_from(snapshot: Snapshot | None) -> list[Batch]:
            with listening(server, snapshot=snapshot, directory=directory) as heard:
                heard.until(lambda heard: "last" in heard.texts)
            return heard.batches

        whole = heard_from(None)
        expected = {"again a", "again b", "again c", "new", "newer", "else", "last"}
        assert {text for _, text in standing(whole)} == expected
        for stored in range(len(whole)):
            before = whole[: stored + 1]
            if "last" not in [t for one in before for t in one.posts.column("text").to_pylist()]:
                after = heard_from(before[-1].snapshot)
                assert standing(before + after) == standing(whole), stored
    assert len(whole) >= 3


def test_a_repository_that_can_not_be_read_is_a_gap_of_its_author(directory: str) -> None:
    events = [said("old", did=BERT), sync(BERT), said("new")]
    with Jetstream(log=log_of(events)) as server, listening(server, directory=directory) as heard:
        heard.until(lambda heard: "new" in heard.texts)
    [gap] = [c for batch in heard.batches for c in batch.coverage if c.reason]
    assert gap.community == BERT
    assert "could not be read anew" in gap.reason
    assert "404" in gap.reason
