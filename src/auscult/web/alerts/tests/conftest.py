"""A town whose storms are known, in an archive of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from auscult.engine.connectors.base import Batch, Covered
from auscult.engine.kernel.posts import SCHEMA

HOUR = timedelta(hours=1)


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
def watch(owner: Any) -> Any:
    from auscult.web.listening.actions import save_watch

    return save_watch(owner, name="Waiting", query="wait*")


@pytest.fixture
def say(owner: Any, source: Any) -> Callable[..., None]:
    """Record posts: `say(at, "text", ...)`; each by another person unless `author` says whom."""
    from auscult.web.listening.actions import record_batch
    from auscult.web.listening.standing import StandingWatches

    watching = StandingWatches(owner)
    number = iter(range(1 << 30))

    def post(at: datetime, text: str, more: dict[str, Any]) -> dict[str, Any]:
        n = next(number)
        return {
            "uri": f"at://town/{n}",
            "source": "files",
            "author": f"person{n}",
            "author_name": f"Pat Person {n}",
            "created_at": at,
            "collected_at": at + timedelta(minutes=1),
            "text": text,
            "language": "en",
            **more,
        }

    def go(
        *told: tuple[datetime, str],
        into: Any = None,
        read: tuple[Any, Any] | None = None,
        **more: Any,
    ) -> None:
        posts = [post(at, text, more) for at, text in told]
        covered = (Covered(community="", since=read[0], until=read[1]),) if read else ()
        batch = Batch(
            posts=pa.Table.from_pylist(posts, schema=SCHEMA),
            coverage=covered,
            snapshot={"at": next(number)},
        )
        record_batch(owner, source=into or source, batch=batch, watch_set=watching)

    return go


def steady(since: datetime, until: datetime, *, each: int = 1) -> list[tuple[datetime, str]]:
    """Return a post about waiting an hour, or several; words change, so that none is new."""
    hours = int((until - since) / HOUR)
    return [
        (since + n * HOUR + part * timedelta(minutes=7), f"we wait in room {n % 24}")
        for n in range(hours)
        for part in range(each)
    ]


def at(text: str) -> datetime:
    """Return a moment of November 2026, as `20 12:30`."""
    return datetime.strptime(f"2026-11 {text}", "%Y-%m %d %H:%M").replace(tzinfo=UTC)
