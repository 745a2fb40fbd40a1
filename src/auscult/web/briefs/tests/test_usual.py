"""What is called unusual, held against simulated weeks and a published distribution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from auscult.web.briefs.usual import LEAST, STUDENT, compare


def test_the_table_is_students() -> None:
    for place, value in enumerate(STUDENT):
        assert value == pytest.approx(stats.t.ppf(0.975, LEAST - 1 + place), abs=5e-4)


@pytest.mark.parametrize("rate", [3, 10, 80, 2_000])
@pytest.mark.parametrize("dispersion", [1.0, 4.0])
@pytest.mark.parametrize("weeks", [4, 8])
def test_ordinary_weeks_are_called_unusual_in_at_most_five_of_a_hundred(
    rate: float, dispersion: float, weeks: int
) -> None:
    chance = np.random.default_rng(7)
    size = (4_000, weeks + 1)
    if dispersion == 1.0:
        counts = chance.poisson(rate, size)
    else:
        shape = rate / (dispersion - 1)
        counts = chance.poisson(chance.gamma(shape, dispersion - 1, size))
    called = [compare(int(row[-1]), row[:-1].tolist()) for row in counts]
    share = np.mean([one is not None and one.unusual for one in called])
    # Four standard errors of a share of 5 % among 4,000 above it.
    assert share < 0.05 + 4 * 0.0035


def test_a_doubled_week_is_found_where_chance_allows_it() -> None:
    chance = np.random.default_rng(8)
    counts = chance.poisson(50, (500, 9))
    found = [compare(2 * int(row[-1]), row[:-1].tolist()) for row in counts]
    assert np.mean([one is not None and one.score > 1 for one in found]) > 0.95


@given(st.lists(st.integers(0, 10_000), min_size=4, max_size=20), st.integers(0, 10_000))
def test_unusual_is_outside_of_the_interval(earlier: list[int], count: int) -> None:
    said = compare(count, earlier)
    assert said is not None
    assert said.unusual == (not said.low <= count <= said.high)
    assert said.low <= max(earlier)
    assert said.high >= min(earlier)


def test_three_weeks_tell_nothing() -> None:
    assert compare(100, [1, 1, 1]) is None
