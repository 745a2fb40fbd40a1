"""A deletion that nobody told of is found by asking, beside a stream that goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from auscult.engine.connectors.base import Batch, Deletion, Snapshot, configure
from auscult.engine.connectors.bluesky import Bluesky, BlueskyConfig, rechecking
from auscult.engine.connectors.conformance import HERE, check_batch
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import SystemClock
from servers.jetstream import Jetstream
from servers.jetstream_log import Log, commit
from servers.small_appview import SmallAppView, small_appview

LONGEST = 60.0
ANNA = "did:plc:anna"
POST = "app.bsky.feed.post"


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rechecking, "PAUSE", 0.0)


@pytest.fixture
def appview() -> Iterator[SmallAppView]:
    with small_appview() as running:
        running.join("anna.example.org")
        yield running


def opened(stream: Jetstream[Any], **more: Any) -> Receiving:
    config = configure(BlueskyConfig, {"hosts": [stream.url], "hours_back": 36, **more})
    return Bluesky().open(config, None, clock=SystemClock(), network=HERE)


def collect(reader: Receiving, enough: int) -> list[Batch]:
    """Return batches until `enough` posts are confirmed or deleted."""
    until = time.monotonic() + LONGEST
    batches: list[Batch] = []
    while sum(len(one.confirmed) + len(one.deleted) for one in batches) < enough:
        assert time.monotonic() < until, reader.status
        batch = reader.next_batch()
        if batch is None:
            time.sleep(0.01)
            continue
        check_batch(batch)
        batches.append(batch)
    return batches


def test_posts_are_confirmed_or_gone_while_the_stream_goes_on(appview: SmallAppView) -> None:
    stands = [appview.say(ANNA, f"post {number}", likeCount=number) for number in range(30)]
    gone = f"at://{ANNA}/{POST}/gone"
    log = Log()
    log.append(
        commit(
            ANNA, POST, "live", {"$type": POST, "text": "live", "createdAt": "2026-01-01T00:00:00Z"}
        )
    )
    with Jetstream(log=log) as stream:
        reader = opened(stream, appview=appview.url)
        try:
            reader.recheck([*stands, gone])
            batches = collect(reader, 31)
        finally:
            reader.close()
    confirmed = {uri for batch in batches for uri in batch.confirmed}
    deleted = [one for batch in batches for one in batch.deleted]
    assert confirmed == set(stands)
    assert [(one.uri, one.author) for one in deleted] == [(gone, None)]
    rows = [row for batch in batches for row in batch.posts.to_pylist()]
    assert {row["text"] for row in rows} >= {"live", "post 0", "post 29"}
    counts = {row["uri"]: row["engagement"]["likes"] for row in rows if row["uri"] in stands}
    assert counts[stands[7]] == 7
    # The archive names a batch by the snapshot before it.
    snapshots: list[Snapshot] = [batch.snapshot for batch in batches]
    assert len({repr(one) for one in snapshots}) == len(snapshots)


@pytest.mark.parametrize(
    "answer", [(500, {}, b""), (429, {"Retry-After": "60"}, b""), (200, {}, b"[]")]
)
def test_a_server_that_fails_removes_nothing(
    appview: SmallAppView, answer: tuple[int, dict[str, str], bytes]
) -> None:
    uri = appview.say(ANNA, "still there")
    appview.refusals.append(answer)
    with Jetstream(log=Log()) as stream:
        reader = opened(stream, appview=appview.url)
        try:
            reader.recheck([uri])
            until = time.monotonic() + LONGEST
            while not appview.asked:
                assert time.monotonic() < until
                time.sleep(0.01)
            assert reader.next_batch() is None or not _removed(reader)
        finally:
            reader.close()


def _removed(reader: Receiving) -> list[Deletion]:
    batch = reader.next_batch()
    return list(batch.deleted) if batch else []


def test_without_an_appview_nothing_is_asked() -> None:
    with Jetstream(log=Log()) as stream:
        reader = opened(stream, appview="")
        try:
            reader.recheck([f"at://{ANNA}/{POST}/1"])
            assert reader.next_batch() is None
        finally:
            reader.close()
