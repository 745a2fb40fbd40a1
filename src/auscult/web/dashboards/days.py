"""Ranges of days in the organisation's time zone, and the moments at which they begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import time_zone
from auscult.web.dashboards.errors import RangeRefused
from auscult.web.listening.moments import from_us, to_us

DAY = timedelta(days=1)
FRESH = timedelta(days=2)
LONGEST = 3_660  # days of a range
EARLIEST, LATEST = date(1970, 1, 2), date(9000, 1, 1)

NEWEST = (
    "SELECT max((SELECT max(h.hour) FROM listening_hourlycount h WHERE h.watch_id = w.id)) "
    "FROM listening_watch w WHERE w.organisation_id = %s"
)

# Ranges that end today, by the name that an address has for them: (label, days).
RANGES: Mapping[str, tuple[str | Promise, int]] = {
    "7d": (_("7 days"), 7),
    "28d": (_("28 days"), 28),
    "90d": (_("90 days"), 90),
    "365d": (_("a year"), 365),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Whole days, from the first to the last, both included.

    Attributes
    ----------
    name : str
        One of RANGES, or empty for two days that somebody chose.
    """

    first: date
    last: date
    zone: ZoneInfo
    name: str = ""

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def since(self) -> datetime:
        """When it begins."""
        return begin(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """When it is over."""
        return begin(self.last + DAY, self.zone)

    @property
    def before(self) -> Range:
        """The range of the same length that ends where this one begins."""
        return Range(first=self.first - self.days * DAY, last=self.first - DAY, zone=self.zone)

    @property
    def begins_us(self) -> list[int]:
        """When each of its days begins, and when the last one is over, in microseconds."""
        return [begin_us(self.first + number * DAY, self.zone) for number in range(self.days + 1)]

    @property
    def parameters(self) -> dict[str, str]:
        """What an address says to mean it."""
        if self.name:
            return {"range": self.name}
        return {"since": self.first.isoformat(), "until": self.last.isoformat()}


def begin(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which a day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def begin_us(day: date, zone: ZoneInfo) -> int:
    """Return the moment at which a day begins, in microseconds since 1970."""
    return to_us(begin(day, zone))


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """Return the day in which a moment lies."""
    return moment.astimezone(zone).date()


def last_day(actor: Actor, zone: ZoneInfo) -> date:
    """Return today, or the last day with mentions where that is more than two days ago.

    So what was read from a file shows something, however old it is.
    """
    now = actor.clock.now()
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [actor.organisation_id])
        (newest,) = cursor.fetchone()
    moment = now if newest is None or from_us(newest) + FRESH >= now else from_us(newest)
    return day_of(moment, zone)


def ending_now(actor: Actor, name: str) -> Range:
    """Return a range of RANGES, which ends today or where the mentions end.

    Raises
    ------
    RangeRefused
    """
    if name not in RANGES:
        raise RangeRefused(
            "range", name, gettext("one of {choices}").format(choices=", ".join(RANGES))
        )
    zone = time_zone(actor)
    last = last_day(actor, zone)
    return Range(first=last - (RANGES[name][1] - 1) * DAY, last=last, zone=zone, name=name)


def between(first: date, last: date, zone: ZoneInfo) -> Range:
    """Return the range of two days that somebody chose.

    Raises
    ------
    RangeRefused
    """
    if not EARLIEST <= first <= last <= LATEST:
        raise RangeRefused(
            "since",
            gettext("{first} to {last}").format(first=first.isoformat(), last=last.isoformat()),
            "the first day, then the last",
        )
    if (last - first).days >= LONGEST:
        raise RangeRefused(
            "since",
            first.isoformat(),
            gettext("at most {most} days before the end").format(most=LONGEST),
        )
    return Range(first=first, last=last, zone=zone)


def read(actor: Actor, given: Mapping[str, str], *, default: str) -> Range:
    """Return the range that an address names: `range`, or `since` and `until`.

    Raises
    ------
    RangeRefused
    """
    if given.get("since") or given.get("until"):
        return between(_day("since", given), _day("until", given), time_zone(actor))
    return ending_now(actor, given.get("range") or default)


def _day(field: str, given: Mapping[str, str]) -> date:
    text = given.get(field, "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RangeRefused(field, text, "a day like 2026-11-20") from None
