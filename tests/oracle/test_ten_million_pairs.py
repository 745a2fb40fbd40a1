"""Ten million pairs of a post and a watch: matches and spans as the oracle has them."""

from __future__ import annotations

from random import Random

import pytest

from auscult.engine.query.tree import Node
from oracle import made, odd, real
from oracle.compare import compare_in_batches


def watches_about(
    random: Random, posts: list[dict[str, object]], analysts: int, others: int
) -> dict[str, Node]:
    queries = made.Queries(random, posts)
    watches = {f"analyst{number}": queries.watch() for number in range(analysts)}
    return watches | {f"odd{number}": queries.tree() for number in range(others)}


@pytest.mark.slow
@real.needs_data
def test_ten_million_pairs() -> None:
    """2,000 watches over 5,000 posts, half of them real; and 1,000 over 1,000 odd ones."""
    random = Random(2026)
    posts = real.posts(random, 2_500) + [odd.odd_post(random, key) for key in range(2_500)]
    random.shuffle(posts)
    mixed = compare_in_batches(watches_about(random, posts, 400, 1_600), posts, 2_500)
    assert mixed.differences == []

    odd_posts = [odd.odd_post(random, key) for key in range(1_000)]
    only_odd = compare_in_batches(watches_about(random, odd_posts, 0, 1_000), odd_posts, 1_000)
    assert only_odd.differences == []

    pairs, matches = mixed.pairs + only_odd.pairs, mixed.matches + only_odd.matches
    print(f"{pairs:,} pairs, {matches:,} matches, 0 differences")
    assert pairs >= 10_000_000
    assert matches >= 100_000
