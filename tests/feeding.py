"""What tests of feeds wait for."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.http import Reach
from hearing import PATIENCE, Heard

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
HERE = Reach(allow=("127.0.0.0/8",))
Open = Callable[..., Receiving]


def posts(count: int) -> Callable[[Heard], bool]:
    """Wait for so many posts, versions of one counted each."""
    return lambda heard: len(heard.versions) >= count


def once(heard: Heard) -> bool:
    """Wait for anything."""
    return bool(heard.batches)


def state_of(heard: Heard, address: str) -> dict[str, Any]:
    """Return what the last snapshot says of a feed."""
    state: dict[str, Any] = heard.snapshot["feeds"][address]
    return state


def wait_for(happened: Callable[[], object]) -> None:
    """Wait until this is so."""
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


def until_asked(reader: Receiving, times: int) -> None:
    """Wait until so many answers came."""
    wait_for(lambda: reader.status.frames == times)


def until_told(reader: Receiving, word: str) -> str:
    """Wait for a note with this word, and return it."""
    wait_for(lambda: any(word in note for note in reader.status.notes))
    return next(note for note in reader.status.notes if word in note)
