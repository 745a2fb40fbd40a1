"""Servers that end with their test, and a client whose clock stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from ssl import SSLContext

import pytest

from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.http import Client, Network, Reach, user_agent
from auscult.engine.kernel.http.testing import Handler, Server

HERE = Reach(("127.0.0.0/8",))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(handler: Handler, tls: SSLContext | None = None, **place: str) -> Server:
        servers.append(Server(handler, tls, **place))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def client() -> Iterator[Client]:
    with Network(HERE, clock=FixedClock(NOW), user_agent=user_agent("https://lake.example")).client(
        timeout=5, total=10
    ) as made:
        yield made
