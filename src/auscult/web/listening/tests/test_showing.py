"""What pages show of mentions: marks around hits, nothing unescaped, nobody's name."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.web.listening.reading import Mentioned
from auscult.web.listening.showing import link, shown
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


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("https://mastodon.social/@a/1", "https://mastodon.social/@a/1"),
        ("https://town.example/@a/1", ""),
        ("at://did:web:someone.lakeside.example/app.bsky.feed.post/3k", ""),
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
    mention = Mentioned(
        id=7,
        origin_id=1,
        uri="file:1",
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
        text="flu",
        engagement={"likes": 3, "reposts": 0},
        spans=(("text", 0, 3), ("title", 0, 1)),
        watches=(4, 5),
    )

    seen = shown(mention, {4: "Flu"}, organisation_id=1)

    assert (seen.network, seen.pseudonym) == ("Unknown source", "author unknown")
    assert seen.reactions == (("likes", 3),)
    assert seen.text_spans == ((0, 3),)
    assert seen.title_spans == ((0, 1),)
    assert seen.watches == ((4, "Flu"),)
