"""Claims held against posts: planted truths, nulls, looks on every day."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from auscult.engine.kernel.errors import Correctable
from auscult.engine.planning.claims import (
    Claim,
    Condition,
    Feature,
    Finding,
    Verdict,
    Why,
    evidence,
    looks,
    media_beat_none,
    observe,
    observe_all,
    post_at,
    short_beats_long,
)
from auscult.engine.planning.claims.features import Floats
from auscult.engine.planning.claims.pairs import Pairs, neighbours, pair
from auscult.engine.planning.claims.worlds import World, day, simulate

MEDIA = media_beat_none()
DOUBT = math.log(2 / 0.05)


def _world(seed: int = 0, **settings: float) -> pa.Table:
    return simulate(World(**settings), np.random.default_rng(seed))  # type: ignore[arg-type]


def _bounds(finding: Finding) -> tuple[float, float]:
    assert finding.low is not None
    assert finding.high is not None
    return finding.low, finding.high


def _whys(finding: Finding) -> set[Why]:
    return {reason.why for reason in finding.reasons}


def _upto(posts: pa.Table, moment: datetime) -> pa.Table:
    return posts.filter(pa.compute.less(posts["created_at"], pa.scalar(moment)))


def test_a_planted_effect_is_found_and_lies_within_its_interval() -> None:
    found = observe(_world(effect=math.log(1.5), authors=10, days=200), MEDIA)
    assert found.verdict is Verdict.HOLDS
    low, high = _bounds(found)
    assert low < 1.5 < high
    assert found.ratio == pytest.approx(1.5, rel=0.1)
    assert {Why.MORE, Why.CHOSEN, Why.THESE_AUTHORS, Why.ANY_DAY} <= _whys(found)


def test_no_effect_among_many_posts_does_not_hold() -> None:
    found = observe(_world(effect=0.0, authors=30, days=300), MEDIA)
    assert found.verdict is Verdict.DOES_NOT
    assert Why.NOT_MORE in _whys(found)
    low, high = _bounds(found)
    assert low < 1 < high < 1.2


def test_a_small_effect_among_very_many_posts_is_real_but_not_worthwhile() -> None:
    found = observe(_world(effect=math.log(1.07), authors=100, days=500), MEDIA)
    assert found.verdict is Verdict.DOES_NOT
    assert _bounds(found)[0] > 1
    assert Why.SMALLER_THAN_WORTHWHILE in _whys(found)


def test_posts_that_get_less_do_not_hold_and_it_is_said() -> None:
    found = observe(_world(effect=math.log(0.5), authors=10, days=200), MEDIA)
    assert found.verdict is Verdict.DOES_NOT
    assert Why.LESS in _whys(found)
    assert _bounds(found)[1] < 1


def test_few_posts_cannot_tell_and_say_how_many_it_takes() -> None:
    found = observe(_world(authors=1, days=90, effect=math.log(1.2)), MEDIA)
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.needed is not None
    assert found.needed > found.one + found.other
    assert found.more == found.needed - found.one - found.other
    assert Why.NEEDED in _whys(found)


def test_without_posts_of_both_groups_there_is_nothing_to_compare() -> None:
    posts = _world(share=0.0)
    for some in (posts, posts.slice(0, 0)):
        found = observe(some, MEDIA)
        assert (found.verdict, found.ratio, found.low, found.high, found.needed) == (
            Verdict.CANNOT_TELL, None, None, None, None,
        )  # fmt: skip
        assert Why.NO_CONTRAST in _whys(found)


def test_who_posts_much_and_gets_much_does_not_fake_an_effect() -> None:
    # Loud authors have pictures nearly always and a hundred times the engagement.
    loud = _world(1, authors=20, share=0.9, typical=4000.0)
    quiet = _world(2, authors=20, share=0.1)
    quiet = quiet.set_column(
        quiet.schema.get_field_index("author"),
        "author",
        pa.array([f"q{a}" for a in quiet["author"]]),
    )
    found = observe(pa.concat_tables([loud, quiet]), MEDIA)
    low, high = _bounds(found)
    assert low < 1 < high


def test_looking_every_week_sees_the_pairs_grow_and_never_change() -> None:
    posts = _world(effect=0.3, authors=3)
    path = looks(posts, MEDIA)
    for weeks in (4, 8, 12):
        then = looks(_upto(posts, day(7 * weeks)), MEDIA)
        assert then.at.size
        np.testing.assert_allclose(then.evidence, path.evidence[: then.at.size])
        np.testing.assert_allclose(then.reverse, path.reverse[: then.at.size])
    assert (np.diff(path.at) >= 0).all()
    assert path.evidence[-1] == pytest.approx(observe(posts, MEDIA).evidence)


def test_units_of_posts_and_of_days_do_not_change_the_finding() -> None:
    posts = _world(effect=0.3)
    shuffled = posts.take(pa.array(np.random.default_rng(1).permutation(posts.num_rows)))
    found, again = observe(posts, MEDIA), observe(shuffled, MEDIA)
    assert again.ratio == pytest.approx(found.ratio)
    assert again.needed == found.needed


def test_counts_read_too_soon_answers_and_reposts_are_left_out_and_told() -> None:
    posts = _world()
    young = posts.set_column(
        posts.schema.get_field_index("collected_at"),
        posts.schema.field("collected_at"),
        pa.array([None] * 10 + [m + timedelta(hours=1) for m in posts["created_at"].to_pylist()[10:]],
                 posts.schema.field("collected_at").type),
    )  # fmt: skip
    found = observe(young, MEDIA)
    assert found.one + found.other == 10
    assert dict(next(r for r in found.reasons if r.why is Why.UNSETTLED).numbers) == {
        "posts": posts.num_rows - 10
    }
    answers = posts.set_column(
        posts.schema.get_field_index("in_reply_to"), "in_reply_to", pa.array(["x"] * posts.num_rows)
    )
    assert pair(answers, MEDIA).left.neither == posts.num_rows


def test_neighbours_are_found_once_each_and_only_nearby() -> None:
    day_long = 86_400_000_000
    stratum = np.array([0, 0, 0, 0, 0, 0, 1, 1])
    one = np.array([0, 1, 0, 0, 1, 1, 0, 1], bool)
    at = np.array([0, 1, 2, 3, 4, 5, 0, 29]) * day_long
    first, second = neighbours(stratum, one, at)
    # 0-1, not 1-2 (1 is taken), 3-4; the two of the second author lie too far apart.
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == [(0, 1), (3, 4)]


def test_claims_of_one_page_are_corrected_for_their_number() -> None:
    posts = _world(effect=math.log(1.3), authors=10, days=200)
    hours = [post_at(hour, "UTC") for hour in range(8, 18)]
    page = observe_all(posts, [MEDIA, *hours, short_beats_long()])
    alone = observe(posts, MEDIA)
    assert page[0].verdict is Verdict.HOLDS
    assert page[0].level < alone.level
    (low, high), (lower, higher) = _bounds(alone), _bounds(page[0])
    assert lower < low < high < higher
    assert Why.SEVERAL_CLAIMS in _whys(page[0])
    assert not any(found.verdict is Verdict.HOLDS for found in page[1:])


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, math.nan])
def test_a_level_that_is_no_probability_is_refused(level: float) -> None:
    with pytest.raises(Correctable, match=r"The level is .*between 0 and 1"):
        observe(_world(days=5), MEDIA, level=level)


def test_what_differs_cannot_be_alike() -> None:
    one = (Condition(feature=Feature.MEDIA, at_least=1),)
    with pytest.raises(Correctable, match="'alike' names 'media'"):
        Claim(key="x", one=one, alike=(Feature.MEDIA,))
    with pytest.raises(Correctable, match="'one' has no condition"):
        Claim(key="x", one=())
    with pytest.raises(Correctable, match=r"'worthwhile' is 1\.0"):
        Claim(key="x", one=one, worthwhile=1.0)
    with pytest.raises(Correctable, match="no time zone 'Mars'"):
        Claim(key="x", one=one, zone="Mars")
    with pytest.raises(Correctable, match="'hour' is bounded by 9 and 8"):
        Condition(feature=Feature.HOUR, at_least=9, at_most=8)


@pytest.mark.parametrize(
    "settings",
    [{}, {"campaign": 3, "good_days": 0.8, "memory": 0.8}, {"share": 0.1, "tails": 2.1}],
    ids=["days", "campaigns", "rare-and-heavy"],
)
def test_looking_every_week_raises_few_false_verdicts(settings: dict[str, float]) -> None:
    wrong = 0
    for seed in range(100):
        units = pair(_world(seed, authors=3, days=90, **settings), MEDIA)
        path = looks_of(units)
        wrong += bool(path.size and path.max() >= DOUBT)
    assert wrong <= 5 + 1


def looks_of(found: Pairs) -> Floats:
    up = evidence.running(found.units)
    down = evidence.running(found.units, above=False)
    return np.maximum(up, down)
