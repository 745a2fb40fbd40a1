"""Feeds read from a web of the tests' own: what becomes a post, and what doesn't."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from auscult.engine.connectors.base import configure
from auscult.engine.connectors.feeds import Feeds, FeedsConfig, Keep
from auscult.engine.connectors.feeds.document import read_document
from auscult.engine.connectors.feeds.fetching import Fetched
from auscult.engine.connectors.feeds.harvest import Harvest, Harvester
from auscult.engine.connectors.feeds.state import from_snapshot, most_seen, to_snapshot
from auscult.engine.connectors.rows import Rows
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Correctable
from feeding import NOON, Open, posts, state_of, until_asked
from hearing import hear
from servers.feeds import Reply, Web, item, rss


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
    heard = hear(opened(address), posts(2))
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


def test_without_marks_the_same_body_is_known_and_a_changed_one_brings_only_what_changed(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    old = rss(item(1), item(2, date="Tue, 03 Mar 2026 10:00:00 GMT"))
    new = rss(item(3), item(1), item(2, "mended", date="Tue, 03 Mar 2026 10:00:00 GMT"))
    address = site.serve("/feed", old, old, new)
    reader = opened(address)
    heard = hear(reader, posts(2))
    for requests in (2, 3):
        clock.advance(timedelta(days=1, hours=2))
        until_asked(reader, requests)
    heard = hear(reader, posts(4), heard)
    assert sorted(heard.texts[2:]) == ["Text of item 3", "mended"]
    assert len(heard.posts) == 3
    assert heard.posts["https://clinic.example/2"]["text"] == "mended"


def test_pictures_with_new_addresses_are_no_edit(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    def pictured(token: str) -> bytes:
        return rss(item(1, f"<p>Text</p><img src='https://cdn.example/a.jpg?t={token}'>"))

    reader = opened(site.serve("/feed", pictured("1"), pictured("2"), rss(item(1), item(2))))
    heard = hear(reader, posts(1))
    clock.advance(timedelta(days=1, hours=2))
    until_asked(reader, 2)
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(reader, posts(3), heard)
    assert sorted(heard.texts) == ["Text", "Text of item 1", "Text of item 2"]


def test_a_snapshot_goes_on_where_it_was(site: Web, opened: Open, clock: FixedClock) -> None:
    address = site.serve(
        "/feed", Reply(body=rss(item(1)), headers={"ETag": '"a"'}), rss(item(1), item(2))
    )
    first = opened(address)
    stored = json.loads(json.dumps(hear(first, posts(1)).snapshot))
    first.close()
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(opened(address, snapshot=stored), posts(1))
    assert heard.texts == ["Text of item 2"]
    assert site.asked[-1].headers["If-None-Match"] == '"a"'


def test_an_id_that_changes_with_every_answer_doubles_nothing(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    def with_ids(token: str, *more: str) -> bytes:
        found = [item(n, guid=f"https://clinic.example/x?id={n}-{token}") for n in (1, 2)]
        return rss(*more, *found)

    reader = opened(
        site.serve("/feed", with_ids("a"), with_ids("b"), with_ids("c", item(3)), with_ids("d"))
    )
    heard = hear(reader, posts(2))
    for requests in (2, 3, 4):
        clock.advance(timedelta(days=1, hours=2))
        until_asked(reader, requests)
        while (batch := reader.next_batch()) is not None:
            heard.batches.append(batch)
    assert sorted(heard.texts) == ["Text of item 1", "Text of item 2", "Text of item 3"]


def test_a_page_of_many_alerts_is_no_changed_id(site: Web, opened: Open, clock: FixedClock) -> None:
    def alert(n: int) -> bytes:
        entry = (
            f"<entry><id>urn:alert:{n}</id><link href='https://alerts.example/'/>"
            f"<title>Alert {n}</title></entry>"
        )
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'.encode()

    reader = opened(site.serve("/feed", alert(1), alert(2)))
    heard = hear(reader, posts(1))
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(reader, posts(2), heard)
    assert [post["uri"] for post in heard.versions] == ["urn:alert:1", "urn:alert:2"]


def test_an_item_of_two_feeds_belongs_to_the_first(
    site: Web, other: Web, opened: Open, clock: FixedClock
) -> None:
    first = site.serve("/feed", rss(item(1)), rss(item(1), item(4)))
    reader = opened(first)
    heard = hear(reader, posts(1))
    reader.close()
    second = other.serve("/feed", rss(item(1, "told otherwise"), item(2)))
    reader = opened(first, second, snapshot=heard.snapshot)
    heard = hear(reader, posts(2), heard)
    assert heard.posts["https://clinic.example/1"]["text"] == "Text of item 1"
    assert heard.posts["https://clinic.example/2"]["community"] == second
    assert len(heard.versions) == 2


def test_more_than_the_feed_holds_is_a_gap(site: Web, opened: Open, clock: FixedClock) -> None:
    def hours(*numbers: int) -> bytes:
        moments = ((n, NOON + timedelta(hours=n)) for n in numbers)
        return rss(*(item(n, date=f"{m:%a, %d %b %Y %H:%M:%S} GMT") for n, m in moments))

    reader = opened(site.serve("/feed", hours(-2, -1), hours(20, 21)))
    heard = hear(reader, posts(2))
    clock.advance(timedelta(days=1))
    heard = hear(reader, posts(4), heard)
    gap, covered = heard.batches[-1].coverage
    assert gap.reason == "more was published than the feed holds at a time"
    assert (gap.since, gap.until) == (NOON, NOON + timedelta(hours=20))
    assert covered.since == gap.until


def test_what_vanishes_from_a_feed_is_not_deleted(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    reader = opened(site.serve("/feed", rss(item(1), item(2)), rss(item(2), item(3))))
    heard = hear(reader, posts(2))
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(reader, posts(3), heard)
    assert heard.deleted == []


def test_clocks_that_are_ahead_make_nothing_later_than_now(site: Web, opened: Open) -> None:
    dates = (
        "Tue, 03 Mar 2026 12:04:00 GMT",
        "Tue, 03 Mar 2026 18:00:00 GMT",
        "Fri, 01 Jan 2038 00:00:00 GMT",
    )
    feed = rss(*(item(n, date=date) for n, date in enumerate(dates)))
    read = hear(opened(site.serve("/feed", feed)), posts(3)).posts
    found = [read[f"https://clinic.example/{n}"]["created_at"] for n in range(3)]
    assert found == [NOON + timedelta(minutes=4), NOON, NOON]


def test_entries_that_cannot_be_read_are_counted_once(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    reader = opened(site.serve("/feed", rss("<item/>", item(1)), rss("<item/>", item(1), item(2))))
    heard = hear(reader, posts(1))
    (broken,) = heard.batches[0].broken
    assert (broken.line, broken.reason) == (1, "the entry says nothing")
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(reader, posts(2), heard)
    assert sum(len(batch.broken) for batch in heard.batches) == 1


def test_an_entry_that_was_cut_comes_whole_the_next_time(
    site: Web, opened: Open, clock: FixedClock
) -> None:
    whole = rss(item(1), item(2, "the whole of it"))
    cut = whole[: whole.rfind(b" of it")]
    address = site.serve("/feed", Reply(body=cut, headers={"ETag": '"a"'}), whole)
    reader = opened(address)
    heard = hear(reader, posts(1))
    assert "etag" not in state_of(heard, address)
    clock.advance(timedelta(days=1, hours=2))
    heard = hear(reader, posts(2), heard)
    assert heard.texts == ["Text of item 1", "the whole of it"]


def test_others_texts_are_kept_as_snippets_and_own_ones_whole(
    site: Web, other: Web, opened: Open
) -> None:
    long = "word " * 300
    short = hear(opened(site.serve("/feed", rss(item(1, long)))), posts(1)).texts[0]
    assert len(short) <= 501
    assert short.endswith("word…")
    whole = hear(opened(other.serve("/feed", rss(item(1, long))), keep="all"), posts(1)).texts[0]
    assert whole == long.strip()


def test_a_feed_of_json(site: Web, opened: Open) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "a", "content_text": "x"}],
    }
    address = site.serve("/feed", json.dumps(feed).encode())
    (post,) = hear(opened(address), posts(1)).versions
    assert post["uri"].startswith(address + "#")


def test_two_thousand_feeds_stay_small_and_are_all_read() -> None:
    addresses = tuple(f"https://host{n}.example/feed" for n in range(2000))
    states = from_snapshot(None, addresses)
    harvester = Harvester(states, keep=Keep.SNIPPET, at_most=most_seen(2000), random=Random(1))
    harvest = Harvest(rows=Rows(NOON))
    document = read_document(rss(*(item(n) for n in range(10))), address="https://x.example/")
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
    assert len(harvest.uris) == 20_000
    snapshot = json.dumps(to_snapshot(states))
    assert len(snapshot) < 1_000_000
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
