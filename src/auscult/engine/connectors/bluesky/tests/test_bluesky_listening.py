"""Listening to a Jetstream server that does what the real one does, also when it fails."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from auscult.engine.connectors import websocket
from auscult.engine.connectors.base import configure
from auscult.engine.connectors.bluesky import Bluesky, BlueskyConfig
from auscult.engine.connectors.bluesky import listening as listening_module
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Network
from servers.jetstream import Fault, Jetstream
from servers.jetstream_listening import (
    ANNA,
    BEGUN,
    BERT,
    CLOCK,
    LIKE,
    POST,
    REPOST,
    Heard,
    listening,
    log_of,
    posts,
    said,
)
from servers.jetstream_log import START, account, commit, identity

DATA = Path(os.environ.get("AUSCULT_DATA", Path(__file__).parents[6] / "../shared/data"))
DICTIONARIES = DATA / "bluesky"
needs_dictionaries = pytest.mark.skipif(
    not DICTIONARIES.exists(),
    reason=f"Jetstream's dictionaries aren't in {DICTIONARIES}; AUSCULT_DATA says where",
)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut batches, look and try again sooner than a person would want."""
    monkeypatch.setattr(websocket, "WAKE", 0.02)
    monkeypatch.setattr(listening_module, "EVERY", 0.05)
    monkeypatch.setattr(listening_module, "AGAIN", 0.05)


@pytest.fixture
def server() -> Iterator[Jetstream[Any]]:
    with Jetstream(log=log_of(posts(50))) as running:
        yield running


@pytest.mark.parametrize("version", [1, 2])
def test_all_that_is_told_is_heard(server: Jetstream[Any], version: int) -> None:
    with listening(server, version=version) as heard:
        heard.count(50)
        server.log.extend(posts(10, 50))
        heard.count(60)
        status = heard.reader.status
    frames = 60 if version == 1 else 61  # with a notice that the cursor was too old
    assert heard.texts == [f"post{number}" for number in range(60)]
    assert heard.gaps == []
    assert (status.frames, status.unreadable, status.doing) == (frames, 0, "catching up")
    assert status.lag == pytest.approx(3600, abs=1)
    covered = [c for batch in heard.batches for c in batch.coverage]
    assert covered[0].since == BEGUN + timedelta(milliseconds=1)
    assert covered[-1].until == BEGUN + timedelta(milliseconds=60)
    assert all(a.until == b.since for a, b in itertools.pairwise(covered))


def test_only_what_is_needed_is_asked_for(server: Jetstream[Any]) -> None:
    with listening(server, authors=[ANNA]) as heard:
        heard.count(50)
    [asked] = server.asked
    assert asked.params["kinds"] == ["commit", "account", "sync"]
    assert asked.params["collections"] == [POST]
    assert asked.params["dids"] == [ANNA]
    assert "maxMessageSizeBytes" not in asked.params  # it would drop deletions, too
    assert asked.headers["User-Agent"].startswith("Auscult/")
    assert asked.closed == ""


def test_of_many_authors_the_rest_is_passed_over(server: Jetstream[Any]) -> None:
    server.log.append(said("hers", did=BERT))
    many = [f"did:plc:{number}" for number in range(500)]
    with listening(server, authors=[*many, BERT]) as heard:
        heard.count(1)
    assert heard.texts == ["hers"]
    assert "dids" not in server.asked[-1].params
    with listening(server, authors=many) as heard:
        heard.until(lambda heard: heard.batches and heard.snapshot["seq"] == 51)
    assert heard.texts == []


def test_version_one_is_found_by_trying() -> None:
    gone = Fault(refuse=(404, {}, b"404 page not found"))
    with Jetstream(log=log_of(posts(3)), faults=deque([gone])) as server:
        with listening(server) as heard:
            heard.count(3)
        assert [one.path for one in server.asked][-1] == "/subscribe"
        assert heard.snapshot["version"] == 1


