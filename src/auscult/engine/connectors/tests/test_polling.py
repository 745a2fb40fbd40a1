"""The frame of sources that are asked from time to time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auscult.engine.connectors.base import Batch
from auscult.engine.connectors.polling import due_at_once, polling
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.connectors.rows import Rows, digest
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Remote
from hearing import Heard, hear, one_round
from servers.answering import NETWORK

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Counting:
    """A source that counts its rounds, and fails in those that it is told to."""

    clock: FixedClock
    fails: set[int] = field(default_factory=set)
    every: timedelta = timedelta(hours=1)
    not_before: datetime | None = None
    rounds: int = 0
    spent: int = 0

    def round(self) -> Iterator[Batch]:
        self.rounds += 1
        self.spent += 1
        if self.rounds in self.fails:
            raise Remote("no")
        rows = Rows(self.clock.now())
        rows.add({}, uri=f"u:{self.rounds}", text="said", created_at=NOW - timedelta(hours=2))
        yield rows.batch(self.state())

    def recheck(self, uris: list[str]) -> Iterator[Batch]:
        if "fail" in uris:
            self.spent += 1
            raise Remote("no")
        rows = Rows(self.clock.now())
        rows.confirmed += uris
        yield rows.batch(self.state())

    def state(self) -> dict[str, Any]:
        return {"spent": self.spent}


def opened(source: Counting, snapshot: Any = None) -> Receiving:
    session = polling(lambda _, __: source)
    stored = json.loads(json.dumps(snapshot))
    return Receiving(session, stored, clock=source.clock, network=NETWORK, name="counting")


def test_rounds_come_when_they_are_due_and_checks_at_once() -> None:
    source = Counting(FixedClock(NOW))
    reader = opened(source)
    heard = hear(reader, one_round)
    due = datetime.fromisoformat(heard.snapshot["due"])
    assert timedelta(minutes=56) < due - NOW < timedelta(minutes=64)
    reader.recheck(["a"])
    hear(reader, lambda h: h.confirmed, heard)
    assert source.rounds == 1
    assert heard.snapshot["due"] == due.isoformat(), "checking moves no round"
    assert reader.status.next_fetch == due
    assert reader.status.last_event == NOW - timedelta(hours=2)
    source.clock.advance(timedelta(hours=2))
    reader.recheck(["b"])
    hear(reader, lambda h: "u:2" in h.posts, heard)
    snapshots = [json.dumps(batch.snapshot) for batch in heard.batches]
    assert len(set(snapshots)) == len(snapshots), "no two batches begin at the same place"
    reader.close()


def test_a_restart_asks_nobody_before_the_time() -> None:
    source = Counting(FixedClock(NOW))
    reader = opened(source)
    snapshot = hear(reader, one_round).snapshot
    reader.close()
    reader = opened(source, snapshot)
    reader.recheck(["a"])
    heard = hear(reader, lambda h: h.confirmed)
    reader.close()
    assert source.rounds == 1
    assert heard.snapshot["round"] == snapshot["round"] + 1


def test_what_is_asked_anew_is_asked_at_once_but_not_before_the_quota_is_there() -> None:
    source = Counting(FixedClock(NOW))
    reader = opened(source)
    snapshot = hear(reader, one_round).snapshot
    reader.close()
    reader = opened(source, due_at_once(snapshot))
    assert "u:2" in hear(reader, one_round).posts
    reader.close()
    source.not_before = NOW + timedelta(minutes=5)
    reader = opened(source, due_at_once(snapshot))
    reader.recheck(["a"])
    hear(reader, lambda h: h.confirmed)
    assert (source.rounds, reader.status.next_fetch) == (2, source.not_before)
    reader.close()


def test_a_clock_that_was_set_back_keeps_nobody_waiting() -> None:
    source = Counting(FixedClock(NOW))
    late = {"due": (NOW + timedelta(days=300)).isoformat(), "round": 7}
    reader = opened(source, late)
    reader.recheck(["a"])
    hear(reader, lambda h: h.confirmed)
    assert reader.status.next_fetch is not None
    assert reader.status.next_fetch <= NOW + source.every * 1.05
    reader.close()
    source.not_before = NOW + timedelta(days=1)
    reader = opened(source, late)
    reader.recheck(["a"])
    hear(reader, lambda h: h.confirmed)
    assert reader.status.next_fetch == source.not_before
    reader.close()


def test_what_was_spent_is_handed_on_before_the_failure() -> None:
    source = Counting(FixedClock(NOW), fails={1})
    reader = opened(source)
    heard = Heard()
    with pytest.raises(Remote):
        hear(reader, lambda _: False, heard)
    reader.close()
    assert heard.snapshot["spent"] == 1
    assert heard.snapshot["due"] is None, "the round begins anew at once"


def test_a_check_that_fails_moves_no_round_and_forgets_nothing() -> None:
    source = Counting(FixedClock(NOW))
    reader = opened(source)
    heard = hear(reader, one_round)
    due = heard.snapshot["due"]
    reader.recheck(["fail"])
    with pytest.raises(Remote):
        hear(reader, lambda _: False, heard)
    reader.close()
    assert (heard.snapshot["spent"], heard.snapshot["due"]) == (2, due)


def test_closing_ends_the_pause() -> None:
    reader = opened(Counting(FixedClock(NOW)))
    hear(reader, one_round)
    begun = time.monotonic()
    reader.close()
    assert time.monotonic() - begun < 2


def test_rows_count_mend_and_find_signs() -> None:
    rows = Rows(NOW)
    said = "get your #flu shot @clinic \x00\udc80 https://x.example/a"
    rows.add({"a": 1}, uri="u:1", text="first", created_at=NOW)
    rows.add(
        {"a": 2},
        uri="u:1",
        text=said,
        created_at=NOW + timedelta(days=2),
        links=["https://y.example/"],
    )
    for _ in range(25):
        rows.set_aside("here", "it is odd", {"x": "\udc80" * 300})
    batch = rows.batch({"n": 1})
    [row] = batch.posts.to_pylist()
    assert row["text"] == "get your #flu shot @clinic \ufffd\ufffd https://x.example/a"
    assert (row["hashtags"], row["mentions"]) == (["flu"], ["clinic"])
    assert row["links"] == ["https://y.example/", "https://x.example/a"]
    assert row["created_at"] == NOW
    assert row["raw_hash"] == digest({"a": 2})
    assert (batch.records, batch.repeated, batch.replaced) == (27, 1, 2)
    assert (len(batch.broken), batch.broken_more) == (20, 5)
    assert len(batch.broken[0].excerpt) <= 200


def test_a_digest_knows_no_order() -> None:
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest({"a": "\udc80"}) != digest({"a": 1 << 70})


def test_a_record_that_is_nested_without_end_has_a_digest() -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    rows = Rows(NOW)
    rows.add({"deep": deep}, uri="u:1", text="said", created_at=NOW)
    rows.set_aside("here", "it is odd", {"deep": deep})
    assert rows.batch({}).records == 2
