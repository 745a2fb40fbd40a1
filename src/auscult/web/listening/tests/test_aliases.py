"""Posts that their source deletes by another name: random stories against a dictionary."""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from django.conf import settings
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from auscult.engine.connectors.base import Batch, Deletion
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.posts import SCHEMA
from auscult.web.accounts.models import Actor
from auscult.web.listening import queries
from auscult.web.listening.actions import (
    backfill_step,
    expire,
    forget,
    keep_house,
    record_batch,
    remove_source,
    save_watch,
)
from auscult.web.listening.lake import lake_name, lake_of
from auscult.web.listening.models import Alias, Mention, Removal, RemovalReason, Tombstone
from auscult.web.listening.standing import StandingWatches
from auscult.web.sources.actions import Keep, change_source
from auscult.web.sources.models import Source

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
POSTS = 6
AUTHORS = 3


class Step(NamedTuple):
    """A batch of one of two instances."""

    instance: int
    texts: dict[int, str]
    names: dict[int, int]  # of some of the posts: numbers that the instance gives them
    deleted: list[tuple[str, int]]
    restart: bool


numbers = st.integers(0, POSTS - 1)
batches = st.builds(
    Step,
    instance=st.integers(0, 1),
    texts=st.dictionaries(numbers, st.sampled_from(["flu", "sun"]), max_size=3),
    names=st.dictionaries(numbers, numbers, max_size=4).map(  # a name is of one post
        lambda posts: {number: alias for alias, number in posts.items()}
    ),
    deleted=st.lists(
        st.tuples(st.sampled_from(["uri", "alias", "alias", "alias", "author"]), numbers),
        max_size=2,
    ),
    restart=st.booleans(),
)


class Oracle:
    """What ought to be there."""

    def __init__(self) -> None:
        self.kept: dict[int, str] = {}
        self.lake: set[int] = set()  # of the first instance, which keeps everything
        self.names: dict[tuple[int, int], int] = {}  # instance, alias: post
        self.gone: set[int] = set()
        self.left: set[int] = set()
        self.early: set[tuple[int, int]] = set()  # deleted before anything was known of it

    def drop(self, gone: set[int]) -> None:
        self.lake -= gone
        self.kept = {n: text for n, text in self.kept.items() if n not in gone}
        self.names = {name: n for name, n in self.names.items() if n not in gone}

    def bury(self, number: int) -> None:
        self.gone.add(number)
        self.drop({number})

    def take(self, step: Step) -> None:
        at = step.instance
        names = {n: step.names[n] for n in step.texts if n in step.names}
        given = {alias: n for n, alias in names.items()}
        for alias, number in given.items():
            if (at, alias) in self.early:
                self.bury(number)
        for number, text in step.texts.items():
            if number not in self.gone and number % AUTHORS not in self.left:
                self._take_post(at, number, text)
        for number, alias in names.items():
            self._name(at, number, alias)
        for kind, number in step.deleted:
            self._delete(at, kind, number, given)

    def _take_post(self, at: int, number: int, text: str) -> None:
        if number in self.kept or text == "flu":
            self.kept[number] = text
        if at == 0:
            self.lake.add(number)

    def _name(self, at: int, number: int, alias: int) -> None:
        if number in self.kept or (at == 0 and number in self.lake):
            self.names = {name: n for name, n in self.names.items() if name[0] != at or n != number}
            self.names[at, alias] = number

    def _delete(self, at: int, kind: str, number: int, given: dict[int, int]) -> None:
        if kind == "author":
            self.left.add(number % AUTHORS)
            its = {n for n in range(POSTS) if n % AUTHORS == number % AUTHORS}
            self.gone |= its & set(self.kept)
            self.drop(its)
        elif kind == "uri":
            self.bury(number)
        else:
            known = given.get(number, self.names.get((at, number)))
            if known is None:
                self.early.add((at, number))
            else:
                self.bury(known)


def a_name(number: int) -> str:
    return f"11530000000000000{number}"


def a_batch(step: Step, snapshot: int) -> Batch:
    rows = [
        {"uri": f"https://home/@a{n % AUTHORS}/{n}", "text": text, "author": f"a{n % AUTHORS}",
         "created_at": NOON + timedelta(minutes=25 * n)}
        for n, text in step.texts.items()
    ]  # fmt: skip
    return Batch(
        posts=pa.Table.from_pylist(rows, schema=SCHEMA),
        snapshot={"at": snapshot},
        aliases={
            f"https://home/@a{n % AUTHORS}/{n}": a_name(step.names[n])
            for n in step.texts
            if n in step.names
        },
        deleted=tuple(a_deletion(*one) for one in step.deleted),
    )


def a_deletion(kind: str, number: int) -> Deletion:
    if kind == "uri":
        return Deletion(uri=f"https://home/@a{number % AUTHORS}/{number}")
    if kind == "author":
        return Deletion(author=f"a{number % AUTHORS}")
    return Deletion(alias=a_name(number))


