"""Listening to a reader whose batches come from a thread: until enough came, or time is up."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from auscult.engine.connectors.base import Batch, Reader, configure
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import FixedClock
from servers.answering import NETWORK, Answering, Asked, answering

PATIENCE = 60.0  # seconds; far above what anything takes


@dataclass
class Heard:
    """What a reader handed out."""

    batches: list[Batch] = field(default_factory=list)

    @property
    def posts(self) -> dict[str, dict[str, Any]]:
        """The last version of each post, by uri."""
        rows = (row for batch in self.batches for row in batch.posts.to_pylist())
        return {row["uri"]: row for row in rows}

    @property
    def versions(self) -> list[dict[str, Any]]:
        """Every version of every post, in order."""
        return [row for batch in self.batches for row in batch.posts.to_pylist()]

    @property
    def texts(self) -> list[str]:
        return [row["text"] for row in self.versions]

    @property
    def deleted(self) -> list[str]:
        return [one.uri or "" for batch in self.batches for one in batch.deleted]

    @property
    def confirmed(self) -> list[str]:
        return [uri for batch in self.batches for uri in batch.confirmed]

    @property
    def gaps(self) -> list[str]:
        return [one.reason for batch in self.batches for one in batch.coverage if one.reason]

    @property
    def snapshot(self) -> dict[str, Any]:
        return self.batches[-1].snapshot


def hear(reader: Reader, enough: Callable[[Heard], object], into: Heard | None = None) -> Heard:
    """Take batches until there is enough; raises what the reader raises, or says what came."""
    heard = into if into is not None else Heard()
    until = time.monotonic() + PATIENCE
    while not enough(heard):
        batch = reader.next_batch()
        if batch is not None:
            heard.batches.append(batch)
            continue
        if time.monotonic() > until:
            raise AssertionError(f"not enough came: {heard.texts!r}, {heard.deleted!r}")
        time.sleep(0.01)
    return heard


def one_round(heard: Heard) -> bool:
    """Tell whether a source that is asked from time to time has come to its pause."""
    return bool(heard.batches) and heard.snapshot.get("due") is not None


class Rounds:
    """A source that is asked from time to time, read round by round on a clock moved by hand."""

    def __init__(
        self, connector: Any, server: Answering, clock: FixedClock, values: dict[str, Any]
    ) -> None:
        self.server, self.clock, self.heard = server, clock, Heard()
        self.config = configure(connector.Config, values)
        self._connector = connector
        self._reader: Receiving | None = None

    @property
    def reader(self) -> Receiving:
        """The reader that is open."""
        assert self._reader is not None
        return self._reader

    def open(self, snapshot: Any = None) -> Heard:
        """Read the first round, from a snapshot as it is stored."""
        stored = json.loads(json.dumps(snapshot))
        self._reader = self._connector.open(self.config, stored, clock=self.clock, network=NETWORK)
        return self._round()

    def again(self, after: timedelta) -> Heard:
        """Let time pass, and read the next round; return what came since."""
        self.clock.advance(after)
        self.reader.recheck(["wake"])
        return self._round()

    def _round(self) -> Heard:
        start = len(self.heard.batches)
        hear(self.reader, lambda h: any(map(_ends_round, h.batches[start:])), self.heard)
        return Heard(self.heard.batches[start:])

    def calls(self, path: str) -> list[Asked]:
        """Return what was asked for a path."""
        return [one for one in self.server.asked if one.path == path]

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()


def _ends_round(batch: Batch) -> bool:
    nothing = not (batch.records or batch.coverage or batch.confirmed or batch.deleted)
    return nothing and batch.snapshot["due"] is not None


@contextlib.contextmanager
def rounds_of(
    connector: Any, answer: Callable[[Asked], Any], clock: FixedClock, path: str = "", **values: Any
) -> Iterator[Rounds]:
    """Run a server, and read it round by round; its address is the source's `address`."""
    with answering(answer) as server:
        rounds = Rounds(connector, server, clock, {"address": server.url + path, **values})
        try:
            yield rounds
        finally:
            rounds.close()
