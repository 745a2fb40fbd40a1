"""Posts, sources and batches for the tests of dashboards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from auscult.engine.connectors.base import Batch
from auscult.engine.kernel.posts import SCHEMA

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_post(number: int, text: str = "flu", **more: Any) -> dict[str, Any]:
    """Return a post; the greater its number, the later it was posted."""
    return {
        "uri": f"at://town/{number}",
        "source": "files",
        "community": "town.example",
        "author": f"person{number % 7}",
        "created_at": NOON + timedelta(minutes=number),
        "collected_at": NOON + timedelta(minutes=number),
        "text": text,
        "language": "en",
        **more,
    }


@pytest.fixture
def post() -> Callable[..., dict[str, Any]]:
    return a_post


@pytest.fixture
def source(owner: Any) -> Any:
    return new_source(owner, "town")


def new_source(actor: Any, name: str, **more: Any) -> Any:
    from auscult.web.sources.models import Source

    now = actor.clock.now()
    return Source.objects.create(
        organisation_id=actor.organisation_id,
        name=name,
        connector="files",
        next_attempt=now,
        created_at=now,
        **more,
    )


@pytest.fixture
def watch(owner: Any) -> Any:
    from auscult.web.listening.actions import save_watch

    return save_watch(owner, name="Flu", query="flu OR influenza")


@pytest.fixture
def record(owner: Any, source: Any) -> Callable[..., Any]:
    """Record posts for the owner's source, with the watches as they are."""
    from auscult.web.listening.actions import record_batch
    from auscult.web.listening.standing import StandingWatches

    watching = StandingWatches(owner)

    def go(*posts: dict[str, Any], actor: Any = owner, into: Any = source, **more: Any) -> Any:
        more.setdefault("snapshot", {"at": posts[-1]["uri"] if posts else ""})
        batch = Batch(posts=pa.Table.from_pylist(list(posts), schema=SCHEMA), **more)
        return record_batch(actor, source=into, batch=batch, watch_set=watching)

    return go


@pytest.fixture
def worker(owner: Any) -> Any:
    """Return the actor of work that no person starts."""
    from auscult.web.accounts.queries import system_actor

    return system_actor(owner.organisation_id, "figures-by-day", clock=owner.clock)


@pytest.fixture
def settled(worker: Any) -> Callable[[], None]:
    """Count every marked day again."""
    from auscult.web.dashboards.rollup import settle

    def go() -> None:
        while settle(worker):
            pass

    return go