@needs_dictionaries
def test_frames_are_compressed_when_the_host_has_a_dictionary() -> None:
    with Jetstream(log=log_of(posts(100)), dictionaries=DICTIONARIES) as server:
        with listening(server, compress=True) as heard:
            heard.count(100)
            packed = heard.reader.status.bytes
        assert server.asked[-1].params["zstdDictionary"] == ["20260811"]
        with listening(server) as heard:
            heard.count(100)
            assert heard.reader.status.bytes > 2 * packed
        path = str(DICTIONARIES / "legacy_subscribe.zdict")
        with listening(server, compress=True, dictionary=path, version=1) as heard:
            heard.count(100)
        assert server.asked[-1].params["compress"] == ["true"]


def test_a_host_without_a_dictionary_is_listened_to_as_it_is(server: Jetstream[Any]) -> None:
    with listening(server, compress=True) as heard:
        heard.count(50)
    assert "zstdDictionary" not in server.asked[-1].params


@needs_dictionaries
def test_a_dictionary_that_the_host_has_retired_is_not_used_again() -> None:
    body = orjson.dumps({"error": "UnknownZstdDictionary", "message": "current id is 9"})
    fault = Fault(refuse=(400, {"Content-Type": "application/json"}, body))
    log = log_of(posts(3))
    with Jetstream(log=log, dictionaries=DICTIONARIES, faults=deque([fault])) as server:
        with listening(server, compress=True) as heard:
            heard.count(3)
        assert "zstdDictionary" not in server.asked[-1].params


def test_a_dictionary_that_is_none_is_named(server: Jetstream[Any], tmp_path: Path) -> None:
    path = tmp_path / "dictionary"
    path.write_bytes(b"no dictionary")
    config: dict[str, Any] = {"compress": True, "dictionary": str(path), "version": 1}
    with listening(server, **config) as heard, pytest.raises(Correctable, match="can't be used"):
        heard.count(1)


@pytest.mark.parametrize("version", [1, 2])
def test_from_every_snapshot_it_goes_on(server: Jetstream[Any], version: int) -> None:
    with listening(server, version=version) as heard:
        snapshot = heard.count(50).snapshot
    server.log.extend(posts(5, 50))
    with listening(server, version=version, snapshot=snapshot) as heard:
        heard.count(55)  # some that were taken before come again
    assert heard.texts == [f"post{number}" for number in range(55)]
    assert heard.gaps == []


def test_a_number_that_is_too_old_leaves_a_gap(server: Jetstream[Any]) -> None:
    with listening(server) as heard:
        snapshot = heard.count(50).snapshot
    server.log.extend(posts(100, 50))
    server.log.floor = 101
    with listening(server, snapshot=snapshot) as heard:
        heard.count(50)
    assert heard.texts[0] == "post100"
    gap = next(c for batch in heard.batches for c in batch.coverage if c.reason)
    assert "keeps no events" in gap.reason
    assert gap.since == BEGUN + timedelta(milliseconds=50)
    assert gap.until == BEGUN + timedelta(milliseconds=101)
    assert len(heard.gaps) == 1


def test_version_one_that_goes_back_less_far_leaves_a_gap_too(server: Jetstream[Any]) -> None:
    with listening(server, version=1) as heard:
        snapshot = heard.count(50).snapshot
    server.log.append(said("late"), time_us=START + 3_600_000_000)
    server.log.floor = 51
    with listening(server, version=1, snapshot=snapshot) as heard:
        heard.count(1)
    assert heard.gaps == ["The stream began 60 minutes after the place asked for."]


def test_a_host_that_numbers_anew_is_asked_by_time(server: Jetstream[Any]) -> None:
    with listening(server) as heard:
        snapshot = heard.count(50).snapshot
    with listening(server, snapshot={**snapshot, "seq": 90_000}) as heard:
        heard.count(50)
        server.log.extend(posts(1, 50))
        heard.count(51)
    assert int(server.asked[-1].params["cursor"][0]) == START + 50_000 - 5_000_000


