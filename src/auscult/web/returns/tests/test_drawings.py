"""Drawings from plain numbers: what stands where, and what is cut or left out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from auscult.web.returns.drawing_clouds import densities, plane
from auscult.web.returns.drawing_lines import Day, Step, curve, effect
from auscult.web.returns.drawing_rows import Bar, Row, intervals, waterfall
from auscult.web.returns.drawing_scale import axis

FIRST = date(2026, 3, 1)
VALUES = st.floats(min_value=-1e12, max_value=1e12).filter(lambda one: not 0 < abs(one) < 1e-9)


@given(st.lists(VALUES, max_size=8))
def test_a_scale_holds_all_values_at_round_ends(values: list[float]) -> None:
    found = axis(values)
    room = 1e-6 * (found.high - found.low)
    assert all(found.low - room <= one <= found.high + room for one in [*values, 0.0])
    assert found.low < found.high
    assert 2 <= len(found.ticks) <= 8


def test_a_waterfall_adds_up() -> None:
    steps = [
        Bar(name="labour", start=0, end=300),
        Bar(name="tools", start=300, end=400),
        Bar(name="volunteers", start=400, end=500, given=True),
    ]
    found = waterfall(steps, paid="paid", in_all="in all")
    assert [(one.bar.name, one.x, one.width, one.total) for one in found.rows] == [
        ("labour", 0, 600, False),
        ("tools", 600, 200, False),
        ("paid", 0, 800, True),
        ("volunteers", 800, 200, False),
        ("in all", 0, 1000, True),
    ]
    said = render_to_string(
        "returns/parts/board_waterfall.html", {"waterfall": found, "currency": "EUR"}
    )
    assert "300 EUR" in said


def test_an_interval_that_would_hide_the_others_is_cut() -> None:
    rows = [
        Row(name="ours", value=20, low=10, high=40, own=True),
        Row(name="television", value=50, low=30, high=4000),
        Row(name="mail", value=30, low=25, unbounded=True),
        Row(name="press", value=None, said="No outcomes."),
    ]
    found = intervals(rows)
    assert found.axis.high <= 200
    assert [one.beyond for one in found.rows] == [False, True, True, False]
    assert found.rows[3].x is None
    assert found.rows[3].width == 0
    said = render_to_string(
        "returns/parts/board_intervals.html", {"intervals": found, "unit": "EUR"}
    )
    assert "(at least 25)" in said
    assert "no upper limit" in said
    assert "No outcomes." in said


def test_what_lies_below_nought_has_its_place() -> None:
    found = intervals([Row(name="net", value=-50, low=-100, high=20)])
    assert found.axis.low == -100
    assert found.rows[0].low_x == 0
    assert not found.rows[0].beyond


@pytest.mark.parametrize("value", [None, 0.0])
def test_nothing_to_draw_is_no_fault(value: float | None) -> None:
    assert intervals([Row(name="ours", value=value)]).rows[0].width == 0
    assert waterfall([]).rows == ()


def test_a_curve_with_its_range_and_the_value_in_use() -> None:
    steps = [Step(x=at, y=at / 10, low=at / 20, high=at / 5) for at in range(11)]
    found = curve(steps, mark=5)
    assert found.line.startswith("0,100")
    assert found.mark_x == 500
    assert len(found.band.split()) == 2 * len(steps)
    assert curve(steps, mark=11).mark_x is None
    context = {"curve": curve([Step(x=0, y=0.25)], top=1), "percent": True, "name": "n"}
    assert "25 %" in render_to_string("returns/parts/board_curve.html", context)


def test_an_effect_over_time_with_days_missing() -> None:
    days = [
        Day(day=FIRST + timedelta(days=at), seen=10 + at, expected=10, low=8, high=12)
        for at in range(40)
        if at != 7
    ]
    found = effect(days, began=FIRST + timedelta(days=20))
    assert round(found.began_x) == 513
    assert found.rows[-1] is days[-1]
    assert len(found.rows) <= 14
    said = render_to_string("returns/parts/board_effect.html", {"effect": found, "name": "n"})
    assert "1 Mar 2026" in said


def test_the_plane_counts_its_quarters() -> None:
    found = plane([1, 1, -1, -1], [-1, 1, -1, 1], name="television")
    shares = (found.more_for_less, found.more_for_more, found.less_for_less, found.less_for_more)
    assert shares == (25, 25, 25, 25)
    assert (found.zero_x, found.zero_y) == (500, 50)
    assert found.dots.count("M") == 4
    context = {"plane": found, "currency": "EUR"}
    assert "television" in render_to_string("returns/parts/board_plane.html", context)


def test_a_posterior_is_narrower_than_its_prior() -> None:
    prior = [at / 100 for at in range(1000)]
    found = densities(prior, [4 + at / 1000 for at in range(1000)])
    assert found.before.high - found.before.low > 5 * (found.after.high - found.after.low)
    context = {"densities": found, "name": "Echo", "unit": "days"}
    assert "Echo" in render_to_string("returns/parts/board_densities.html", context)
    assert densities([1.0], [1.0]).prior
