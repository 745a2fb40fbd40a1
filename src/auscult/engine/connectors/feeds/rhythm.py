"""When a feed is asked again.

Its own rhythm: the mean time between its newest 20 items, counted until now so that a feed
that falls silent is asked less and less; a quarter of it, so that an item waits an eighth of
the usual distance on average, never under 10 minutes or over a day. Each answer without any
change makes it a tenth longer, until the next change. A feed without dates is asked after an
hour at first, and 30 % sooner each time it had something new.

What it wishes (`Cache-Control: max-age`, `Expires`, `ttl`, `sy:updatePeriod`) is the least,
up to a day; hours and days that it wants to be skipped are skipped. After failures it is
asked after 10 minutes, 20, 40, up to a day, or when it says. All of it with a jitter of a
tenth, so that feeds don't gather at one moment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from random import Random

from auscult.engine.connectors.feeds.items import Wishes

SHORTEST, LONGEST = 600.0, 86_400.0  # seconds
UNDATED = 3_600.0
NEWEST = 20
JITTER = 0.1
_MAX_AGE = re.compile(r"(?:^|[,\s])(?:s-maxage|max-age)\s*=\s*\"?(\d{1,9})")


def own_interval(
    dates: Sequence[datetime], now: datetime, *, before: float, had_new: bool
) -> float:
    """Return the seconds after which a feed of this rhythm is asked again.

    Parameters
    ----------
    dates : sequence of datetime
        Of its items, in any order; those without one are left out.
    now : datetime
    before : float
        The interval until now; 0 for a new feed. It matters where there are no dates.
    had_new : bool
        Whether the last answer had something new.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> hourly = [noon - timedelta(hours=n) for n in range(1, 11)]
    >>> own_interval(hourly, noon, before=0, had_new=True)
    900.0
    """
    newest = sorted((date for date in dates if date <= now), reverse=True)[:NEWEST]
    if len(newest) < 2:
        return _bounded((before or UNDATED) * (0.7 if had_new and before else 1.0))
    return _bounded((now - newest[-1]).total_seconds() / len(newest) / 4)


def after_silence(interval: float) -> float:
    """Return the interval that follows an answer in which nothing had changed."""
    return _bounded(interval * 1.1 if interval else UNDATED)


def wished_interval(headers: Mapping[str, str], wishes: Wishes, now: datetime) -> float:
    """Return the seconds for which a feed wants to be left alone; 0 where it doesn't say."""
    return min(max(_fresh_for(headers, now), wishes.every), LONGEST)


def after_failures(failures: int) -> float:
    """Return the seconds until a feed is asked again that failed so many times in a row.

    >>> [after_failures(n) / 60 for n in (1, 2, 3, 20)]
    [10.0, 20.0, 40.0, 1440.0]
    """
    return _bounded(SHORTEST * 2.0 ** min(failures - 1, 10))


def next_time(now: datetime, interval: float, wishes: Wishes, random: Random) -> datetime:
    """Return when to ask, after this interval with jitter, outside of hours to be skipped."""
    moment = now + timedelta(seconds=interval * random.uniform(1 - JITTER, 1 + JITTER))
    for _ in range(24 * 8):
        if moment.hour not in wishes.skip_hours and moment.weekday() not in wishes.skip_days:
            return moment
        later = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        moment = later + timedelta(seconds=random.uniform(0, 600))
    return now + timedelta(seconds=LONGEST)  # it skips every hour of the week


def _bounded(seconds: float) -> float:
    return min(max(seconds, SHORTEST), LONGEST)


def _fresh_for(headers: Mapping[str, str], now: datetime) -> float:
    control = headers.get("cache-control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return 0.0
    age = _number(headers.get("age", ""))
    if found := _MAX_AGE.search(control):
        return max(0.0, float(found.group(1)) - age)
    expires = _moment(headers.get("expires", ""))
    if expires is None:
        return 0.0
    # By the other side's own clock, where it says what time it has.
    since = _moment(headers.get("date", "")) or now
    return max(0.0, (expires - since).total_seconds() - age)


def _number(value: str) -> float:
    bare = value.strip()
    return float(bare) if bare.isdecimal() and len(bare) < 10 else 0.0


def _moment(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError, TypeError):
        return None
    return found if found.tzinfo else None
