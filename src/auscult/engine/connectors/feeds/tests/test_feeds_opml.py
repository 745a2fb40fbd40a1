"""Lists of feeds, in and out."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.connectors.feeds.opml import Outline, parse, write
from auscult.engine.kernel.errors import Correctable

LIST = """<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.1"><head><title>Kliniken</title></head><body>
<outline text="Grün &amp; gut" title="Häuser"><outline text="inner">
<outline type="rss" text="A &amp; B" xmlUrl="https://a.example/feed?x=1&amp;y=2" htmlUrl="https://a.example/"/>
</outline><outline text="C" xmlurl=" feed://c.example/rss "/></outline>
<outline text="again" xmlUrl="https://a.example/feed?x=1&amp;y=2"/>
<outline text="bad" xmlUrl="mailto:x@y.example"/><outline text="none" xmlUrl=""/>
</body></opml>"""


def test_a_list_with_folders_doubles_and_what_is_no_feed() -> None:
    found = parse(LIST.encode("latin-1"))
    assert found.feeds == (
        Outline(address="https://a.example/feed?x=1&y=2", title="A & B", folder="Häuser / inner"),
        Outline(address="http://c.example/rss", title="C", folder="Häuser"),
    )
    assert len(found.left_out) == 2
    assert found.left_out[0].startswith("bad: ")
    assert "write it with https://" in found.left_out[0]


def test_ampersands_as_they_are_and_missing_ends_are_passed_over() -> None:
    found = parse(b"<opml><body><outline text='R&D' xmlUrl='https://a.example/?a=1&b=2'/>")
    assert [(feed.title, feed.address) for feed in found.feeds] == [
        ("R&D", "https://a.example/?a=1&b=2")
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no list of feeds"),
        (b"<html></html>", "no list of feeds"),
        (b"<opml/>", "no list of feeds"),
        (b"<opml><body/></opml>", "names no feed"),
        (b"\x89PNG\0", "no list of feeds"),
        (b"<opml><body><outline text='x'/></body></opml>", "names no feed"),
        (b"x" * ((10 << 20) + 1), "10,485,760 are the most"),
    ],
)
def test_what_is_no_list_is_refused_in_words(data: bytes, message: str) -> None:
    with pytest.raises(Correctable, match=message) as error:
        parse(data)
    assert "OPML" in error.value.hint


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "https://a.example/">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">',
    ],
)
def test_no_entity_is_ever_expanded(declared: str) -> None:
    hostile = f"<!DOCTYPE opml [{declared}]><opml><body><outline xmlUrl='&a;'/></body></opml>"
    with pytest.raises(Correctable, match="names no feed"):
        parse(hostile.encode())


def test_nesting_takes_no_long_time() -> None:
    begun = time.process_time()
    with pytest.raises(Correctable):
        parse(b"<opml><body>" + b"<outline text='x'>" * 100_000)
    assert time.process_time() - begun < 5


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(
    lambda text: " ".join(text.split())
)
names = texts.filter(lambda text: text and " / " not in f" {text} ")
outlines = st.builds(
    Outline,
    address=st.from_regex(r"https://[a-z]{1,8}\.example/[a-z0-9?&=%-]{0,12}", fullmatch=True),
    title=names,
    folder=st.lists(names, max_size=3).map(" / ".join),
)


@settings(deadline=None)
@given(st.lists(outlines, min_size=1, max_size=8, unique_by=lambda feed: feed.address))
def test_what_was_written_is_read(feeds: list[Outline]) -> None:
    wanted = [
        Outline(address=f.address, title=_valid(f.title), folder=_valid(f.folder)) for f in feeds
    ]
    found = parse(write(feeds)).feeds
    assert sorted(found, key=repr) == sorted(wanted, key=repr)


def _valid(text: str) -> str:
    return text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