def two_instances(actor: Actor) -> list[Source]:
    return [
        Source.objects.create(
            organisation_id=actor.organisation_id, name=f"town{n}", connector="mastodon",
            live=True, config={"instance": f"https://town{n}.example"},
            sample_share=1.0 - n, sampled_most=1.0 - n,
            next_attempt=NOON, created_at=NOON,
        )
        for n in range(2)
    ]  # fmt: skip


@hypothesis_settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plan=st.lists(batches, max_size=12), again=st.integers(0, 11))
def test_what_is_kept_is_what_a_dictionary_would_keep(
    owner: Actor, stranger: Actor, plan: list[Step], again: int, tmp_path_factory: Any
) -> None:
    archive: Path = tmp_path_factory.mktemp("archive")
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, archive=archive)
    with transaction.atomic():
        play(owner, stranger, plan + plan[again:])
        transaction.set_rollback(True)


def play(owner: Actor, stranger: Actor, plan: list[Step]) -> None:
    oracle, other = Oracle(), Oracle()
    for actor in (owner, stranger):
        save_watch(actor, name="w", query="flu")
    mine, theirs = two_instances(owner), two_instances(stranger)
    watching, watching_too = StandingWatches(owner), StandingWatches(stranger)
    for place, step in enumerate(plan):
        if step.restart:
            mine = [Source.objects.get(pk=source.pk) for source in mine]
            watching = StandingWatches(owner)
        oracle.take(step)
        record_batch(
            owner, source=mine[step.instance], batch=a_batch(step, place), watch_set=watching
        )
        told = step._replace(deleted=[])  # the other organisation hears of no deletion
        other.take(told)
        record_batch(
            stranger,
            source=theirs[step.instance],
            batch=a_batch(told, place),
            watch_set=watching_too,
        )
        compare(owner, mine, oracle)
    compare(stranger, theirs, other)


def compare(actor: Actor, sources: list[Source], oracle: Oracle) -> None:
    found = Mention.objects.filter(organisation_id=actor.organisation_id)
    assert {int(uri[-1]): text for uri, text in found.values_list("uri", "text")} == oracle.kept
    assert in_the_lake(actor) == oracle.lake
    names = Alias.objects.filter(organisation_id=actor.organisation_id)
    at = [source.pk for source in sources]
    assert {
        (at.index(source), int(alias[-1])): int(uri[-1])
        for source, alias, uri in names.values_list("source_id", "alias", "uri")
    } == oracle.names


def in_the_lake(actor: Actor) -> set[int]:
    tables = lake_of(actor).scan()
    return {int(uri[-1]) for table in tables for uri in table.column("uri").to_pylist()}


@pytest.fixture
def sources(owner: Actor) -> list[Source]:
    save_watch(owner, name="flu", query="flu")
    return two_instances(owner)


Tell = Callable[..., None]


@pytest.fixture
def tell(owner: Actor, sources: list[Source]) -> Tell:
    """Record posts by number, each with the number as its alias too, and deletions."""
    watching = StandingWatches(owner)
    place = itertools.count()

    def go(texts: dict[int, str] | None = None, *deleted: tuple[str, int], at: int = 0) -> None:
        texts = texts or {}
        step = Step(at, texts, {n: n for n in texts}, list(deleted), restart=False)
        record_batch(
            owner, source=sources[at], batch=a_batch(step, next(place)), watch_set=watching
        )

    return go


def kept() -> set[int]:
    return {int(uri[-1]) for uri in Mention.objects.values_list("uri", flat=True)}


def named() -> set[int]:
    return {int(uri[-1]) for uri in Alias.objects.values_list("uri", flat=True)}


def test_a_deletion_by_alias_counts_as_one_by_its_author(tell: Tell) -> None:
    tell({1: "flu", 2: "flu"})
    tell({}, ("alias", 1))
    assert kept() == named() == {2}
    [removal] = Removal.objects.all()
    assert (removal.reason, removal.count) == (RemovalReason.AUTHOR, 1)
    [stone] = Tombstone.objects.all()
    assert (stone.until, stone.cleaned) == (None, False)


def test_an_alias_that_comes_too_late_is_remembered_for_a_replay(
    owner: Actor, tell: Tell, clock: FixedClock
) -> None:
    tell({}, ("alias", 1), ("alias", 2))
    tell({1: "flu"})
    tell({2: "flu"}, at=1)  # another instance's number is another post
    assert kept() == {2}
    assert in_the_lake(owner) == set()
    clock.advance(timedelta(days=7, hours=13))
    keep_house(owner)
    assert not Tombstone.objects.exists()


def test_a_post_that_another_instance_had_goes_when_its_deletion_is_understood(
    owner: Actor, tell: Tell
) -> None:
    tell({}, ("alias", 1), at=1)
    tell({1: "flu"})
    assert kept() == in_the_lake(owner) == {1}
    tell({1: "flu"}, at=1)
    assert kept() == in_the_lake(owner) == named() == set()
    tell({1: "flu"})
    assert kept() == set()


