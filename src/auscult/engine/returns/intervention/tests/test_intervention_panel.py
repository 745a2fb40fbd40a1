"""Tables of any library become the same panel; what can't is refused by name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pyarrow as pa
import pytest

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.intervention.panel import Panel, panel

DAYS = [date(2026, 3, 30) + timedelta(days=at) for at in range(4)]
LONG = {
    "day": [*DAYS, *reversed(DAYS)],
    "town": ["b"] * 4 + ["a"] * 4,
    "calls": [1, 2, 3, 4, 8, 7, 6, 5],
}


class Streamed:
    """A table of any library that speaks Arrow's C stream, as Polars does."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "frame", [LONG, pa.table(LONG), pd.DataFrame(LONG), Streamed(pa.table(LONG))]
)
def test_long_tables_of_each_kind_are_read_alike(frame: object) -> None:
    found = panel(frame, time="day", place="town", value="calls")
    assert found.names == ("a", "b")
    assert found.times == tuple(DAYS)
    assert found.values.tolist() == [[5, 1], [6, 2], [7, 3], [8, 4]]
    assert found.step_days == 1


def test_a_wide_table_is_read_in_order_of_its_times() -> None:
    found = panel({"when": ["2026-02-01", "2026-01-01", "2026-03-01"], "x": [2, 1, 3]}, time="when")
    assert found.values[:, 0].tolist() == [1, 2, 3]
    assert found.step_days is None  # months
    assert found.before(date(2026, 3, 1)) == 2


def test_months_of_many_years_are_even() -> None:
    months = [date(2020 + at // 12, at % 12 + 1, 15) for at in range(70)]
    assert panel({"month": months, "x": range(70)}, time="month").before(date(2024, 6, 15)) == 53
    with pytest.raises(Correctable, match="'time' goes from"):
        panel({"month": [*months[:9], *months[10:]], "x": range(69)}, time="month")


def test_date_times_of_pandas_are_days() -> None:
    frame = pd.DataFrame({"day": pd.to_datetime(DAYS), "x": [1.0, 2.0, 3.0, 4.0]})
    found = panel(frame, time="day")
    assert found.times == tuple(DAYS)
    assert found.before(datetime(2026, 4, 1, tzinfo=UTC)) == 2


def test_years_may_be_numbers() -> None:
    found = panel({"year": [1990, 1991, 1992], "x": [1.0, 2.0, 3.0]}, time="year")
    assert found.before(1991) == 1
    assert found.step_days is None


@pytest.mark.parametrize(
    ("frame", "columns", "message"),
    [
        ({"t": [1, 2, 4, 5, 6], "x": [1] * 5}, {"time": "t"}, "goes from 2 to 4"),
        ({"t": [1, 2, 3], "x": [1, None, 2]}, {"time": "t"}, "'x' has no value for 2"),
        ({"t": [1, 2, 3], "x": ["a", "b", "c"]}, {"time": "t"}, "holds string, not numbers"),
        ({"t": ["soon"] * 3, "x": [1] * 3}, {"time": "t"}, "holds string, not days"),
        ({"t": [1, None, 3], "x": [1] * 3}, {"time": "t"}, "'t' is empty in some row"),
        ({"t": [1, 2], "x": [1, 2]}, {"time": "t"}, "'time' has 2 values"),
        ({"t": [1, 2, 3], "x": [1] * 3}, {"time": "when"}, "no column 'when'. Known are: t, x"),
        ({"t": [1, 2, 3], "x": [1] * 3}, {"time": "t", "place": "x"}, "'value' is missing"),
        (42, {"time": "t"}, "can't be read from int"),
        (
            {"t": [1, 1, 2], "p": ["a", "a", "a"], "x": [1, 2, 3]},
            {"time": "t", "place": "p", "value": "x"},
            "'a' has two values for 1",
        ),
    ],
)
def test_what_is_no_panel_is_refused(frame: object, columns: dict[str, str], message: str) -> None:
    with pytest.raises(Correctable, match=message) as refused:
        panel(frame, **columns)
    assert refused.value.hint


def test_a_start_outside_of_the_data_is_refused() -> None:
    found = panel(LONG, time="day", place="town", value="calls")
    for start in (DAYS[0], date(2030, 1, 1), 3):
        with pytest.raises(Correctable, match="start"):
            found.before(start)


def test_an_unknown_place_is_refused_with_those_that_are_known() -> None:
    found = panel(LONG, time="day", place="town", value="calls")
    with pytest.raises(Correctable, match=r"'c' isn't among the series\. Known are: a, b"):
        found.places(["a", "c"], "treated")
    assert found.without(["a"]).names == ("b",)


def test_a_panel_of_another_shape_is_refused() -> None:
    with pytest.raises(Correctable, match="has the shape"):
        Panel(times=(1, 2, 3), names=("a",), values=np.zeros((3, 2)))
    with pytest.raises(Correctable, match="twice"):
        Panel(times=(1, 2, 3), names=("a", "a"), values=np.zeros((3, 2)))
