"""Auscult's side of the archive's benchmark: mentions in the database, samples in the lake."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from auscult.engine.connectors.base import Batch
from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.matching import WatchSet
from auscult.engine.query.nominate import nominate
from auscult.engine.query.parse import parse
from auscult.terminal.archives import owner_of
from bench.archive_posts import DAYS, START, Town
from bench.archive_timing import Timing, milliseconds, traces

if TYPE_CHECKING:
    from auscult.web.accounts.models import Actor
    from auscult.web.listening.models import Watch

BATCH = 50_000
FIRST = datetime.fromtimestamp(START / 1e6, UTC)
LAST = FIRST + timedelta(days=DAYS)


class Ours:
    """An archive in a folder of its own, filled with a town's posts.

    Every post is a mention: one watch takes each language. A few others are as people
    write them.
    """

    def __init__(self, folder: Path, town: Town) -> None:
        self.actor: Actor = owner_of(folder)
        # The application's modules can be imported once Django is set up.
        from auscult.web.listening import actions, queries, reading, volumes  # noqa: PLC0415
        from auscult.web.listening.lake import lake_name, lake_of  # noqa: PLC0415
        from auscult.web.listening.standing import StandingWatches  # noqa: PLC0415
        from auscult.web.sources.models import Source  # noqa: PLC0415

        self._actions, self._queries, self._filters = actions, queries, reading.Filters
        self._over_time = volumes
        self.folder = folder
        self.uris: list[str] = []
        self.neighbours: list[str] = []
        self.town = town
        self.source = Source.objects.create(
            organisation_id=self.actor.organisation_id,
            name="town",
            connector="files",
            next_attempt=FIRST,
            created_at=FIRST,
        )
        self.lake, self.lake_name = lake_of(self.actor), lake_name(self.source)
        self.watches: list[Watch] = [
            actions.save_watch(self.actor, name=name, query=query)
            for name, query in watches_of(town).items()
        ]
        self._standing = StandingWatches(self.actor)

    def fill(self) -> dict[str, float]:
        """Take in all posts; returns seconds of each part."""
        spent = {"mentions": 0.0}
        writes: list[float] = []
        sample: list[str] = []
        middle_batch = self.town.posts // BATCH // 2
        for number, posts in enumerate(self.town.batches(BATCH)):
            started = time.perf_counter()
            self.lake.write(posts, source=self.lake_name, key=str(number))
            middle = time.perf_counter()
            batch = Batch(posts=posts, snapshot={"batch": number + 1})
            self._actions.record_batch(
                self.actor, source=self.source, batch=batch, watch_set=self._standing
            )
            writes.append(middle - started)
            spent["mentions"] += time.perf_counter() - middle
            uris = posts.column("uri").to_pylist()
            sample += uris[:: max(1, self.town.posts // 5_000)]
            if number == middle_batch:
                self.neighbours = uris[:2_000]
        self.uris = sample
        # Now and then a write compacts as well; the median one doesn't.
        write = float(np.median(writes)) / min(BATCH, self.town.posts)
        return {**spent, "lake": sum(writes), "one write": write}

    def latest_filtered(self) -> Timing:
        """Newest 50 of a watch, narrowed by source, language and time."""
        watch = self.watches[1]
        runs = [
            lambda language=language, day=day: self._queries.latest(
                self.actor,
                filters=self._filters(
                    watch=watch.pk,
                    source=self.source.pk,
                    language=language,
                    since=FIRST + timedelta(days=day),
                    until=FIRST + timedelta(days=day + 30),
                ),
                limit=50,
            )
            for language in ("en", "de", "pt")
            for day in (5, 30, 65)
        ]
        return milliseconds(runs)

    def latest(self) -> Timing:
        filters = [self._filters(watch=watch.pk) for watch in self.watches]
        return milliseconds(
            [partial(self._queries.latest, self.actor, filters=f, limit=50) for f in filters]
        )

    def search(self, texts: list[str]) -> Timing:
        """Newest 50 hits of each query."""
        asked = [parse(text) for text in texts]
        return milliseconds([partial(self._queries.search, self.actor, q, limit=50) for q in asked])

    def count(self, text: str) -> tuple[int, Timing]:
        query = parse(text)
        found = self._queries.count(self.actor, query)
        assert found.exact
        return found.count, milliseconds([lambda: self._queries.count(self.actor, query)])

    def hourly(self) -> tuple[int, Timing]:
        """Mentions of one watch, hour by hour over 100 days, from the rollups."""

        def run() -> int:
            told = self._over_time.volumes(
                self.actor, watches=self.watches[1:2], since=FIRST, until=LAST
            )
            return sum(told.series[0].counts)

        return run(), milliseconds([run])

    def backfill(self, text: str) -> tuple[int, int, float]:
        """Answer a new watch over the whole lake on one core: (found, posts, seconds)."""
        tree = parse(text).tree
        standing = WatchSet({"new": tree})
        columns = ["uri", "created_at", "title", "text", "language", "author", "source"]
        posts = self.lake.rows
        started = time.perf_counter()
        found = 0
        for table in self.lake.scan(columns=columns, need=nominate(tree)):
            found += standing.match(whole(table)).num_rows
        return found, posts, time.perf_counter() - started

    def forget(self, uris: list[str]) -> float:
        started = time.perf_counter()
        done = self._actions.forget(self.actor, uris=uris, reason="a benchmark")
        assert done.mentions == len(uris) == done.lake, done
        return time.perf_counter() - started

    def compact(self) -> float:
        started = time.perf_counter()
        self.lake.compact()
        return time.perf_counter() - started

    def traces(self, uris: list[str]) -> int:
        """Count the files, of database, journal and lake, that still name one of the uris."""
        return traces(self.folder, uris)

    def size(self) -> dict[str, int]:
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        lake = sum(f.stat().st_size for f in files if "lake" in f.parts)
        database = sum(f.stat().st_size for f in files if "sqlite3" in f.name)
        return {"lake": lake, "mentions": database}


def whole(posts: pa.Table) -> pa.Table:
    """Return posts with all columns of the schema; those that were not read are null."""
    have = set(posts.column_names)
    columns = [
        posts.column(f.name) if f.name in have else pa.nulls(len(posts), f.type) for f in SCHEMA
    ]
    return pa.table(columns, names=SCHEMA.names)


def watches_of(town: Town) -> dict[str, str]:
    """Return the standing queries: everything, and what an analyst would write."""
    w = town.words
    return {
        "everything": "language:(en OR de OR fr OR es OR pt)",
        "broad": f"{w[40]} OR {w[90]} OR {w[200]}",
        "narrow": f'("{w[5]} {w[300]}" OR {w[2_000]} NEAR/5 {w[30]} OR {w[9_000]}) NOT {w[0]}',
        "rare": f"{w[60_000]} OR {w[70_000]} OR {w[80_000][:5]}*",
        "field": f"language:de AND ({w[1_000]} OR {w[1_500]})",
    }


def queries_of(town: Town) -> Iterator[str]:
    """Yield queries of every operator, with words from common to rare."""
    w = town.words
    for rank in (1, 30, 300, 3_000, 30_000, 150_000):
        near = rank // 2 + 1
        yield w[rank]
        yield f"{w[rank]} AND {w[near]}"
        yield f"{w[rank]} OR {w[rank + 7]}"
        yield f"{w[rank]} NOT {w[2]}"
        yield f'"{w[near]} {w[rank]}"'
        yield f"{w[rank]} NEAR/5 {w[near]}"
        yield f"{w[near]} NEAR/3f {w[rank]}"
        yield f"#{w[rank]}"
        yield f"ATLEAST/2({w[rank]})"
        yield f"{{{w[rank]}}} AND language:en"
        yield f"language:de AND {w[rank]}"
        yield f"raw:{w[rank]}"
        if len(w[rank]) >= 5:
            yield f"{w[rank][:4]}*"
            yield f"{w[rank][:3]}?{w[rank][4:]}"


def chosen(uris: list[str], number: int) -> list[str]:
    """Return uris spread evenly over the whole time."""
    at = np.linspace(0, len(uris) - 1, number).astype(int)
    return [uris[i] for i in at]
