"""Over 1,000 simulations: false verdicts, coverage, power, and the time that it takes."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from auscult.engine.planning.claims import Verdict, evidence, media_beat_none, observe
from auscult.engine.planning.claims.pairs import pair
from auscult.engine.planning.claims.power import units_needed
from auscult.engine.planning.claims.worlds import World, simulate

MEDIA = media_beat_none()
DOUBT = math.log(2 / 0.05)
pytestmark = pytest.mark.slow

WORLDS = {
    "good-days": World(authors=3),
    "campaigns": World(authors=3, campaign=3, good_days=0.8, memory=0.8),
    "long-campaigns": World(authors=3, campaign=14, good_days=0.8, memory=0.9),
    "rare-and-heavy": World(authors=3, share=0.1, tails=2.1, typical=2.0),
}


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys())
def test_few_false_verdicts_in_a_thousand_worlds_without_effect(world: World) -> None:
    """Looking whenever a week is over, at either direction, and at the interval in the end."""
    wrong = missed = 0
    for seed in range(1000):
        units = pair(simulate(world, np.random.default_rng(seed)), MEDIA).units
        wrong += any(
            evidence.running(units, above=above).max(initial=0) >= DOUBT for above in (True, False)
        )
        low, high = evidence.interval(units, 0.05)
        missed += not low <= 0 <= high
    assert wrong / 1000 <= 0.05
    assert missed / 1000 <= 0.05


def test_intervals_cover_a_planted_effect() -> None:
    effect = math.log(1.5)
    missed, width = 0, []
    for seed in range(1000):
        # Counts are high, so that the one that is added to them hardly shows.
        posts = simulate(World(authors=3, effect=effect, typical=4000), np.random.default_rng(seed))
        low, high = evidence.interval(pair(posts, MEDIA).units, 0.05)
        missed += not low <= effect <= high
        width.append(high - low)
    assert missed / 1000 <= 0.05
    assert np.median(width) < 1.0


@pytest.mark.parametrize("share", [0.5, 0.15])
def test_as_many_posts_as_are_said_to_be_needed_are_enough(share: float) -> None:
    """A worthwhile effect, and posts of other years from which the number is told."""
    past = pair(
        simulate(World(authors=10, share=share, days=2000), np.random.default_rng(0)), MEDIA
    )
    units = units_needed(past.units, math.log(1.2))
    assert units is not None
    days = math.ceil(units * past.posts / past.units.size / 20)
    seen = [
        observe(
            simulate(
                World(authors=10, share=share, days=days, effect=math.log(1.2), typical=400),
                np.random.default_rng(seed),
            ),
            MEDIA,
        ).verdict
        is Verdict.HOLDS
        for seed in range(1, 61)
    ]
    assert 0.68 <= np.mean(seen) <= 0.95


def test_a_hundred_thousand_posts_take_less_than_a_second() -> None:
    posts = simulate(World(authors=50, days=1000), np.random.default_rng(0))
    assert posts.num_rows == 100_000
    observe(posts.slice(0, 100), MEDIA)
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        observe(posts, MEDIA)
        took.append(time.perf_counter() - begun)
    assert min(took) < 1.0
