"""Days, weeks and the middle of a period."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.engine.planning.periods import Period, Phase

periods = st.builds(
    lambda first, length: Period(first_day=first, length=length),
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.integers(1, 1000),
)
offsets = st.integers(-2000, 2000)


def test_a_hundred_days() -> None:
    period = Period(first_day=date(2026, 1, 5))
    assert period.day_number(date(2026, 1, 5)) == 1
    assert period.day_number(date(2026, 1, 4)) == 0
    assert period.middle == date(2026, 2, 23)
    assert period.day_number(period.middle) == 50
    assert period.last_day == date(2026, 4, 14)
    assert period.weeks == 15
    assert period.week(1) == (date(2026, 1, 5), date(2026, 1, 11))
    assert period.week(15) == (date(2026, 4, 13), date(2026, 4, 14))
    assert period.days_left(date(2025, 1, 1)) == 100
    assert period.days_left(date(2026, 1, 5)) == 99
    assert period.days_left(date(2026, 4, 14)) == 0
    assert period.following().first_day == date(2026, 4, 15)


@given(periods, offsets)
def test_number_and_day_undo_each_other(period: Period, number: int) -> None:
    assert period.day_number(period.day(number)) == number


@given(periods, offsets)
def test_a_day_runs_exactly_if_its_number_does(period: Period, offset: int) -> None:
    on = period.first_day + timedelta(days=offset)
    number = period.day_number(on)
    expected = Phase.BEFORE if number < 1 else Phase.AFTER if number > period.length else None
    assert period.phase(on) == (expected or Phase.RUNNING)


@given(periods)
def test_weeks_hold_each_day_once(period: Period) -> None:
    days = [
        first + timedelta(days=at)
        for first, last in map(period.week, range(1, period.weeks + 1))
        for at in range((last - first).days + 1)
    ]
    assert days == [period.day(number) for number in range(1, period.length + 1)]


@given(periods, offsets)
def test_the_week_of_a_day_holds_it(period: Period, offset: int) -> None:
    on = period.first_day + timedelta(days=offset)
    if period.phase(on) is Phase.RUNNING:
        first, last = period.week(period.week_number(on))
        assert first <= on <= last
        assert period.days_left(on) == (period.last_day - on).days
    else:
        assert not 1 <= period.day_number(on) <= period.length


@given(periods)
def test_the_middle_has_as_many_days_on_both_sides(period: Period) -> None:
    before, after = period.day_number(period.middle) - 1, period.days_left(period.middle)
    assert after - before in {0, 1}


@given(periods)
def test_the_next_one_follows_at_once(period: Period) -> None:
    following = period.following()
    assert following.first_day - period.last_day == timedelta(days=1)
    assert following.length == period.length


def test_a_leap_day_counts() -> None:
    assert Period(first_day=date(2028, 2, 1), length=29).last_day == date(2028, 2, 29)


@pytest.mark.parametrize("length", [0, -1, 1001])
def test_a_length_out_of_range_is_refused(length: int) -> None:
    with pytest.raises(Correctable, match=f"A period of {length} days.*1 to 1000 days"):
        Period(first_day=date(2026, 1, 1), length=length)


def test_the_end_of_the_calendar_is_told() -> None:
    with pytest.raises(Correctable, match="100 days from 9999-12-01 end after the year 9999"):
        Period(first_day=date(9999, 12, 1))


def test_a_week_that_is_not_there_is_refused() -> None:
    with pytest.raises(Correctable, match=r"no week 16 in 100 days.*1 to 15"):
        Period(first_day=date(2026, 1, 1)).week(16)
