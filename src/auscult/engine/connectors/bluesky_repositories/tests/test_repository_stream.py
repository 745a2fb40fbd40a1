"""The stream of a server, with all that can come along it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import libipld
import pytest

from auscult.engine.connectors import base, websocket
from auscult.engine.connectors.base import Batch, Deletion
from auscult.engine.connectors.bluesky import rechecking
from auscult.engine.connectors.bluesky_repositories import BlueskyRepositories, listening, place
from auscult.engine.connectors.bluesky_repositories.config import RepositoriesConfig
from auscult.engine.connectors.conformance import HERE, check_snapshots, standing
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Correctable, Remote
from hearing import Heard, hear
from servers.repositories import POST, Account, Repositories, refused, written
from servers.repository_tree import put

ANNA, BERT, CARLA = "did:plc:anna", "did:plc:bert", "did:plc:carla"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "EVERY", 0.05)
    monkeypatch.setattr(websocket, "WAKE", 0.02)


@pytest.fixture
def server() -> Iterator[Repositories]:
    with Repositories() as running:
        yield running


@contextlib.contextmanager
def reading(
    server: Repositories, snapshot: dict[str, Any] | None = None, **values: Any
) -> Iterator[Receiving]:
    config = base.configure(RepositoriesConfig, {"host": server.url, **values})
    reader = BlueskyRepositories().open(config, snapshot, clock=FixedClock(NOW), network=HERE)
    try:
        yield reader
    finally:
        reader.close()


def until(seq: int, reader: Receiving, into: Heard | None = None) -> Heard:
    """Read until an event was taken."""
    return hear(reader, lambda heard: heard.batches and (heard.snapshot["seq"] or 0) >= seq, into)


def texts(batches: list[Batch]) -> dict[str, str]:
    return dict(standing(batches))


def reactions(batches: list[Batch]) -> dict[str, dict[str, Any]]:
    rows = {r["uri"]: r for b in batches if b.reactions for r in b.reactions.to_pylist()}
    gone = {uri for batch in batches for uri in batch.withdrawn}
    return {uri: row for uri, row in rows.items() if uri not in gone}


def test_posts_edits_and_deletions_arrive_as_they_stand(server: Repositories) -> None:
    server.post(ANNA, "1", "Flu jabs from Monday", langs=["en"])
    server.post(ANNA, "2", "to be deleted")
    server.post(BERT, "1", "to be changed")
    server.delete(ANNA, f"{POST}/2")
    server.post(BERT, "1", "changed")
    with reading(server) as reader:
        heard = until(5, reader)
        server.post(BERT, "2", "said while it was listened to")
        until(6, reader, heard)
    assert texts(heard.batches) == server.standing
    post = heard.posts[f"at://{ANNA}/{POST}/1"]
    assert (post["language"], post["author"], post["source"]) == ("en", ANNA, "bluesky")
    assert len(post["raw_hash"]) == 64


def test_facets_and_alt_text_are_kept(server: Repositories) -> None:
    image = {
        "$type": "blob",
        "ref": bytes([1, 0x55, 0x12, 32]) + b"x" * 32,
        "mimeType": "image/png",
    }
    tag = {"$type": "app.bsky.richtext.facet#tag", "tag": "flu"}
    server.post(
        ANNA,
        "1",
        "Our #flu ward",
        facets=[{"index": {"byteStart": 4, "byteEnd": 8}, "features": [tag]}],
        embed={"$type": "app.bsky.embed.images", "images": [{"alt": "The ward", "image": image}]},
    )
    with reading(server) as reader:
        post = next(iter(until(1, reader).posts.values()))
    assert post["hashtags"] == ["flu"]
    assert [media["alt"] for media in post["media"]] == ["The ward"]


def test_likes_count_until_they_are_withdrawn_and_can_be_left_out(server: Repositories) -> None:
    post = server.post(ANNA, "1", "Hello")
    kept = server.like(BERT, "1", post)
    server.delete(BERT, server.like(BERT, "2", post).partition(f"{BERT}/")[2])
    server.like(CARLA, "3", "at://did:plc:x/app.bsky.feed.generator/y")  # no post
    with reading(server) as reader:
        assert list(reactions(until(5, reader).batches)) == [kept]
    with reading(server, engagement=False) as reader:
        assert reactions(until(5, reader).batches) == {}


def test_who_leaves_takes_everything_and_may_come_back(server: Repositories) -> None:
    for status in ("deactivated", "active", "takendown", "active"):
        server.status(BERT, status)
    server.post(ANNA, "1", "before")
    server.status(ANNA, "deleted")
    server.status(CARLA, "throttled")  # a state of its host: nobody left
    with reading(server) as reader:
        heard = until(7, reader)
    assert texts(heard.batches) == {}
    # One who comes back after leaving needs another batch, so that the order stays.
    story = [(b.restored, [d.author for d in b.deleted]) for b in heard.batches]
    assert [one for one in story if one != ((), [])] == [
        ((), [BERT]),
        ((BERT,), [BERT]),
        ((BERT,), [ANNA]),
    ]


def test_who_is_not_there_for_no_reason_is_not_there(server: Repositories) -> None:
    server.post(ANNA, "1", "hello")
    server.say("#account", {"did": ANNA, "active": False})
    with reading(server) as reader:
        assert texts(until(2, reader).batches) == {}


def test_it_says_what_it_reads() -> None:
    config = base.configure(RepositoriesConfig, {"host": "pds.example.org", "history": False})
    about = BlueskyRepositories().about(config)
    assert (
        about.reads
        == "All posts, likes and reposts of the accounts at pds.example.org, from now on."
    )


def test_reading_goes_on_where_it_was_left(server: Repositories) -> None:
    for number in range(200):
        server.post(ANNA, str(number), f"post {number}")
    with reading(server) as reader:
        first = until(200, reader)
    server.post(ANNA, "new", "said in between")
    server.delete(ANNA, f"{POST}/7")
    with reading(server, first.snapshot) as reader:
        rest = until(202, reader)
    assert "cursor=150" in server.asked[-1]
    assert texts([*first.batches, *rest.batches]) == server.standing
    assert rest.gaps == []
    assert covered([*first.batches, *rest.batches]) == [(first_event(), server.now)]


def first_event() -> datetime:
    return datetime(2025, 12, 31, 10, 0, 1, tzinfo=UTC)


def covered(batches: list[Batch]) -> list[tuple[datetime, datetime]]:
    """Join the stretches that follow each other without a gap."""
    joined: list[tuple[datetime, datetime]] = []
    for one in (one for batch in batches for one in batch.coverage if not one.reason):
        if joined and joined[-1][1] == one.since:
            joined[-1] = (joined[-1][0], one.until)
        else:
            joined.append((one.since, one.until))
    return joined


def test_a_cursor_that_is_too_old_leaves_a_gap_with_its_reason(server: Repositories) -> None:
    server.post(ANNA, "1", "seen")
    with reading(server) as reader:
        snapshot = until(1, reader).snapshot
    for number in range(100):
        server.post(ANNA, f"m{number}", "missed")
    server.floor = 100
    server.post(ANNA, "2", "seen again")
    with reading(server, snapshot) as reader:
        rest = until(102, reader)
    assert rest.gaps == [listening.TOO_OLD]
    gap = next(one for batch in rest.batches for one in batch.coverage if one.reason)
    assert (gap.since, gap.until) == (first_event(), first_event() + timedelta(seconds=100))


def test_a_first_reading_of_what_is_left_is_no_gap(server: Repositories) -> None:
    for number in range(5):
        server.post(ANNA, str(number), f"post {number}")
    server.floor = 3
    with reading(server) as reader:
        heard = until(5, reader)
    assert heard.texts == ["post 3", "post 4"]
    assert heard.gaps == []


def test_without_history_it_begins_now_and_loses_nothing_from_then_on(
    server: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "QUIET", 0.05)
    server.post(ANNA, "1", "long ago")
    with reading(server, history=False) as reader:
        begun = hear(reader, lambda heard: len(heard.batches) > 1)
    assert begun.texts == []
    # Nothing was said meanwhile, so that there is no number to go on from.
    assert begun.snapshot["seq"] is None
    server.now = NOW
    server.post(ANNA, "2", "while nobody listened")
    with reading(server, begun.snapshot, history=False) as reader:
        assert until(2, reader).texts == ["while nobody listened"]


def test_a_server_that_counts_anew_is_read_from_its_start(server: Repositories) -> None:
    server.post(ANNA, "1", "before the move")
    with reading(server) as reader:
        old = {**until(1, reader).snapshot, "seq": 900}
    server.post(ANNA, "2", "after the move")
    with reading(server, old) as reader, pytest.raises(Remote, match="numbers its events anew"):
        hear(reader, lambda heard: False, into := Heard())
    with reading(server, into.snapshot) as reader:
        rest = until(2, reader)
    assert texts(rest.batches) == server.standing
    assert rest.gaps == []  # it still has all that was said since


def test_another_server_is_read_from_its_start(server: Repositories) -> None:
    server.post(ANNA, "1", "here, too")
    elsewhere = {"host": "wss://other.example", "seq": 77, "until": None, "tries": 0}
    with reading(server, elsewhere) as reader:
        assert until(1, reader).texts == ["here, too"]


@pytest.mark.parametrize("name", ["ConsumerTooSlow", "SomethingElse"])
def test_an_error_that_ends_the_stream_is_told_after_what_came(
    server: Repositories, name: str
) -> None:
    server.post(ANNA, "1", "before")
    server.send(refused(name, "sorry"))
    with reading(server) as reader:
        heard = Heard()
        with pytest.raises(Remote, match=f"{name}: sorry") as caught:
            hear(reader, lambda _: False, heard)
    assert heard.texts == ["before"]
    assert not caught.value.permanent


def test_a_repository_that_was_replaced_is_fetched(server: Repositories) -> None:
    server.post(ANNA, "old", "in the stream")
    records = {f"{POST}/{n}": {"text": f"never streamed {n}"} for n in range(300)}
    server.replace(ANNA, records)
    server.post(ANNA, "last", "after it")
    with reading(server) as reader:
        heard = until(3, reader)
    assert set(server.standing.items()) <= standing(heard.batches)
    renewed = next(batch for batch in heard.batches if batch.renewed)
    assert renewed.renewed == (ANNA,)
    # All of it in one batch, since what isn't there is to go.
    assert renewed.posts.num_rows >= 300
    assert f"at://{ANNA}/{POST}/old" not in renewed.posts.column("uri").to_pylist()
    assert sum("getRepo" in path for path in server.asked) == 1


def test_wherever_it_is_killed_a_repository_is_fetched(
    server: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The snapshots are right by themselves: nothing is helped by what is heard twice.
    monkeypatch.setattr(place, "OVERLAP", 0)
    server.post(ANNA, "old", "in the stream")
    server.post(BERT, "1", "of somebody else")
    server.replace(ANNA, {f"{POST}/{n}": {"text": f"never streamed {n}"} for n in range(9)})
    server.post(ANNA, "last", "after it")
    last = server.post(BERT, "2", "and the end")
    with reading(server) as reader:
        whole = hear(reader, lambda heard: last in heard.posts).batches
    assert standing(whole) == set(server.standing.items())
    assert len([batch for batch in whole if batch.snapshot["seq"]]) > 1
    for stored in range(1, len(whole)):
        with reading(server, whole[stored - 1].snapshot) as reader:
            after = hear(reader, lambda heard: last in heard.posts).batches
        assert standing(whole[:stored] + after) == standing(whole), stored


def test_a_repository_is_not_fetched_when_its_last_commit_was_heard(server: Repositories) -> None:
    server.post(ANNA, "1", "first")
    rev = "0000000000001"
    server.say("#sync", {"did": ANNA, "rev": rev, "blocks": b""})
    with reading(server) as reader:
        until(2, reader)
    assert not any("getRepo" in path for path in server.asked)


def test_a_commit_that_is_too_big_is_fetched(server: Repositories) -> None:
    server.accounts[ANNA] = Account(records={f"{POST}/1": {"text": "one of many"}})
    server.commit(ANNA, [], {}, tooBig=True)
    with reading(server) as reader:
        assert until(1, reader).texts == ["one of many"]


def test_a_repository_that_can_not_be_fetched_is_tried_again_and_then_said(
    server: Repositories,
) -> None:
    server.post(BERT, "1", "of somebody else")
    server.replace(ANNA, {f"{POST}/1": {"text": "unseen"}})
    server.failures = [503] * 9
    heard, snapshot = Heard(), None
    for _ in range(listening.TRIES):
        with reading(server, snapshot) as reader, pytest.raises(Remote, match="503"):
            hear(reader, lambda _: False, heard)
        snapshot = heard.snapshot
    with reading(server, snapshot) as reader:
        until(2, reader, heard)
    broken = [one for batch in heard.batches for one in batch.broken]
    assert "can't be read" in broken[-1].reason
    assert ANNA in broken[-1].excerpt
    assert heard.gaps == [broken[-1].reason]


def test_a_repository_that_is_gone_takes_its_posts_along(server: Repositories) -> None:
    server.post(ANNA, "1", "gone")
    server.replace(ANNA, {})
    server.accounts.clear()
    with reading(server) as reader:
        heard = until(2, reader)
    assert heard.batches[-1].deleted[0].author == ANNA
    assert texts(heard.batches) == {}


def test_what_can_not_be_read_is_counted_and_costs_nothing_else(server: Repositories) -> None:
    server.post(ANNA, "1", "one")
    server.send(b"\xffgarbage")
    server.send(libipld.encode_dag_cbor({"op": 1, "t": "#commit"}))
    server.send(written("#commit", {"seq": "seven"}))
    server.send(libipld.encode_dag_cbor([1]) * 2)
    server.commit(ANNA, [{"action": "create", "path": f"{POST}/no-block", "cid": b"\x01q"}], {})
    blocks: dict[bytes, bytes] = {}
    odd = {"action": "create", "path": f"{POST}/odd", "cid": put(blocks, ["a list"])}
    server.commit(ANNA, [odd, {"action": "create", "path": 7}, "no operation"], blocks)
    server.commit(ANNA, [odd], {}, blocks=b"no archive")
    server.commit(ANNA, [odd], {}, blocks={"no": "bytes"})
    for cid in (["a list"], {"a": "map"}, "a text", 7):
        server.commit(ANNA, [{"action": "create", "path": f"{POST}/no-cid", "cid": cid}], {})
    server.write(ANNA, f"{POST}/no-text", {"createdAt": "2025-12-31T10:00:00Z"})
    server.say("#unheard-of", {"did": ANNA})
    server.post(ANNA, "2", "two")
    with reading(server) as reader:
        heard = until(12, reader)
        assert reader.status.unreadable == 12
    assert heard.texts == ["one", "two"]
    reasons = [one.reason for batch in heard.batches for one in batch.broken]
    assert len(reasons) == 13
    assert "the post has no text" in reasons
    assert reasons.count("a block is missing") == 5
    assert sum("not a header and a body" in one for one in reasons) == 3


def test_fields_that_are_not_what_they_should_be_are_left_out(server: Repositories) -> None:
    server.post(ANNA, "1", "kept", langs="en", facets=7, reply={"parent": 3}, embed=["x"])
    with reading(server) as reader:
        assert until(1, reader).texts == ["kept"]


def test_a_clock_that_is_ahead_makes_no_post_of_the_future(server: Repositories) -> None:
    server.now = NOW + timedelta(days=400)
    server.post(ANNA, "1", "from the future", createdAt="2031-01-01T00:00:00Z")
    with reading(server) as reader:
        heard = until(1, reader)
    assert heard.versions[0]["created_at"] == NOW


def test_a_time_before_the_year_one_is_none(server: Repositories) -> None:
    server.commit(ANNA, [], {}, time="0001-01-01T00:00:00+14:00")
    server.post(ANNA, "1", "after it")
    with reading(server) as reader:
        assert until(2, reader).texts == ["after it"]


def test_posts_that_should_stand_are_asked_for(server: Repositories) -> None:
    stands, gone = server.post(ANNA, "1", "old"), server.post(ANNA, "2", "to go")
    with reading(server) as reader:
        heard = until(2, reader)
        server.accounts[ANNA].records = {f"{POST}/1": {"text": "new"}}  # and the stream is silent
        assert reader.wants > 0
        reader.recheck([stands, gone])
        hear(reader, lambda heard: heard.confirmed and heard.deleted, heard)
    assert heard.confirmed == [stands]
    assert [one for batch in heard.batches for one in batch.deleted] == [Deletion(uri=gone, at=NOW)]
    assert texts(heard.batches) == {stands: "new"}


def confirmed(times: int) -> Callable[[Heard], bool]:
    return lambda heard: len(heard.confirmed) == times


def test_rechecks_of_a_quiet_stream_begin_at_snapshots_of_their_own(
    server: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rechecking, "PAUSE", 0.0)
    uri = server.post(ANNA, "1", "still there")
    with reading(server) as reader:
        heard = until(1, reader)
        for times in range(1, 4):
            reader.recheck([uri])
            hear(reader, confirmed(times), heard)
    with reading(server, heard.snapshot) as reader:
        reader.recheck([uri])
        hear(reader, confirmed(4), heard)
    check_snapshots(heard.batches)


def test_a_server_that_hangs_is_asked_once_and_keeps_nobody_waiting(
    server: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rechecking, "TIMEOUT", 0.2)
    monkeypatch.setattr(rechecking, "PAUSE", 0.0)
    uris = [server.post(ANNA, str(number), f"post {number}") for number in range(30)]
    with reading(server) as reader:
        heard = until(30, reader)
        server.hanging.set()
        reader.recheck(uris)
        hear(reader, lambda _: reader.status.notes, heard)
        server.post(ANNA, "new", "said meanwhile")
        until(31, reader, heard)
        assert reader.status.notes[0].startswith("Whether posts still stand can't be asked")
        assert reader.wants == 200 - 20  # the others wait until it is asked again
    assert sum("getRecord" in path for path in server.asked) == 1


def test_a_question_that_is_refused_leaves_the_others(server: Repositories) -> None:
    refused_one, stands = server.post(ANNA, "1", "one"), server.post(ANNA, "2", "two")
    with reading(server) as reader:
        heard = until(2, reader)
        server.failures = [400]
        reader.recheck([refused_one, stands])
        hear(reader, lambda heard: heard.confirmed, heard)
    assert heard.confirmed == [stands]
    assert heard.deleted == []


def test_a_quiet_stream_says_that_it_is_covered(
    server: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "QUIET", 0.05)
    server.post(ANNA, "1", "the last word")
    with reading(server) as reader:
        heard = hear(reader, lambda heard: len(heard.batches) > 2)
    assert covered(heard.batches)[-1][1] == NOW
    assert heard.snapshot["seq"] == 1


def test_closing_ends_the_thread_though_the_server_is_silent(server: Repositories) -> None:
    with reading(server) as reader:
        server.post(ANNA, "1", "one")
        until(1, reader)
        names = [thread.name for thread in threading.enumerate()]
        assert f"stream of {server.url}" in names
    assert f"stream of {server.url}" not in [thread.name for thread in threading.enumerate()]


def test_an_address_is_recognised_when_a_server_answers_there(server: Repositories) -> None:
    probe = BlueskyRepositories().probe
    found = probe(server.url.replace("ws:", "http:"), network=HERE)
    assert [one.config for one in found] == [{"host": server.url}]
    assert probe("http://127.0.0.1:1/", network=HERE) == ()
    assert probe("bsky.social", network=HERE) == ()
    assert probe("@somebody", network=HERE) == ()


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("pds.example.org", "wss://pds.example.org"),
        ("https://pds.example.org/xrpc/x", "wss://pds.example.org"),
        (" ws://10.0.0.5:2583 ", "ws://10.0.0.5:2583"),
    ],
)
def test_addresses_are_taken_as_people_write_them(given: str, host: str) -> None:
    config = base.configure(BlueskyRepositories.Config, {"host": given})
    assert config.model_dump()["host"] == host


@pytest.mark.parametrize("given", ["", "ftp://x.org", "two words"])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(Correctable, match=r"no address of a server, such as wss://"):
        base.configure(BlueskyRepositories.Config, {"host": given})
