"""The matcher against the oracle: random watches over random and real posts."""

from __future__ import annotations

from random import Random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auscult.engine.matching import WatchSet
from auscult.engine.query.tree import Node
from oracle import made, odd, real
from oracle.compare import compare, compare_in_batches, compiled, judged, table_of
from oracle.oracle import Corpus

# Any text that a batch can carry, and text from the corners of the rules.
TEXTS = st.one_of(
    st.lists(st.sampled_from([*odd.PIECES, *odd.JOINTS]), max_size=14).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)


@st.composite
def posts_and_watches(draw: st.DrawFn) -> tuple[list[dict[str, object]], dict[str, Node]]:
    """Up to six posts, and watches that were taken from them."""
    random = draw(st.randoms(use_true_random=False))
    bodies = ["flu shot", *draw(st.lists(TEXTS, min_size=1, max_size=5))]
    posts = [
        odd.post(random, body, draw(st.none() | TEXTS), key) for key, body in enumerate(bodies)
    ]
    queries = made.Queries(random, posts)
    return posts, {f"w{number}": queries.tree() for number in range(draw(st.integers(1, 8)))}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(posts_and_watches())
def test_any_watch_over_any_post(drawn: tuple[list[dict[str, object]], dict[str, Node]]) -> None:
    posts, watches = drawn
    assert compare(watches, posts).differences == []


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))]
)
def test_odd_posts(seed: int) -> None:
    random = Random(seed)
    posts = [odd.odd_post(random, key) for key in range(500)]
    queries = made.Queries(random, posts)
    watches = {f"w{number}": queries.tree() for number in range(400)}
    assert compare(watches, posts).differences == []


@real.needs_data
def test_real_posts() -> None:
    """A million pairs; `test_ten_million_pairs` goes further."""
    random = Random(20)
    posts = real.posts(random, 1_000)
    queries = made.Queries(random, posts)
    watches = {f"analyst{number}": queries.watch() for number in range(150)}
    watches |= {f"odd{number}": queries.tree() for number in range(850)}
    result = compare_in_batches(watches, posts, 500)
    print(f"{result.pairs:,} pairs, {result.matches:,} matches")
    assert result.differences == []


@pytest.mark.parametrize("seed", range(3))
def test_adding_changing_and_removing_watches(seed: int) -> None:
    """However a set of watches came about, it finds what these watches find."""
    random = Random(seed)
    posts = [odd.odd_post(random, key) for key in range(60)]
    table, corpus, queries = table_of(posts), Corpus(posts), made.Queries(random, posts)
    now = {f"w{number}": queries.tree() for number in range(20)}
    watches = WatchSet(now)
    for _ in range(40):
        for _ in range(random.randint(1, 8)):
            name = f"w{random.randint(0, 30)}"
            if name in now and random.random() < 0.4:
                watches.remove(name)
                del now[name]
            else:
                now[name] = queries.watch() if random.random() < 0.2 else queries.tree()
                watches.put(name, now[name])
        assert compiled(watches, table) == judged(now, corpus)


def test_a_batch_may_come_in_pieces_or_be_a_part_of_one() -> None:
    random = Random(8)
    posts = [odd.odd_post(random, key) for key in range(90)]
    queries = made.Queries(random, posts)
    now = {f"w{number}": queries.tree() for number in range(60)}
    watches, table = WatchSet(now), table_of(posts)
    part = judged(now, Corpus(posts[31:67]))
    assert compiled(watches, table.slice(31, 36)) == part
    assert compiled(watches, table.combine_chunks().to_batches()[0].slice(31, 36)) == part
    pieces = pa.concat_tables([table.slice(31, 5), table.slice(36, 0), table.slice(36, 31)])
    assert compiled(watches, pieces) == part
    without = watches.match(table.slice(31, 36), spans=False)
    assert set(zip(without["post"].to_pylist(), without["watch"].to_pylist(), strict=True)) == set(
        part
    )


def test_no_posts_and_no_watches() -> None:
    random = Random(9)
    posts = [odd.odd_post(random)]
    tree = made.Queries(random, [odd.post(random, "flu", None)]).tree()
    assert compiled(WatchSet(), table_of(posts)) == {}
    assert compiled(WatchSet({"w": tree}), table_of([])) == {}
