"""What a writer of feeds puts in, the reader gets out: RSS, Atom and JSON, from any text."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape as html_escape
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.connectors.feeds.document import read_document
from auscult.engine.connectors.feeds.items import Item, NotAFeed

ADDRESS = "https://clinic.example/feed"
# Every character that XML allows, but those that HTML doesn't show.
characters = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff\xad")
links = st.from_regex(r"https://[a-z]{1,9}\.example/[a-z0-9/?=&%-]{0,20}", fullmatch=True)


def _is_doubled(text: str) -> bool:
    """Tell whether a text looks as if it had been made UTF-8 twice, which is undone."""
    try:
        return text.encode("latin-1").decode("utf-8") != text
    except UnicodeError:
        return False


texts = (
    st.text(characters, max_size=40)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: not _is_doubled(text))
)
dates = st.datetimes(datetime(1991, 1, 1), datetime(2037, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
items = st.builds(
    Item,
    guid=st.from_regex(r"tag:[a-z]{1,5}\.example,2026:[a-z0-9]{1,9}", fullmatch=True),
    link=links,
    title=texts.filter(bool),
    content=texts.filter(bool),
    author=texts.filter(lambda text: "@" not in text and text == text.strip(" ()<>,")),
    published=dates,
)


def _rss(item: Item) -> str:
    said = escape(html_escape(item.content, quote=False))
    named = f"<dc:creator>{escape(html_escape(item.author, quote=False))}</dc:creator>"
    assert item.published is not None
    return (
        f"<item><guid isPermaLink='false'>{escape(item.guid)}</guid><link>{escape(item.link)}</link>"
        f"<title>{escape(html_escape(item.title, quote=False))}</title>"
        f"<pubDate>{format_datetime(item.published)}</pubDate>{named}"
        f"<content:encoded>{said}</content:encoded></item>"
    )


def _rss_feed(found: list[Item]) -> str:
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>t</title>'
        + "".join(_rss(item) for item in found)
        + "</channel></rss>"
    )


def _atom_feed(found: list[Item]) -> str:
    entries = []
    for item in found:
        assert item.published is not None
        entries.append(
            f"<entry><id>{escape(item.guid)}</id><link href={quoteattr(item.link)}/>"
            f"<title type='html'>{escape(html_escape(item.title, quote=False))}</title>"
            f"<published>{item.published.isoformat()}</published>"
            f"<author><name>{escape(html_escape(item.author, quote=False))}</name></author>"
            f"<content type='html'>{escape(html_escape(item.content, quote=False))}</content></entry>"
        )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>{"".join(entries)}</feed>'


def _json_feed(found: list[Item]) -> str:
    entries = [
        {
            "id": item.guid,
            "url": item.link,
            "title": item.title,
            "content_html": html_escape(item.content),
            "authors": [{"name": item.author}],
            "date_published": item.published.isoformat() if item.published else None,
        }
        for item in found
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": entries})


def _told(item: Item) -> tuple[object, ...]:
    return (item.guid, item.link, item.title, item.content, item.author, item.published)


@pytest.mark.parametrize("write", [_rss_feed, _atom_feed, _json_feed])
@settings(deadline=None)
@given(found=st.lists(items, max_size=4))
def test_what_is_written_is_read(write: object, found: list[Item]) -> None:
    assert callable(write)
    document = read_document(write(found).encode(), address=ADDRESS)
    assert [_told(item) for item in document.items] == [_told(item) for item in found]
    assert document.faults == ()


@settings(deadline=None)
@given(st.lists(items, min_size=1, max_size=3), st.data())
def test_a_feed_cut_anywhere_never_gives_half_an_item(
    found: list[Item], data: st.DataObject
) -> None:
    body = _rss_feed(found)
    cut = data.draw(st.integers(0, len(body) - 1))
    try:
        document = read_document(body[:cut].encode(), address=ADDRESS)
    except NotAFeed:
        return
    whole = [_told(item) for item in found]
    assert [_told(item) for item in document.items] == whole[: len(document.items)]


noise = st.lists(
    st.sampled_from(
        re.findall(
            r"<[^>]*>?|&[^;]*;?",
            "<rss><channel><item></item></channel></rss><title></title><entry></entry><feed>"
            "<link/><description><guid></guid><content type='xhtml'><![CDATA[]]><!--<?xml?>"
            "<pubDate></pubDate><a:b></a:b><!DOCTYPE rss [<!ENTITY x 'y'>&x;&#0;&#xD800;&#99999999;&",
        )
    )
    | st.text(max_size=5),
    max_size=30,
)


@settings(deadline=None)
@given(noise)
def test_nothing_breaks_the_reader(pieces: list[str]) -> None:
    body = ("<rss><channel>" + "".join(pieces)).encode("utf-8", "surrogatepass")
    try:
        document = read_document(body, address=ADDRESS)
    except NotAFeed:
        return
    for item in document.items:
        repr(item).encode()
