"""The reference pages: every operator and field has an example, and every example is true."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.matching import WatchSet
from auscult.engine.query.fields import FIELDS, NAMES
from auscult.engine.query.grammar import OPERATORS
from auscult.engine.query.parse import parse
from auscult.engine.query.tree import AtLeast, FieldIs, FieldRange, InTitle, Near, Node
from auscult.engine.query.write import to_text

REFERENCE = Path(__file__).parents[5] / "docs" / "reference"
EXAMPLES = (REFERENCE / "query-operators.md").read_text(encoding="utf-8")
LANGUAGE = (REFERENCE / "query-language.md").read_text(encoding="utf-8")


def examples() -> list[tuple[str, dict[str, Any]]]:
    """Each block of the page under the heading that it stands under."""
    found = []
    for section in re.split(r"^### ", EXAMPLES, flags=re.MULTILINE)[1:]:
        name = section.split("\n", 1)[0]
        blocks = re.findall(r"^```toml\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)
        found += [(name, tomllib.loads(block)) for block in blocks]
    return found


def posts(*written: str | dict[str, Any]) -> pa.Table:
    rows = [{"text": post} if isinstance(post, str) else post for post in written]
    given = {"uri": "at://example/1", "created_at": datetime(2026, 3, 1, tzinfo=UTC)}
    return pa.Table.from_pylist([given | row for row in rows], schema=SCHEMA)


@pytest.mark.parametrize(("name", "example"), examples(), ids=lambda value: str(value)[:40])
def test_an_example_is_true(name: str, example: dict[str, Any]) -> None:
    assert set(example) == {"queries", "matches", "misses"}, name
    trees = {query: parse(query).tree for query in example["queries"]}
    found = WatchSet(trees).match(posts(example["matches"], example["misses"])).to_pylist()
    assert sorted((match["watch"], match["post"]) for match in found) == sorted(
        (query, 0) for query in trees
    )


@pytest.mark.parametrize("name", [*OPERATORS, *FIELDS])
def test_every_operator_and_field_has_an_example(name: str) -> None:
    assert name in {heading for heading, _ in examples()}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_name_of_a_field_stands_in_an_example(name: str) -> None:
    queries = " ".join(query for _, example in examples() for query in example["queries"])
    assert f"{name}:" in queries.lower()


def test_no_example_is_of_something_that_does_not_exist() -> None:
    assert {heading for heading, _ in examples()} <= {*OPERATORS, *FIELDS, "accents"}


def _rows(text: str) -> list[tuple[str, set[str]]]:
    """The table of fields of the page: canonical name, and aliases."""
    section = text.split("## Fields", 1)[1].split("## Limits", 1)[0]
    rows = re.findall(r"^\| `(\w+):[^|]*\| ([^|]*)\|", section, flags=re.MULTILINE)
    return [(name, set(re.findall(r"`(\w+):`", aliases))) for name, aliases in rows]


def test_the_page_lists_the_fields_of_the_table() -> None:
    assert dict(_rows(LANGUAGE)) == {rule.name: set(rule.aliases) for rule in FIELDS.values()}


def _canonical_and_other_spellings() -> list[str]:
    section = LANGUAGE.split("## Operators", 1)[1].split("Operators are upper-case", 1)[0]
    rows = re.findall(r"^\| (?!operator|---|comment|fields)[^|]+\|(.*)\|$", section, re.MULTILINE)
    return [query for row in rows for query in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize("query", _canonical_and_other_spellings())
def test_every_query_of_the_language_page_is_read(query: str) -> None:
    tree = parse(query if "?" not in query[:3] else f"he{query[1:]}").tree
    assert parse(to_text(tree)).tree == tree


def test_the_page_names_every_column_that_a_field_reads() -> None:
    section = LANGUAGE.split("## Fields", 1)[1]
    names = set(SCHEMA.names)
    for rule in FIELDS.values():
        assert set(rule.columns) <= names
        assert all(f"`{column}`" in section or column == "title" for column in rule.columns)


def _shape(node: Node) -> str:
    return type(node).__name__


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_example_is_read_as_that_field(name: str) -> None:
    for heading, example in examples():
        if heading == name:
            for query in example["queries"]:
                node = parse(query).tree
                first = node.children[0] if _shape(node) == "Or" else node  # type: ignore[union-attr]
                assert isinstance(first, FieldIs | FieldRange | InTitle)
                assert isinstance(first, InTitle) or first.field == name


@pytest.mark.parametrize(
    ("name", "kind"), [("near", Near), ("near in order", Near), ("at least", AtLeast)]
)
def test_an_operator_example_is_read_as_that_operator(name: str, kind: type) -> None:
    trees = [
        parse(query).tree
        for heading, example in examples()
        if heading == name
        for query in example["queries"]
    ]
    assert trees
    assert all(isinstance(tree, kind) for tree in trees)
