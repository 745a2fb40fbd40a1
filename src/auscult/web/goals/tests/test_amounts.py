"""Values in words: short, and never far from what they say."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from auscult.web.goals.amounts import amount


@given(st.floats(-1e15, 1e15, allow_nan=False))
def test_a_value_in_words_is_near_the_value(value: float) -> None:
    said = float(amount(value).replace(",", ""))
    assert said == pytest.approx(value, rel=5.01e-4, abs=0)


@given(st.integers(-(10**15), 10**15))
def test_whole_numbers_are_exact(number: int) -> None:
    assert int(amount(float(number)).replace(",", "")) == number


def test_each_language_writes_it_its_own_way() -> None:
    assert (amount(12345.0), amount(26.5), amount(-0.0)) == ("12,345", "26.5", "0")
    with translation.override("de"):
        assert (amount(12345.0), amount(26.5)) == ("12.345", "26,5")
