"""Two sites, a clock that stands, and readers over them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from auscult.engine.connectors.base import Snapshot
from auscult.engine.connectors.feeds import FeedsConfig
from auscult.engine.connectors.feeds.session import Session
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.http import Network
from feeding import HERE, NOON, Open
from servers.feeds import Web, web


@pytest.fixture
def site() -> Iterator[Web]:
    with web() as served:
        yield served


@pytest.fixture
def other() -> Iterator[Web]:
    with web() as served:
        yield served


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def opened(clock: FixedClock) -> Iterator[Open]:
    with contextlib.ExitStack() as readers:

        def start(*feeds: str, snapshot: Snapshot | None = None, **settings: Any) -> Receiving:
            config = FeedsConfig(feeds=feeds, **settings)
            network = Network(HERE, random=Random(4), clock=clock)
            reader = Receiving(
                lambda stored, here: Session(config, stored, here, between=0.0).run(),
                snapshot,
                clock=clock,
                network=network,
                name="feeds",
            )
            readers.callback(reader.close)
            return reader

        yield start
