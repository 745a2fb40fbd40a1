"""The WordPress connector against a real WordPress."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auscult.engine.connectors.base import Reader, configure
from auscult.engine.connectors.wordpress import WordPress
from auscult.engine.kernel.clock import SystemClock
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Network, Reach
from hearing import Heard, hear, one_round
from servers.calls import call
from servers.wordpress import WordPress as Server

pytestmark = pytest.mark.servers
NETWORK = Network(Reach(allow=("127.0.0.1",)))


@pytest.fixture
def site(wordpress: Server) -> Server:
    """Give an empty site."""
    while posts := wordpress.ask("GET", "/posts?per_page=100&status=any"):
        for post in posts:
            wordpress.delete_post(post)
    return wordpress


def opened(site: Server, snapshot: Any = None, **values: Any) -> Reader:
    config = configure(WordPress.Config, {"address": site.url, **values})
    return WordPress().open(config, snapshot, clock=SystemClock(), network=NETWORK)


def rounds(site: Server, count: int, snapshot: Any = None, **values: Any) -> Heard:
    """Read so many rounds, each with a reader of its own, as after a restart."""
    heard = Heard()
    for _ in range(count):
        start = {**heard.snapshot, "due": None} if heard.batches else snapshot
        reader = opened(site, json.loads(json.dumps(start)), **values)
        heard.batches += hear(reader, one_round).batches
        reader.close()
    return heard


def test_posts_and_comments_come_with_all_that_is_known(site: Server) -> None:
    tag = site.ask("POST", "/tags", name=f"Flu & cold {time.monotonic_ns()}")
    picture = call(
        "POST", f"{site.url}/wp-json/wp/v2/media",
        body=PIXEL, headers={**site.authorization, "Content-Type": "image/png",
                             "Content-Disposition": "attachment; filename=a.png"},
    ).json()  # fmt: skip
    site.ask("POST", f"/media/{picture['id']}", alt_text="A nurse & a child")
    post = site.create_post(
        "Flu shots &amp; masks", '<p>Come <a href="/map">here</a> #flu</p>',
        tags=[tag["id"]], featured_media=picture["id"], date_gmt="2026-02-03T04:05:06",
    )  # fmt: skip
    first = site.comment(post, "Thanks &lt;3 <b>all</b>")
    answer = site.comment(post, "You're welcome", parent=first["id"])
    heard = rounds(site, 1, language="en")
    by_text = {row["text"]: row for row in heard.versions}
    row = by_text["Come here #flu"]
    assert row["uri"] == f"{site.url}/?p={post['id']}"
    assert row["title"] == "Flu shots & masks"
    assert row["created_at"] == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert row["author_name"] == "owner"
    assert row["hashtags"] == ["flu"]
    assert row["links"] == [f"{site.url}/map"]
    assert tag["name"].replace("&amp;", "&") in row["tags"]
    assert row["media"] == [
        {"kind": "image", "alt": "A nurse & a child", "url": picture["source_url"]}
    ]
    assert (row["source"], row["language"]) == ("wordpress", "en")
    thanks, welcome = by_text["Thanks <3 all"], by_text["You’re welcome"]
    assert thanks["in_reply_to"] == thanks["root"] == row["uri"]
    assert thanks["author_name"] == "A visitor"
    assert welcome["in_reply_to"] == thanks["uri"]
    assert welcome["uri"].endswith(f"#comment-{answer['id']}")
    [covered] = heard.batches[-2].coverage
    assert covered.community == site.url.removeprefix("http://")


def test_edits_are_found_and_what_strangers_cannot_read_is_not(site: Server) -> None:
    post = site.create_post("One", "first words")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S")
    site.create_post("Later", "scheduled", status="future", date_gmt=tomorrow)
    site.create_post("Draft", "unfinished", status="draft")
    site.create_post("Locked", "behind a password", password="x")
    heard = rounds(site, 1)
    assert heard.texts == ["first words"]
    assert not heard.gaps
    site.edit_post(post, content="other words")
    heard = rounds(site, 2, {**heard.snapshot, "due": None})
    assert set(heard.texts) == {"other words"}


def test_what_is_gone_is_told_only_of_what_is_gone(site: Server) -> None:
    names = ("kept", "trashed", "removed", "drafted")
    kept, trashed, removed, drafted = (site.create_post(name, name) for name in names)
    stays, spam, gone = (site.comment(kept, text) for text in ("stays", "spam", "gone"))
    below = site.comment(trashed, "below")
    reader = opened(site)
    heard = hear(reader, one_round)
    uris = {row["text"]: row["uri"] for row in heard.versions}
    assert len(uris) == 8
    site.delete_post(trashed, force=False)
    site.delete_post(removed)
    site.edit_post(drafted, status="draft")
    site.delete_comment(gone)
    site.ask("POST", f"/comments/{spam['id']}", status="spam")
    site.edit_comment(stays, "stays, changed")
    reader.recheck([*uris.values(), "https://elsewhere.example/?p=1"])  # type: ignore[attr-defined]
    after = hear(reader, lambda h: h.deleted or h.confirmed)
    reader.close()
    lost = {uris[text] for text in ("trashed", "removed", "drafted", "spam", "gone", "below")}
    assert set(after.deleted) == lost
    assert set(after.confirmed) == {uris["kept"], uris["stays"]}
    assert after.posts[uris["stays"]]["text"] == "stays, changed"
    assert below["id"]


def test_a_long_list_that_changes_while_it_is_read_loses_nothing(site: Server) -> None:
    many = [
        site.create_post(f"t{n}", f"post {n}", date_gmt=f"2026-01-01T00:{n // 60:02d}:{n % 60:02d}")
        for n in range(130)
    ]
    reader = opened(site, comments=False)
    heard = hear(reader, lambda h: h.batches)  # the first page is here; the next is being asked
    site.delete_post(many[3])
    site.edit_post(many[5], content="post 5 again")
    hear(reader, one_round, heard)
    reader.close()
    heard.batches += rounds(site, 1, {**heard.snapshot, "due": None}, comments=False).batches
    said = set(heard.texts)
    assert {f"post {n}" for n in range(130) if n not in {3, 5}} <= said
    assert "post 5 again" in said


def test_a_site_is_recognised_by_any_of_its_addresses(site: Server) -> None:
    post = site.create_post("One", "words")
    [proposal] = WordPress().probe(site.url, network=NETWORK)
    assert proposal.name == "Lakeside Hospital"
    assert rounds(site, 1, **proposal.config).texts == ["words"]
    for address in (post["link"], f"{site.url}/?rest_route=/", f"{site.url}/wp-json/"):
        [again] = WordPress().probe(address, network=NETWORK)
        assert again.config == proposal.config
    assert not WordPress().probe("@somebody@example.social", network=NETWORK)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_a_site_with_a_clock_of_its_own_is_read_in_utc(site: Server, zone: str) -> None:
    site.ask("POST", "/settings", timezone=zone)
    try:
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=3)
        first = site.create_post("One", "first", date_gmt=f"{at:%Y-%m-%dT%H:%M:%S}")
        site.comment(first, "a comment")
        heard = rounds(site, 1)
        assert [row["created_at"] for row in heard.versions if row["text"] == "first"] == [at]
        assert len(heard.posts) == 2
        site.edit_post(first, content="changed")
        site.comment(first, "another comment")
        site.create_post("Two", "second")
        heard = rounds(site, 1, {**heard.snapshot, "due": None})
        assert {"changed", "another comment", "second"} <= set(heard.texts)
    finally:
        site.ask("POST", "/settings", timezone="UTC")


def test_a_password_signs_in_and_a_wrong_one_says_so(site: Server) -> None:
    site.create_post("One", "words")
    site.create_post("Draft", "unfinished", status="draft")
    values = {"user": site.user, "password": site.application_password}
    assert rounds(site, 1, **values).texts == ["words"]
    with pytest.raises(Remote, match="refuses the application password") as refused:
        rounds(site, 1, user=site.user, password="wrong wrong wrong wrong")
    assert refused.value.needs_login
    assert "wrong wrong" not in str(refused.value)


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "606060000000050001a5f645400000000049454e44ae426082"
)
