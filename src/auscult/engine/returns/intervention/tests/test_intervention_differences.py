"""Difference in differences: a published figure, planted effects and planted trends."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import csv

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.intervention import (
    Finding,
    Panel,
    Question,
    Scale,
    Verdict,
    Why,
    difference,
    panel,
    say,
)

ROOT = Path(__file__).parents[6]
DATA = Path(os.environ.get("AUSCULT_DATA", ROOT.parent / "shared" / "data")) / "marketing"


def lines(seed: int, *, effect: float = 0.0, trend: float = 0.0) -> Panel:
    """Twelve service lines of different size; five have the campaign, and may have a trend."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(4, 0.5, 12))
    times = np.arange(36)
    mood = np.cumsum(0.02 * rng.normal(size=36))
    growth = 0.002 * rng.normal(size=12) + trend * (np.arange(12) < 5)
    logs = mood[:, None] + growth * times[:, None] + 0.06 * rng.normal(size=(36, 12))
    logs[24:, :5] += np.log1p(effect)
    return Panel(
        times=tuple(times.tolist()), names=tuple("abcdefghijkl"), values=size * np.exp(logs)
    )


def asked(data: Panel, scale: Scale = Scale.RATIO, worthwhile: float = 0.1) -> Finding:
    return difference(
        data,
        treated=list("abcde"),
        start=24,
        rng=np.random.default_rng(1),
        scale=scale,
        question=Question(worthwhile=worthwhile),
    )


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no {DATA}; set AUSCULT_DATA")
def test_california_is_that_of_the_paper() -> None:
    """-27.3: Arkhangelsky and others, American Economic Review 111 (2021), table 1."""
    data = panel(csv.read_csv(DATA / "california_prop99.csv"), time="Year")
    found = difference(
        data,
        treated=["California"],
        start=1989,
        rng=np.random.default_rng(1),
        scale=Scale.DIFFERENCE,
        question=Question(upward=False),
    )
    assert found.effect.mean == pytest.approx(-27.3, abs=0.05)
    assert found.chances[0].arrangements == 39
    assert found.verdict is Verdict.CANNOT_TELL


def test_an_effect_is_found_and_told() -> None:
    found = asked(lines(1, effect=0.25))
    assert found.verdict is Verdict.WORKED
    assert found.effect.relative == pytest.approx(0.25, abs=0.08)
    whys = {one.why for one in found.reasons}
    assert {Why.TRENDS_ALIKE, Why.NOTHING_ELSE, Why.PLACEBOS_QUIET} <= whys
    assert all(say(one) for one in found.reasons)
    assert found.chances[0].arrangements == 792
    assert found.course is not None
    since = found.course.expected[24:].mean()
    assert since == pytest.approx(found.course.observed[24:].mean() - found.effect.mean, rel=0.1)


def test_a_trend_that_was_there_before_is_no_effect() -> None:
    found = asked(lines(2, trend=0.03))
    assert found.effect.low > 0  # it would have looked like one
    assert found.verdict is Verdict.CANNOT_TELL
    whys = {one.why for one in found.reasons}
    assert Why.TRENDS_APART in whys
    assert Why.OPEN not in whys  # the interval isn't; the comparison is doubted


def test_an_open_answer_says_how_many_places_it_takes() -> None:
    found = asked(lines(3), worthwhile=0.06)
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.needed is not None
    assert 5 < found.needed < 100
    assert Why.NEEDED_PLACES in {one.why for one in found.reasons}
    # Seven lines without a campaign are too few for it, however many have one.
    fine = asked(lines(3), worthwhile=0.02)
    assert fine.needed is None
    assert Why.OUT_OF_REACH in {one.why for one in fine.reasons}


def test_one_place_among_few_can_never_tell() -> None:
    data = lines(4, effect=1.0).without(list("bcdefghi"))
    found = difference(data, treated=["a"], start=24, rng=np.random.default_rng(1))
    assert found.verdict is Verdict.CANNOT_TELL
    few = next(one for one in found.reasons if one.why is Why.FEW_DRAWS)
    assert few.numbers == (("draws", 4), ("percent", 25.0))
    assert found.as_data()["effect"]["low"] is None


@settings(max_examples=10, deadline=None)
@given(
    scale=st.sampled_from([1e-6, 0.3, 1e7]),
    order=st.permutations(list(range(12))),
    kind=st.sampled_from(list(Scale)),
)
def test_units_and_order_of_places_do_not_matter(
    scale: float, order: list[int], kind: Scale
) -> None:
    data = lines(5, effect=0.2)
    moved = Panel(
        times=data.times,
        names=tuple(data.names[at] for at in order),
        values=scale * data.values[:, order],
    )
    plain, other = asked(data, kind), asked(moved, kind)
    assert other.effect.low == pytest.approx(scale * plain.effect.low, rel=1e-6)
    assert other.verdict is plain.verdict
    assert other.chances == plain.chances


def test_a_ratio_of_each_place_minds_no_other_unit_of_a_place() -> None:
    data = lines(6, effect=0.2)
    factors = np.random.default_rng(1).uniform(0.1, 9, 12)
    moved = Panel(times=data.times, names=data.names, values=data.values * factors)
    assert asked(moved).effect.relative == pytest.approx(asked(data).effect.relative)


def test_where_nothing_happened_little_is_claimed() -> None:
    claimed = [asked(lines(seed)).verdict is Verdict.WORKED for seed in range(50)]
    assert np.mean(claimed) <= 0.1


def test_what_cannot_be_asked_is_refused() -> None:
    data = lines(7)
    with pytest.raises(Correctable, match="There are 1 places without the campaign"):
        difference(data, treated=list("abcdefghijk"), start=24, rng=np.random.default_rng(1))
    values = data.values.copy()
    values[:24, 7] = 0
    nothing = Panel(times=data.times, names=data.names, values=values)
    with pytest.raises(Correctable, match="mean of 'h' over the times compared is 0"):
        asked(nothing)
    assert asked(nothing, Scale.DIFFERENCE).effect.mean
