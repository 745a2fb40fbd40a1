"""The Python client against a running server."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from auscult.client import Auscult, Refused
from auscult.client.asking import Connection
from auscult.client.auscult import MENTIONS
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.web.briefs.models import Brief
from auscult.web.listening.models import Copy, CopyGroup

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def asked(live_server: Any, token_of: Callable[..., str]) -> Iterator[Auscult]:
    with Auscult(live_server.url, token=token_of("read", "write")) as client:
        yield client


def test_mentions_come_page_after_page(asked: Auscult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auscult.client.auscult.PAGE", 5)
    found = list(asked.mentions("flu"))
    assert len(found) == 12
    assert found[0].created_at == NOON + timedelta(minutes=11)
    assert all(one.author and one.author.startswith("author-") for one in found)
    assert len(list(asked.mentions("flu", limit=7))) == 7
    since = NOON + timedelta(minutes=10)
    assert len(list(asked.mentions(since=since))) == 2


def test_a_table_has_its_schema(asked: Auscult) -> None:
    table = asked.mentions_table("number")
    assert table.schema == MENTIONS
    assert table.num_rows == 11
    assert table.column("hashtags")[0].as_py() == ["flu"]
    assert asked.mentions_table("nothing").schema == MENTIONS


def test_watches_are_made_changed_and_removed(asked: Auscult) -> None:
    made = asked.add_watch("cold", "cold OR  cough")
    assert made.canonical == "cold OR cough"
    assert asked.change_watch(made.id, query="cold").name == "cold"
    assert [one.name for one in asked.watches()] == ["flu", "cold"]
    asked.remove_watch(made.id)
    assert [one.name for one in asked.watches()] == ["flu"]
    with pytest.raises(Refused) as refused:
        asked.add_watch("flu", "flu")
    assert refused.value.code == "watch-name-taken"
    assert refused.value.status == 422


def test_queries_and_figures(asked: Auscult) -> None:
    assert "flu" in asked.explain("flu AND shot")
    assert len(asked.preview("flu").mentions) == 10
    (counts,) = asked.volumes(since=NOON, until=NOON + timedelta(hours=2), step="hour")
    assert (counts.name, counts.since, counts.counts) == ("flu", NOON, (12, 0))


def test_briefs_dashboards_and_copies(asked: Auscult, house: Any) -> None:
    Brief.objects.create(
        organisation_id=house.organisation_id, week=NOON.date() - timedelta(days=11), made_at=NOON
    )
    (made,) = asked.briefs()
    brief = asked.brief(date.fromisoformat(made["week"]))
    assert (brief.week, brief.made_at) == ("2026-11-09", NOON)
    assert asked.brief().made_at is None
    panels = {one.name: one for one in asked.figures(since=NOON.date(), until=NOON.date())}
    assert panels["volume"].rows == (["2026-11-20", 12],)
    assert panels["share"].rows[0][2] == 12
    with pytest.raises(Refused) as refused:
        asked.figures(7)
    assert refused.value.code == "dashboard-unknown"
    group = {"organisation_id": house.organisation_id, "number": 5}
    keys = [one.id for one in asked.mentions(limit=3)]
    for key in keys:
        Copy.objects.create(mention_id=key, version=1, **group)
    CopyGroup.objects.create(posts=3, first=keys[-1], last=keys[0], **group)
    (one,) = asked.copies(since=NOON - timedelta(days=1), until=NOON + timedelta(days=1))
    assert (one.id, one.posts, one.authors) == (5, 3, 1)
    assert one.sample["id"] == keys[-1]


def test_a_scope_that_is_missing(live_server: Any, token_of: Callable[..., str]) -> None:
    with (
        Auscult(live_server.url, token=token_of("read")) as client,
        pytest.raises(Refused, match="may not change watches") as refused,
    ):
        client.add_watch("a", "a")
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "server", ["auscult.example", "ftp://x.example", "http://auscult.example", "https://"]
)
def test_what_is_no_server(server: str) -> None:
    with pytest.raises(Correctable) as refused:
        Auscult(server, token="x")
    assert refused.value.field == "server"


def test_nobody_answers() -> None:
    with pytest.raises(Remote, match="can't be asked"):
        Connection("http://127.0.0.1:9", "x", sleep=lambda _: None).ask("GET", "me")


class Busy(http.server.BaseHTTPRequestHandler):
    """Sends each request away twice; the second time it hangs up without a word."""

    seen: list[tuple[str, str | None]] = []  # noqa: RUF012 - emptied by each test

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, self.headers["Idempotency-Key"]))
        if len(self.seen) == 2:
            self.close_connection = True
            return
        self.send_response(429 if len(self.seen) == 1 else 201)
        self.send_header("Retry-After", "3")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None: ...


def test_a_write_is_tried_again_with_the_same_key() -> None:
    Busy.seen.clear()
    waits: list[float] = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Busy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        place = f"http://127.0.0.1:{server.server_address[1]}/under"
        connection = Connection(place, "x", sleep=waits.append)
        assert connection.ask("POST", "watches", body={}) == {}
        connection.close()
        server.shutdown()
    assert waits == [3.0, 0.2]
    assert len(Busy.seen) == 3
    assert len(set(Busy.seen)) == 1
    assert Busy.seen[0][0] == "/under/api/v1/watches"
