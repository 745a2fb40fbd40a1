"""Feeds of a real WordPress and of a real snac2."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from auscult.engine.connectors.base import Snapshot
from auscult.engine.connectors.feeds import Feeds, FeedsConfig, Keep
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import FixedClock, SystemClock
from auscult.engine.kernel.http import Network, Reach
from hearing import Heard, hear
from servers.snac import Snac
from servers.wordpress import WordPress

pytestmark = pytest.mark.servers

Open = Callable[..., Receiving]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(SystemClock().now())


@pytest.fixture
def network() -> Network:
    return Network(Reach(allow=("127.0.0.0/8",)), random=Random(1))


@pytest.fixture
def opened(clock: FixedClock, network: Network) -> Iterator[Open]:
    with contextlib.ExitStack() as readers:

        def start(*feeds: str, snapshot: Snapshot | None = None) -> Receiving:
            config = FeedsConfig(feeds=feeds, keep=Keep.ALL)
            reader = Feeds().open(config, snapshot, clock=clock, network=network)
            readers.callback(reader.close)
            return reader

        yield start


def _has(*words: str) -> Callable[[Heard], bool]:
    return lambda heard: all(any(word in text for text in heard.texts) for word in words)


def test_posts_and_edits_of_wordpress(
    wordpress: WordPress, opened: Open, clock: FixedClock
) -> None:
    made = wordpress.create_post(
        "Flu & you: “jabs”",
        "<p>Get your <a href='/jabs'>flu jab</a> here &amp; now.</p><p>Thanks ümlaut 😀</p>",
        tags=[wordpress.create_tag("influenza")],
    )
    reader = opened(wordpress.feed_url)
    heard = hear(reader, _has("ümlaut"))
    post = next(post for post in heard.versions if "ümlaut" in post["text"])
    assert post["uri"] == made["guid"]["raw"].replace("&#038;", "&")
    assert post["title"] == "Flu & you: “jabs”"
    assert post["text"] == "Get your flu jab here & now.\n\nThanks ümlaut 😀"
    assert post["links"][:2] == [made["link"], f"{wordpress.url}/jabs"]
    assert "influenza" in post["tags"]
    assert post["language"] == "en-US"
    assert post["author_name"] == wordpress.user
    written = datetime.fromisoformat(made["date_gmt"]).replace(tzinfo=UTC)
    assert post["created_at"] == min(written, clock.now() + timedelta(minutes=5))
    wordpress.edit_post(made, content="<p>No jabs today.</p>")
    clock.advance(timedelta(days=1, hours=3))
    heard = hear(reader, _has("No jabs today"), heard)
    assert heard.posts[post["uri"]]["text"] == "No jabs today."
    assert [version["uri"] for version in heard.versions].count(post["uri"]) == 2


def test_wordpress_answers_conditions(
    wordpress: WordPress, opened: Open, clock: FixedClock
) -> None:
    wordpress.create_post("One", "One post so that there is something.")
    reader = opened(wordpress.feed_url)
    heard = hear(reader, _has("something"))
    clock.advance(timedelta(days=1, hours=3))
    # A post of this very second: its marks are trusted after a second look.
    heard = hear(reader, lambda _: reader.status.frames == 2, heard)
    received = reader.status.bytes
    clock.advance(timedelta(days=1, hours=3))
    heard = hear(reader, lambda _: reader.status.frames == 3, heard)
    assert reader.status.bytes == received  # 304: not a byte of a body
    assert reader.status.notes == ()


def test_comments_of_wordpress_say_what_they_answer(wordpress: WordPress, opened: Open) -> None:
    made = wordpress.create_post("Visiting hours", "From two to four.")
    wordpress.comment(made, "My mother was <b>so</b> well cared for.", author="Bo")
    heard = hear(opened(wordpress.comments_feed_url + "atom/"), _has("cared for"))
    comment = next(post for post in heard.versions if "cared for" in post["text"])
    assert comment["text"] == "My mother was so well cared for."
    assert comment["author_name"] == "Bo"
    assert comment["in_reply_to"] == made["guid"]["raw"].replace("&#038;", "&")
    heard = hear(opened(wordpress.comments_feed_url), _has("cared for"))
    comment = next(post for post in heard.versions if "cared for" in post["text"])
    assert comment["in_reply_to"] == made["link"]


def test_atom_and_rss_of_wordpress_name_a_post_alike(wordpress: WordPress, opened: Open) -> None:
    wordpress.create_post("Alike", "Named alike in every format.")
    by_rss = hear(opened(wordpress.feed_url), _has("Named alike")).posts
    by_atom = hear(opened(wordpress.feed_url + "atom/"), _has("Named alike")).posts
    assert by_rss.keys() == by_atom.keys()


def test_the_feeds_of_a_site_are_found_from_its_address(
    wordpress: WordPress, network: Network
) -> None:
    proposals = Feeds().probe(wordpress.url, network=network)
    found = [proposal.config["feeds"][0] for proposal in proposals]
    assert wordpress.feed_url in found
    assert wordpress.comments_feed_url + "atom/" in found
    assert proposals[0].config["feeds"] == [wordpress.feed_url]


def test_an_account_of_the_fediverse_by_its_feed(snac: Snac, opened: Open) -> None:
    user = snac.create_user("feeds")
    status = snac.post(user, "The new ward is open, https://clinic.example/ward #care")
    heard = hear(opened(snac.rss_url(user)), _has("new ward"))
    (post,) = heard.posts.values()
    assert post["uri"] == status["uri"]
    assert "https://clinic.example/ward" in post["text"]
    assert "https://clinic.example/ward" in post["links"]
    assert post["hashtags"] == ["care"]