def test_when_a_host_is_gone_the_next_one_goes_on_by_time() -> None:
    log = log_of(posts(30), step_us=1_000_000)
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(Jetstream(log=log))
        second = stack.enter_context(Jetstream(log=log))
        with listening(first, second) as heard:
            snapshot = heard.count(30).snapshot
        assert snapshot["host"] == first.url
        first.faults.append(Fault(refuse=(503, {}, b"warming up")))
        log.extend(posts(5, 30))
        with listening(first, second, snapshot=snapshot) as heard:
            heard.until(lambda heard: "post34" in heard.texts)
        assert heard.texts == [f"post{number}" for number in range(24, 35)]  # five seconds more
        assert heard.snapshot["host"] == second.url


def test_when_no_host_answers_the_reason_is_told(server: Jetstream[Any]) -> None:
    busy = Fault(refuse=(429, {"Retry-After": "7"}, b"slow down"))
    server.faults.extend([busy, busy])
    with listening(server, server) as heard, pytest.raises(Remote) as caught:
        heard.count(1)
    assert caught.value.retry_after == 7
    assert not caught.value.permanent
    assert "429" in caught.value.message


def test_a_reason_that_may_pass_weighs_more(server: Jetstream[Any]) -> None:
    busy = Fault(refuse=(503, {}, b"warming up"))
    wrong = Fault(refuse=(400, {}, b'{"error": "InvalidRequest"}'))
    server.faults.extend([busy, wrong])
    with listening(server, server) as heard, pytest.raises(Remote, match="503"):
        heard.count(1)
    server.faults.extend([wrong, wrong])
    with listening(server, server) as heard, pytest.raises(Remote, match="400") as caught:
        heard.count(1)
    assert caught.value.permanent


def test_nobody_at_home() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"
    with listening(f"ws://{host}") as heard, pytest.raises(Remote, match=host):
        heard.count(1)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(after=20, cut=True),
        Fault(after=20, close=1006 + 5),
        Fault(after=20, error=("ConsumerTooSlow", "read faster")),
        Fault(after=20, raw=b"\xff\xff\xff\xff"),
        Fault(after=20, silent=True),
        Fault(after=20, again=10),
        Fault(after=0, cut=True),
    ],
    ids=["cut", "close", "error", "raw", "silent", "again", "at once"],
)
def test_after_every_fault_nothing_is_missing(fault: Fault) -> None:
    log = log_of(posts(50))
    with (
        Jetstream(log=log, faults=deque([fault])) as server,
        listening(server, server, silent_after=0.3) as heard,
    ):
        heard.until(lambda heard: len(set(heard.texts)) >= 50)
    assert sorted(set(heard.texts)) == sorted(f"post{number}" for number in range(50))
    assert heard.gaps == []


def test_a_host_is_not_tried_at_once_because_posts_are_to_be_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listening_module, "AGAIN", 1.0)  # half of it at least
    monkeypatch.setattr(listening_module, "EVERY", 60.0)  # nothing is asked for before the pause
    fault = Fault(after=0, silent=True)
    with Jetstream(log=log_of(posts(1)), faults=deque([fault])) as server:
        begun = time.monotonic()
        with listening(server, server, silent_after=0.3) as heard:
            heard.reader.recheck([f"at://{ANNA}/{POST}/1"])
            heard.until(lambda _: len(server.asked) == 2)
        assert time.monotonic() - begun >= 0.3 + 0.5


def test_what_can_not_be_read_is_counted_and_sampled(server: Jetstream[Any]) -> None:
    server.faults.append(Fault(after=20, garbage=b'{"$type":"message","payload":7}'))
    with listening(server) as heard:
        heard.count(50)
        assert heard.reader.status.unreadable == 1
    [broken] = [broken for batch in heard.batches for broken in batch.broken]
    assert broken.line == 20
    assert broken.location == server.url.removeprefix("ws://")
    assert "can't be read" in broken.reason
    assert broken.excerpt.startswith('{"$type"')


def test_a_thousand_broken_frames_keep_twenty() -> None:
    events = [commit(ANNA, POST, str(number), {"no": "text"}) for number in range(1000)]
    with Jetstream(log=log_of([*events, said("end")])) as server, listening(server) as heard:
        heard.count(1)
    assert sum(len(batch.broken) + batch.broken_more for batch in heard.batches) == 1000
    begins = [batch.snapshot for batch in heard.batches]
    assert all(one != other for one, other in itertools.pairwise(begins))
    assert all(len(batch.broken) <= 20 for batch in heard.batches)


