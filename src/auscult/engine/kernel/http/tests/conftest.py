"""Servers that end with their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ssl import SSLContext

import pytest

from auscult.engine.kernel.http.testing import Handler, Server


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(handler: Handler, tls: SSLContext | None = None, **place: str) -> Server:
        servers.append(Server(handler, tls, **place))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
