"""Charts hold what was counted: every bar in the drawing, every gap in its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from auscult.web.listening.charts import (
    HEIGHT,
    WIDTH,
    Count,
    Gap,
    filled,
    per_day,
    round_up,
    sparkline,
    volume,
)

DAY = timedelta(days=1)
START = datetime(2026, 8, 1, tzinfo=UTC)


def counts_of(values: list[int], step: timedelta = DAY) -> list[Count]:
    return [Count(start=START + step * at, count=value) for at, value in enumerate(values)]


@given(st.lists(st.integers(0, 10**9), max_size=400))
def test_bars_stay_inside_the_drawing_and_higher_means_more(values: list[int]) -> None:
    chart = volume(counts_of(values), [], step=DAY)

    assert chart.total == sum(values)
    assert len(chart.bars) == sum(value > 0 for value in values)
    for bar in chart.bars:
        assert 0 <= float(bar.x) <= float(bar.x) + float(bar.width) <= WIDTH + 0.02
        assert 0 <= float(bar.y) < HEIGHT
        assert abs(float(bar.y) + float(bar.height) - HEIGHT) < 0.02
    ordered = sorted(chart.bars, key=lambda bar: bar.count.count)
    heights = [float(bar.height) for bar in ordered]
    assert heights == sorted(heights)


def test_gaps_are_hatched_where_they_lie_and_cut_to_the_chart() -> None:
    gaps = [
        Gap(since=START + DAY * 2, until=START + DAY * 4, reason="server down"),
        Gap(since=START - DAY * 9, until=START + DAY, reason="before"),
        Gap(since=START + DAY * 50, until=START + DAY * 60, reason="after"),
    ]

    chart = volume(counts_of([1] * 10), gaps, step=DAY)

    assert [(hatch.x, hatch.width, hatch.gap.reason) for hatch in chart.hatches] == [
        ("200", "200", "server down"),
        ("0", "100", "before"),
    ]


def test_an_empty_chart_can_be_drawn() -> None:
    chart = volume([], [], step=DAY)

    assert (chart.bars, chart.hatches, chart.labels, chart.top, chart.total) == ((), (), (), 1, 0)


@given(st.integers(0, 10**12))
def test_a_scale_ends_at_a_round_number_not_far_above(value: int) -> None:
    top = round_up(value)

    assert value <= top <= max(value * 1.5, 1)
    assert len(str(top).rstrip("0")) <= 2


def test_hours_add_up_to_days() -> None:
    hours = counts_of([1] * 30, timedelta(hours=1))

    assert [count.count for count in per_day(hours)] == [24, 6]


def test_missing_periods_are_zero() -> None:
    known = [Count(start=START + DAY, count=5)]

    every = filled(known, since=START, until=START + DAY * 3, step=DAY)

    assert [count.count for count in every] == [0, 5, 0]


def test_a_line_has_a_point_for_each_count() -> None:
    assert sparkline([3]) == ""
    assert sparkline([0, 0, 0]) == "0,96 500,96 1000,96"
    assert len(sparkline(list(range(28))).split()) == 28
