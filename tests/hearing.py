"""Listening to a reader whose batches come from a thread: until enough came, or time is up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from auscult.engine.connectors.base import Batch, Reader

PATIENCE = 20.0  # seconds; far above what anything takes


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
