"""What pages show of mentions: marks around hits, nothing unescaped, nobody's name."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.web.listening.showing import link, pseudonym, shown
from auscult.web.listening.templatetags.mentions import CUT, marked, merged

SPANS = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2000)), max_size=8)


@given(text=st.text(max_size=1500), spans=SPANS)
def test_marked_text_is_the_text_with_nothing_but_marks_in_it(
    text: str, spans: list[tuple[int, int]]
) -> None:
    html = str(marked(text, spans))

    bare = unescape(re.sub(r"</?mark>", "", html))
    whole = bare.removeprefix("… ").removesuffix(" …")
    assert re.fullmatch(r"(?:[^<>]|</?mark>)*", html)
    assert whole in text or len(text) > CUT
    if len(text) <= CUT:
        assert html.count("<mark>") == len(merged(spans, len(text)))


def test_hits_are_marked_where_they_stand_in_code_points() -> None:
    assert (
        marked("😷 flu & <b>", [(2, 5), (8, 9)])
        == "😷 <mark>flu</mark> &amp; <mark>&lt;</mark>b&gt;"
    )


def test_overlapping_hits_become_one_mark() -> None:
    assert marked("waiting time", [(0, 7), (3, 12)]) == "<mark>waiting time</mark>"


def test_a_late_hit_of_a_long_post_is_shown() -> None:
    text = "word " * 400 + "needle " + "word " * 400

    html = marked(text, [(2000, 2006)])

    assert "<mark>needle</mark>" in html
    assert html.startswith("… ")
    assert html.endswith(" …")


def test_a_pseudonym_is_stable_and_tells_authors_apart() -> None:
    names = {pseudonym(f"author-{number}") for number in range(100)}

    assert pseudonym("author-1") == pseudonym("author-1")
    assert len(names) == 100
    assert not any("author-" in name for name in names)
    assert pseudonym(None) == "Author unknown"


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("https://mastodon.example/@a/1", "https://mastodon.example/@a/1"),
        ("at://did:plc:abc/app.bsky.feed.post/3k", "https://bsky.app/profile/did:plc:abc/post/3k"),
        ("at://did:plc:abc/app.bsky.feed.like/3k", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:posts.csv:3", ""),
        ("http://", ""),
        ("https://[broken", ""),
    ],
)
def test_only_addresses_that_a_browser_may_open_become_links(uri: str, address: str) -> None:
    assert link(uri) == address


def test_what_is_unknown_is_left_out() -> None:
    post = {
        "uri": "file:1",
        "source": None,
        "community": None,
        "author": None,
        "created_at": None,
        "language": None,
        "title": None,
        "text": "flu",
        "engagement": {"likes": 3, "reposts": 0, "replies": None},
    }

    seen = shown(post, [("text", 0, 3), ("title", 0, 1)])

    assert (seen.network, seen.pseudonym) == ("Unknown source", "Author unknown")
    assert seen.reactions == (("likes", 3),)
    assert seen.text_spans == ((0, 3),)
    assert seen.title_spans == ((0, 1),)
