"""What a person, and a program, is told of a query."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from auscult.engine.query.explain import as_data, explain
from auscult.engine.query.parse import Query, parse
from auscult.engine.query.tests.strategies import trees
from auscult.engine.query.tree import Node


def test_a_query_is_explained_in_plain_words() -> None:
    query = parse(
        '(#flu OR @mayo OR café) AND "flu shot*" NOT (bird NEAR/1 {BT}) AND title:(a ONEAR/0 b)'
        " AND ATLEAST/3(x) AND raw:C++ AND vaccin* AND site:mayo.edu|nhs.uk AND rating:[3 TO *] c"
    )
    assert (
        explain(query)
        == """\
all of these:
  any of these:
    the hashtag “#flu”
    the name “@mayo”
    “café”, accents as written
  the phrase “flu shot*”
  not:
    with at most 1 other word between them, in any order:
      “bird”
      “BT” in exactly this case
  in the title:
    directly beside each other, in this order:
      “a”
      “b”
  at least 3 times:
    “x”
  exactly the characters “C++”
  words like “vaccin*”
  posts from this site or a part of it: mayo.edu or nhs.uk
  posts with so many stars: at least 3
  “c”
Warning, column 174: Words side by side are read as AND. \
Write AND, or quotes for a phrase: `"flu shot"`."""
    )


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("rating:4", "posts with so many stars: 4"),
        ("rating:[1.5 TO 4]", "posts with so many stars: 1.5 to 4"),
        ("rating:[* TO 4]", "posts with so many stars: at most 4"),
        ("rating:[* TO *]", "posts with so many stars: any number"),
        (
            "authorVerified:true",
            "posts by authors whom the network vouches for (true) or not (false): true",
        ),
        ('"the {BT} group"', "the phrase “the {BT} group”"),
        ("{BT Group}", "the phrase “{BT Group}”"),
        ("{#BT}", "the hashtag “#BT” in exactly this case"),
        ("#vac*", "hashtags like “#vac*”"),
        ("😷", "“😷”"),
    ],
)
def test_a_condition_is_said_so(query: str, line: str) -> None:
    assert explain(parse(query)) == line


def test_a_query_is_given_as_data() -> None:
    assert as_data(parse("flu shot* NEAR/2f x")) == {
        "text": "flu shot* NEAR/2f x",
        "canonical": "flu AND (shot* NEAR/2f x)",
        "explanation": "all of these:\n  “flu”\n"
        "  with at most 2 other words between them, in this order:\n"
        "    words like “shot*”\n    “x”",
        "tree": {
            "kind": "and",
            "children": [
                {"kind": "word", "text": "flu"},
                {
                    "kind": "near",
                    "operands": [
                        {"kind": "wildcard", "pattern": "shot*"},
                        {"kind": "word", "text": "x"},
                    ],
                    "distance": 2,
                    "ordered": True,
                },
            ],
        },
        "warnings": [
            {
                "column": 5,
                "message": "Words side by side are read as AND.",
                "hint": 'Write AND, or quotes for a phrase: `"flu shot"`.',
            }
        ],
    }


@given(trees())
@settings(max_examples=100, deadline=None)
def test_any_tree_is_explained_and_fits_into_json(tree: Node) -> None:
    query = Query(text="", tree=tree)
    assert explain(query)
    data = as_data(query)
    assert json.loads(json.dumps(data)) == data
