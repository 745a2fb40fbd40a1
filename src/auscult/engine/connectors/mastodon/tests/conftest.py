"""An instance of the tests' own, and who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from servers.mastodon import FakeMastodon, fake_mastodon
from servers.mastodon_desk import Desk


@pytest.fixture
def fake() -> Iterator[FakeMastodon]:
    with fake_mastodon() as running:
        yield running


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auscult.engine.connectors.mastodon.pending.LONGEST", 0.05)


@pytest.fixture
def desk(fake: FakeMastodon) -> Iterator[Callable[..., Desk]]:
    opened: list[Desk] = []

    def make(**config: Any) -> Desk:
        opened.append(Desk(fake, **config))
        return opened[-1]

    yield make
    for one in opened:
        one.reader.close()
