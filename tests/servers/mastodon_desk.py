"""Who reads an instance in tests: keeps what the contract says, and waits without sleeping long."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from auscult.engine.connectors.base import Batch, Covered, LiveReader, configure
from auscult.engine.connectors.conformance import HERE, check_batch
from auscult.engine.connectors.live import Status
from auscult.engine.connectors.mastodon import Mastodon, MastodonConfig
from auscult.engine.kernel.clock import SystemClock
from servers.mastodon import FakeMastodon

PATIENCE = 60.0


class Desk:
    """A consumer that keeps what the contract says, and nothing else."""

    def __init__(self, fake: FakeMastodon, **config: Any) -> None:
        given = {
            "instance": fake.url,
            "timelines": ["public"],
            "access_token": "good",
            "silent_after": 5.0,
            "poll_every": 0.1,
        }
        self.config = configure(MastodonConfig, given | config)
        self.texts: dict[str, str] = {}
        self.aliases: dict[str, str] = {}
        self.tombstones: set[str] = set()
        self.coverage: list[Covered] = []
        self.confirmed: set[str] = set()
        self.versions = 0  # posts that were handed over
        self.broken = 0
        self.snapshot: Any = None
        self.reader: LiveReader
        self.open()

    def open(self) -> None:
        """Open the reader at what was stored last."""
        stored = json.loads(json.dumps(self.snapshot)) if self.snapshot else None
        reader = Mastodon().open(self.config, stored, clock=SystemClock(), network=HERE)
        self.reader = reader

    def reopen(self) -> None:
        """Begin anew, as after a crash."""
        self.reader.close()
        self.open()

    def until(self, reached: Callable[[], Any]) -> None:
        """Store batches until something is the case."""
        deadline = time.monotonic() + PATIENCE
        while not reached():
            batch = self.reader.next_batch()
            if batch is not None:
                self.store(batch)
            elif time.monotonic() > deadline:
                raise AssertionError(f"it didn't happen: {self.reader.status}, {self.texts}")
            else:
                time.sleep(0.005)

    def until_live(self) -> None:
        """Store batches until all streams are live and everything before was looked at."""
        self.until(lambda: self.status.doing == "live" and self.snapshot)

    def store(self, batch: Batch) -> None:
        """Store one batch."""
        check_batch(batch)
        for row in batch.posts.to_pylist():
            self.versions += 1
            if row["uri"] not in self.tombstones:
                self.texts[row["uri"]] = row["text"]
        self.aliases.update({alias: uri for uri, alias in batch.aliases.items()})
        for one in batch.deleted:
            uri = one.uri or self.aliases.get(one.alias or "")
            if uri is not None:
                self.tombstones.add(uri)
                self.texts.pop(uri, None)
        self.coverage += batch.coverage
        self.confirmed.update(batch.confirmed)
        self.broken += len(batch.broken)
        self.snapshot = batch.snapshot

    @property
    def said(self) -> list[str]:
        """What stands, in order."""
        return sorted(self.texts.values())

    @property
    def status(self) -> Status:
        """How the reader is doing."""
        return self.reader.status

    def notes(self) -> str:
        """What a person is told."""
        return " ".join(self.status.notes)

    def gaps(self) -> list[str]:
        """Why something wasn't covered."""
        return [one.reason for one in self.coverage if one.reason]
