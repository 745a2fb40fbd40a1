"""Tree to text to tree, and no text that the parser doesn't survive."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st

from auscult.engine.query.explain import as_data, explain
from auscult.engine.query.parse import Query, QueryError, parse
from auscult.engine.query.tests.strategies import CHARACTERS, trees
from auscult.engine.query.tree import Node, Phrase, Word
from auscult.engine.query.write import to_text

PIECES = [
    *(
        "flu",
        "shot",
        "AND",
        "OR",
        "NOT",
        "NEAR",
        "NEAR/3",
        "NEAR/2f",
        "ONEAR/1",
        "near/2:",
        "onear/1:",
    ),
    *(
        "ATLEAST/2(",
        "(",
        ")",
        '"',
        "“",
        "”",
        "{",
        "}",
        '!"',
        "~3",
        "-",
        " ",
        ",",
        "|",
        ":",
        "*",
        "?",
    ),
    *(
        "raw:",
        "title:",
        "site:",
        "rating:[3 TO 5]",
        "hashtags:",
        "at_mentions:",
        "url:",
        "rating:",
        "[",
    ),
    *("<<<", ">>>", "#", "@", "😷", "é", "漢", "_", "'", "\ud800", "https://", "vaccin*", "\u200b"),
]


@given(trees())
@settings(max_examples=300, deadline=None)
@example(Phrase(parts=(Word(text="#漢"), Word(text="字"), Word(text="a_b"), Word(text="c"))))
def test_what_is_written_is_read_as_the_same_tree(tree: Node) -> None:
    assert parse(to_text(tree)).tree == tree


@given(trees())
@settings(max_examples=100, deadline=None)
def test_the_canonical_spelling_gives_no_warning_of_doubtful_reading(tree: Node) -> None:
    messages = [warning.message for warning in parse(to_text(tree), strict=True).warnings]
    assert not [m for m in messages if "side by side" in m or "read as a word" in m]


def _query_or_error(text: str) -> Query | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error


def _read(text: str) -> None:
    """Read a text: a query that can be written and explained, or an error with its column."""
    query = _query_or_error(text)
    if isinstance(query, QueryError):
        assert 1 <= query.column <= len(text) + 1
        assert query.message.startswith(f"Column {query.column}: ")
        assert query.code
        return
    assert parse(to_text(query.tree)).tree == query.tree
    assert all(1 <= warning.column <= len(text) + 1 for warning in query.warnings)
    assert explain(query)
    assert as_data(query)["canonical"] == to_text(query.tree)


@given(st.one_of(st.text(), st.text(CHARACTERS)))
@settings(max_examples=600, deadline=None)
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    _read(text)


@given(st.lists(st.sampled_from(PIECES), max_size=14))
@settings(max_examples=800, deadline=None)
def test_any_row_of_pieces_is_a_query_or_a_query_error(pieces: Sequence[str]) -> None:
    _read("".join(pieces))
    _read(" ".join(pieces))


@given(trees(), st.data())
@settings(max_examples=200, deadline=None)
def test_a_query_with_a_change_is_a_query_or_a_query_error(tree: Node, data: st.DataObject) -> None:
    text = to_text(tree)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 3)))
    put = data.draw(st.one_of(st.just(""), st.sampled_from(PIECES)))
    _read(text[:start] + put + text[end:])
