"""Random batches, edits, deletions, watches and backfills, against a plain dictionary."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from auscult.engine.connectors.base import Batch, Deletion
from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.query.parse import parse
from auscult.web.accounts.models import Actor
from auscult.web.listening import backfilling, queries, search
from auscult.web.listening.actions import backfill_step, forget, record_batch, save_watch
from auscult.web.listening.models import HourlyCount, Watch
from auscult.web.listening.reading import Filters
from auscult.web.listening.standing import StandingWatches
from auscult.web.sources.models import Source

pytestmark = pytest.mark.django_db

WORDS = ("flu", "shot", "wait", "nurse")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
texts = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
posts = st.dictionaries(st.integers(0, 11), texts, max_size=6)
steps = st.one_of(
    st.tuples(st.just("batch"), posts),
    st.tuples(st.just("delete"), st.integers(0, 11)),
    st.tuples(st.just("forget author"), st.integers(0, 3)),
    st.tuples(st.just("watch"), st.sampled_from(WORDS)),
)


class Oracle:
    """What ought to be there: post number -> text, for posts that were ever found."""

    def __init__(self) -> None:
        self.word = "flu"
        self.kept: dict[int, str] = {}
        self.everything: dict[int, str] = {}
        self.gone: set[int] = set()

    def batch(self, batch: dict[int, str]) -> None:
        for number, text in batch.items():
            if number not in self.gone:
                self.everything[number] = text
                if number in self.kept or self.word in text.split():
                    self.kept[number] = text

    def drop(self, numbers: set[int]) -> None:
        self.gone |= numbers
        for number in numbers:
            self.kept.pop(number, None)

    def found(self, word: str) -> list[int]:
        return sorted((n for n, text in self.kept.items() if word in text.split()), reverse=True)


def table(batch: dict[int, str]) -> pa.Table:
    rows = [
        {"uri": f"u{n}", "text": text, "author": f"a{n % 4}",
         "created_at": NOON + timedelta(minutes=25 * n)}
        for n, text in batch.items()
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)


@hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=st.lists(steps, max_size=12), page=st.sampled_from([1, 4, 5_000]))
def test_the_archive_is_what_a_dictionary_would_be(
    owner: Actor, source: Source, plan: list[tuple[str, Any]], page: int, tmp_path_factory: Any
) -> None:
    archive: Path = tmp_path_factory.mktemp("archive")
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, archive=archive)
    patch = pytest.MonkeyPatch()
    patch.setattr(backfilling, "PAGE", page)
    patch.setattr(search, "WALKED", (1, 2))
    with patch.context(), transaction.atomic():
        _play(owner, source, plan)
        transaction.set_rollback(True)
    patch.undo()


def _play(owner: Actor, source: Source, plan: list[tuple[str, Any]]) -> None:
    oracle = Oracle()
    watch = save_watch(owner, name="w", query="flu")
    watching = StandingWatches(owner)
    for place, (step, value) in enumerate(plan):
        batch = Batch(posts=table({}), snapshot={"at": place})
        if step == "batch":
            batch = dataclasses.replace(batch, posts=table(value))
            oracle.batch(value)
        elif step == "delete":
            batch = dataclasses.replace(batch, deleted=(Deletion(uri=f"u{value}"),))
            oracle.drop({value})
        elif step == "forget author":
            forget(owner, authors=[f"a{value}"], reason="asked")
            oracle.drop({n for n in range(12) if n % 4 == value})
        else:
            watch = save_watch(owner, name="w", query=value, watch=watch)
            oracle.word = value
        record_batch(owner, source=source, batch=batch, watch_set=watching)
        if place % 3 == 2:
            _catch_up(owner)
    _catch_up(owner)
    _compare(owner, watch, oracle)


def _catch_up(owner: Actor) -> None:
    while (backfill := queries.due_backfills(owner).first()) is not None:
        backfill_step(owner, backfill=backfill)


def _compare(owner: Actor, watch: Watch, oracle: Oracle) -> None:
    everything = queries.latest(owner, limit=100).hits
    assert {int(hit.uri[1:]): hit.text for hit in everything} == oracle.kept
    by_watch = queries.latest(owner, filters=Filters(watch=watch.pk), limit=100).hits
    assert [int(hit.uri[1:]) for hit in by_watch] == oracle.found(oracle.word)
    for word in WORDS:
        hits = queries.search(owner, parse(word), limit=100).hits
        assert [int(hit.uri[1:]) for hit in hits] == oracle.found(word)
        assert queries.count(owner, parse(word)).count == len(hits)
    hours = Counter(
        (NOON + timedelta(minutes=25 * n)).replace(minute=0) for n in oracle.found(oracle.word)
    )
    counted = HourlyCount.objects.filter(watch=watch).values_list("hour", "count")
    assert dict(counted) == dict(hours)
