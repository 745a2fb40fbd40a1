"""How much of a charge, or of a thing's wear, falls on each day."""

from __future__ import annotations

from datetime import date

import numpy as np

from auscult.engine.returns.columns import Days, Floats
from auscult.engine.returns.costs import Charge, Every, Kit

MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}
DAYS = {Every.DAY: 1, Every.WEEK: 7}


def share_of_charge(charge: Charge, days: Days) -> Floats:
    """Give the part of a charge's amount that falls on each day.

    Over a whole calendar month (quarter, year) the parts of what comes monthly (quarterly, yearly)
    add up to 1, whatever its length. The part of a day doesn't depend on the other days that are
    asked for, so parts of a period add up to the whole.

    Parameters
    ----------
    charge : Charge
    days : array of datetime64[D], shape (days,)

    Returns
    -------
    array of float, shape (days,)
    """
    first = np.datetime64(charge.first, "D")
    if charge.every is Every.ONCE:
        last = np.datetime64(charge.last or charge.first, "D")
        each = np.full(len(days), 1 / (int((last - first).astype(np.intp)) + 1))
    else:
        last = np.datetime64(charge.last or date.max, "D")
        each = 1 / _lengths(days, charge.every)
    return np.where((days >= first) & (days <= last), each, 0.0)


def _lengths(days: Days, every: Every) -> Floats:
    """Give the days of the week, month, quarter or year that each day lies in."""
    if every in DAYS:
        return np.full(len(days), float(DAYS[every]))
    months = MONTHS[every]
    begin = days.astype("datetime64[M]").astype(np.int64) // months * months
    starts = begin.astype("datetime64[M]").astype("datetime64[D]")
    ends = (begin + months).astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(ends - starts, np.float64)


def wear(kit: Kit, days: Days) -> Floats:
    """Give the part of a thing's price less its residual value that each day wears off.

    Parameters
    ----------
    kit : Kit
    days : array of datetime64[D], shape (days,)

    Returns
    -------
    array of float, shape (days,)
        The same on each day of its life, which ends where its months do: bought on the 31st of
        January for one month, it serves until the 27th of February, or the 28th of a leap year.
    """
    bought = np.datetime64(kit.bought, "D")
    end = _months_later(bought, kit.life_months)
    each = 1 / (end - bought).astype(np.float64)
    return np.where((days >= bought) & (days < end), each, 0.0)


def _months_later(day: np.datetime64, months: int) -> np.datetime64:
    """Give the same day of a later month, or its last one where it has none."""
    month = day.astype("datetime64[M]")
    into = day - month.astype("datetime64[D]")
    later = (month + months).astype("datetime64[D]")
    last = (month + months + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    return np.datetime64(min(later + into, last), "D")
