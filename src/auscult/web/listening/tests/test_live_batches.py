"""What live sources tell beyond posts: reactions, accounts that come and go, confirmations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from auscult.engine.connectors.base import Broken, Capabilities, Deletion, Resume
from auscult.engine.connectors.live import REACTIONS
from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.models import Actor
from auscult.web.listening import queries
from auscult.web.listening.actions import (
    expire,
    forget,
    keep_house,
    remove_source,
    save_watch,
    tidy,
)
from auscult.web.listening.lake import lake_of
from auscult.web.listening.models import Mention, Reaction, Removal, Tombstone, Watch
from auscult.web.sources import actions as reading
from auscult.web.sources import models
from auscult.web.sources import queries as source_queries
from auscult.web.sources.errors import SourceMoved
from auscult.web.sources.models import BrokenLine, Source, SourceState

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
Post = Callable[..., dict[str, Any]]
Record = Callable[..., Any]


@pytest.fixture
def flu(owner: Actor) -> Watch:
    return save_watch(owner, name="flu", query="flu")


@pytest.fixture
def stream(source: Source) -> Source:
    """Return the source as a stream: it may bring again what it brought a day ago."""
    Source.objects.filter(pk=source.pk).update(connector="bluesky", live=True)
    source.connector, source.live = "bluesky", True
    return source


def given(*rows: tuple[str, str, str, str]) -> pa.Table:
    """Return reactions: (uri, kind, subject, author)."""
    names = ("uri", "kind", "subject", "author")
    listed = [dict(zip(names, row, strict=True)) | {"at": NOON} for row in rows]
    return pa.Table.from_pylist(listed, schema=REACTIONS)


def counts(owner: Actor, number: int = 1) -> dict[str, int]:
    found = {hit.uri: hit.engagement for hit in queries.latest(owner).hits}
    return {name: count for name, count in found[f"at://town/{number}"].items() if count}


def test_a_reaction_counts_once_however_often_it_comes(
    owner: Actor, flu: Watch, record: Record, post: Post
) -> None:
    record(post(1, "flu"), post(2, "sun"))
    likes = given(
        ("l1", "like", "at://town/1", "a"),
        ("l2", "like", "at://town/1", "b"),
        ("r1", "repost", "at://town/1", "b"),
        ("l3", "like", "at://town/2", "a"),  # of what no watch found
        ("l4", "like", "at://town/77", "a"),
    )
    for _ in range(3):
        record(reactions=likes)
    assert counts(owner) == {"likes": 2, "reposts": 1}
    assert Reaction.objects.count() == 3
    record(post(1, "flu, edited"))  # a newer version without counts leaves them
    assert counts(owner) == {"likes": 2, "reposts": 1}


def test_what_was_taken_back_counts_no_more_and_doesnt_come_again(
    owner: Actor, flu: Watch, record: Record, post: Post
) -> None:
    likes = given(("l1", "like", "at://town/1", "a"), ("l2", "like", "at://town/1", "b"))
    record(post(1, "flu"), reactions=likes)
    for _ in range(2):
        record(withdrawn=("l1", "unknown"))
        record(reactions=likes)
    assert counts(owner) == {"likes": 1}
    record(deleted=(Deletion(author="b"),))  # who leaves takes her likes along
    record(reactions=likes)
    assert counts(owner) == {}


def test_answers_and_quotes_count_whether_a_watch_found_them_or_not(
    owner: Actor, flu: Watch, record: Record, post: Post
) -> None:
    record(post(1, "flu"))
    said = [
        post(2, "no", in_reply_to="at://town/1"),
        post(3, "flu too", in_reply_to="at://town/1", quote_of="at://town/1"),
        post(4, "counted where it came from", in_reply_to="at://town/1", engagement={"likes": 1}),
    ]
    for _ in range(2):
        record(*said)
    assert counts(owner) == {"replies": 2, "quotes": 1}
    record(deleted=(Deletion(uri="at://town/3"),))
    record(*said)
    assert counts(owner) == {"replies": 1}
    record(deleted=(Deletion(uri="at://town/1"),))
    assert not Reaction.objects.exists()


def test_an_author_who_comes_back_is_read_from_then_on(
    owner: Actor, flu: Watch, record: Record, post: Post
) -> None:
    first = post(1, "flu", author="ann")
    left = Deletion(author="ann", at=NOON + timedelta(minutes=10))
    record(first)
    record(deleted=(left,))
    record(first, post(11, "flu again", author="ann"))
    assert not Mention.objects.exists()
    record(restored=("ann",))
    fresh = post(12, "flu is back", author="ann")
    record(fresh, first, post(2, "old flu", author="ann"))
    assert [hit.uri for hit in queries.latest(owner).hits] == ["at://town/12"]
    # The stream is read again from before she left.
    record(first)
    record(deleted=(left,))
    record(fresh, restored=("ann",))
    assert [hit.uri for hit in queries.latest(owner).hits] == ["at://town/12"]
    record(deleted=(Deletion(author="ann", at=NOON + timedelta(minutes=30)),))
    record(fresh, restored=("ann",))
    assert not Mention.objects.exists()


def test_who_was_forgotten_here_on_request_stays_so(
    owner: Actor, flu: Watch, record: Record, post: Post
) -> None:
    record(post(1, "flu", author="ann"))
    forget(owner, authors=["ann"], reason="asked")
    record(deleted=(Deletion(author="ann", at=NOON),))
    record(post(20, "flu", author="ann"), restored=("ann",))
    assert not Mention.objects.exists()
    stone = Tombstone.objects.get()
    assert (stone.asked, stone.lifted, stone.reason) == (True, False, "asked")


def test_an_author_who_is_read_anew_keeps_what_stands(
    owner: Actor, flu: Watch, record: Record, post: Post
) -> None:
    record(*(post(n, "flu", author="ann") for n in range(3)), post(9, "flu", author="ben"))
    said = record(post(1, "flu, still", author="ann"), renewed=("ann",))
    assert said.removed == 2
    assert not Removal.objects.exists()  # nobody knows that they were deleted
    record(post(2, "flu", author="ann"))  # and they may come again
    left = [hit.uri for hit in queries.latest(owner).hits]
    assert left == ["at://town/9", "at://town/2", "at://town/1"]


def test_tombstones_of_what_was_never_kept_end_with_the_replay_window(
    owner: Actor, flu: Watch, record: Record, post: Post, stream: Source, clock: FixedClock
) -> None:
    record(post(1, "flu"))
    gone = [Deletion(uri=f"at://town/{n}") for n in range(1, 50)]
    record(deleted=tuple(gone))
    assert Tombstone.objects.count() == 49
    assert Tombstone.objects.filter(cleaned=False).count() == 1
    clock.advance(timedelta(hours=47))
    keep_house(owner)
    assert Tombstone.objects.count() == 49
    clock.advance(timedelta(hours=2))
    keep_house(owner)
    assert Tombstone.objects.count() == 1
    record(post(1, "flu"))
    assert not Mention.objects.exists()


def test_a_removed_mention_leaves_a_number_and_why(
    owner: Actor, stranger: Actor, flu: Watch, record: Record, post: Post, source: Source
) -> None:
    cold = save_watch(owner, name="cold", query="cold")
    record(
        post(1, "flu"), post(2, "flu and cold"), post(3, "flu", author="ann"), post(70, "flu"),
        post(4, "flu"),
    )  # fmt: skip
    for _ in range(2):
        record(deleted=(Deletion(uri="at://town/1"), Deletion(uri="at://town/2")))
        record(deleted=(Deletion(author="ann"), Deletion(uri="at://town/70")))
    forget(owner, uris=["at://town/4"], reason="asked")
    tomorrow = NOON + timedelta(days=1)
    found = queries.removed(owner, since=NOON, until=tomorrow)
    assert [(one.hour.hour, one.reason, one.watches, one.count) for one in found] == [
        (13, "author", (flu.pk,), 1),
        (12, "author", (flu.pk,), 1),
        (12, "author", (flu.pk, cold.pk), 1),
        (12, "account", (flu.pk,), 1),
        (12, "request", (flu.pk,), 1),
    ]
    of_cold = queries.removed(owner, since=NOON, until=tomorrow, watch=cold)
    assert [one.watches for one in of_cold] == [(flu.pk, cold.pk)]
    assert queries.removed(stranger, since=NOON, until=tomorrow) == []
    assert {one.source_id for one in found} == {source.pk}


def test_what_may_not_be_kept_without_asking_again_goes(
    owner: Actor, flu: Watch, record: Record, post: Post, source: Source, clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    rules = Capabilities(live=True, resume=Resume.NONE, keep_at_most=timedelta(days=30))
    monkeypatch.setattr(models, "_capabilities", lambda connector: rules)
    source.sample_share = 1.0
    record(*(post(n, "flu") for n in range(4)))
    clock.advance(timedelta(days=20))
    asked = queries.unconfirmed(owner, source=source, before=clock.now(), limit=3)
    assert len(asked) == 3
    record(post(2, "flu, renewed"), confirmed=("at://town/1", "at://town/77"))
    asked = queries.unconfirmed(owner, source=source, before=clock.now(), limit=9)
    assert sorted(asked) == ["at://town/0", "at://town/3"]  # both came at once
    clock.advance(timedelta(days=11))
    assert expire(owner) == 2
    assert [hit.uri for hit in queries.latest(owner).hits] == ["at://town/2", "at://town/1"]
    assert lake_of(owner).rows == 0  # samples can't be asked for again


def test_what_a_paused_or_changed_source_brings_isnt_stored(
    owner: Actor, flu: Watch, record: Record, post: Post, source: Source
) -> None:
    reading.pause_source(owner, source=source)
    with pytest.raises(SourceMoved, match="'town' was paused, removed or changed"):
        record(post(1, "flu"))
    reading.resume_source(owner, source=source)
    record(post(1, "flu"))
    reading.change_source(owner, source=source, keep=reading.Keep(), config={"paths": ["/y"]})
    with pytest.raises(SourceMoved):
        record(post(2, "flu"))
    assert Mention.objects.count() == 1
    assert Source.objects.get().snapshot is None


def test_a_source_goes_with_or_without_its_posts(
    owner: Actor, flu: Watch, record: Record, post: Post, source: Source,
    make_source: Callable[..., Source],
) -> None:  # fmt: skip
    other = make_source(owner, "other", sample_share=1.0)
    record(post(1, "flu"))
    record(post(2, "flu"), into=other)
    assert remove_source(owner, source=source, keep_posts=True) == 0
    assert [hit.uri for hit in queries.latest(owner).hits] == ["at://town/2", "at://town/1"]
    assert not source_queries.sources(owner).filter(pk=source.pk).exists()
    reading.add_source(owner, name="town", connector="files", config={"paths": ["/x"]})
    kept = Source.objects.get(pk=source.pk)
    assert (kept.state, kept.config, kept.snapshot) == (SourceState.REMOVED, {}, None)
    with pytest.raises(SourceMoved):
        record(post(3, "flu"))
    assert remove_source(owner, source=other) == 1
    assert [hit.uri for hit in queries.latest(owner).hits] == ["at://town/1"]
    assert lake_of(owner).rows == 0


def test_all_broken_records_count_and_the_newest_are_kept(
    owner: Actor, record: Record, post: Post, stream: Source
) -> None:
    for part in range(11):
        lines = tuple(
            Broken(location="wss://x", line=100 * part + n, reason="torn", excerpt='"rkey":"3kabcdefgh2"')
            for n in range(20)
        )  # fmt: skip
        record(broken=lines, broken_more=1_000)
    stream.refresh_from_db()
    assert stream.broken == 11 * 1_020
    record(deleted=(Deletion(uri="at://did:plc:x/app.bsky.feed.post/3kabcdefgh2"),))
    assert not BrokenLine.objects.exclude(excerpt="").exists()
    keep_house(owner)
    assert BrokenLine.objects.count() == 200
    assert BrokenLine.objects.order_by("line").first().line == 100 + 0  # type: ignore[union-attr]


def in_the_lake(owner: Actor) -> set[str]:
    return {uri for table in lake_of(owner).scan() for uri in table.column("uri").to_pylist()}


def test_the_lake_hides_at_once_what_its_source_took_back(
    owner: Actor, flu: Watch, record: Record, post: Post, source: Source
) -> None:
    Source.objects.update(sample_share=1.0, sampled_most=1.0)
    source.sample_share = 1.0
    said = [post(n, "flu", author=f"p{n % 2}") for n in range(10)]
    record(*said)
    record(deleted=(Deletion(uri="at://town/2"), Deletion(author="p1")))
    left = {f"at://town/{n}" for n in (0, 4, 6, 8)}
    assert in_the_lake(owner) == left
    record(post(2, "flu again"), post(11, "flu", author="p1"))
    assert in_the_lake(owner) == left
    record(post(13, "flu", author="p1"), restored=("p1",))
    assert "at://town/2" not in in_the_lake(owner)
    tidy(owner)
    assert lake_of(owner).rows == len(left)


def test_names_that_nothing_can_have_harm_nobody(
    owner: Actor, flu: Watch, record: Record, post: Post, source: Source
) -> None:
    Source.objects.update(sample_share=1.0, sampled_most=1.0)
    source.sample_share = 1.0
    odd = ["", "\0", "at://town/1\0", "half a pair \ud800", "𝄞" * 3_000]
    record(
        post(1, "flu", in_reply_to="at://town/\0"),
        reactions=given(*((f"l\0{n}", "like", "at://town/1\0", "a\0") for n in range(2))),
        withdrawn=tuple(odd),
        confirmed=tuple(odd),
        restored=tuple(odd),
        renewed=tuple(odd),
        deleted=tuple(Deletion(uri=one) for one in odd) + tuple(Deletion(author=o) for o in odd),
    )
    assert [hit.uri for hit in queries.latest(owner).hits] == ["at://town/1"]
