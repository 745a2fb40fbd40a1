"""What a forecast says: shapes, bounds, refusals, and readings whose future is plain."""

from __future__ import annotations

import math
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.engine.planning.forecast import Forecast, Verdict, forecast
from auscult.engine.planning.forecast_measure import Measure

FIRST = date(2026, 1, 5)
COUNT = Measure(lowest=0, whole=True)
PERCENT = Measure(lowest=0, highest=100)


def by_day(values: list[float], every: int = 1) -> list[tuple[date, float]]:
    return [(FIRST + timedelta(days=at * every), value) for at, value in enumerate(values)]


def ahead(
    readings: list[tuple[date, float]],
    days: int,
    target: float,
    *,
    upward: bool = True,
    measure: Measure | None = None,
) -> Forecast:
    deadline = readings[-1][0] + timedelta(days=days)
    return forecast(readings, target=target, deadline=deadline, upward=upward, measure=measure)


def line(size: int, slope: float, noise: float = 1.0, seed: int = 1) -> list[float]:
    random = np.random.default_rng(seed)
    return [float(at * slope + random.normal(0, noise)) for at in range(size)]


def test_a_steady_climb_is_on_course_for_what_lies_on_its_way() -> None:
    readings = by_day(line(40, 0.5))
    found = ahead(readings, 20, 25)
    assert found.verdict is Verdict.ON_COURSE
    assert found.path[-1].central == pytest.approx(29.5, abs=2)
    assert ahead(readings, 20, 45).verdict is Verdict.OFF_COURSE
    assert ahead(readings, 20, 29.5).verdict is Verdict.AT_RISK


def test_the_path_has_each_day_up_to_the_deadline() -> None:
    readings = by_day(line(10, 0.1), every=7)
    found = ahead(readings, 45, 10)
    last = readings[-1][0]
    assert [expected.day for expected in found.path] == [
        last + timedelta(days=at) for at in range(1, 46)
    ]
    assert found.readings == 10
    for day in found.path:
        assert day.low90 < day.low50 < day.central < day.high50 < day.high90
    widths = [day.high90 - day.low90 for day in found.path]
    assert all(later >= sooner * 0.999 for sooner, later in pairwise(widths))


@pytest.mark.parametrize(
    ("size", "days"), [(0, 10), (1, 10), (4, 10), (5, 41)], ids=["none", "one", "four", "too far"]
)
def test_too_early_is_said_instead_of_a_guess(size: int, days: int) -> None:
    readings = by_day(line(size, 1))
    deadline = FIRST + timedelta(days=max(size - 1, 0) + days)
    found = forecast(readings, target=5, deadline=deadline, upward=True)
    assert found == Forecast(
        verdict=Verdict.TOO_EARLY, probability=None, path=(), readings=size, set_aside=()
    )


@pytest.mark.parametrize(("upward", "value", "said"), [(True, 9, 0), (True, 10, 1), (False, 9, 1)])
def test_on_the_deadline_its_reading_is_the_answer(upward: bool, value: float, said: float) -> None:
    found = ahead(by_day([1, 2, 3, value]), 0, 10, upward=upward)
    assert (found.probability, found.path) == (said, ())


def test_readings_may_come_in_any_order() -> None:
    readings = by_day(line(20, 0.2))
    deadline = readings[-1][0] + timedelta(days=9)
    forward = forecast(readings, target=5, deadline=deadline, upward=True)
    assert forecast(readings[::-1], target=5, deadline=deadline, upward=True) == forward


def test_up_and_down_are_one_thing() -> None:
    readings = by_day([round(value, 2) for value in line(25, 0.3)])
    turned = [(day, -value) for day, value in readings]
    up, down = ahead(readings, 15, 12), ahead(turned, 15, -12, upward=False)
    assert up.probability == pytest.approx(down.probability, abs=1e-9)
    assert up.path[-1].high90 == pytest.approx(-down.path[-1].low90, abs=1e-6)


def test_a_nearer_target_is_likelier() -> None:
    readings = by_day(line(25, 0.3))
    said = [ahead(readings, 15, target).probability or 0.0 for target in (5, 8, 11, 14, 17)]
    assert said == sorted(said, reverse=True)


