"""The arithmetic of a cycle: which day of the hundred it is, which week, and when its middle is.

Dates in, dates out: whose midnight ends a day is for the caller to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from auscult.engine.kernel.errors import Correctable

LONGEST = 1000  # days
WEEK = 7


class Phase(StrEnum):
    """Where a day stands to a period."""

    BEFORE = "before"
    RUNNING = "running"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """So many days from a first day on.

    Attributes
    ----------
    first_day : date
        Day 1.
    length : int
        Days in it, 1 to 1000.

    Raises
    ------
    Correctable
        If the length is out of range, or the last day lies beyond the calendar (year 9999).

    Examples
    --------
    >>> from datetime import date
    >>> period = Period(first_day=date(2026, 9, 1))
    >>> period.day_number(date(2026, 10, 20)), period.week_number(date(2026, 10, 20))
    (50, 8)
    >>> period.middle, period.last_day
    (datetime.date(2026, 10, 20), datetime.date(2026, 12, 9))
    """

    first_day: date
    length: int = 100

    def __post_init__(self) -> None:
        """Refuse what is no period."""
        if not 1 <= self.length <= LONGEST:
            raise Correctable(
                f"A period of {self.length} days can't be.",
                code="length-out-of-range",
                field="length",
                hint=f"Give 1 to {LONGEST} days; 100 is usual.",
            )
        if (date.max - self.first_day).days < self.length:
            raise Correctable(
                f"{self.length} days from {self.first_day.isoformat()} end after the year 9999.",
                code="beyond-the-calendar",
                field="first_day",
                hint="Give an earlier first day.",
            )

    @property
    def last_day(self) -> date:
        """The last day that belongs to it."""
        return self.day(self.length)

    @property
    def middle(self) -> date:
        """The day of the mid-point check: day 50 of 100; of an odd number the one in the middle."""
        return self.day((self.length + 1) // 2)

    @property
    def weeks(self) -> int:
        """How many weeks it has, the last one perhaps shorter: 15 of 100 days."""
        return -(-self.length // WEEK)

    def day_number(self, on: date) -> int:
        """Count days from 1: 0 is the day before it begins, more than `length` is after it."""
        return (on - self.first_day).days + 1

    def day(self, number: int) -> date:
        """Give the day of a number, which may lie before the period or after it."""
        return self.first_day + timedelta(days=number - 1)

    def week_number(self, on: date) -> int:
        """Count weeks from 1; the first begins with the first day, whatever weekday that is."""
        return (self.day_number(on) - 1) // WEEK + 1

    def week(self, number: int) -> tuple[date, date]:
        """Give the first and the last day of a week; the period's end ends its last one.

        Raises
        ------
        Correctable
            If the period has no week of that number.
        """
        if not 1 <= number <= self.weeks:
            raise Correctable(
                f"There is no week {number} in {self.length} days.",
                code="no-such-week",
                field="week",
                hint=f"Weeks are numbered 1 to {self.weeks}.",
            )
        first = (number - 1) * WEEK + 1
        return self.day(first), self.day(min(first + WEEK - 1, self.length))

    def phase(self, on: date) -> Phase:
        """Say whether a day lies before the period, in it, or after it."""
        if on < self.first_day:
            return Phase.BEFORE
        return Phase.RUNNING if on <= self.last_day else Phase.AFTER

    def days_left(self, on: date) -> int:
        """Count the days of it that come after a day: 0 on its last day, and later."""
        return min(max(self.length - self.day_number(on), 0), self.length)

    def following(self) -> Period:
        """Give the period of the same length that begins the day after this one ends."""
        return Period(first_day=self.last_day + timedelta(days=1), length=self.length)
