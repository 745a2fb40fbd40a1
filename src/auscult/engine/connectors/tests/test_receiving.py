"""A session's pauses: what ends them, and what doesn't."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from auscult.engine.connectors.base import Batch, Snapshot
from auscult.engine.connectors.conformance import HERE
from auscult.engine.connectors.receiving import Closed, Receiving
from auscult.engine.kernel.clock import FixedClock

LONGEST = 60.0  # seconds that anything is waited for
SHORT = 0.2


class Pausing:
    """A session that pauses once, when a uri waits already, and tells how long it did."""

    def __init__(self, pause: Callable[[Receiving], None]) -> None:
        self._pause = pause
        self.begin, self.over = threading.Event(), threading.Event()
        self.took = 0.0
        self.closed = False

    def __call__(self, snapshot: Snapshot | None, receiving: Receiving) -> Iterator[Batch]:
        assert self.begin.wait(LONGEST)
        begun = time.monotonic()
        try:
            self._pause(receiving)
        except Closed:
            self.closed = True
        self.took = time.monotonic() - begun
        self.over.set()
        yield from ()

    def open(self) -> Receiving:
        clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
        reader = Receiving(self, None, clock=clock, network=HERE, name="pausing")
        reader.recheck(["at://x"])
        self.begin.set()
        return reader


def test_a_pause_ends_when_something_is_to_be_rechecked() -> None:
    pausing = Pausing(lambda receiving: receiving.pause(LONGEST))
    reader = pausing.open()
    assert pausing.over.wait(LONGEST)
    reader.close()
    assert pausing.took < LONGEST / 2


def test_a_pause_before_another_try_lasts_though_something_is_to_be_rechecked() -> None:
    pausing = Pausing(lambda receiving: receiving.pause(SHORT, through_rechecks=True))
    reader = pausing.open()
    assert pausing.over.wait(LONGEST)
    assert pausing.took >= SHORT
    assert reader.asked(5) == ["at://x"]  # it still waits
    reader.close()


@pytest.mark.parametrize("seconds", [LONGEST, 10 * LONGEST])
def test_closing_ends_a_pause_before_another_try(seconds: float) -> None:
    pausing = Pausing(lambda receiving: receiving.pause(seconds, through_rechecks=True))
    pausing.open().close()
    assert pausing.over.wait(LONGEST)
    assert pausing.closed
    assert pausing.took < LONGEST / 2
