"""Weeks, as the brief counts them: seven days of UTC from a Monday on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

WEEK = timedelta(days=7)
EARLIER = 8  # weeks that one is held against


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time: from `since` to before `until`, both on whole hours."""

    since: datetime
    until: datetime

    @property
    def last_day(self) -> date:
        """The last day that belongs to it."""
        return (self.until - timedelta(microseconds=1)).date()

    def earlier(self, weeks: int) -> Span:
        """Return the same days and hours of some weeks before."""
        return Span(since=self.since - weeks * WEEK, until=self.until - weeks * WEEK)


def monday(moment: datetime) -> date:
    """Return the Monday of a moment's week (UTC)."""
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def whole(week: date) -> Span:
    """Return a week from its Monday on."""
    since = datetime(week.year, week.month, week.day, tzinfo=UTC)
    return Span(since=since, until=since + WEEK)


def so_far(now: datetime) -> Span:
    """Return the current week up to the last whole hour; the first hour counts as whole."""
    since = whole(monday(now)).since
    until = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return Span(since=since, until=max(until, since + timedelta(hours=1)))
