"""Documents as they are in the wild; each file of the corpus is one trap."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auscult.engine.connectors.feeds.document import read_document
from auscult.engine.connectors.feeds.items import Document, Item, NotAFeed, Wishes
from auscult.engine.connectors.html_text import Medium

CORPUS = Path(__file__).with_name("corpus")
ADDRESS = "https://here.example/feeds/all.xml"


def _read(name: str) -> Document:
    return read_document((CORPUS / name).read_bytes(), address=ADDRESS)


def _only(name: str) -> Item:
    (item,) = _read(name).items
    return item


def test_rss_091_with_the_entities_of_its_document_type() -> None:
    document = _read("rss091-netscape.xml")
    assert document.title == "Klinik"
    assert document.items[0].title == "Grippe épidémie"
    assert document.items[0].summary == "Für alle"
    assert document.items[0].language == "de"


def test_rss_092_without_titles() -> None:
    item = _only("rss092-enclosure.xml")
    assert (item.title, item.summary) == ("", "A talk without title")
    assert item.media == (Medium(kind="audio", url="https://here.example/a.mp3"),)


def test_rss_10() -> None:
    item = _only("rss10-rdf.xml")
    assert (item.title, item.summary, item.author) == ("Un", "Texte", "Ana")
    assert item.language == "fr-CA"
    assert item.published == datetime(2026, 1, 2, 8, 4, 5, tzinfo=UTC)


def test_rss_20_with_everything() -> None:
    document = _read("rss20-full.xml")
    assert document.title == "Clinic & Co"
    assert document.site == "https://c.example/"
    assert document.wishes == Wishes(
        every=5400.0, skip_hours=frozenset({0, 1, 2}), skip_days=frozenset({6})
    )
    (item,) = document.items
    assert item.guid == "https://c.example/?p=7"
    assert item.title == "Flu & you"
    assert item.summary == "Short."
    assert item.content == "Long more\n\nSecond"
    assert item.author == "Dr. Müller"
    assert item.published == datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert item.tags == ("Flu", "R&D")
    assert item.links == ("https://c.example/flu", "https://here.example/more")
    assert Medium(kind="video", url="https://c.example/v.mp4") in item.media
    assert Medium(kind="image", url="https://c.example/t.jpg") in item.media
    assert Medium(kind="image", url="https://here.example/feeds/p.png", alt="A ward") in item.media


def test_a_podcast() -> None:
    item = _only("rss20-podcast.xml")
    assert (item.title, item.summary, item.author) == ("Episode 1", "About masks.", "Nurse Joy")
    assert item.media[0] == Medium(kind="audio", url="https://cdn.example/ep1.mp3?x=1")
    assert "https://cdn.example/notes.pdf" in item.links
    assert item.guid == "ep-1"
    assert item.link == ""


def test_atom_with_bases_kinds_of_text_and_languages() -> None:
    document = _read("atom10-full.xml")
    assert document.title == "A blog"
    (item,) = document.items
    assert item.guid == "tag:a.example,2026:1"
    assert item.title == "5 < 6 & 7"
    assert item.link == "https://a.example/blog/one"
    assert item.content == "Eins zwei\n\nDrei & vier"
    assert item.summary == "Taste"
    assert item.author == "Ann"
    assert item.published == datetime(2026, 2, 28, 21, tzinfo=UTC)
    assert item.tags == ("Care",)
    assert item.links == (
        "https://a.example/blog/one",
        "https://b.example/x",
        "https://a.example/blog/two",
    )
    assert item.media == (Medium(kind="audio", url="https://a.example/blog/one.mp3"),)


def test_comments_say_what_they_answer() -> None:
    assert _only("atom10-comments.xml").in_reply_to == "https://w.example/?p=1"
    assert _only("rss20-comments.xml").in_reply_to == "https://w.example/hello/"


def test_atom_03() -> None:
    item = _only("atom03.xml")
    assert (item.title, item.content) == ("Old one", "Body")
    assert item.published == datetime(2004, 5, 6, 7, 8, 9, tzinfo=UTC)


def test_json_feed_11_and_what_is_wrong_in_it() -> None:
    document = _read("json11.json")
    assert document.title == "J & K"
    assert document.site == "https://here.example/"
    first, second, third = document.items
    assert (first.guid, first.link) == ("17", "https://here.example/17")
    assert first.content == "Hi"
    assert first.author == "House"
    assert first.language == "en-GB"
    assert first.published == datetime(2026, 2, 3, 3, 5, 6, tzinfo=UTC)
    assert first.tags == ("a", "7")
    assert first.media == (
        Medium(kind="audio", url="https://here.example/s.mp3", alt="Sound"),
        Medium(kind="image", url="https://here.example/i.png", alt="Cat"),
    )
    assert (second.content, second.author) == ("Plain\ntext & <no html>", "Guest")
    assert third.title == "\ufffd lone"
    assert [fault[:2] for fault in document.faults] == [
        (3, "the entry says nothing"),
        (4, "the entry is no object"),
        (5, "the entry is no object"),
    ]


def test_json_feed_10() -> None:
    first, second = _read("json10.json").items
    assert (first.author, first.summary, first.content) == ("Her", "S", "T")
    assert second.author == "Me"


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("broken-ampersands.xml", ["R&D Fish & Chips"]),
        ("broken-cut-after-entry.xml", ["one"]),
        ("broken-leading-noise.xml", ["one"]),
        ("broken-undeclared-prefix.xml", ["one"]),
        ("broken-controls.xml", ["vaccine now x"]),
        ("broken-surrogates.xml", ["smile 😀 � end"]),
        ("double-escaped.xml", ["Doctors & nurses <3"]),
        ("no-items.xml", []),
    ],
)
def test_broken_documents_are_read(name: str, titles: list[str]) -> None:
    assert [item.title for item in _read(name).items] == titles


def test_elements_that_are_not_closed_take_no_other_item_with_them() -> None:
    document = _read("broken-unclosed-tags.xml")
    assert [item.link for item in document.items][-1] == "https://x.example/2"
    assert len(document.items) + len(document.faults) == 2


def test_an_undeclared_prefix_still_means_what_it_usually_does() -> None:
    item = _only("broken-undeclared-prefix.xml")
    assert (item.author, item.content) == ("Zed", "whole")


def test_an_entry_that_was_cut_off_is_left_for_the_next_time() -> None:
    document = _read("broken-cut-inside-entry.xml")
    assert document.cut
    assert [item.title for item in document.items] == ["one"]
    ((number, reason, start),) = document.faults
    assert (number, reason) == (2, "the document ends inside this entry")
    assert start.startswith("<item><title>two")
    assert not _read("broken-cut-after-entry.xml").cut


def test_empty_entries_are_counted() -> None:
    document = _read("empty-entries.xml")
    assert [item.title for item in document.items] == ["real"]
    assert len(document.faults) == 2


def test_text_that_was_escaped_twice() -> None:
    assert _only("double-escaped.xml").summary == "Don’t & won’t"


def test_dates_of_every_kind() -> None:
    noon = datetime(2026, 3, 3, 10, tzinfo=UTC)
    found = [item.published for item in _read("dates.xml").items]
    assert found[:5] == [noon, noon.replace(hour=15), noon, noon, noon]
    assert found[5] == noon.replace(hour=0)
    assert found[8:12] == [None, None, None, None]
    assert found[12] == noon


def test_relative_addresses_are_resolved_against_the_documents_base() -> None:
    item = _only("relative-addresses.xml")
    assert item.link == "https://cdn.example/x/one.html"
    assert item.links == ("https://cdn.example/x/one.html", "https://cdn.example/up")


def test_an_address_of_mail_is_no_name() -> None:
    assert [item.author for item in _read("mail-as-author.xml").items] == ["", "Jane Doe"]


@pytest.mark.parametrize(
    "name", ["bomb-laughs.xml", "bomb-hidden-bracket.xml", "bomb-external.xml"]
)
def test_no_entity_is_ever_expanded_and_no_file_read(name: str) -> None:
    document = _read(name)
    told = "".join(item.title + item.summary + item.content for item in document.items)
    assert "aaa" not in told
    assert "root:" not in told
    if document.items:
        assert document.items[0].link == "https://x.example/1"


def test_a_bomb_of_many_references_stays_small() -> None:
    entity = '<!ENTITY a "' + "a" * 100_000 + '">'
    feed = f"<!DOCTYPE rss [{entity}]><rss><channel><item><title>{'&a;' * 1000}</title></item></channel></rss>"
    with pytest.raises(NotAFeed, match="no feed"):
        read_document(feed.encode(), address=ADDRESS)
    feed = feed.replace("a" * 100_000, "a" * 10_000)
    (item,) = read_document(feed.encode(), address=ADDRESS).items
    assert item.title == "&a;" * 1000


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ((CORPUS / "page.html").read_bytes(), "a web page, not a feed"),
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "no feed"),
        (b'{"a": 1}', "JSON, but not a feed"),
        (b'{"a": ', "broken JSON"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no feed"),
    ],
)
def test_what_is_no_feed_is_refused_in_words(body: bytes, message: str) -> None:
    with pytest.raises(NotAFeed, match=message):
        read_document(body, address=ADDRESS)


@pytest.mark.parametrize(
    "piece",
    [
        *("<item>", "<item><title>", "<a:b>", "<![CDATA[", "<!--", "<!DOCTYPE [", "<!ENTITY x"),
        *(
            "&lt;div&gt;",
            "<div>",
            "<",
            "&",
            "&#",
            "<a b='",
            "</item>",
            "<content type='xhtml'>",
            "<skipHours>",
        ),
    ],
)
def test_hostile_documents_take_no_long_time(piece: str) -> None:
    hostile = piece * (60_000 // len(piece))
    begun = time.process_time()
    for feed in ("<item><title>{}</title></item>", "{}"):
        document = f"<rss><channel>{feed.format(hostile)}</channel></rss>"
        read_document(document.encode(), address=ADDRESS)
    assert time.process_time() - begun < 5


def test_of_endless_documents_the_first_ten_thousand_entries_are_read() -> None:
    feed = f"<rss><channel>{'<item><title>x</title></item>' * 10_005}</channel></rss>"
    document = read_document(feed.encode(), address=ADDRESS)
    assert len(document.items) == 10_000
    assert not document.cut
