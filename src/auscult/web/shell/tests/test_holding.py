"""Holding sources open: failing, stopping, crashing, rechecking; and what hundreds cost at rest."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from auscult.engine.connectors.base import Batch, Capabilities, Resume, Snapshot
from auscult.engine.connectors.receiving import Receiving, Session
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Network
from auscult.engine.kernel.posts import SCHEMA
from auscult.web.accounts.models import Actor
from auscult.web.listening.actions import remove_source, save_watch
from auscult.web.listening.models import Mention
from auscult.web.shell import holding
from auscult.web.shell.holding import Holding
from auscult.web.shell.runner import Runner
from auscult.web.sources import actions as reading
from auscult.web.sources import models
from auscult.web.sources.models import Source, SourceState

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PATIENCE = 60.0


def a_batch(number: int, **more: Any) -> Batch:
    row = {"uri": f"u{number}", "created_at": NOON, "text": "flu"}
    posts = pa.Table.from_pylist([row], schema=SCHEMA)
    return Batch(posts=posts, snapshot={"next": number + 1}, records=1, **more)


class Scripted:
    """Opens sources whose sessions a test wrote, by the source's name."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.opened: list[tuple[str, Snapshot | None]] = []
        self.readers: list[Receiving] = []

    def open(self, source: Source, *, clock: FixedClock, network: Network) -> Receiving:
        self.opened.append((source.name, source.snapshot))
        session = self.sessions[source.name]
        reader = Receiving(session, source.snapshot, clock=clock, network=network, name=source.name)
        self.readers.append(reader)
        return reader


def endless(count: int) -> Session:
    """Yield so many batches after the snapshot, then wait until the reader is closed."""

    def session(snapshot: Snapshot | None, receiving: Receiving) -> Iterator[Batch]:
        for number in range((snapshot or {"next": 0})["next"], count):
            receiving.note(doing="live", frames=number + 1)
            yield a_batch(number)
        while True:
            receiving.pause(60)

    return session


def failing(error: Exception, after: int = 0) -> Session:
    def session(snapshot: Snapshot | None, receiving: Receiving) -> Iterator[Batch]:
        first = (snapshot or {"next": 0})["next"]
        for number in range(first, first + after):
            yield a_batch(number)
        raise error

    return session


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    made = Scripted()
    monkeypatch.setattr(holding, "open_source", made.open)
    yield made
    for reader in made.readers:
        reader.close()


@pytest.fixture
def held(owner: Actor) -> Iterator[Holding]:
    save_watch(owner, name="flu", query="flu")
    made = Holding(owner, network=Network(random=Random(1)), stop=threading.Event())
    yield made
    made.close()


def add(owner: Actor, name: str) -> Source:
    source = reading.add_source(owner, name=name, connector="bluesky", config={})
    Source.objects.filter(pk=source.pk).update(live=True)
    return source


def work(held: Holding, until: Callable[[], object]) -> None:
    """Work until something is so."""
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end, "it never came to be so"
        held.look()
        held.read()


def test_a_stream_is_stored_and_says_how_it_is_doing(
    owner: Actor, held: Holding, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "TELL_EVERY", 0.0)
    scripted.sessions["a"] = endless(5)
    source = add(owner, "a")
    work(held, lambda: Source.objects.get().received == 5)
    work(held, lambda: Source.objects.get().status.get("frames") == 5)
    source.refresh_from_db()
    assert (source.received, source.snapshot, source.status["doing"]) == (5, {"next": 5}, "live")
    assert source.locked_until is not None
    held.close()
    source.refresh_from_db()
    assert source.locked_until is None  # the next process needn't wait
    assert scripted.opened == [("a", None)]


def test_a_failure_is_kept_in_words_and_tried_again_from_where_it_was(
    owner: Actor, held: Holding, scripted: Scripted, clock: FixedClock
) -> None:
    scripted.sessions["a"] = failing(Remote("host.example cut the stream."), after=2)
    source = add(owner, "a")
    work(held, lambda: Source.objects.get().error)
    source.refresh_from_db()
    assert (source.error, source.state, len(held)) == (
        "host.example cut the stream.",
        SourceState.READING,
        0,
    )
    wait = source.next_attempt - clock.now()
    assert timedelta(seconds=0.5) <= wait <= timedelta(seconds=1)
    held.look()
    assert len(held) == 0
    clock.advance(wait)
    scripted.sessions["a"] = endless(9)
    work(held, lambda: Source.objects.get().received == 9)
    source.refresh_from_db()
    assert (source.error, source.attempts) == ("", 0)
    assert scripted.opened == [("a", None), ("a", {"next": 2})]


def test_a_token_that_ran_out_waits_for_a_person(
    owner: Actor, held: Holding, scripted: Scripted
) -> None:
    scripted.sessions["a"] = failing(Remote("mas.to wants a new token.", needs_login=True))
    source = add(owner, "a")
    work(held, lambda: Source.objects.get().error)
    source.refresh_from_db()
    assert (source.state, source.needs_login) == (SourceState.FAILED, True)


