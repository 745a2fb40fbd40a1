"""From a page's address to its feeds, on a web of the tests' own."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from auscult.engine.connectors.base import configure
from auscult.engine.connectors.feeds import Feeds, FeedsConfig
from auscult.engine.connectors.feeds.discovery import discover
from auscult.engine.kernel.http import Network, Reach
from servers.feeds import Asked, Reply, Web, item, rss, web

NETWORK = Network(Reach(allow=("127.0.0.0/8",)))
ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>Atom</title></feed>'


@pytest.fixture
def site() -> Iterator[Web]:
    with web() as served:
        yield served


def _found(address: str) -> list[tuple[str, str]]:
    proposals = Feeds().probe(address, network=NETWORK)
    for proposal in proposals:
        assert proposal.connector == "feeds"
        configure(FeedsConfig, proposal.config)
    return [(proposal.name, proposal.config["feeds"][0]) for proposal in proposals]


def test_a_feed_is_recognised(site: Web) -> None:
    address = site.serve("/feed.xml", rss(item(1), item(2)))
    (proposal,) = Feeds().probe(address, network=NETWORK)
    assert (proposal.name, proposal.config) == ("Clinic news", {"feeds": [address]})
    assert "2 items" in proposal.reads
    assert proposal.confidence > 0.9


def test_the_feeds_that_a_page_names(site: Web) -> None:
    page = site.serve(
        "/news/",
        b"<html><head><base href='/base/'><link rel='stylesheet' href='x.css'>"
        b"<link rel='alternate' type='application/rss+xml' title='News' href='rss'>"
        b"<LINK REL='Alternate' TYPE='application/atom+xml; charset=utf-8' HREF='/atom'>"
        b"<link rel=alternate type=application/rss+xml href=/gone>"
        b"<link rel='alternate' hreflang='de' href='/de'>"
        b"<link rel=alternate type=application/json href=/wp-json/wp/v2/pages/2>"
        b"</head><body>text",
    )
    rss_feed = site.serve("/base/rss", rss(item(1)))
    atom = site.serve("/atom", ATOM)
    assert _found(page) == [("Clinic news", rss_feed), ("Atom", atom)]


@pytest.mark.parametrize("path", ["/feed/", "/rss.xml", "/atom.xml", "/feed.json", "/feed.xml"])
def test_usual_places_are_tried(site: Web, path: str) -> None:
    site.serve("/", b"<html>no links</html>")
    feed = b'{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": []}'
    address = site.serve(path, feed if path.endswith("json") else rss())
    assert [found for _, found in _found(site.url)] == [address]


def test_a_place_below_the_page_comes_before_that_of_the_site(site: Web) -> None:
    site.serve("/blog/", b"<html></html>")
    site.serve("/feed/", rss(title="Site"))
    below = site.serve("/blog/feed/", rss(title="Blog"))
    assert _found(site.url + "/blog") == []
    assert _found(site.url + "/blog/") == [("Blog", below)]


@pytest.mark.parametrize(
    "named", [b"", b"<link rel='alternate' type='application/rss+xml' href='/comments/feed/'>"]
)
def test_a_site_of_wordpress_has_comments_too(site: Web, named: bytes) -> None:
    site.serve(
        "/",
        b"<html><head><meta name='generator' content='WordPress 6.8'>"
        b"<link rel='alternate' type='application/rss+xml' href='/feed/'>" + named + b"</head>",
    )
    feed = site.serve("/feed/", rss(title="Site"))
    comments = site.serve("/comments/feed/atom/", rss(title="Comments on Site"))
    assert _found(site.url) == [("Site", feed), ("Comments on Site", comments)]


def test_a_moved_site_is_proposed_at_its_new_address(site: Web) -> None:
    new = site.serve("/new", rss())
    old = site.serve("/old", Reply(status=301, headers={"Location": "/new"}))
    assert [found for _, found in _found(old)] == [new]


@pytest.mark.parametrize(
    "address",
    [
        *("", "   ", "@name@instance.example", "did:plc:abc", "name", "#tag", "ftp://a.example/"),
        *("https://me:pw@a.example/", "javascript:alert(1)", "two words.example"),
        *("http://10.0.0.1/feed", "http://[::1]/feed", "http://169.254.169.254/latest"),
    ],
)
def test_what_is_no_address_of_the_web_is_not_recognised(address: str) -> None:
    assert Feeds().probe(address, network=Network()) == ()


def test_what_fails_is_not_recognised(site: Web) -> None:
    assert _found(site.url) == []
    assert _found(site.serve("/picture", b"\x89PNG")) == []
    assert _found(site.serve("/wall", Reply(status=403))) == []


def test_a_slow_site_does_not_hold_up_a_person(site: Web) -> None:
    def wait(asked: Asked) -> Reply:
        time.sleep(0.6)
        return Reply(body=b"<html></html>")

    for path in ("/", "/feed/", "/rss.xml", "/atom.xml", "/feed.json", "/feed.xml"):
        site.decide(path, wait)
    begun = time.monotonic()
    assert discover(site.url, network=NETWORK, seconds=1.0) == ()
    assert time.monotonic() - begun < 5