def test_bounds_hold_where_the_line_would_leave_them() -> None:
    falling = ahead(by_day([9, 8, 6, 5, 4, 2, 1, 0]), 20, 0, upward=False, measure=COUNT)
    assert all(0 <= day.low90 <= day.high90 for day in falling.path)
    assert falling.probability is not None
    assert falling.probability > 0.7
    rising = ahead(by_day([80, 84, 89, 91, 95, 98]), 20, 100, measure=PERCENT)
    assert all(day.high90 <= 100 for day in rising.path)
    assert ahead(by_day([80, 84, 89, 91, 95]), 9, 101, measure=PERCENT).probability == 0
    assert ahead(by_day([80, 84, 89, 91, 95]), 9, 0, measure=PERCENT).probability == 1


def test_whole_measures_are_told_in_whole_numbers() -> None:
    found = ahead(by_day([0, 1, 0, 0, 2, 1, 0, 0, 1]), 30, 2, measure=COUNT)
    for day in found.path:
        assert day.central == round(day.central)
        assert day.low90 == 0
        assert day.high90 >= 1


def test_a_total_never_falls_below_what_it_has() -> None:
    readings = by_day([3, 3, 5, 9, 9, 12, 14, 20])
    measure = Measure(lowest=0, whole=True, total=True)
    found = ahead(readings, 60, 160, measure=measure)
    assert all(day.low90 >= 20 for day in found.path)
    for sooner, later in pairwise(found.path):
        assert later.low90 >= sooner.low90
        assert later.central >= sooner.central
    assert ahead(readings, 60, 20, measure=measure).probability == 1
    assert ahead(readings, 60, 19, upward=False, measure=measure).probability == 0


def test_weekly_readings_leave_no_flat_first_week() -> None:
    """Days before the next reading lie between what is known now and what it is expected to be."""
    found = ahead(by_day(line(12, 3.0, noise=0.5), every=7), 28, 50)
    centres = np.array([expected.central for expected in found.path])
    widths = np.array([expected.high90 - expected.low90 for expected in found.path])
    steps = np.diff(centres)
    assert (steps[:6] > 0.25).all(), "3 a week is 0.43 a day, from the first day on"
    assert steps[:6] == pytest.approx(np.full(6, steps[7:].mean()), rel=0.4)
    assert (np.diff(widths) > 0).all()


def test_days_between_readings_vary_as_days_of_a_walk_do() -> None:
    """Of a walk read each seventh day, day 3 is as far off as three days make it, not less."""
    steps = np.random.default_rng(3).normal(0, 1, 400)
    walk = np.cumsum(steps)
    sparse = ahead(by_day([float(each) for each in walk[::7]], every=7), 14, 0).path
    width = np.array([expected.high90 - expected.low90 for expected in sparse]) / (2 * 1.645)
    assert width[2] == pytest.approx(np.sqrt(3), rel=0.35)
    assert width[6] == pytest.approx(np.sqrt(7), rel=0.25)


@pytest.mark.parametrize("every", [1, 7])
@pytest.mark.parametrize("upward", [True, False])
def test_the_probability_is_that_of_the_interval_on_the_deadline(every: int, upward: bool) -> None:
    readings = by_day(line(30, 0.2), every=every)
    end = ahead(readings, 25, 5, upward=upward).path[-1]
    ends = ((end.low90, 0.95), (end.low50, 0.75), (end.central, 0.5), (end.high90, 0.05))
    for target, chance in ends:
        found = ahead(readings, 25, target, upward=upward).probability
        assert found == pytest.approx(chance if upward else 1 - chance, abs=1e-3)


@pytest.mark.parametrize("value", [0.0, 7.0, 123456.0])
def test_what_never_moved_is_expected_to_stay(value: float) -> None:
    readings = by_day([value] * 12)
    here, beyond = ahead(readings, 5, value), ahead(readings, 5, value + 5)
    assert here.probability is not None
    assert beyond.probability is not None
    assert here.probability > 0.7
    assert beyond.probability < 0.1
    assert here.path[-1].central == pytest.approx(value, abs=0.01)
    assert here.path[-1].high90 - here.path[-1].low90 < 3


