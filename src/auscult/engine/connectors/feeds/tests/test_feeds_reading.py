"""Feeds read from a web of the tests' own, whose servers answer as servers do."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from random import Random
from typing import Any

import pytest

from auscult.engine.connectors.base import Snapshot, configure
from auscult.engine.connectors.feeds import Feeds, FeedsConfig, Keep
from auscult.engine.connectors.feeds.document import read_document
from auscult.engine.connectors.feeds.fetching import Fetched
from auscult.engine.connectors.feeds.harvest import Harvest, Harvester
from auscult.engine.connectors.feeds.session import Session
from auscult.engine.connectors.feeds.state import from_snapshot, most_seen, to_snapshot
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.connectors.rows import Rows
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.http import Network, Reach
from hearing import Heard, hear
from servers.feeds import Asked, Reply, Web, item, rss, web

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
HERE = Reach(allow=("127.0.0.0/8",))
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>{}</feed>'


@pytest.fixture
def site() -> Iterator[Web]:
    with web() as served:
        yield served


@pytest.fixture
def other() -> Iterator[Web]:
    with web() as served:
        yield served


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


Open = Callable[..., Receiving]


@pytest.fixture
def opened(clock: FixedClock) -> Iterator[Open]:
    with contextlib.ExitStack() as readers:

        def start(*feeds: str, snapshot: Snapshot | None = None, **settings: Any) -> Receiving:
            config = FeedsConfig(feeds=feeds, **settings)
            network = Network(HERE, random=Random(4), clock=clock)
            reader = Receiving(
                lambda stored, here: Session(config, stored, here, between=0.0).run(),
                snapshot,
                clock=clock,
                network=network,
                name="feeds",
            )
            readers.callback(reader.close)
            return reader

        yield start


def _posts(count: int) -> Callable[[Heard], bool]:
    return lambda heard: len(heard.versions) >= count


def _once(heard: Heard) -> bool:
    return bool(heard.batches)


def _of(heard: Heard, address: str) -> dict[str, Any]:
    state: dict[str, Any] = heard.snapshot["feeds"][address]
    return state


def _wait(happened: Callable[[], object]) -> None:
    until = time.monotonic() + 15
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


def _until_asked(reader: Receiving, times: int) -> None:
    _wait(lambda: reader.status.frames == times)


def _until_told(reader: Receiving, word: str) -> str:
    _wait(lambda: any(word in note for note in reader.status.notes))
    return next(note for note in reader.status.notes if word in note)


def test_items_become_posts(site: Web, opened: Open) -> None:
    address = site.serve(
        "/feed",
        rss(
            item(
                1,
                "<p>Wash your <a href='/hands'>hands</a></p>",
                date="Tue, 03 Mar 2026 10:00:00 +0100",
                more="<dc:creator>Ann</dc:creator><category>care</category>",
            ),
            item(2),
        ),
    )
    heard = hear(opened(address), _posts(2))
    first, second = heard.versions
    if first["title"] != "Item 1":
        first, second = second, first
    host = "127.0.0.1"
    assert first["uri"] == "https://clinic.example/1"
    assert (first["source"], first["community"]) == ("feeds", address)
    assert (first["title"], first["text"]) == ("Item 1", "Wash your hands")
    assert first["created_at"] == datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert first["collected_at"] == NOON
    assert (first["author"], first["author_name"]) == (f"Ann@{host}", "Ann")
    assert first["language"] == "en-US"
    assert first["links"] == ["https://clinic.example/1", f"{site.url}/hands"]
    assert first["tags"] == ["care"]
    assert (second["author"], second["author_name"]) == (address, "Clinic news")
    assert second["created_at"] == NOON
    (covered,) = heard.batches[0].coverage
    assert (covered.community, covered.reason) == (address, "")
    assert covered.until == NOON


def test_what_has_not_changed_is_neither_sent_nor_handed_out_again(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    def page(asked: Asked) -> Reply:
        if asked.headers.get("If-None-Match") == '"a"':
            assert asked.headers["If-Modified-Since"] == "Tue, 03 Mar 2026 11:00:00 GMT"
            return Reply(status=304)
        marks = {"ETag": '"a"', "Last-Modified": "Tue, 03 Mar 2026 11:00:00 GMT"}
        return Reply(body=rss(item(1)), headers=marks)

    address = site.decide("/feed", page)
    reader = opened(address)
    hear(reader, _posts(1))
    for requests in (2, 3):
        clock.advance(timedelta(days=1, hours=2))
        _until_asked(reader, requests)
    assert [("If-None-Match" in asked.headers) for asked in site.asked] == [False, True, True]
    assert reader.next_batch() is None  # told later, with what else there is


def test_without_marks_the_same_body_is_known_and_a_changed_one_brings_only_what_changed(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    old = rss(item(1), item(2, date="Tue, 03 Mar 2026 10:00:00 GMT"))
    new = rss(item(3), item(1), item(2, "mended", date="Tue, 03 Mar 2026 10:00:00 GMT"))
    address = site.serve("/feed", old, old, new)
    reader = opened(address)
    heard = hear(reader, _posts(2))
    for requests in (2, 3):
        clock.advance(timedelta(days=1, hours=2))
        _until_asked(reader, requests)
    heard = hear(reader, _posts(4), heard)
    assert sorted(heard.texts[2:]) == ["Text of item 3", "mended"]
    assert len(heard.posts) == 3
    assert heard.posts["https://clinic.example/2"]["text"] == "mended"


def test_pictures_with_new_addresses_are_no_edit(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    def pictured(token: str) -> bytes:
        return rss(item(1, f"<p>Text</p><img src='https://cdn.example/a.jpg?t={token}'>"))

    reader = opened(site.serve("/feed", pictured("1"), pictured("2"), rss(item(1), item(2))))
    heard = hear(reader, _posts(1))
    clock.advance(timedelta(days=1, hours=2))
    _until_asked(reader, 2)
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(reader, _posts(3), heard)
    assert sorted(heard.texts) == ["Text", "Text of item 1", "Text of item 2"]


def test_a_snapshot_goes_on_where_it_was(site: Web, opened: Open, clock: FixedClock) -> None:
    address = site.serve(
        "/feed", Reply(body=rss(item(1)), headers={"ETag": '"a"'}), rss(item(1), item(2))
    )
    first = opened(address)
    stored = json.loads(json.dumps(hear(first, _posts(1)).snapshot))
    first.close()
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(opened(address, snapshot=stored), _posts(1))
    assert heard.texts == ["Text of item 2"]
    assert site.asked[-1].headers["If-None-Match"] == '"a"'


def test_before_its_time_a_feed_is_not_asked_again(
    site: Web, other: Web, opened: Open, clock: FixedClock
) -> None:
    address = site.serve("/feed", rss(item(1)))
    first = opened(address)
    stored = hear(first, _posts(1)).snapshot
    first.close()
    another = other.serve("/feed", rss(item(2)))
    hear(opened(address, another, snapshot=stored), _posts(1))
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [301, 308])
def test_a_move_for_good_is_remembered_and_told(
    site: Web, other: Web, opened: Open, clock: FixedClock, status: int
) -> None:
    target = other.serve("/new", rss(item(1)), rss(item(1), item(2)))
    address = site.serve("/old", Reply(status=status, headers={"Location": target}))
    reader = opened(address)
    heard = hear(reader, _posts(1))
    assert _of(heard, address)["moved"] == target
    assert "has moved to" in _until_told(reader, target)
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(reader, _posts(2), heard)
    assert len(site.asked) == 1
    assert {post["community"] for post in heard.versions} == {address}


@pytest.mark.parametrize("status", [302, 307])
def test_a_move_for_now_is_not_remembered(site: Web, other: Web, opened: Open, status: int) -> None:
    target = other.serve("/new", rss(item(1)))
    address = site.serve("/old", Reply(status=status, headers={"Location": target}))
    assert "moved" not in _of(hear(opened(address), _posts(1)), address)


def test_a_move_to_what_is_no_feed_is_not_believed(site: Web, other: Web, opened: Open) -> None:
    target = other.serve("/", b"<!doctype html><html>This domain is for sale</html>")
    address = site.serve("/old", Reply(status=301, headers={"Location": target}))
    heard = hear(opened(address), _once)
    assert "moved" not in _of(heard, address)
    assert _of(heard, address)["problem"] == "what it answers is no feed"


def test_what_is_gone_is_never_asked_again_and_stays_a_gap(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    address = site.serve("/feed", rss(item(1)), Reply(status=410))
    reader = opened(address)
    heard = hear(reader, _posts(1))
    clock.advance(timedelta(days=2))
    heard = hear(reader, lambda heard: heard.gaps, heard)
    assert heard.gaps == ["it is gone for ever (410)"]
    gap = heard.batches[-1].coverage[-1]
    assert (gap.community, gap.since, gap.until) == (address, NOON, NOON + timedelta(days=2))
    assert "take it out of the list" in _until_told(reader, "gone for ever")
    clock.advance(timedelta(days=30))
    heard = hear(reader, lambda heard: len(heard.gaps) == 2, heard)
    assert heard.batches[-1].coverage[-1].until == NOON + timedelta(days=32)
    reader.close()
    again = opened(address, snapshot=heard.snapshot)
    clock.advance(timedelta(days=2))
    hear(again, _once)
    assert len(site.asked) == 2


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(status=403, body=b"no robots"), "it answers 403"),
        (Reply(status=401), "it answers 401"),
        (Reply(status=404), "it answers 404"),
        (Reply(status=500), "it answers 500"),
        (Reply(status=418), "it answers 418"),
        (Reply(body=b"<!doctype html><html>Sign in</html>"), "what it answers is no feed"),
        (Reply(body=b""), "what it answers is no feed"),
        (Reply(body=b"\x89PNG\0\1\2"), "what it answers is no feed"),
        (Reply(body=b"{}"), "what it answers is no feed"),
        (Reply(body=b"\x1f\x8b\x08junk", headers={"Content-Encoding": "gzip"}), "can't be reached"),
        (
            Reply(body=gzip.compress(rss(item(1)))[:-30], headers={"Content-Encoding": "gzip"}),
            "can't be reached",
        ),
        (Reply(body=b"<rss>", headers={"Content-Length": "5000"}), "can't be reached"),
        (Reply(body=b"x" * ((10 << 20) + 1)), "can't be reached"),
        (Reply(status=301, headers={"Location": "http://192.168.0.1/"}), "may not be reached"),
        (Reply(status=301, headers={"Location": "file:///etc/passwd"}), "be reached"),
    ],
)
def test_one_broken_feed_stops_no_other(
    site: Web, other: Web, opened: Open, clock: FixedClock, reply: Reply, problem: str
) -> None:
    def page(asked: Asked) -> Reply:
        return reply

    broken = site.decide("/broken", page)
    if "Content-Length" in reply.headers:
        reply.headers["Connection"] = "close"
    good = other.serve("/good", rss(item(1)), rss(item(1), item(2)))
    reader = opened(broken, good)
    heard = hear(reader, _posts(1))
    _until_asked(reader, 2)
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(reader, lambda heard: len(heard.versions) == 2 and heard.gaps, heard)
    (gap,) = (one for batch in heard.batches for one in batch.coverage if one.reason)
    assert gap.community == broken
    assert problem in gap.reason
    assert broken in _until_told(reader, problem)
    state = _of(heard, broken)
    assert state["failures"] == 2
    assert state["next"] - clock.now().timestamp() >= 1200
    assert "failures" not in _of(heard, good)


def test_a_single_failure_is_no_gap(site: Web, opened: Open, clock: FixedClock) -> None:
    address = site.serve("/feed", rss(item(1)), Reply(status=500), rss(item(1), item(2)))
    reader = opened(address)
    heard = hear(reader, _posts(1))
    clock.advance(timedelta(days=1, hours=2))
    _until_asked(reader, 2)
    clock.advance(timedelta(hours=1))
    heard = hear(reader, _posts(2), heard)
    assert heard.gaps == []
    last = heard.batches[-1].coverage[-1]
    assert (last.since, last.until) == (NOON, NOON + timedelta(days=1, hours=3))


@pytest.mark.parametrize(
    ("status", "wait"), [(429, "7200"), (503, "Tue, 03 Mar 2026 14:00:00 GMT")]
)
def test_a_pause_that_is_asked_for_is_kept_for_all_feeds_of_the_host(
    site: Web, opened: Open, clock: FixedClock, status: int, wait: str
) -> None:
    busy = Reply(
        status=status, headers={"Retry-After": wait, "Date": "Tue, 03 Mar 2026 12:00:00 GMT"}
    )
    first = site.serve("/a", busy, rss(item(1)))
    second = site.serve("/b", rss(item(2)))
    reader = opened(first, second)
    _until_asked(reader, 1)
    clock.advance(timedelta(minutes=119))
    noted = reader.status.next_fetch
    _wait(lambda: reader.status.next_fetch != noted)  # it has looked at the clock
    assert len(site.asked) == 1
    clock.advance(timedelta(hours=1))
    heard = hear(reader, _posts(2))
    assert {post["community"] for post in heard.versions} == {first, second}


def test_a_host_is_asked_one_thing_at_a_time_and_a_second_apart(
    site: Web, clock: FixedClock
) -> None:
    times: list[float] = []

    def page(asked: Asked) -> Reply:
        times.append(time.monotonic())
        return Reply(body=rss(item(int(asked.path[2:]))))

    config = FeedsConfig(feeds=tuple(site.decide(f"/f{n}", page) for n in range(3)))
    reader = Feeds().open(config, None, clock=clock, network=Network(HERE))
    hear(reader, _posts(3))
    reader.close()
    assert site.most_at_once == 1
    assert all(later - sooner >= 1.0 for sooner, later in itertools.pairwise(times))


def test_what_a_server_wishes_is_honoured(site: Web, opened: Open, clock: FixedClock) -> None:
    body = rss(*(item(n, date=f"Tue, 03 Mar 2026 11:{n:02d}:00 GMT") for n in range(1, 59)))
    address = site.serve("/feed", Reply(body=body, headers={"Cache-Control": "max-age=20000"}))
    state = _of(hear(opened(address), _posts(1)), address)
    assert state["interval"] == 600
    assert 18_000 <= state["next"] - NOON.timestamp() <= 22_000


def test_slow_bytes_and_half_open_sockets_hold_up_nobody_else(
    site: Web, other: Web, opened: Open
) -> None:
    def hang(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"<rss>")
        handler.wfile.flush()
        with contextlib.suppress(OSError):
            handler.connection.recv(1)  # until the reader goes away

    slow = site.serve("/slow", Reply(write=hang))
    good = other.serve("/good", rss(item(1)))
    reader = opened(slow, good)
    heard = hear(reader, _posts(1))
    assert [post["community"] for post in heard.versions] == [good]
    begun = time.monotonic()
    reader.close()
    assert time.monotonic() - begun < 2


def test_nobody_there(opened: Open) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    reader = opened(f"http://127.0.0.1:{port}/feed")
    hear(reader, _once)
    assert "can't be reached" in _until_told(reader, "can't be reached")


def test_an_id_that_changes_with_every_answer_doubles_nothing(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    def with_ids(token: str, *more: str) -> bytes:
        found = [item(n, guid=f"https://clinic.example/x?id={n}-{token}") for n in (1, 2)]
        return rss(*more, *found)

    reader = opened(
        site.serve("/feed", with_ids("a"), with_ids("b"), with_ids("c", item(3)), with_ids("d"))
    )
    heard = hear(reader, _posts(2))
    for requests in (2, 3, 4):
        clock.advance(timedelta(days=1, hours=2))
        _until_asked(reader, requests)
        while (batch := reader.next_batch()) is not None:
            heard.batches.append(batch)
    assert sorted(heard.texts) == ["Text of item 1", "Text of item 2", "Text of item 3"]


def test_a_page_of_many_alerts_is_no_changed_id(site: Web, opened: Open, clock: FixedClock) -> None:
    def alert(n: int) -> bytes:
        entry = (
            f"<entry><id>urn:alert:{n}</id><link href='https://alerts.example/'/>"
            f"<title>Alert {n}</title></entry>"
        )
        return ATOM.format(entry).encode()

    reader = opened(site.serve("/feed", alert(1), alert(2)))
    heard = hear(reader, _posts(1))
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(reader, _posts(2), heard)
    assert [post["uri"] for post in heard.versions] == ["urn:alert:1", "urn:alert:2"]


def test_an_item_of_two_feeds_belongs_to_the_first(
    site: Web, other: Web, opened: Open, clock: FixedClock
) -> None:
    first = site.serve("/feed", rss(item(1)), rss(item(1), item(4)))
    reader = opened(first)
    heard = hear(reader, _posts(1))
    reader.close()
    second = other.serve("/feed", rss(item(1, "told otherwise"), item(2)))
    reader = opened(first, second, snapshot=heard.snapshot)
    heard = hear(reader, _posts(2), heard)
    assert heard.posts["https://clinic.example/1"]["text"] == "Text of item 1"
    assert heard.posts["https://clinic.example/2"]["community"] == second
    assert len(heard.versions) == 2


def test_more_than_the_feed_holds_is_a_gap(site: Web, opened: Open, clock: FixedClock) -> None:
    def hours(*numbers: int) -> bytes:
        moments = ((n, NOON + timedelta(hours=n)) for n in numbers)
        return rss(*(item(n, date=f"{m:%a, %d %b %Y %H:%M:%S} GMT") for n, m in moments))

    reader = opened(site.serve("/feed", hours(-2, -1), hours(20, 21)))
    heard = hear(reader, _posts(2))
    clock.advance(timedelta(days=1))
    heard = hear(reader, _posts(4), heard)
    gap, covered = heard.batches[-1].coverage
    assert gap.reason == "more was published than the feed holds at a time"
    assert (gap.since, gap.until) == (NOON, NOON + timedelta(hours=20))
    assert covered.since == gap.until


def test_what_vanishes_from_a_feed_is_not_deleted(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    reader = opened(site.serve("/feed", rss(item(1), item(2)), rss(item(2), item(3))))
    heard = hear(reader, _posts(2))
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(reader, _posts(3), heard)
    assert heard.deleted == []


def test_clocks_that_are_ahead_make_nothing_later_than_now(site: Web, opened: Open) -> None:
    dates = (
        "Tue, 03 Mar 2026 12:04:00 GMT",
        "Tue, 03 Mar 2026 18:00:00 GMT",
        "Fri, 01 Jan 2038 00:00:00 GMT",
    )
    feed = rss(*(item(n, date=date) for n, date in enumerate(dates)))
    posts = hear(opened(site.serve("/feed", feed)), _posts(3)).posts
    found = [posts[f"https://clinic.example/{n}"]["created_at"] for n in range(3)]
    assert found == [NOON + timedelta(minutes=4), NOON, NOON]


def test_entries_that_cannot_be_read_are_counted_once(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    reader = opened(site.serve("/feed", rss("<item/>", item(1)), rss("<item/>", item(1), item(2))))
    heard = hear(reader, _posts(1))
    (broken,) = heard.batches[0].broken
    assert (broken.line, broken.reason) == (1, "the entry says nothing")
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(reader, _posts(2), heard)
    assert sum(len(batch.broken) for batch in heard.batches) == 1


def test_an_entry_that_was_cut_comes_whole_the_next_time(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    whole = rss(item(1), item(2, "the whole of it"))
    cut = whole[: whole.rfind(b" of it")]
    address = site.serve("/feed", Reply(body=cut, headers={"ETag": '"a"'}), whole)
    reader = opened(address)
    heard = hear(reader, _posts(1))
    assert "etag" not in _of(heard, address)
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(reader, _posts(2), heard)
    assert heard.texts == ["Text of item 1", "the whole of it"]


def test_others_texts_are_kept_as_snippets_and_own_ones_whole(
    site: Web, other: Web, opened: Open
) -> None:
    long = "word " * 300
    short = hear(opened(site.serve("/feed", rss(item(1, long)))), _posts(1)).texts[0]
    assert len(short) <= 501
    assert short.endswith("word…")
    whole = hear(opened(other.serve("/feed", rss(item(1, long))), keep="all"), _posts(1)).texts[0]
    assert whole == long.strip()


def test_a_feed_of_json(site: Web, opened: Open) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "a", "content_text": "x"}],
    }
    address = site.serve("/feed", json.dumps(feed).encode())
    (post,) = hear(opened(address), _posts(1)).versions
    assert post["uri"].startswith(address + "#")


def test_two_thousand_feeds_stay_small_and_are_all_read() -> None:
    addresses = tuple(f"https://host{n}.example/feed" for n in range(2000))
    states = from_snapshot(None, addresses)
    harvester = Harvester(states, keep=Keep.SNIPPET, at_most=most_seen(2000), random=Random(1))
    harvest = Harvest(rows=Rows(NOON))
    document = read_document(rss(*(item(n) for n in range(30))), address="https://x.example/")
    for address in addresses:
        items = tuple(
            replace(one, guid=f"{address}/{n}", link=f"{address}/{n}")
            for n, one in enumerate(document.items)
        )
        fetched = Fetched(
            address=address,
            document=replace(document, items=items),
            etag='"0123456789abcdef"',
            body="0" * 24,
        )
        harvester.take_in(fetched, NOON, harvest)
    assert len(harvest.uris) == 60_000
    snapshot = json.dumps(to_snapshot(states))
    assert len(snapshot) < 2_000_000
    assert to_snapshot(from_snapshot(json.loads(snapshot), addresses)) == json.loads(snapshot)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"feeds": []}, "at least 1"),
        ({"feeds": ["clinic"]}, "write it with https://"),
        ({"feeds": ["https://me:secret@clinic.example/feed"]}, "without name and password"),
        ({"feeds": ["ftp://clinic.example/feed"]}, "write it with https://"),
        ({"feeds": [f"https://h{n}.example/" for n in range(2001)]}, "at most 2000"),
        ({"feeds": "https://a.example/f", "keep": "some"}, "'all' or 'snippet'"),
    ],
)
def test_what_cannot_work_is_refused_in_words(values: dict[str, Any], message: str) -> None:
    with pytest.raises(Correctable, match=message):
        configure(FeedsConfig, values)


def test_addresses_are_brought_to_one_form() -> None:
    config = FeedsConfig(
        feeds=(" feed://a.example/f#x", "http://a.example/f", "feed:https://b.example/f")
    )
    assert config.feeds == ("http://a.example/f", "https://b.example/f")


def test_a_person_is_told_what_will_be_read() -> None:
    about = Feeds().about(FeedsConfig(feeds=("https://a.example/f",)))
    assert "first 500 characters" in about.reads
    assert "a.example" in about.reads
    whole = Feeds().about(FeedsConfig(feeds=("https://a.example/f",), keep=Keep.ALL))
    assert "whole text" in whole.reads
    assert any("right" in duty for duty in whole.duties)
