"""Hours that people have, by week: what they give, less when they are away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from auscult.engine.planning.curves import Floats
from auscult.engine.planning.periods import Period

WORKDAYS = 5  # Monday to Friday: hours a week lie evenly on them
WEEK = 7
Week = tuple[date, date]  # its first and its last day
Days = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Hours a week that a person has for something.

    Attributes
    ----------
    person : int
        Counted from 0.
    hours : float
        A week, 0 or more.
    first, last : date or None
        From when to when; None has no end.
    """

    person: int
    hours: float
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Days on which somebody isn't there, or in part.

    Attributes
    ----------
    person : int or None
        None is everybody: a public holiday.
    share : float
        Of the hours that are lost, above 0 and at most 1.
    """

    person: int | None
    first: date
    last: date
    share: float = 1.0


def weeks_of(period: Period) -> tuple[Week, ...]:
    """Give the weeks of a period, counted from its first day.

    Days beyond whole weeks lengthen the last one, or are one of their own if they are four or
    more, so that an hour more a week is about as much as it says.

    Examples
    --------
    >>> weeks = weeks_of(Period(first_day=date(2026, 9, 1), length=100))
    >>> len(weeks), weeks[-1]
    (14, (datetime.date(2026, 12, 1), datetime.date(2026, 12, 9)))
    """
    count = max(1, round(period.length / WEEK))
    starts = [period.first_day + timedelta(days=WEEK * at) for at in range(count)]
    ends = [*(start - timedelta(days=1) for start in starts[1:]), period.last_day]
    return tuple(zip(starts, ends, strict=True))


def hours_by_week(offers: Sequence[Offer], aways: Sequence[Away], weeks: Sequence[Week]) -> Floats:
    """Give the hours of each offer in each week.

    Parameters
    ----------
    offers : sequence of Offer
    aways : sequence of Away
        Shares of the same day add up, to the whole day at most.
    weeks : sequence of (date, date)
        One after the other without a gap, each not empty.

    Returns
    -------
    array of float, shape (offers, weeks)

    Examples
    --------
    Ten hours a week; on Thursday and Friday of the second week nobody is there:

    >>> monday = date(2026, 11, 16)
    >>> weeks = weeks_of(Period(first_day=monday, length=14))
    >>> away = Away(person=None, first=date(2026, 11, 26), last=date(2026, 11, 27))
    >>> hours_by_week([Offer(person=0, hours=10.0)], [away], weeks).tolist()
    [[10.0, 6.0]]
    """
    if not offers:
        return np.zeros((0, len(weeks)))
    start, end = weeks[0][0], weeks[-1][1]
    days = np.arange((end - start).days + 1)
    works = (days + start.weekday()) % WEEK < WORKDAYS
    person = np.array([one.person for one in offers])
    first, last = _span([one.first for one in offers], [one.last for one in offers], start, end)
    given = (days >= first[:, None]) & (days <= last[:, None]) & works
    absent = [one.person for one in aways if one.person is not None]
    there = 1 - _gone(aways, max([*person.tolist(), *absent]) + 1, start, end)
    rates = np.array([one.hours for one in offers]) / WORKDAYS
    daily = rates[:, None] * given * there[person]
    begins = [(one - start).days for one, _last in weeks]
    return np.asarray(np.add.reduceat(daily, begins, axis=1))


def _span(
    first: Sequence[date | None], last: Sequence[date | None], start: date, end: date
) -> tuple[Days, Days]:
    """Give first and last days as numbers, 0 at the start; those outside lie just outside."""
    lows = [max((one or start) - start, timedelta(0)).days for one in first]
    highs = [(min(one or end, end) - start).days for one in last]
    return np.array(lows), np.maximum(highs, -1)


def _gone(aways: Sequence[Away], people: int, start: date, end: date) -> Floats:
    """Give the share of each day that each person is away, shape (people, days)."""
    size = (end - start).days + 1
    steps = np.zeros((people, size + 1))
    for one in aways:
        low = max((one.first - start).days, 0)
        high = min((one.last - start).days + 1, size)
        if low < high:
            who = slice(None) if one.person is None else one.person
            steps[who, low] += one.share
            steps[who, high] -= one.share
    return np.asarray(np.clip(np.cumsum(steps, axis=1)[:, :size], 0.0, 1.0))
