"""P values and intervals in closed form against going through every draw and effect."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from auscult.engine.returns.intervention.randomisation import MOST, contrasts, judge

RNG = np.random.default_rng(0)


def gone_through(
    values: NDArray[np.float64],
    treated: NDArray[np.bool_],
    weights: NDArray[np.float64],
    level: float,
) -> tuple[float, float, float]:
    """The p value of no effect, and the ends of a grid of effects that aren't rejected."""
    grid = np.linspace(-12, 12, 9601)
    shown = weights @ values
    moved = weights @ treated
    away = np.abs(shown[:, None] - np.outer(moved, grid))
    p = (away >= away[0] - 1e-9).mean(axis=0)
    kept = grid[p > level]
    return float(p[4800]), float(kept.min()), float(kept.max())


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    shape=st.sampled_from([(9, 4), (8, 4), (12, 2), (10, 5)]),
    level=st.sampled_from([0.05, 0.1, 0.3]),
)
def test_the_treated_among_all_places(seed: int, shape: tuple[int, int], level: float) -> None:
    units, count = shape
    rng = np.random.default_rng(seed)
    treated = np.arange(units) < count
    values = rng.normal(size=units) + treated
    weights = contrasts(np.zeros(units, np.intp), treated, rng)
    assert len(weights) == comb(units, count)
    found = judge(values, treated, weights, level)
    p, low, high = gone_through(values, treated, weights, level)
    assert found.p == pytest.approx(p)
    if np.isfinite(found.low) and -11 < found.low < found.high < 11:
        assert (found.low, found.high) == pytest.approx((low, high), abs=0.003)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), pairs=st.integers(6, 9))
def test_one_of_each_pair(seed: int, pairs: int) -> None:
    rng = np.random.default_rng(seed)
    treated = np.tile([True, False], pairs)
    values = rng.normal(size=2 * pairs) + treated
    weights = contrasts(np.arange(2 * pairs) // 2, treated, rng)
    assert len(weights) == 2**pairs
    found = judge(values, treated, weights, 0.05)
    apart = values[0::2] - values[1::2]
    oracle = stats.permutation_test(
        (apart,), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    )
    assert found.p == pytest.approx(oracle.pvalue, abs=1e-9)
    assert found.middle == pytest.approx(apart.mean())
    assert found.low < found.middle < found.high


def test_where_there_are_too_many_draws_some_are_drawn() -> None:
    treated = np.arange(40) < 20
    values = np.random.default_rng(1).normal(size=40) + 0.9 * treated
    weights = contrasts(np.zeros(40, np.intp), treated, np.random.default_rng(2))
    assert len(weights) == MOST
    found = judge(values, treated, weights, 0.05)
    welch = stats.ttest_ind(values[treated], values[~treated], equal_var=False)
    assert found.p == pytest.approx(welch.pvalue, abs=0.02)
    ends = welch.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), abs=0.1)


def test_with_few_draws_no_effect_can_be_ruled_out() -> None:
    treated = np.array([True, False, False, False])
    weights = contrasts(np.zeros(4, np.intp), treated, RNG)
    found = judge(np.array([9.0, 0.1, 0.2, 0.3]), treated, weights, 0.05)
    assert (found.low, found.high) == (-np.inf, np.inf)
    assert found.least == 0.25


def test_intervals_hold_exactly_as_often_as_they_say() -> None:
    """Seven pairs have 128 draws: at 0.05 six may pass, so the interval misses 6 of 128 times."""
    rng = np.random.default_rng(4)
    groups = np.arange(14) // 2
    held = 0
    for _ in range(300):
        baseline = np.repeat(rng.normal(size=7), 2) + rng.standard_t(2, size=14)
        first = rng.integers(0, 2, 7).astype(bool)
        treated = np.stack([first, ~first], axis=1).ravel()
        found = judge(baseline + 3 * treated, treated, contrasts(groups, treated, rng), 0.05)
        held += found.low <= 3 <= found.high
    assert abs(held / 300 - (1 - 6 / 128)) < 0.04
