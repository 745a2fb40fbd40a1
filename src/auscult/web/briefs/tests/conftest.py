"""A town whose weeks a test plants, mention by mention."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from auscult.engine.connectors.base import Batch
from auscult.engine.kernel.posts import SCHEMA

HOUR = timedelta(hours=1)


class Town:
    """Three watches and a source; what was read begins with the first planted week."""

    def __init__(self, owner: Any) -> None:
        from auscult.web.listening.actions import save_watch
        from auscult.web.listening.standing import StandingWatches
        from auscult.web.sources.models import Source

        for name in ("flu", "parking", "vaccine"):
            save_watch(owner, name=name, query=name)
        now = owner.clock.now()
        self.owner = owner
        self.source = Source.objects.create(
            organisation_id=owner.organisation_id, name="town", connector="files",
            next_attempt=now, created_at=now,
        )  # fmt: skip
        self._watching = StandingWatches(owner)
        self._numbers = itertools.count()
        self._chance = random.Random(5)
        self.read(datetime(2026, 11, 9, tzinfo=UTC), datetime(2026, 11, 16, tzinfo=UTC))

    def post(self, word: str, count: int, at: datetime, **more: Any) -> list[str]:
        """Let so many people say a word within some minutes of a moment; return the uris."""
        from auscult.web.listening.actions import record_batch

        posts = [
            {
                "uri": f"at://town/{number}",
                "source": "files",
                "author": f"person{number}",
                "created_at": at + timedelta(seconds=place),
                "collected_at": at + timedelta(seconds=place),
                "text": f"{word}, {self._chatter()}",
                **more,
            }
            for place, number in enumerate(itertools.islice(self._numbers, count))
        ]
        table = pa.Table.from_pylist(posts, schema=SCHEMA)
        batch = Batch(posts=table, snapshot={"at": posts[-1]["uri"]})
        record_batch(self.owner, source=self.source, batch=batch, watch_set=self._watching)
        return [str(one["uri"]) for one in posts]

    def _chatter(self) -> str:
        """Return words of nobody's language, so that no post is a copy of another."""
        letters = "abcdefghijklmnopqrstuvwxyz"
        return " ".join("".join(self._chance.choices(letters, k=7)) for _ in range(8))

    def weeks(self, word: str, counts: list[int], *, before: date, read: int | None = None) -> None:
        """Plant earlier weeks, the last one first; of the first so many it is said they were read."""
        monday = datetime(before.year, before.month, before.day, tzinfo=UTC)
        for back, count in enumerate(counts, start=1):
            since = monday - timedelta(days=7 * back)
            if count:
                self.post(word, count, since + timedelta(days=1, hours=9))
            if read is None or back <= read:
                self.read(since, since + timedelta(days=7))

    def read(self, since: datetime, until: datetime, reason: str = "") -> None:
        """Note that a time was read, or why it wasn't."""
        from auscult.web.sources.models import Coverage

        Coverage.objects.create(
            source=self.source, community="", since=since, until=until, reason=reason, sampled=1.0
        )

    def gap(self, since: datetime, until: datetime) -> None:
        """Cut a time out of what was read."""
        from auscult.web.sources.models import Coverage

        whole = Coverage.objects.get(since__lte=since, until__gte=until, reason="")
        Coverage.objects.create(
            source=self.source, community="", since=until, until=whole.until, sampled=1.0
        )
        Coverage.objects.filter(pk=whole.pk).update(until=since)
        self.read(since, until, "the town's feed was down")


@pytest.fixture
def town(owner: Any) -> Town:
    """Return a house with three watches whose weeks a test plants."""
    return Town(owner)


@pytest.fixture
def heard(town: Town) -> None:
    """Let the house have heard something before any week that a test looks at."""
    town.post("flu", 1, datetime(2026, 11, 2, 8, tzinfo=UTC))
