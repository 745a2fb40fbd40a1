"""HTML as text: what browsers show is what is kept, and no input takes long."""

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.connectors.html_text import Medium, absolute, to_text

BASE = "https://clinic.example/news/"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("<p>a</p><p>b<br>c<br/>d</p>", "a\n\nb\nc\nd"),
        ("x <b> y </b>z", "x y z"),
        ("flu<b>shot</b>s", "flushots"),
        ("<ul><li>a</li><li>b</li></ul>after", "a\nb\n\nafter"),
        ("<pre>a\n  b\n</pre>c", "a\n  b\n\nc"),
        ("<div><div>a</div></div><div>b</div>", "a\nb"),
        ("<table><tr><td>1<td>2<tr><td>3</table>", "1 2\n3"),
        ("<h1>T</h1>\n<p>body\n text</p>", "T\n\nbody text"),
        ("x<script>a<b></script>y<style>p{}</style>z", "xyz"),
        ("<p hidden>z</p><pre hidden>z</pre><i style='display: none'>q</i>k  k", "k k"),
        ("<noscript>Switch it on</noscript>k", "k"),
        ("a&nbsp;b &lt;c&gt; &#x80;&euro;&bogus; R&D 5 < 6", "a b <c> €€&bogus; R&D 5 < 6"),
        ("Kranken&shy;haus", "Krankenhaus"),
        ("plain\n\ntext  here", "plain text here"),
        ("it went up 😀<img class='wp-smiley' alt='👍' src='x.png'>", "it went up 😀👍"),
        ("<!-- c --><![CDATA[d]]>e", "e"),
        ("a\x00b\x07c\ud83d <b>\x00&#7;&#0;", "abc� �"),
        ("<p", ""),
        ("", ""),
    ],
)
def test_text_is_what_a_browser_shows(given: str, text: str) -> None:
    assert to_text(given).text == text


def test_links_and_embeds_are_collected_once_and_in_full() -> None:
    found = to_text(
        '<a href="/x">1</a> <a href="/x">2</a> <a href="javascript:x">3</a>'
        '<a class="mention hashtag" rel="tag" href="https://m.example/tags/flu">#<span>flu</span></a>'
        '<a class="u-url mention" href="https://m.example/@a">@a</a> <a>4</a>'
        '<iframe src="https://video.example/embed/7">no frames</iframe>',
        base=BASE,
    )
    assert found.links == ("https://clinic.example/x", "https://video.example/embed/7")
    assert found.text == "1 2 3#flu@a 4"


def test_an_address_cut_in_pieces_by_its_network_is_whole_again() -> None:
    cut = (
        '<a href="https://e.example/very-long"><span class="invisible">https://</span>'
        '<span class="ellipsis">e.example/very</span><span class="invisible">-long</span></a>'
    )
    assert to_text(cut).text == "https://e.example/very-long"


def test_pictures_films_and_sound_keep_their_descriptions() -> None:
    found = to_text(
        '<img src="a.jpg" alt="A  nurse&#10;smiles"><img src="count.gif" width="1" height="1">'
        '<video src="v.mp4" aria-label="The ward">no<source src="v.webm"></video>'
        "<audio><source src='s.mp3'>no sound</audio><img src='data:image/png;base64,AA'>",
        base=BASE,
    )
    assert found.media == (
        Medium(kind="image", url=BASE + "a.jpg", alt="A nurse smiles"),
        Medium(kind="video", url=BASE + "v.mp4", alt="The ward"),
        Medium(kind="video", url=BASE + "v.webm"),
        Medium(kind="audio", url=BASE + "s.mp3"),
    )
    assert found.text == ""


def test_elements_of_a_class_can_be_left_out() -> None:
    quoted = '<p class="quote-inline">RE: <a href="https://e.example/1">it</a></p><p>Yes.</p>'
    assert to_text(quoted, without={"quote-inline"}).text == "Yes."
    assert to_text(quoted).text == "RE: it\n\nYes."


@pytest.mark.parametrize("base", ["", "https://[broken/", "not an address"])
def test_without_a_base_relative_addresses_are_left_out(base: str) -> None:
    assert to_text('<a href="/x">x</a><img src="y">', base=base).links == ()


def test_addresses_of_the_web_only() -> None:
    assert absolute("//cdn.example/x", BASE) == "https://cdn.example/x"
    assert absolute(" https://a.example/ü x\n") == "https://a.example/ü%20x"
    for address in (
        "mailto:a@b.example",
        "data:text/html,x",
        "https://",
        "http://[::1",
        "x" * 5000,
    ):
        assert absolute(address) == "", address


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<div>",
            "<b><i>",
            "<p a=",
            "<p a='",
            "<!--",
            "<![CDATA[",
            "<table>",
            "<select>",
            "<svg>",
        ),
        *("<", "&", "&#", "<pre>", "</p>", "<a href=x>", "<img src=x class=y>", "<script>"),
    ],
)
def test_time_grows_with_length_whatever_is_nested(piece: str) -> None:
    begun = time.process_time()
    to_text(piece * (200_000 // len(piece)) + "x")
    assert time.process_time() - begun < 3


@settings(deadline=None)
@given(st.text())
def test_escaped_text_comes_back(text: str) -> None:
    shown = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xad]", "", text)
    wanted = re.sub(r"[ \t\n\r\f\u00a0]+", " ", shown).strip(" ")
    assert to_text(html.escape(text)).text == wanted


TAGS = st.sampled_from(
    re.findall(
        "<[^>]*>",
        "<p></p><br><div></div><pre></pre><b></b><script></script><video></video>"
        "<img alt=a src=b><a href=c></a><p hidden>",
    )
)


@settings(deadline=None)
@given(st.lists(st.one_of(TAGS, st.text(max_size=8))))
def test_anything_is_read(pieces: list[str]) -> None:
    found = to_text("".join(pieces), base=BASE)
    assert found.text == found.text.strip(" \n")
    found.text.encode()
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", found.text)