def test_a_single_spike_is_set_aside() -> None:
    values = line(30, 0.0)
    calm = ahead(by_day(values), 10, 5)
    values[12] = 80.0
    spiked = ahead(by_day(values), 10, 5)
    assert spiked.set_aside == (FIRST + timedelta(days=12),)
    assert spiked.path[-1].high90 < calm.path[-1].high90 + 1


def test_a_new_level_is_no_spike() -> None:
    found = ahead(by_day(line(20, 0.0) + [value + 30 for value in line(20, 0.0, seed=2)]), 5, 20)
    assert found.set_aside == ()
    assert found.path[0].central > 25


def test_weekends_are_expected_to_be_weekends() -> None:
    habit = [20, 22, 21, 20, 18, 6, 4]
    random = np.random.default_rng(4)
    values = [float(random.poisson(habit[at % 7])) for at in range(70)]
    found = ahead(by_day(values), 14, 30, measure=COUNT)
    central = {day.day.weekday(): day.central for day in found.path}
    assert central[6] < 9
    assert central[1] > 16


def test_closed_sundays_are_a_habit_and_a_storm_is_none() -> None:
    random = np.random.default_rng(8)
    values = [float(random.poisson(8 if at % 7 == 6 else 100)) for at in range(63)]
    values[30] = 900.0
    found = ahead(by_day(values), 14, 90, measure=COUNT)
    assert found.set_aside == (FIRST + timedelta(days=30),)
    for day in found.path:
        sunday = day.day.weekday() == 6
        assert (0 if sunday else 85) < day.central < (20 if sunday else 115), day


def test_the_unit_of_the_readings_does_not_matter() -> None:
    readings = by_day([round(value, 1) for value in line(20, 0.2)])
    hundred = [(day, round(value * 100.0, 0)) for day, value in readings]
    one, other = ahead(readings, 12, 6.5), ahead(hundred, 12, 650)
    assert one.probability == pytest.approx(other.probability, abs=0.02)
    assert one.path[-1].high90 * 100 == pytest.approx(other.path[-1].high90, rel=0.02)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 50), min_size=5, max_size=25),
    st.integers(1, 30),
    st.integers(0, 80),
    st.booleans(),
)
def test_any_counts_give_an_ordered_answer(
    values: list[int], days: int, target: int, upward: bool
) -> None:
    found = ahead(by_day([float(v) for v in values]), days, target, upward=upward, measure=COUNT)
    assert found.probability is not None
    assert 0 <= found.probability <= 1
    for day in found.path:
        ends = (day.low90, day.low50, day.central, day.high50, day.high90)
        assert list(ends) == sorted(ends)
        assert all(map(math.isfinite, ends))
        assert ends[0] >= 0


@pytest.mark.parametrize(
    ("readings", "measure", "said"),
    [
        ([(FIRST, 1.0), (FIRST, 2.0)], None, r"two readings of 2026-01-05\. Give one a day"),
        ([(FIRST, math.nan)], None, r"The reading of 2026-01-05 is nan\. Give a finite number"),
        ([(FIRST, 1.5)], COUNT, r"is 1\.5\. Give a whole number"),
        ([(FIRST, -1.0)], COUNT, r"is -1\. Give 0 or more"),
        ([(FIRST, 101.0)], PERCENT, r"is 101\. Give 100 or less"),
        (by_day([5, 4]), Measure(total=True), "falls from 5 to 4 on 2026-01-06"),
        ([(date(2026, 3, 1), 1.0)], None, r"of 2026-03-01, is later than the deadline"),
        ([(date(2020, 3, 1), 1.0)], None, r"is 2162 days after the last reading.*at most 1830"),
    ],
)
def test_what_cannot_be_is_refused(
    readings: list[tuple[date, float]], measure: Measure | None, said: str
) -> None:
    deadline = date(2026, 1, 31)
    with pytest.raises(Correctable, match=said):
        forecast(readings, target=1, deadline=deadline, upward=True, measure=measure)


def test_a_target_that_is_no_number_is_refused() -> None:
    with pytest.raises(Correctable, match="The target nan is not a finite"):
        ahead(by_day([1, 2]), 1, math.nan)


def test_bounds_need_room() -> None:
    with pytest.raises(Correctable, match=r"lowest value 5 is not below the highest, 5"):
        Measure(lowest=5, highest=5)
