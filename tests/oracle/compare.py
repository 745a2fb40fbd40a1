"""Hold the compiled set of watches against the oracle, pair by pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.matching import WatchSet
from auscult.engine.query.tree import Node
from oracle.oracle import BOTH, Corpus, Span

Pair = tuple[int, str]  # row of the post, name of the watch
Found = dict[Pair, list[Span]]


class Comparison(NamedTuple):
    pairs: int
    matches: int
    differences: list[str]


def table_of(posts: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(posts), schema=SCHEMA)


def compiled(watches: WatchSet, posts: pa.Table | pa.RecordBatch) -> Found:
    """What the house's matcher finds."""
    found: Found = {}
    for row in watches.match(posts).to_pylist():
        pair = (row["post"], row["watch"])
        assert pair not in found, f"{pair} is reported twice"
        found[pair] = [(span["field"], span["start"], span["end"]) for span in row["spans"]]
    return found


def judged(watches: Mapping[str, Node], corpus: Corpus) -> Found:
    """What the oracle finds."""
    found: Found = {}
    for name, tree in watches.items():
        for row, spans in corpus.spans(tree, corpus.matching(tree)).items():
            found[row, name] = sorted(spans, key=lambda span: (BOTH.index(span[0]), *span[1:]))
    return found


def compare(watches: Mapping[str, Node], posts: Sequence[Mapping[str, Any]]) -> Comparison:
    """Every pair of a post and a watch, and the first few in which the two differ."""
    got = compiled(WatchSet(watches), table_of(posts))
    wanted = judged(watches, Corpus(posts))
    differing = [pair for pair in wanted.keys() | got.keys() if got.get(pair) != wanted.get(pair)]
    differing.sort(key=lambda pair: (len(repr(watches[pair[1]])), pair))
    lines = [
        f"{watches[name]!a}\n  of {dict(posts[row])!a}\n"
        f"  oracle {wanted.get((row, name))}, matcher {got.get((row, name))}"
        for row, name in differing[:5]
    ]
    if len(differing) > len(lines):
        lines.append(f"... and {len(differing) - len(lines)} more")
    return Comparison(len(posts) * len(watches), len(wanted), lines)


def compare_in_batches(
    watches: Mapping[str, Node], posts: Sequence[Mapping[str, Any]], size: int
) -> Comparison:
    """The same over batches of posts, until one differs."""
    pairs = matches = 0
    for start in range(0, len(posts), size):
        result = compare(watches, posts[start : start + size])
        pairs, matches = pairs + result.pairs, matches + result.matches
        if result.differences:
            return Comparison(pairs, matches, result.differences)
    return Comparison(pairs, matches, [])