def test_edits_deletions_and_accounts() -> None:
    uri = f"at://{ANNA}/{POST}/"
    events = [
        said("one", "1"),
        said("two", "2"),
        commit(ANNA, POST, "1", {"text": "one, better"}, operation="update"),
        commit(ANNA, POST, "2", None),
        commit(BERT, POST, "9", None),
        account(BERT, status="deactivated"),
        account(BERT),
        said("back", did=BERT),
        account("did:plc:slow", status="throttled"),
        account("did:plc:slow", status="desynchronized"),
        account("did:plc:gone", status="takendown"),
        said("end"),
    ]
    with Jetstream(log=log_of(events)) as server, listening(server, version=1) as heard:
        heard.until(lambda heard: "end" in heard.texts)
    assert heard.texts == ["one, better", "back", "end"]
    first, second = heard.batches
    assert first.records == 3
    assert first.repeated == 2
    assert [d.uri or d.author for d in first.deleted] == [
        f"{uri}2", f"at://{BERT}/{POST}/9", BERT,
    ]  # fmt: skip
    assert first.deleted[0].at == BEGUN + timedelta(milliseconds=4)
    assert second.restored == (BERT,)
    assert [d.author for d in second.deleted] == ["did:plc:gone"]


def test_likes_and_reposts_when_they_are_wanted() -> None:
    subject = {"subject": {"uri": f"at://{BERT}/{POST}/1", "cid": "x"}}
    events = [
        commit(ANNA, LIKE, "1", subject),
        commit(ANNA, REPOST, "2", subject),
        commit(ANNA, LIKE, "3", {"subject": {"uri": "at://x/app.bsky.feed.generator/1"}}),
        commit(ANNA, LIKE, "4", subject),
        commit(ANNA, LIKE, "4", None),
        commit(ANNA, LIKE, "5", None),
        said("end"),
    ]
    with Jetstream(log=log_of(events)) as server:
        with listening(server, engagement=True) as heard:
            heard.count(1)
        with listening(server) as without:
            without.count(1)
    [batch] = heard.batches
    assert batch.reactions is not None
    assert batch.reactions.to_pylist() == [
        {
            "uri": f"at://{ANNA}/{name}/{rkey}",
            "kind": kind,
            "subject": f"at://{BERT}/{POST}/1",
            "author": ANNA,
            "at": BEGUN + timedelta(milliseconds=int(rkey)),
        }
        for name, rkey, kind in ((LIKE, "1", "like"), (REPOST, "2", "repost"))
    ]
    assert batch.withdrawn == (f"at://{ANNA}/{LIKE}/4", f"at://{ANNA}/{LIKE}/5")
    assert without.batches[0].reactions is None


def test_what_says_nothing_about_posts_still_moves_on(server: Jetstream[Any]) -> None:
    server.log.append(identity(ANNA, "anna.example"))
    with listening(server, version=1) as heard:
        heard.until(lambda heard: heard.reader.status.frames == 51 and heard.batches != [])
        heard.until(lambda heard: heard.snapshot["time_us"] > START + 50_000)
    assert heard.snapshot["time_us"] == START + 51_000


def test_a_private_address_is_refused() -> None:
    config = configure(BlueskyConfig, {"hosts": ["ws://127.0.0.1:9"]})
    reader = Bluesky().open(config, None, clock=CLOCK, network=Network())
    try:
        with pytest.raises(Correctable, match=r"127\.0\.0\.1"):
            Heard(reader).count(1)
    finally:
        reader.close()


def test_closing_ends_the_thread(server: Jetstream[Any]) -> None:
    with listening(server) as heard:
        heard.count(50)
        reader = heard.reader
    assert reader.next_batch() is None
    names = [thread.name for thread in threading.enumerate()]
    assert "bluesky" not in names
