"""The tests' own Jetstream server does what the real one's lexicon and source say."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from servers.calls import call
from servers.jetstream import DICTIONARY_PATH, V2_PATH, Fault, Jetstream
from servers.jetstream_log import Log, Wire, account, commit, identity, sync
from servers.jetstream_recording import playing, record

POST, LIKE = "app.bsky.feed.post", "app.bsky.feed.like"
ANNA, BERT = "did:plc:anna", "did:plc:bert"
DATA = Path(os.environ.get("AUSCULT_DATA", Path(__file__).parents[2] / "../shared/data"))
DICTIONARIES = DATA / "bluesky"
needs_dictionaries = pytest.mark.skipif(
    not (DICTIONARIES / "legacy_subscribe.zdict").exists(),
    reason=f"Jetstream's dictionaries aren't in {DICTIONARIES}; AUSCULT_DATA says where",
)


def some_events() -> Log:
    log = Log()
    log.append(commit(ANNA, POST, "1", {"text": "Flu <jabs> & more"}))
    log.append(commit(BERT, LIKE, "1", {"subject": {"uri": "at://x"}}))
    log.append(identity(BERT, "bert.test"))
    log.append(commit(ANNA, POST, "1", None))
    log.append(sync(ANNA), seq=10)
    log.append(commit(ANNA, POST, "2", {"text": "again"}, resync=True))
    log.append(account(BERT, status="deleted"))
    return log


@pytest.fixture
def server() -> Iterator[Jetstream[Log]]:
    dictionaries = DICTIONARIES if DICTIONARIES.exists() else None
    with Jetstream(log=some_events(), dictionaries=dictionaries) as running:
        yield running


def listen(server: Jetstream[Log], query: str = "", path: str = V2_PATH) -> ClientConnection:
    return connect(f"{server.url}{path}?{query}", compression=None)


def told(server: Jetstream[Log], count: int, query: str, path: str = V2_PATH) -> list[Any]:
    with listen(server, query, path) as stream:
        return [orjson.loads(stream.recv(timeout=30)) for _ in range(count)]


def seqs(server: Jetstream[Log], count: int, query: str) -> list[int]:
    return [one["payload"]["seq"] for one in told(server, count, query)]


def refusal(server: Jetstream[Log], query: str) -> dict[str, str]:
    with pytest.raises(InvalidStatus) as caught:
        listen(server, query)
    assert caught.value.response.status_code == 400
    body: dict[str, str] = orjson.loads(caught.value.response.body or b"")
    return body


def test_a_number_resumes_at_that_event_or_the_next_one_there_is(server: Jetstream[Log]) -> None:
    assert seqs(server, 7, "cursor=0") == [1, 2, 3, 4, 10, 11, 12]
    assert seqs(server, 4, "cursor=4") == [4, 10, 11, 12]
    assert seqs(server, 3, "cursor=7") == [10, 11, 12]


def test_version_two_is_written_as_its_lexicon_says(server: Jetstream[Log]) -> None:
    frames = told(server, 7, "cursor=1")
    assert {one["$type"] for one in frames} == {"message"}
    first, _, third, gone, diverged, *_, left = [one["payload"] for one in frames]
    assert list(first) == [
        "$type", "cid", "collection", "did", "operation", "record", "rev", "rkey", "seq", "time",
        "witnessedAt",
    ]  # fmt: skip
    assert first["time"].endswith("Z")
    assert len(first["time"]) == len("2026-11-21T00:00:00.000000Z")
    assert third["identity"]["handle"] == "bert.test"
    assert (gone["operation"], "record" in gone, "cid" in gone) == ("delete", False, False)
    assert diverged["sync"]["did"] == ANNA
    assert left["account"] == {**left["account"], "active": False, "status": "deleted"}


def test_version_one_leaves_out_what_it_never_had(server: Jetstream[Log]) -> None:
    frames = told(server, 5, "cursor=0", "/subscribe")
    assert [one["kind"] for one in frames] == ["commit", "commit", "identity", "commit", "account"]
    assert frames[0]["commit"]["record"]["text"] == "Flu <jabs> & more"
    assert frames[0]["time_us"] < frames[1]["time_us"]
    assert "record" not in frames[3]["commit"]


def test_collections_leave_everything_else_in_and_kinds_take_it_out(server: Jetstream[Log]) -> None:
    assert seqs(server, 6, f"cursor=0&collections={POST}") == [1, 3, 4, 10, 11, 12]
    assert seqs(server, 3, f"cursor=0&collections={POST}&kinds=commit") == [1, 4, 11]
    assert seqs(server, 4, "cursor=0&collections=app.bsky.feed.*&kinds=commit") == [1, 2, 4, 11]
    assert seqs(server, 3, f"cursor=0&dids={BERT}") == [2, 3, 12]
    old = told(server, 4, f"cursor=0&wantedCollections={POST}", "/subscribe")
    assert [one["kind"] for one in old] == ["commit", "identity", "commit", "account"]


def test_what_can_not_be_meant_is_refused(server: Jetstream[Log]) -> None:
    assert refusal(server, "wantedCollections=x")["error"] == "InvalidRequest"
    assert "use dids" in refusal(server, "wantedDids=x")["message"]
    assert "valid: commit" in refusal(server, "kinds=commits")["message"]
    assert "never apply" in refusal(server, f"kinds=account&collections={POST}")["message"]
    assert refusal(server, "cursor=yesterday")["error"] == "InvalidRequest"
    assert refusal(server, "zstdDictionary=7")["error"] == "UnknownZstdDictionary"


def test_a_number_below_the_floor_is_refused_and_a_time_is_moved_up(server: Jetstream[Log]) -> None:
    server.log.floor = 4
    too_old = refusal(server, "cursor=3")
    assert too_old["error"] == "CursorTooOld"
    assert "floor 4" in too_old["message"]
    frames = told(server, 2, f"cursor={server.log.times[0]}")
    assert frames[0]["payload"]["name"] == "OutdatedCursor"
    assert frames[0]["payload"]["message"].endswith("seq 4")
    assert frames[1]["payload"]["seq"] == 4
    # Version 1 moves both without a word.
    assert told(server, 1, "cursor=1", "/subscribe")[0]["cursor"] == 4


def test_a_time_resumes_at_the_first_event_from_then_on(server: Jetstream[Log]) -> None:
    assert seqs(server, 5, f"cursor={server.log.times[2]}") == [3, 4, 10, 11, 12]
    assert seqs(server, 4, f"cursor={server.log.times[2] + 1}") == [4, 10, 11, 12]


def test_a_number_from_elsewhere_starts_at_the_tip(server: Jetstream[Log]) -> None:
    with listen(server, "cursor=5000") as stream:
        notice = orjson.loads(stream.recv(timeout=30))["payload"]
        assert notice["name"] == "FutureCursor"
        server.log.append(commit(ANNA, POST, "3", {"text": "now"}))
        assert orjson.loads(stream.recv(timeout=30))["payload"]["seq"] == 13


def test_what_happens_later_is_told_at_once(server: Jetstream[Log]) -> None:
    with listen(server) as stream, listen(server) as other:
        assert stream.ping().wait(5)
        assert other.ping().wait(5)
        server.log.append(commit(ANNA, POST, "3", {"text": "now"}))
        for one in (stream, other):
            assert orjson.loads(one.recv(timeout=30))["payload"]["rkey"] == "3"


@needs_dictionaries
def test_compressed_messages_need_the_dictionary_that_is_given_out(server: Jetstream[Log]) -> None:
    http = server.url.replace("ws", "http")
    dictionary = call("GET", f"{http}{DICTIONARY_PATH}").body
    known = zstandard.ZstdCompressionDict(dictionary)
    assert known.dict_id() == 20260811
    missing = call("GET", f"{http}{DICTIONARY_PATH}?id=5", refusals=True)
    assert (missing.status, missing.json()["error"]) == (400, "DictionaryNotFound")
    plain = told(server, 7, "cursor=0")
    unpack = zstandard.ZstdDecompressor(dict_data=known)
    with listen(server, "cursor=0&zstdDictionary=20260811") as stream:
        packed = [stream.recv(timeout=30, decode=False) for _ in range(7)]
    assert [orjson.loads(unpack.decompress(one)) for one in packed] == plain


@needs_dictionaries
def test_version_one_compresses_with_its_own_dictionary(server: Jetstream[Log]) -> None:
    known = (DICTIONARIES / "legacy_subscribe.zdict").read_bytes()
    unpack = zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(known))
    plain = told(server, 5, "cursor=0", "/subscribe")
    with listen(server, "cursor=0&compress=true", "/subscribe") as stream:
        packed = [stream.recv(timeout=30, decode=False) for _ in range(5)]
    assert [orjson.loads(unpack.decompress(one)) for one in packed] == plain


def test_a_subscriber_who_talks_is_thrown_out(server: Jetstream[Log]) -> None:
    with listen(server) as stream:
        stream.send("hello")
        with pytest.raises(ConnectionClosedError) as caught:
            stream.recv(timeout=30)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1008
    assert server.asked[-1].closed == "the subscriber sent data"


def test_the_subprotocol_is_confirmed(server: Jetstream[Log]) -> None:
    with connect(f"{server.url}{V2_PATH}", subprotocols=["xrpc.v1.json"]) as stream:  # type: ignore[list-item]
        assert stream.subprotocol == "xrpc.v1.json"


def test_faults_come_one_for_each_connection(server: Jetstream[Log]) -> None:
    busy = (503, {"Retry-After": "7"}, b"busy")
    server.faults.extend(
        [
            Fault(refuse=busy),
            Fault(after=2, cut=True),
            Fault(after=1, error=("ConsumerTooSlow", "reading below the floor rate")),
            Fault(after=3, close=1011),
            Fault(after=1, garbage=b'{"$type": "mess'),
            Fault(after=2, again=2),
        ]
    )
    with pytest.raises(InvalidStatus) as caught:
        listen(server)
    assert caught.value.response.headers["Retry-After"] == "7"
    assert len(until_closed(server)) == 2
    errors = until_closed(server)
    assert orjson.loads(errors[-1]) == {
        "$type": "error",
        "error": "ConsumerTooSlow",
        "message": "reading below the floor rate",
    }
    assert len(until_closed(server)) == 3
    with listen(server, "cursor=0") as stream:
        got = [stream.recv(timeout=30) for _ in range(8)]
    assert got[1] == '{"$type": "mess'
    assert seqs(server, 9, "cursor=0") == [1, 2, 1, 2, 3, 4, 10, 11, 12]
    assert [one.status for one in server.asked] == [503, 101, 101, 101, 101, 101]


def until_closed(server: Jetstream[Log]) -> list[str | bytes]:
    got: list[str | bytes] = []
    with listen(server, "cursor=0") as stream, contextlib.suppress(ConnectionClosed):
        while True:
            got.append(stream.recv(timeout=30))
    return got


def test_a_silent_server_answers_not_even_a_ping(server: Jetstream[Log]) -> None:
    server.faults.append(Fault(after=1, silent=True))
    stream = connect(f"{server.url}{V2_PATH}?cursor=0", close_timeout=0.1)
    with stream:
        stream.recv(timeout=30)
        assert not stream.ping().wait(0.3)
        with pytest.raises(TimeoutError):
            stream.recv(timeout=0.1)


def test_every_connection_can_be_dropped_at_once(server: Jetstream[Log]) -> None:
    with listen(server) as one, listen(server) as other:
        assert one.ping().wait(5)
        assert other.ping().wait(5)
        server.drop_all()
        for stream in (one, other):
            with pytest.raises(ConnectionClosed):
                stream.recv(timeout=30)


def test_the_rate_is_held(server: Jetstream[Log]) -> None:
    server.rate = 20.0
    started = time.monotonic()
    assert len(told(server, 7, "cursor=0")) == 7
    assert time.monotonic() - started > 0.25


def test_a_recording_is_played_by_a_process_of_its_own(tmp_path: Path) -> None:
    posts = [commit(ANNA, POST, str(number), {"text": "x" * number}) for number in range(300)]
    assert record(tmp_path / "day", [*posts, sync(ANNA)], Wire.V2) == 301
    with (
        playing(tmp_path / "day") as url,
        connect(f"{url}{V2_PATH}?cursor=200", compression=None) as stream,
    ):
        got = [orjson.loads(stream.recv(timeout=30))["payload"] for _ in range(102)]
    assert [one["seq"] for one in got] == list(range(200, 302))
    assert got[0]["record"]["text"] == "x" * 199
    assert got[-1]["$type"].endswith("#sync")
