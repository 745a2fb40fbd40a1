"""The share of the way, in both directions."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.engine.planning.attainment import attainment

numbers = st.floats(-1e6, 1e6)


@given(numbers, numbers)
def test_the_way_begins_at_the_baseline_and_ends_at_the_target(
    baseline: float, target: float
) -> None:
    assume(abs(target - baseline) > 1e-6)
    assert attainment(baseline, baseline=baseline, target=target) == 0
    assert attainment(target, baseline=baseline, target=target) == 1
    middle = attainment((baseline + target) / 2, baseline=baseline, target=target)
    assert middle == pytest.approx(0.5, abs=1e-6)


@given(numbers, numbers, numbers)
def test_it_is_the_same_seen_from_below(value: float, baseline: float, target: float) -> None:
    assume(abs(target - baseline) > 1e-3)
    turned = attainment(-value, baseline=-baseline, target=-target)
    assert turned == attainment(value, baseline=baseline, target=target)


@given(numbers, numbers, numbers, st.floats(0.01, 100), st.floats(-1e3, 1e3))
def test_the_unit_does_not_matter(
    value: float, baseline: float, target: float, times: float, more: float
) -> None:
    assume(abs(target - baseline) > 1)
    expected = attainment(value, baseline=baseline, target=target)
    other = attainment(
        value * times + more, baseline=baseline * times + more, target=target * times + more
    )
    assert other == pytest.approx(expected, rel=1e-3, abs=1e-3)


def test_it_goes_below_nothing_and_beyond_everything() -> None:
    assert attainment(5, baseline=10, target=20) == -0.5
    assert attainment(30, baseline=10, target=20) == 2
    assert attainment(45, baseline=40, target=30) == -0.5
    assert attainment(1e308, baseline=-1e308, target=1e308) == 1


def test_no_way_is_refused() -> None:
    with pytest.raises(Correctable, match="both 4, so there is no way") as caught:
        attainment(1, baseline=4, target=4)
    assert (caught.value.code, caught.value.field) == ("no-way", "target")


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_what_is_no_number_is_refused(wrong: float) -> None:
    with pytest.raises(Correctable, match=f"value {wrong!r} is not a finite"):
        attainment(wrong, baseline=0, target=4)
    with pytest.raises(Correctable, match="The baseline"):
        attainment(1, baseline=wrong, target=4)
