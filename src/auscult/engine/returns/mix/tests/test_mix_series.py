"""What is refused, with its words; answers and what they mean."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.mix.design import chains, columns, tables
from auscult.engine.returns.mix.echoes import ECHOES
from auscult.engine.returns.mix.kernel import respond
from auscult.engine.returns.mix.questions import FORMS, Answers, Form, log_normal, pace_of
from auscult.engine.returns.mix.series import Channel, Experiment, Series

FIRST = date(2026, 3, 2)


def given_by(rows: int = 70, **changed: Any) -> Series:
    posts = Channel(name="posts", activity=np.ones(rows))
    kept: dict[str, Any] = {
        "first": FIRST,
        "step": 1,
        "outcome": np.full(rows, 3.0),
        "channels": (posts,),
    }
    return Series(**{**kept, **changed})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"rows": 59}, "There are 59 readings in 59 rows. From 60 to 1000 days can be taken"),
        ({"step": 7, "rows": 51}, "From 52 to 1000 weeks"),
        ({"step": 2}, "A row stands for 2 days. Give 1 or 7."),
        ({"outcome": np.zeros(70)}, "All outcomes are 0."),
        ({"outcome": np.full(70, np.inf)}, "An outcome is infinite."),
        ({"outcome": np.full(70, 0.1), "count": True}, "The counts sum to 7"),
        ({"channels": ()}, "The channels are none."),
        ({"places": ("north", "south")}, "There are 1 rows of outcomes and 2 places."),
        ({"channels": (Channel(name="posts", activity=np.ones(71)),)}, "has the shape"),
        (
            {"channels": (Channel(name="radio", activity=np.zeros(70)),)},
            "'radio' was never active in these 70 rows.",
        ),
        ({"controls": {"rain": np.ones(3)}}, "The control 'rain' has the shape"),
        (
            {
                "experiments": (
                    Experiment(channel="radio", first=FIRST, last=FIRST, found=1, error=1),
                )
            },
            "An experiment was made with 'radio' in all places. Channels are posts",
        ),
        (
            {
                "experiments": (
                    Experiment(
                        channel="posts", first=date(2026, 3, 1), last=FIRST, found=1, error=1
                    ),
                )
            },
            "An experiment went from 2026-03-01 to 2026-03-02.",
        ),
        (
            {
                "experiments": (
                    Experiment(channel="posts", first=FIRST, last=FIRST, found=1, error=0),
                )
            },
            "An experiment found 1 with an error of 0.",
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(Correctable) as caught:
        given_by(**changed)
    assert message in str(caught.value)


def test_activity_and_cost_below_zero_are_refused() -> None:
    with pytest.raises(Correctable, match=r"The activity of 'tv' in row 2 is -1.0"):
        Channel(name="tv", activity=np.array([1.0, -1.0]))
    with pytest.raises(Correctable, match="The cost of 'tv' is -5"):
        Channel(name="tv", activity=np.ones(3), cost=-5)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"echo": (7, 1)}, "The answer to 'echo' is"),
        ({"doubling": (1.2, 2.0)}, "two factors above 1 and below 2"),
        ({"at_most": 0}, "a share from 0.0001 to 2"),
        ({"follows_demand": "yes"}, "The answer to 'follows_demand' is yes"),
    ],
)
def test_answers_that_are_no_ranges_are_refused(answers: dict[str, Any], message: str) -> None:
    with pytest.raises(Correctable) as caught:
        Answers(**answers)
    assert message in str(caught.value)


@given(doubling=st.floats(1.01, 1.99), form=st.sampled_from(sorted(FORMS)))
def test_twice_as_much_brings_what_was_answered(doubling: float, form: Form) -> None:
    room = np.empty((3, 1))
    values = []
    for much in (1.0, 2.0):
        # an echo so short that nothing is carried
        respond(np.array([much]), pace_of(doubling, form), 0.01, FORMS[form], room)
        values.append(room[0, 0])
    assert values[1] / values[0] == pytest.approx(doubling, rel=1e-6)


def test_a_range_holds_nine_of_ten() -> None:
    mean, deviation = log_normal(1.0, 100.0)
    assert np.exp(mean) == pytest.approx(10)
    drawn = np.exp(np.random.default_rng(1).normal(mean, deviation, 100_000))
    assert ((drawn > 1) & (drawn < 100)).mean() == pytest.approx(0.9, abs=0.005)
    assert all(Answers(echo=one).echo == one for one in ECHOES.values())


def test_runs_of_readings_are_told() -> None:
    inner, link = chains(np.array([[True, True, True, False, True, False, True, True]]))
    assert link.tolist() == [[1, 1, 0, 0, 0, 0, 1, 0]]
    assert inner.tolist() == [[0, 1, 0, 0, -1, 0, 0, 0]]


def test_holidays_of_a_week_are_counted_and_weekdays_are_of_days_only() -> None:
    off = {"Easter": [date(2026, 4, 3), date(2026, 4, 6)], "May": [date(2026, 5, 1)]}
    daily, _, walk = columns(given_by(holidays=off))
    weekly, _, weekly_walk = columns(given_by(step=7, holidays=off))
    # level, trend, seven weekdays, two holidays; no season in 70 days, but in 70 weeks
    assert walk == 11
    assert weekly_walk == 8
    assert daily[9, 32] == daily[9, 35] == 1
    assert daily[9].sum() == 2
    assert weekly[6, [4, 5]].tolist() == [1, 1]


def test_activity_counts_by_the_size_of_a_place() -> None:
    done = np.vstack([np.full(70, 2.0), np.full(70, 6.0)])
    outcome = np.vstack([np.full(70, 10.0), np.full(70, 30.0)])
    series = given_by(
        outcome=outcome, channels=(Channel(name="posts", activity=done),), places=("a", "b")
    )
    assert np.allclose(tables(series).activity, 1)
    assert tables(series).size.tolist() == [10, 30]
