"""Listening to a Jetstream server of the tests' own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from auscult.engine.connectors.base import Batch, Deletion, Snapshot, configure
from auscult.engine.connectors.bluesky import Bluesky, BlueskyConfig
from auscult.engine.connectors.conformance import check_batch
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.http import Network, Reach
from servers.jetstream import Jetstream
from servers.jetstream_log import START, Event, Log, commit

POST, LIKE, REPOST = (f"app.bsky.feed.{name}" for name in ("post", "like", "repost"))
ANNA, BERT = "did:plc:anna", "did:plc:bert"
BEGUN = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=START)
CLOCK = FixedClock(BEGUN + timedelta(hours=1))
LONGEST = 60.0


def said(text: str, rkey: str = "", did: str = ANNA, **fields: Any) -> Event:
    record = {"text": text, "createdAt": "2026-11-21T10:00:00Z", **fields}
    return commit(did, POST, rkey or text, record)


def posts(count: int, begin: int = 0) -> list[Event]:
    return [said(f"post{number}") for number in range(begin, begin + count)]


def log_of(events: list[Event], **options: Any) -> Log:
    log = Log(**options)
    log.extend(events)
    return log


class Heard:
    """What a reader gave until now."""

    def __init__(self, reader: Receiving) -> None:
        self.reader = reader
        self.batches: list[Batch] = []

    @property
    def texts(self) -> list[str]:
        return [text for one in self.batches for text in one.posts.column("text").to_pylist()]

    @property
    def deleted(self) -> list[Deletion]:
        return [deletion for batch in self.batches for deletion in batch.deleted]

    @property
    def gaps(self) -> list[str]:
        return [c.reason for batch in self.batches for c in batch.coverage if c.reason]

    @property
    def snapshot(self) -> Snapshot:
        return self.batches[-1].snapshot

    def until(self, met: Callable[[Heard], object]) -> Heard:
        """Read on until it is met; fail when it takes too long."""
        deadline = time.monotonic() + LONGEST
        while not met(self):
            assert time.monotonic() < deadline, f"{self.texts} {self.reader.status}"
            batch = self.reader.next_batch()
            if batch is None:
                time.sleep(0.005)
                continue
            check_batch(batch)
            self.batches.append(batch)
        return self

    def count(self, posts: int) -> Heard:
        return self.until(lambda heard: len(heard.texts) >= posts)


@contextlib.contextmanager
def listening(
    *servers: Jetstream[Any] | str, snapshot: Snapshot | None = None, **values: Any
) -> Iterator[Heard]:
    hosts = [one if isinstance(one, str) else one.url for one in servers]
    begin = {} if snapshot else {"hours_back": 36.0}
    config = configure(BlueskyConfig, {"hosts": hosts, "compress": False, **begin, **values})
    network = Network(Reach(("127.0.0.1",)), random=Random(1))
    reader = Bluesky().open(config, snapshot, clock=CLOCK, network=network)
    try:
        yield Heard(reader)
    finally:
        reader.close()
