"""The matcher against the oracle: random watches over random and real posts."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auscult.engine.query.tree import Node
from oracle import made, odd, real
from oracle.compare import compare, compare_in_batches

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
