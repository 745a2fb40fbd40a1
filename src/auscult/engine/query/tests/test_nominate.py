"""What nominate asks for, every match has: never a post lost, whatever the Unicode."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.kernel.text import clean, links, tokens, unsigned
from auscult.engine.matching import WatchSet
from auscult.engine.query.nominate import (
    AllOf,
    AnyOf,
    Everything,
    Has,
    HasPrefix,
    Need,
    holds,
    nominate,
)
from auscult.engine.query.parse import parse
from auscult.engine.query.tests.strategies import COMMON, NASTY, pieces, trees
from auscult.engine.query.tree import Node, Raw, Wildcard


def terms_of(*texts: str) -> set[str]:
    """A post's index terms, as the contract has them."""
    bases = {token.base for text in texts for token in tokens(text)}
    return bases | {unsigned(base) for base in bases}


@pytest.mark.parametrize(
    ("query", "need"),
    [
        ("Flu", Has("flu")),
        ("café", Has("cafe")),
        ("#Café", Has("#cafe")),
        ("{CAFÉ}", Has("cafe")),
        ("👍🏽", Has("👍")),
        ("vaccin*", HasPrefix("vaccin")),
        ("#vac?ine*", HasPrefix("#vac")),
        ("caf?é", HasPrefix("caf")),
        ("größ*", HasPrefix("gross")),
        ("надё*", HasPrefix("над")),
        ('"flu shot*"', AllOf((Has("flu"), HasPrefix("shot")))),
        ("a NEAR/3 (b OR c)", AllOf((Has("a"), AnyOf((Has("b"), Has("c")))))),
        ("ATLEAST/2(a OR b)", AnyOf((Has("a"), Has("b")))),
        ("title:(a b)", AllOf((Has("a"), Has("b")))),
        ("a NOT b", Has("a")),
        ("a AND site:x.y", Has("a")),
        ("a OR site:x.y", Everything()),
        ("rating:[1 TO 2] AND lang:en", Everything()),
        ("a AND (b OR NOT c)", Has("a")),
        ("a AND (b AND a)", AllOf((Has("a"), Has("b")))),
        ("raw:C++", Has("c")),
        ("raw:++", Everything()),
        ('raw:"#Flu: shot!"', AllOf((Has("flu"), Has("shot")))),
    ],
)
def test_a_query_needs(query: str, need: Need) -> None:
    assert nominate(parse(query).tree) == need


def test_a_need_holds_of_the_terms_that_fulfil_it() -> None:
    need = nominate(parse('(café OR "flu shot*") NOT bird').tree)
    assert holds(need, {"cafe", "bird"})
    assert holds(need, {"flu", "shots"})
    assert not holds(need, {"flu", "a", "snapshots"})
    assert holds(Everything(), set())


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A text of the words that random queries ask for."""
    words = draw(st.lists(st.one_of(st.sampled_from(COMMON + NASTY), pieces), max_size=12))
    separator = draw(st.sampled_from([" ", " ", " ", "", "_", ", "]))
    return clean(separator.join(words))[0]


@given(texts(), st.data())
@settings(max_examples=600, deadline=None)
def test_a_post_with_exactly_these_characters_is_nominated(text: str, data: st.DataObject) -> None:
    assume(text)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    for from_, to in ((t.start, t.end) for t in tokens(text)):
        assume(not from_ < start < to and not from_ < end < to)
    assume(all(end <= from_ or start >= to for from_, to in links(text)))
    assert holds(nominate(Raw(text=text[start:end])), terms_of(text))


@given(texts(), st.data())
@settings(max_examples=600, deadline=None)
def test_a_post_with_a_word_that_begins_so_is_nominated(text: str, data: st.DataObject) -> None:
    found = tokens(text)
    assume(found)
    token = data.draw(st.sampled_from(found))
    form = data.draw(st.sampled_from([token.folded, token.base, unsigned(token.folded)]))
    stem = form[: data.draw(st.integers(1, len(form)))]
    assert holds(nominate(Wildcard(pattern=stem + "*")), terms_of(text))


@pytest.mark.slow
@given(st.lists(trees(), min_size=1, max_size=8), st.lists(st.tuples(texts(), texts()), min_size=1))
@settings(max_examples=150, deadline=None)
def test_whatever_matches_is_nominated(found: list[Node], posts: list[tuple[str, str]]) -> None:
    rows = [
        {"uri": f"at://{row}", "created_at": 0, "title": title, "text": text}
        for row, (title, text) in enumerate(posts)
    ]
    watches = {str(number): tree for number, tree in enumerate(found)}
    matches = WatchSet(watches).match(pa.Table.from_pylist(rows, schema=SCHEMA), spans=False)
    for match in matches.select(["post", "watch"]).to_pylist():
        assert holds(nominate(watches[match["watch"]]), terms_of(*posts[match["post"]]))
