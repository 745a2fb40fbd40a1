"""Feeds asked on a web of the tests' own, whose servers answer as servers do."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import socket
import time
from datetime import timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler

import pytest

from auscult.engine.connectors.feeds import Feeds, FeedsConfig
from auscult.engine.connectors.feeds.fetching import fetch_safely
from auscult.engine.connectors.feeds.state import FeedState
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.http import Answer, Client, Network
from feeding import HERE, NOON, Open, once, posts, state_of, until_asked, until_told, wait_for
from hearing import hear
from servers.feeds import Asked, Reply, Web, item, rss


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
    hear(reader, posts(1))
    for requests in (2, 3):
        clock.advance(timedelta(days=1, hours=2))
        until_asked(reader, requests)
    assert [("If-None-Match" in asked.headers) for asked in site.asked] == [False, True, True]
    assert reader.next_batch() is None  # told later, with what else there is


def test_an_edit_within_the_second_of_the_last_answer_hides_behind_no_mark(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    def page(asked: Asked) -> Reply:
        if "If-None-Match" in asked.headers:
            return Reply(status=304)  # as WordPress: its marks are the second of the last edit
        text = "the edit" if len(site.asked) > 1 else "as written"
        marks = {"ETag": '"a"', "Last-Modified": formatdate(usegmt=True)}
        return Reply(body=rss(item(1, text)), headers=marks)

    reader = opened(site.decide("/feed", page))
    heard = hear(reader, posts(1))
    clock.advance(timedelta(days=1, hours=2))
    assert hear(reader, posts(2), heard).texts == ["as written", "the edit"]


def test_marks_of_a_document_that_stays_the_same_are_trusted_whatever_its_date(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    def page(asked: Asked) -> Reply:
        marks = {"ETag": '"a"', "Last-Modified": formatdate(usegmt=True)}
        return Reply(body=rss(item(1)), headers=marks)

    reader = opened(site.decide("/feed", page))
    hear(reader, posts(1))
    for requests in (2, 3):
        clock.advance(timedelta(days=1, hours=2))
        until_asked(reader, requests)
    assert [("If-None-Match" in asked.headers) for asked in site.asked] == [False, False, True]


def test_before_its_time_a_feed_is_not_asked_again(
    site: Web, other: Web, opened: Open, clock: FixedClock
) -> None:
    address = site.serve("/feed", rss(item(1)))
    first = opened(address)
    stored = hear(first, posts(1)).snapshot
    first.close()
    another = other.serve("/feed", rss(item(2)))
    hear(opened(address, another, snapshot=stored), posts(1))
    assert len(site.asked) == 1


def test_a_clock_that_was_years_ahead_keeps_no_feed_waiting(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    now = clock.now()
    clock.advance(timedelta(days=1_000))
    address = site.serve("/feed", rss(item(1)))
    ahead = opened(address)
    stored = hear(ahead, posts(1)).snapshot
    ahead.close()
    clock.advance(now - clock.now())
    site.serve("/feed", rss(item(2), item(1)))
    heard = hear(opened(address, snapshot=stored), posts(1))
    assert all(one.since <= one.until for batch in heard.batches for one in batch.coverage)


@pytest.mark.parametrize("status", [301, 308])
def test_a_move_for_good_is_remembered_and_told(
    site: Web, other: Web, opened: Open, clock: FixedClock, status: int
) -> None:
    target = other.serve("/new", rss(item(1)), rss(item(1), item(2)))
    address = site.serve("/old", Reply(status=status, headers={"Location": target}))
    reader = opened(address)
    heard = hear(reader, posts(1))
    assert state_of(heard, address)["moved"] == target
    assert "has moved to" in until_told(reader, target)
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(reader, posts(2), heard)
    assert len(site.asked) == 1
    assert {post["community"] for post in heard.versions} == {address}


def test_a_move_that_leads_nowhere_is_forgotten(
    site: Web, other: Web, opened: Open, clock: FixedClock
) -> None:
    target = other.serve("/new", rss(item(1)), Reply(status=404))
    moving = Reply(status=301, headers={"Location": target})
    address = site.serve("/old", moving, rss(item(1), item(2)))
    reader = opened(address)
    heard = hear(reader, posts(1))
    for answers in range(2, 7):
        clock.advance(timedelta(days=1, hours=5))
        until_asked(reader, answers)
    assert len(site.asked) == 1
    assert reader.status.doing == "no feed can be read"
    assert reader.status.failing
    clock.advance(timedelta(days=1, hours=5))
    heard = hear(reader, posts(2), heard)
    assert not reader.status.failing
    assert "moved" not in state_of(heard, address)


@pytest.mark.parametrize("status", [302, 307])
def test_a_move_for_now_is_not_remembered(site: Web, other: Web, opened: Open, status: int) -> None:
    target = other.serve("/new", rss(item(1)))
    address = site.serve("/old", Reply(status=status, headers={"Location": target}))
    assert "moved" not in state_of(hear(opened(address), posts(1)), address)


def test_a_move_to_what_is_no_feed_is_not_believed(site: Web, other: Web, opened: Open) -> None:
    target = other.serve("/", b"<!doctype html><html>This domain is for sale</html>")
    address = site.serve("/old", Reply(status=301, headers={"Location": target}))
    heard = hear(opened(address), once)
    assert "moved" not in state_of(heard, address)
    assert state_of(heard, address)["problem"] == "what it answers is no feed"


def test_what_is_gone_is_never_asked_again_and_stays_a_gap(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    address = site.serve("/feed", rss(item(1)), Reply(status=410))
    reader = opened(address)
    heard = hear(reader, posts(1))
    clock.advance(timedelta(days=2))
    heard = hear(reader, lambda heard: heard.gaps, heard)
    assert heard.gaps == ["it is gone for ever (410)"]
    gap = heard.batches[-1].coverage[-1]
    assert (gap.community, gap.since, gap.until) == (address, NOON, NOON + timedelta(days=2))
    assert "take it out of the list" in until_told(reader, "gone for ever")
    clock.advance(timedelta(days=30))
    heard = hear(reader, lambda heard: len(heard.gaps) == 2, heard)
    assert heard.batches[-1].coverage[-1].until == NOON + timedelta(days=32)
    reader.close()
    again = opened(address, snapshot=heard.snapshot)
    clock.advance(timedelta(days=2))
    hear(again, once)
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
    heard = hear(reader, posts(1))
    until_asked(reader, 2)
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(reader, lambda heard: len(heard.versions) == 2 and heard.gaps, heard)
    (gap,) = (one for batch in heard.batches for one in batch.coverage if one.reason)
    assert gap.community == broken
    assert problem in gap.reason
    assert broken in until_told(reader, problem)
    state = state_of(heard, broken)
    assert state["failures"] == 2
    assert state["next"] - clock.now().timestamp() >= 1200
    assert "failures" not in state_of(heard, good)


def test_a_single_failure_is_no_gap(site: Web, opened: Open, clock: FixedClock) -> None:
    address = site.serve("/feed", rss(item(1)), Reply(status=500), rss(item(1), item(2)))
    reader = opened(address)
    heard = hear(reader, posts(1))
    clock.advance(timedelta(days=1, hours=2))
    until_asked(reader, 2)
    clock.advance(timedelta(hours=1))
    heard = hear(reader, posts(2), heard)
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
    until_asked(reader, 1)
    clock.advance(timedelta(minutes=119))
    noted = reader.status.next_fetch
    wait_for(lambda: reader.status.next_fetch != noted)  # it has looked at the clock
    assert len(site.asked) == 1
    clock.advance(timedelta(hours=1))
    heard = hear(reader, posts(2))
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
    hear(reader, posts(3))
    reader.close()
    assert site.most_at_once == 1
    assert all(later - sooner >= 1.0 for sooner, later in itertools.pairwise(times))


def test_what_a_server_wishes_is_honoured(site: Web, opened: Open, clock: FixedClock) -> None:
    body = rss(*(item(n, date=f"Tue, 03 Mar 2026 11:{n:02d}:00 GMT") for n in range(1, 59)))
    address = site.serve("/feed", Reply(body=body, headers={"Cache-Control": "max-age=20000"}))
    state = state_of(hear(opened(address), posts(1)), address)
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
    heard = hear(reader, posts(1))
    assert [post["community"] for post in heard.versions] == [good]
    begun = time.monotonic()
    reader.close()
    assert time.monotonic() - begun < 2


def test_nobody_there(opened: Open) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    reader = opened(f"http://127.0.0.1:{port}/feed")
    hear(reader, once)
    assert "can't be reached" in until_told(reader, "can't be reached")


def test_a_defect_over_one_feed_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    class Defective(Client):
        def __init__(self) -> None:
            """Have nothing."""

        def get(self, *_: object, **__: object) -> Answer:
            raise RuntimeError("boom")

    found = fetch_safely(Defective(), "https://a.example/", FeedState())
    assert found.problem == "Auscult fails over it"
    assert "boom" in found.said
    assert "boom" in caplog.text
