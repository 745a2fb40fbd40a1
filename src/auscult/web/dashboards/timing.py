"""When a schedule is due next, in the organisation's time zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from auscult.web.dashboards.models import Rhythm, Schedule


def next_time(schedule: Schedule, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment after another at which a schedule is due, in UTC.

    An hour that a change of clocks leaves out is that much later; one that comes twice is its
    first.
    """
    day = after.astimezone(zone).date()
    for _ in range(9):
        moment = datetime.combine(day, time(schedule.hour), zone).astimezone(UTC)
        fits = schedule.rhythm == Rhythm.DAILY or day.weekday() == schedule.weekday
        if fits and moment > after:
            return moment
        day += timedelta(days=1)
    raise AssertionError("no day of the week fits")
