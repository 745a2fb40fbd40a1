"""What surrounds the matcher, held against the oracle: spelling, nomination, index terms."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.matching import index_terms
from auscult.engine.query.nominate import holds, nominate
from auscult.engine.query.parse import parse
from auscult.engine.query.write import to_text
from oracle import made, odd, oracle, real
from oracle.cut import cut


def terms(post: Mapping[str, Any]) -> set[str]:
    """A post's base forms; those with a sign also without it."""
    found = [one for name in oracle.BOTH for one in cut(post[name] or "").tokens]
    return {one.base for one in found} | {one.sign + one.base for one in found}


def posts_of(random: Random, kind: str) -> list[dict[str, Any]]:
    if kind == "real":
        return real.posts(random, 300)
    return [odd.odd_post(random, key) for key in range(300)]


KINDS = ["odd", pytest.param("real", marks=real.needs_data)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_tree_that_is_written_and_read_means_the_same(kind: str) -> None:
    """The parser may put a value in lower case, or leave an `@` out; the posts stay the same."""
    random = Random(31)
    posts = posts_of(random, kind)
    corpus, queries = oracle.Corpus(posts), made.Queries(random, posts)
    for _ in range(1_500):
        tree = queries.tree()
        if "text='_" in repr(tree):
            continue  # a token like the `_` of `#東_京`: no query has it alone
        text = to_text(tree)
        assert corpus.matching(parse(text).tree) == corpus.matching(tree), ascii(text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_match_is_nominated(kind: str) -> None:
    random = Random(32)
    posts = posts_of(random, kind)
    held = [terms(post) for post in posts]
    corpus = oracle.Corpus(posts)
    queries = made.Queries(random, posts)
    for number in range(1_000):
        tree = queries.tree() if number % 5 else queries.watch()
        need = nominate(tree)
        missed = [row for row in corpus.matching(tree) if not holds(need, held[row])]
        assert missed == [], f"{tree!a} needs {need!a}"


@pytest.mark.parametrize("kind", KINDS)
def test_the_index_holds_every_base_form(kind: str) -> None:
    posts = posts_of(Random(33), kind)
    column = index_terms(pa.Table.from_pylist(posts, schema=SCHEMA)).to_pylist()
    for post, text in zip(posts, column, strict=True):
        listed = text.split(" ") if text else []
        assert len(listed) == len(set(listed))
        assert set(listed) == terms(post), ascii(post)
