"""Ratios against SciPy's beta distribution, and against a simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from auscult.web.dashboards.comparing import change, incomplete_beta, scatter_of, share_interval


@given(st.floats(0.001, 0.999), st.floats(0.01, 5000), st.floats(0.01, 5000))
def test_the_incomplete_beta_function_is_scipys(x: float, a: float, b: float) -> None:
    assert incomplete_beta(x, a, b) == pytest.approx(special.betainc(a, b, x), abs=1e-8)


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_ratio_lies_in_its_interval(before: int, after: int) -> None:
    found = change(before, after, days=(7, 14))

    assert (found.ratio is None) == (before == 0)
    if found.ratio is not None:
        assert found.low <= found.ratio
        assert found.high is None or found.ratio <= found.high


@given(st.integers(0, 1_000_000), st.integers(1, 1_000_000))
def test_the_share_is_clopper_and_pearsons(part: int, rest: int) -> None:
    wanted = stats.binomtest(part, part + rest).proportion_ci(0.95, "exact")

    near = 0.002 * (wanted.high - wanted.low)
    assert share_interval(part, part + rest) == pytest.approx((wanted.low, wanted.high), abs=near)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(7)
    hits = 0
    for _ in range(400):
        # Days that scatter twice as much as Poisson's law says; the truth is 1.5.
        before = random.negative_binomial(20, 0.5, 28)
        after = random.negative_binomial(30, 0.5, 28)
        found = change(
            int(before.sum()), int(after.sum()), days=(28, 28), scatter=scatter_of([before, after])
        )
        hits += found.low <= 1.5 <= (found.high or np.inf)

    assert hits / 400 > 0.92


def test_one_mention_against_two_says_nothing() -> None:
    assert not change(1, 2, days=(7, 7)).is_clear
    assert not change(0, 3, days=(7, 7)).is_clear
    assert change(0, 30, days=(7, 7)).is_clear
    assert change(0, 0, days=(7, 7)).high is None


def test_steady_days_have_no_scatter_of_their_own() -> None:
    assert scatter_of([np.array([5, 5, 5, 5, 5]), np.array([1])]) == 1.0
    assert scatter_of([]) == 1.0
