"""Posts, sources and batches for the tests of listening."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from auscult.engine.connectors.base import Batch
from auscult.engine.kernel.posts import SCHEMA

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_post(number: int, text: str, **more: Any) -> dict[str, Any]:
    """Return a post; the greater its number, the later it was posted."""
    return {
        "uri": f"at://town/{number}",
        "source": "files",
        "author": f"person{number % 7}",
        "author_name": f"Pat Person {number % 7}",
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
def batch() -> Callable[..., Batch]:
    def make(*posts: dict[str, Any], **more: Any) -> Batch:
        more.setdefault("snapshot", {"at": posts[-1]["uri"] if posts else ""})
        return Batch(posts=pa.Table.from_pylist(list(posts), schema=SCHEMA), **more)

    return make


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
def make_source() -> Callable[..., Any]:
    return new_source


@pytest.fixture
def record(owner: Any, source: Any, batch: Callable[..., Batch]) -> Callable[..., Any]:
    """Record posts for the owner's source, with the watches as they are."""
    from auscult.web.listening.actions import record_batch
    from auscult.web.listening.standing import StandingWatches

    watching = StandingWatches(owner)

    def go(*posts: dict[str, Any], actor: Any = owner, into: Any = source, **more: Any) -> Any:
        return record_batch(actor, source=into, batch=batch(*posts, **more), watch_set=watching)

    return go


@pytest.fixture
def catch_up(owner: Any) -> Callable[[], int]:
    """Go through all backfills to their end; return how many steps it took."""
    from auscult.web.listening.actions import backfill_step
    from auscult.web.listening.queries import due_backfills

    def go() -> int:
        steps = 0
        while (backfill := due_backfills(owner).first()) is not None:
            backfill_step(owner, backfill=backfill)
            steps += 1
        return steps

    return go