def test_a_defect_ends_the_runner_and_after_three_the_source_waits(
    owner: Actor, held: Holding, scripted: Scripted, clock: FixedClock
) -> None:
    scripted.sessions |= {"bad": failing(KeyError("x")), "good": endless(3)}
    bad, good = add(owner, "bad"), add(owner, "good")
    for _ in range(3):
        one = Holding(owner, network=Network(random=Random(1)), stop=threading.Event())
        with pytest.raises(KeyError, match="x"):
            work(one, lambda: False)
        one.close()
        bad.refresh_from_db()
        assert bad.next_attempt > clock.now()
        clock.advance(timedelta(minutes=10))
    bad.refresh_from_db()
    assert (bad.state, bad.crashes) == (SourceState.FAILED, 3)
    assert "defect of Auscult" in bad.error
    work(held, lambda: Source.objects.get(pk=good.pk).received == 3)


@pytest.mark.parametrize("way", ["paused", "changed", "removed", "retired"])
def test_what_is_done_to_a_source_while_it_is_read_is_heeded(
    owner: Actor, held: Holding, scripted: Scripted, way: str
) -> None:
    scripted.sessions["a"] = endless(1_000_000)
    source = add(owner, "a")
    work(held, lambda: Source.objects.get().received > 3)
    if way == "paused":
        reading.pause_source(owner, source=source)
    elif way == "changed":
        keep = reading.Keep()
        reading.change_source(owner, source=source, keep=keep, config={"engagement": True})
    else:
        remove_source(owner, source=source, keep_posts=way == "retired")
    there = Mention.objects.count()
    if way == "changed":
        work(held, lambda: len(scripted.opened) == 2)
        name, snapshot = scripted.opened[1]
        assert name == "a"
        assert snapshot is not None  # it is the same stream: it goes on where it was
        return
    work(held, lambda: len(held) == 0)
    assert Mention.objects.count() == there
    assert (there == 0) == (way == "removed")
    work(held, lambda: not scripted.readers[0].status or _ended(scripted.readers[0]))


def _ended(reader: Receiving) -> bool:
    return not any(thread.name == "a" and thread.is_alive() for thread in threading.enumerate())


def test_two_processes_share_the_sources_and_a_lost_claim_is_let_go(
    owner: Actor, held: Holding, scripted: Scripted, clock: FixedClock
) -> None:
    scripted.sessions["a"] = endless(3)
    source = add(owner, "a")
    held.look()
    other = Holding(owner, network=Network(), stop=threading.Event())
    other.look()
    assert (len(held), len(other)) == (1, 0)
    clock.advance(timedelta(seconds=50))
    held.look()  # it renews its claim
    clock.advance(timedelta(seconds=50))
    other.look()
    assert (len(held), len(other)) == (1, 0)
    clock.advance(timedelta(seconds=50))  # asleep for too long
    other.look()
    assert len(other) == 1
    held.look()
    assert len(held) == 0
    source.refresh_from_db()
    assert source.locked_until is not None
    other.close()


def test_mentions_are_handed_to_their_reader_to_be_asked_for_again(
    owner: Actor, held: Holding, scripted: Scripted, clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    rules = Capabilities(live=True, resume=Resume.NONE, recheck_every=timedelta(days=1))
    monkeypatch.setattr(models, "_capabilities", lambda connector: rules)
    monkeypatch.setattr(holding, "RECHECK_EVERY", 0.0)
    asked: list[str] = []
    names: list[str | None] = []

    def session(snapshot: Snapshot | None, receiving: Receiving) -> Iterator[Batch]:
        for number in range(5):
            yield a_batch(number, aliases={f"u{number}": f"no. {number}"} if number else {})
        while True:
            uris = receiving.asked(100)
            names.extend(receiving.alias_of(uri) for uri in uris)
            asked.extend(uris)  # last: the test waits for these
            if uris:
                yield Batch(posts=SCHEMA.empty_table(), snapshot={}, confirmed=tuple(uris))
            receiving.pause(0.01)

    scripted.sessions["a"] = session
    add(owner, "a")
    work(held, lambda: Source.objects.get().received == 5)
    held.read()
    assert asked == []
    clock.advance(timedelta(hours=25))
    work(held, lambda: len(asked) == 5)
    for _ in range(20):
        held.read()
    assert sorted(asked) == [f"u{number}" for number in range(5)]
    assert dict(zip(asked, names, strict=True)) == {
        f"u{number}": f"no. {number}" if number else None for number in range(5)
    }


def test_five_hundred_sources_that_say_nothing_cost_next_to_nothing(
    owner: Actor, scripted: Scripted, clock: FixedClock
) -> None:
    scripted.sessions["s"] = endless(0)
    monitor = scripted.sessions["s"]
    for number in range(500):
        scripted.sessions[f"s{number}"] = monitor
    Source.objects.bulk_create(
        Source(
            organisation_id=owner.organisation_id, name=f"s{number}", connector="bluesky",
            live=True, next_attempt=clock.now(), created_at=clock.now(),
        )
        for number in range(500)
    )  # fmt: skip
    runner = Runner(clock=clock, network=Network(), stop=threading.Event())
    while not all(source.status for source in Source.objects.all()):
        runner.round()
    begin = time.process_time()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for _ in range(20):
            runner.round()
    a_round = (time.process_time() - begin) / 20
    assert len(asked) <= 20 * 8  # and not one a source
    assert a_round < 0.1, f"{a_round * 1000:.1f} ms a second"
    print(f"a round of 500 idle sources: {a_round * 1000:.1f} ms, {len(asked) / 20:.0f} queries")
    runner.close()
