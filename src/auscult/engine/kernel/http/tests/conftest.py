"""Servers that end with their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ssl import SSLContext

import pytest

from auscult.engine.kernel.http.testing import Handler, Server


@pytest.fixture
def serve() -> Iterator[Callable[[Handler, SSLContext | None], Server]]:
    servers: list[Server] = []

    def start(handler: Handler, tls: SSLContext | None = None) -> Server:
        servers.append(Server(handler, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
