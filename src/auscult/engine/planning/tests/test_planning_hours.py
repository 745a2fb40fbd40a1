"""Hours of people by week, against a plain loop over days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.planning.hours import Away, Offer, Week, hours_by_week, weeks_of
from auscult.engine.planning.periods import Period

MONDAY = date(2026, 11, 16)
DAY = timedelta(days=1)


def plain(
    offers: Sequence[Offer], aways: Sequence[Away], weeks: Sequence[Week]
) -> list[list[float]]:
    """What the vectorised sum has to be, day by day."""
    table = []
    for offer in offers:
        row = []
        for first, last in weeks:
            hours, day = 0.0, first
            while day <= last:
                begun = offer.first is None or offer.first <= day
                over = offer.last is not None and offer.last < day
                if day.weekday() < 5 and begun and not over:
                    gone = sum(
                        away.share
                        for away in aways
                        if away.person in {None, offer.person} and away.first <= day <= away.last
                    )
                    hours += offer.hours / 5 * (1 - min(gone, 1.0))
                day += DAY
            row.append(hours)
        table.append(row)
    return table


days = st.integers(-40, 160).map(lambda n: MONDAY + n * DAY)
maybe = st.none() | days
offers = st.lists(
    st.builds(Offer, person=st.integers(0, 3), hours=st.floats(0, 40), first=maybe, last=maybe),
    max_size=8,
)
aways = st.lists(
    st.builds(
        Away,
        person=st.none() | st.integers(0, 3),
        first=days,
        last=days,
        share=st.sampled_from([0.2, 0.5, 1.0]),
    ).filter(lambda one: one.first <= one.last),
    max_size=8,
)
periods = st.builds(Period, first_day=days, length=st.integers(1, 120))


@settings(deadline=None)
@given(offers=offers, aways=aways, period=periods)
def test_it_is_what_a_loop_over_days_adds_up(
    offers: list[Offer], aways: list[Away], period: Period
) -> None:
    weeks = weeks_of(period)
    found = hours_by_week(offers, aways, weeks)
    assert found.shape == (len(offers), len(weeks))
    if offers:
        assert found == pytest.approx(np.array(plain(offers, aways, weeks)), abs=1e-9)


@given(period=periods)
def test_weeks_follow_each_other_and_fill_the_period(period: Period) -> None:
    weeks = weeks_of(period)
    assert weeks[0][0] == period.first_day
    assert weeks[-1][1] == period.last_day
    assert all(after[0] - before[1] == DAY for before, after in pairwise(weeks))
    assert all(4 <= (last - first).days + 1 <= 10 for first, last in weeks) or period.length < 4


def test_a_part_time_worker_has_half_of_a_week_with_a_holiday() -> None:
    weeks = weeks_of(Period(first_day=MONDAY, length=14))
    half = Away(person=0, first=MONDAY, last=MONDAY + 6 * DAY, share=0.5)
    holiday = Away(person=None, first=MONDAY, last=MONDAY)
    both = [Offer(person=0, hours=20.0), Offer(person=1, hours=10.0, last=MONDAY + 8 * DAY)]
    found = hours_by_week(both, [half, holiday], weeks)
    assert found == pytest.approx(np.array([[8.0, 20.0], [8.0, 4.0]]))
