"""Evidence is worth 1 on average under every turn that might have been; intervals and power."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.engine.planning.claims import evidence
from auscult.engine.planning.claims.evidence import Blocks, Units
from auscult.engine.planning.claims.features import Floats
from auscult.engine.planning.claims.power import normal_units, power, units_needed
from auscult.engine.planning.claims.schedule import patterns

DIFFERENCES = st.lists(st.floats(-5, 5), min_size=1, max_size=7)
EFFECTS = st.floats(-2, 2)


def _units(values: list[float] | Floats, weights: float = 1.0) -> Units:
    found = np.asarray(values, np.float64)
    return Units(values=found, weights=np.full(found.size, weights))


@given(values=DIFFERENCES, effect=EFFECTS, above=st.booleans(), weight=st.floats(0.5, 3))
def test_over_all_turns_of_signs_evidence_is_worth_one(
    values: list[float], effect: float, above: bool, weight: float
) -> None:
    rest = np.array(values)
    worth = [
        math.exp(
            evidence.final(
                _units(weight * effect + rest * np.array(turns), weight), effect, above=above
            )
        )
        for turns in product((1, -1), repeat=rest.size)
    ]
    assert np.mean(worth) == pytest.approx(1, rel=1e-6)


@given(values=st.lists(st.floats(-3, 3), min_size=5, max_size=5), above=st.booleans())
@settings(max_examples=30)
def test_over_all_draws_of_a_block_evidence_is_worth_one(values: list[float], above: bool) -> None:
    possible, apart = patterns(5), np.array(values)
    worth = []
    for drawn in possible:
        blocks = Blocks(
            differences=(drawn * apart)[None, :],
            present=np.ones((1, 5), np.bool_),
            turns=(possible * drawn)[None, :, :].astype(np.float64),
        )
        worth.append(math.exp(evidence.final(blocks, above=above)))
    assert np.mean(worth) == pytest.approx(1, rel=1e-9)


def test_a_block_of_one_pair_is_a_unit() -> None:
    values = np.array([0.3, -1.2, 2.5, 0.4])
    blocks = Blocks(
        differences=values[:, None],
        present=np.ones((4, 1), np.bool_),
        turns=np.tile(np.array([[1.0], [-1.0]]), (4, 1, 1)),
    )
    for effect in (-0.5, 0.0, 0.7):
        np.testing.assert_allclose(
            evidence.running(blocks, effect), evidence.running(_units(values), effect)
        )


@given(values=DIFFERENCES, effects=st.tuples(EFFECTS, EFFECTS))
def test_evidence_for_more_falls_and_for_less_rises_with_the_effect(
    values: list[float], effects: tuple[float, float]
) -> None:
    low, high = sorted(effects)
    units = _units(values)
    assert evidence.final(units, low) >= evidence.final(units, high) - 1e-12
    assert (
        evidence.final(units, low, above=False) <= evidence.final(units, high, above=False) + 1e-12
    )


@given(seed=st.integers(0, 1000), shift=st.floats(-1, 1))
@settings(max_examples=20, deadline=None)
def test_intervals_move_with_the_posts_and_turn_with_the_sides(seed: int, shift: float) -> None:
    values = np.random.default_rng(seed).normal(0.2, 1, 200)
    low, high = evidence.interval(_units(values), 0.05)
    middle = evidence.balance(_units(values))
    assert low < middle < high
    moved = evidence.interval(_units(values + shift), 0.05)
    assert moved == pytest.approx((low + shift, high + shift), abs=1e-4)
    turned = evidence.interval(_units(-values), 0.05)
    assert turned == pytest.approx((-high, -low), abs=1e-4)


def test_running_evidence_ends_where_the_final_one_is_and_nothing_is_worth_one() -> None:
    values = np.random.default_rng(0).normal(0, 1, 50)
    assert evidence.running(_units(values))[-1] == pytest.approx(evidence.final(_units(values)))
    assert evidence.final(_units([])) == 0
    assert evidence.running(_units([])).size == 0
    assert evidence.interval(_units([]), 0.05) == (-math.inf, math.inf)
    assert evidence.interval(_units([0.1, 0.2]), 0.05) == (-math.inf, math.inf)


def test_one_wild_count_does_not_move_the_middle() -> None:
    values = np.random.default_rng(0).normal(0.3, 1, 300)
    calm = evidence.balance(_units(values))
    wild = evidence.balance(_units(np.append(values, 1e6)))
    assert calm == pytest.approx(values.mean(), abs=0.05)
    assert wild == pytest.approx(calm, abs=0.05)
    low, high = evidence.interval(_units(np.append(values, 1e6)), 0.05)
    assert low < 0.3 < high < 0.6


@pytest.mark.parametrize(("effect", "spread"), [(math.log(1.2), 0.8), (0.5, 1.0), (1.0, 0.7)])
def test_what_is_needed_is_enough_four_times_in_five(effect: float, spread: float) -> None:
    units = units_needed(normal_units(spread), effect)
    assert units is not None
    assert power(normal_units(spread), effect, units) >= 0.8
    assert power(normal_units(spread), effect, units - 1) < 0.8
    rng = np.random.default_rng(1)
    seen = np.mean(
        [
            evidence.interval(_units(rng.normal(effect, spread, units)), 0.05)[0] > 0
            for _ in range(150)
        ]
    )
    assert 0.72 <= seen <= 0.97


def test_what_no_number_would_show_is_not_promised() -> None:
    assert units_needed(normal_units(1000.0), 0.01) is None


def test_power_refuses_what_makes_no_sense() -> None:
    seen = normal_units(1.0)
    with pytest.raises(Correctable, match=r"effect is 0\.0\. Give a logarithm above 0"):
        units_needed(seen, 0.0)
    with pytest.raises(Correctable, match=r"chance is 1\.0"):
        units_needed(seen, 0.1, chance=1.0)
    with pytest.raises(Correctable, match="seen is empty"):
        power(_units([]), 0.1, 10)
