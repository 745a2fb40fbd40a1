"""The oracle against the page, sentence by sentence, by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from auscult.engine.query.tree import (
    And,
    AtLeast,
    Exact,
    FieldIs,
    FieldRange,
    InTitle,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Raw,
    Wildcard,
    Word,
)
from oracle import made, odd, oracle
from oracle.cut import cut


def post(text: str = "", **columns: Any) -> dict[str, Any]:
    moment = datetime(2026, 3, 1, 9, 30, 59, tzinfo=UTC)
    return {"uri": "line:1", "text": text, "created_at": moment, **columns}


def words(text: str) -> list[str]:
    return [one.sign + one.folded for one in cut(text).tokens]


def w(text: str) -> Word:
    return Word(text=text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("see https://a.b/flu?x='y now", ["see", "now"]),
        ("WWW.flu.org<b>", ["b"]),
        ("xhttp://flu", ["xhttp", "flu"]),
        ("_www.flu", ["www", "flu"]),
        ("❤️https://flu", ["❤"]),
        ("😷👍🏽 👩‍⚕️", ["😷", "👍🏽", "👩‍⚕"]),
        ("🇩🇪🇫🇷🇬", ["🇩🇪", "🇫🇷", "🇬"]),
        ("a1️⃣2", ["a", "1⃣", "2"]),
        ("1️⃣\u0301", ["1⃣\u0301"]),
        ("Auscult™ aℹ", ["auscult", "™", "a", "ℹ"]),
        ("\u060c😷 \u0600😷", ["😷", "😷"]),
        ("#Flu @Mayo ＃flu a#flu", ["#flu", "@mayo", "#flu", "a", "flu"]),
        ("##flu _#flu #_flu #flu_shot_", ["#flu", "flu", "flu", "#flu_shot_"]),
        ("❤️#love #️⃣flu", ["❤", "#love", "#⃣", "flu"]),
        ("flu_shot", ["flu", "shot"]),
        ("漢字abcか\u3099ん", ["漢", "字", "abc", "が", "ん"]),
        ("#東京_a", ["#東", "京", "_a"]),
        ("コーヒー", ["コ", "ー", "ヒ", "ー"]),
        ("\u0301a \u0301", ["a"]),
        ("O’Neill's e\u0301's 1970's 東's", ["o'neill's", "é's", "1970", "s", "東", "s"]),
        ("l'http://a.b", ["l'http", "a", "b"]),
        ("x-ray", ["x", "ray"]),
        ("a\ufffdb a\u200db", ["a", "b", "a", "b"]),
        ("Straße ﬁn İ ı", ["strasse", "fin", "i\u0307", "ı"]),
        ("e\ufe0f\u0301", ["é"]),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert words(text) == tokens


def test_forms_and_places() -> None:
    found = cut("a #CAFE\u0301, 👍🏽").tokens
    assert found[1] == ("#", "CAFÉ", "café", "cafe", 2, 8)
    assert found[2] == ("", "👍🏽", "👍🏽", "👍", 10, 12)


NEAR = Near(operands=(w("flu"), w("shot")), distance=1)
IN_ORDER = Near(operands=(w("flu"), w("shot")), distance=1, ordered=True)
THREE = Near(operands=(w("a"), w("b"), w("c")), distance=1)


@pytest.mark.parametrize(
    ("node", "text", "true"),
    [
        (w("cafe"), "Café", True),
        (w("café"), "cafe", False),
        (w("café"), "CAFE\u0301", True),
        (w("👍"), "👍🏿", True),
        (w("👍🏽"), "👍", False),
        (w("flu"), "#Flu", True),
        (w("#flu"), "flu @flu", False),
        (w("1"), "1️⃣", True),
        (w("#⃣"), "#️⃣", True),
        (w("istanbul"), "İstanbul", True),
        (w("istanbul"), "ıstanbul", False),
        (w("strasse"), "Straße", True),
        (Exact(text="BT"), "bt Bt #BT", True),
        (Exact(text="BT"), "bt", False),
        (Exact(text="#BT"), "BT", False),
        (Wildcard(pattern="vaccin*"), "vaccin", True),
        (Wildcard(pattern="hep?titis"), "heptitis", False),
        (Wildcard(pattern="hep?titis"), "Hepatitis", True),
        (Wildcard(pattern="caf*"), "cafés", True),
        (Wildcard(pattern="café*"), "cafes", False),
        (Wildcard(pattern="#va*"), "vaccine", False),
        (Phrase(parts=(w("x"), w("ray"))), "an X-ray", True),
        (Phrase(parts=(w("x"), w("ray"))), "x http://a.b ray", True),
        (Phrase(parts=(w("x"), w("ray"))), "ray x", False),
        (NEAR, "shot a flu", True),
        (NEAR, "flu a b shot", False),
        (IN_ORDER, "shot a flu", False),
        (IN_ORDER, "flu a shot", True),
        (Near(operands=(w("a"), w("a")), distance=5), "a", False),
        (Near(operands=(w("a"), w("a")), distance=0), "a a", True),
        (Near(operands=(w("b"), Phrase(parts=(w("a"), w("b")))), distance=9), "a b", False),
        (THREE, "c x a b", True),
        (THREE, "c x a y b", False),
        (Near(operands=(NEAR, w("x")), distance=0), "flu a shot x", True),
        (Near(operands=(NEAR, w("a")), distance=9), "flu a shot", False),
        (AtLeast(count=2, child=Or(children=(w("flu"), Wildcard(pattern="flu*")))), "flu", False),
        (AtLeast(count=2, child=Or(children=(w("flu"), w("shot")))), "flu shot", True),
        (Raw(text="Google+"), "a Google+ b", True),
        (Raw(text="Google"), "Googles #Google", False),
        (Raw(text="++"), "http://C++ C++", True),
        (Raw(text="++"), "http://C++", False),
        (Not(child=w("a")), "b", True),
        (And(children=(w("a"), Not(child=w("b")))), "a b", False),
        (Or(children=(w("z"), FieldIs(field="guid", values=("line:1",)))), "", True),
    ],
)
def test_truth(node: Node, text: str, true: bool) -> None:
    assert oracle.matches(node, post(text)) is true


def test_title_and_text_are_apart() -> None:
    both = post("shot", title="flu")
    assert not oracle.matches(NEAR, both)
    assert not oracle.matches(InTitle(child=w("shot")), both)
    assert oracle.matches(InTitle(child=w("flu")), both)
    twice = AtLeast(count=2, child=Or(children=(w("flu"), w("shot"))))
    assert oracle.matches(twice, both)
    assert not oracle.matches(InTitle(child=twice), both)


@pytest.mark.parametrize(
    ("node", "text", "spans"),
    [
        (w("flu"), "flu #FLU", [("title", 0, 3), ("text", 0, 3), ("text", 4, 8)]),
        (Raw(text="++"), "+++", [("text", 0, 2), ("text", 1, 3)]),
        (Or(children=(w("a"), NEAR)), "a flu", [("text", 0, 1)]),
        (NEAR, "flu x x flu x shot", [("text", 8, 11), ("text", 14, 18)]),
        (Near(operands=(NEAR, w("z")), distance=0), "flu a shot z", [("text", 0, 10), ("text", 11, 12)]),
        (And(children=(w("a"), Not(child=w("b")))), "a", [("text", 0, 1)]),
        (FieldIs(field="source", values=("feeds",)), "a", []),
    ],
)  # fmt: skip
def test_spans(node: Node, text: str, spans: list[oracle.Span]) -> None:
    title = "flu" if node == w("flu") else None
    assert oracle.spans(node, post(text, title=title, source="feeds")) == spans


@pytest.mark.parametrize(
    ("field", "value", "columns", "true"),
    [
        ("site", "Mayo.edu", {"uri": "https://u:p@news.MAYO.edu:80/x"}, True),
        ("site", "mayo.edu", {"uri": "https://xmayo.edu/"}, False),
        ("site", "mayo.edu", {"uri": "https://a.b", "community": "mayo.edu"}, False),
        ("site", "mayo.edu", {"community": "news.mayo.edu"}, True),
        ("url", "A?B", {"uri": "https://x/aXb"}, True),
        ("links", "t.co", {"links": ["https://T.co/1"]}, True),
        ("author", "@mayo", {"author_name": "Mayo"}, True),
        ("author", "ma*", {"author": "@mayo"}, True),
        ("author", "ay", {"author": "mayo"}, False),
        ("authorVerified", "false", {"author_verified": None}, False),
        ("authorVerified", "false", {"author_verified": False}, True),
        ("language", "en", {"language": "EN-gb"}, True),
        ("language", "en", {"language": "eng"}, False),
        ("region", "usa.fl", {"region": "usa.fl.miami"}, True),
        ("region", "usa.fl", {"region": "usa.flx"}, False),
        ("engagementType", "REPLY", {"in_reply_to": "x"}, True),
        ("engagementType", "QUOTE", {"in_reply_to": "x"}, False),
        ("guid", "LINE:1", {}, False),
        ("subreddit", "nursing", {"source": "reddit", "community": "Nursing"}, True),
        ("subreddit", "nursing", {"source": "feeds", "community": "nursing"}, False),
        ("tags", "strasse", {"tags": ["x", "Straße"]}, True),
    ],
)
def test_fields(field: str, value: str, columns: dict[str, Any], true: bool) -> None:
    node = FieldIs(field=field, values=("no such", value))
    if field in {"engagementType"}:
        node = FieldIs(field=field, values=(value,))
    assert oracle.matches(node, post(**columns)) is true


@pytest.mark.parametrize(
    ("field", "low", "high", "true"),
    [
        ("authorFollowers", 500, 500, True),
        ("authorFollowers", 501, None, False),
        ("rating", None, None, False),
        ("minuteOfDay", 570, 570, True),
        ("minuteOfDay", None, 569, False),
    ],
)
def test_ranges(field: str, low: float | None, high: float | None, true: bool) -> None:
    node = FieldRange(field=field, low=low, high=high)
    assert oracle.matches(node, post(author_followers=500)) is true


def test_a_corpus_answers_as_post_by_post() -> None:
    random = Random(11)
    posts = [odd.odd_post(random, key) for key in range(80)]
    queries = made.Queries(random, posts)
    corpus = oracle.Corpus(posts)
    for number in range(250):
        tree = queries.tree() if number % 10 else queries.watch()
        rows = corpus.matching(tree)
        assert rows == {row for row, one in enumerate(posts) if oracle.matches(tree, one)}
        for row, spans in corpus.spans(tree, rows).items():
            assert spans == set(oracle.spans(tree, posts[row]))