def test_aliases_go_with_their_posts(owner: Actor, tell: Tell) -> None:
    tell(dict.fromkeys(range(6), "flu"))
    tell(dict.fromkeys(range(6), "flu"), at=1)
    forget(owner, uris=["https://home/@a0/0"], reason="asked")
    assert named() == {1, 2, 3, 4, 5}
    tell({}, ("author", 1))  # and 4
    assert named() == {2, 3, 5}
    forget(owner, authors=["a2"], reason="asked")
    assert named() == {3}
    assert Alias.objects.count() == 2


def test_aliases_end_with_the_time_to_live(
    owner: Actor, tell: Tell, sources: list[Source], clock: FixedClock
) -> None:
    tell({1: "flu", 2: "sun"})  # the second one is in the lake alone
    tell({3: "flu"}, at=1)
    assert named() == {1, 2, 3}
    clock.advance(timedelta(days=40))
    Source.objects.filter(pk=sources[0].pk).update(ttl_days=30)
    assert expire(owner) == 1
    assert kept() == named() == {3}


def test_a_mention_keeps_its_alias_when_its_sample_is_too_old(
    owner: Actor, tell: Tell, sources: list[Source], clock: FixedClock
) -> None:
    tell({1: "flu"}, at=1)  # the mention is of the other instance, which keeps it longer
    tell({1: "flu", 2: "sun"})
    clock.advance(timedelta(days=40))
    Source.objects.filter(pk=sources[0].pk).update(ttl_days=30)
    expire(owner)
    assert in_the_lake(owner) == set()
    assert kept() == named() == {1}
    tell({}, ("alias", 1))
    assert kept() == named() == set()


@pytest.mark.parametrize("keep_posts", [True, False])
def test_aliases_go_with_their_source(
    owner: Actor, tell: Tell, sources: list[Source], keep_posts: bool
) -> None:
    tell({1: "flu", 2: "sun"})
    tell({1: "flu", 3: "flu"}, at=1)
    remove_source(owner, source=sources[0], keep_posts=keep_posts)
    assert named() == ({1, 3} if keep_posts else {3})
    assert {row.source_id for row in Alias.objects.all()} == {sources[1].pk}


def test_a_watch_that_comes_later_finds_posts_that_can_still_be_deleted(
    owner: Actor, tell: Tell
) -> None:
    tell({1: "sun"})
    save_watch(owner, name="sun", query="sun")
    while (backfill := queries.due_backfills(owner).first()) is not None:
        backfill_step(owner, backfill=backfill)
    assert kept() == {1}
    tell({}, ("alias", 1))
    assert kept() == in_the_lake(owner) == set()


def test_another_instance_counts_its_posts_otherwise(
    owner: Actor, tell: Tell, sources: list[Source]
) -> None:
    tell({1: "flu", 2: "flu"}, at=1)
    first = "https://home/@a1/1"
    assert queries.aliases_of(sources[1], [first, "unknown"]) == {first: a_name(1)}
    config = {"instance": "https://elsewhere.example"}
    sources[1] = change_source(owner, source=sources[1], keep=Keep(), config=config)
    assert queries.aliases_of(sources[1], [first]) == {}
    tell({}, ("alias", 1), at=1)
    assert kept() == {1, 2}
    more = {**config, "timelines": ["local", "#flu"]}
    tell({2: "flu"}, at=1)
    sources[1] = change_source(owner, source=sources[1], keep=Keep(), config=more)
    tell({}, ("alias", 2), at=1)
    assert kept() == {1}


def test_odd_names_harm_nobody(owner: Actor, sources: list[Source]) -> None:
    odd = ["", "\0", "half a pair \ud800", "𝄞" * 3_000]
    uris = [f"https://home/@a/{n}" for n in range(len(odd))]
    rows = [{"uri": uri, "text": "flu", "created_at": NOON} for uri in uris]
    batch = Batch(
        posts=pa.Table.from_pylist(rows, schema=SCHEMA),
        snapshot={},
        aliases=dict(zip(uris, odd, strict=True)),
    )
    watching = StandingWatches(owner)
    record_batch(owner, source=sources[0], batch=batch, watch_set=watching)
    assert Mention.objects.count() == 4
    empty = SCHEMA.empty_table()
    gone = Batch(posts=empty, snapshot={"at": 1}, deleted=tuple(Deletion(alias=one) for one in odd))
    record_batch(owner, source=sources[0], batch=gone, watch_set=watching)
    assert kept() == {1, 2, 3}


@pytest.mark.skipif(
    bool(os.environ.get("AUSCULT_TEST_POSTGRES")), reason="it looks at SQLite's plans"
)
def test_no_question_looks_at_all_aliases(owner: Actor, sources: list[Source]) -> None:
    with connection.cursor() as cursor:
        for condition in (
            "source_id = 1 AND place = x'00' AND alias IN ('1')",
            "organisation_id = 1 AND uri IN ('u')",
            "organisation_id = 1 AND author IN (x'00')",
            "source_id = 1 AND sampled_at < 5",
        ):
            cursor.execute(f"EXPLAIN QUERY PLAN SELECT * FROM listening_alias WHERE {condition}")
            assert "SEARCH" in cursor.fetchone()[3], condition
    assert lake_name(sources[0]) not in lake_of(owner).sources
