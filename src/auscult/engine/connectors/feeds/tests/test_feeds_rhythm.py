"""When feeds are asked: simulated years of publishing, and the wishes of servers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.connectors.feeds.items import Wishes
from auscult.engine.connectors.feeds.rhythm import (
    LONGEST,
    SHORTEST,
    after_failures,
    after_silence,
    next_time,
    own_interval,
    wished_interval,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


def _simulate(
    published: list[datetime], days: int, *, dated: bool = True, holds: int = 30
) -> tuple[float, float, int]:
    """Ask a feed for so many days; return requests a day, mean delay in hours, items missed."""
    random, now, interval = Random(1), START + timedelta(days=5), 0.0
    end = now + timedelta(days=days)
    known = {date for date in published if date <= now}
    requests, delays, missed = 0, [], 0
    while now < end:
        requests += 1
        out = [date for date in published if date <= now]
        new = [date for date in out if date not in known]
        missed += len(set(new) - set(out[-holds:]))
        delays += [(now - date).total_seconds() / 3600 for date in new]
        known.update(new)
        if requests > 1 and not new:
            interval = after_silence(interval)
        else:
            dates = out[-holds:] if dated else []
            interval = own_interval(dates, now, before=interval, had_new=bool(new))
        now = next_time(now, interval, Wishes(), random)
    return requests / days, sum(delays) / max(len(delays), 1), missed


def _every(gap: Callable[[Random], float], days: int = 60) -> list[datetime]:
    """Return moments so many hours apart."""
    random, moments, now = Random(2), [], START
    while now < START + timedelta(days=days):
        now += timedelta(hours=gap(random))
        moments.append(now)
    return moments


def test_a_busy_feed_is_asked_every_few_minutes_and_misses_nothing() -> None:
    requests, delay, missed = _simulate(_every(lambda random: random.expovariate(4)), 20)
    assert missed == 0
    assert delay < 0.2
    assert 100 < requests <= 144


def test_a_blog_of_one_post_a_day_is_asked_a_few_times_a_day() -> None:
    requests, delay, missed = _simulate(_every(lambda random: random.uniform(12, 36)), 50)
    assert missed == 0
    assert requests < 6
    assert delay < 4


def test_a_feed_that_falls_silent_is_asked_once_a_day_at_last() -> None:
    published = [START + timedelta(hours=n) for n in range(100)]
    requests, _, _ = _simulate(published, 200)
    assert requests < 1.6


def test_a_feed_that_wakes_up_is_noticed_within_a_day_and_followed_closely() -> None:
    quiet = [START + timedelta(days=n - 40) for n in range(3)]
    crisis = [START + timedelta(days=20, minutes=10 * n) for n in range(600)]
    _, delay, missed = _simulate(quiet + crisis, 30, holds=200)
    assert missed == 0
    assert delay < 3


def test_a_feed_without_dates_finds_its_rhythm() -> None:
    busy, _, missed = _simulate(_every(lambda _: 0.5), 20, dated=False)
    slow, _, _ = _simulate(_every(lambda _: 48.0), 50, dated=False)
    assert missed == 0
    assert busy > 20
    assert slow < 8


@settings(deadline=None)
@given(
    st.lists(st.timedeltas(timedelta(days=-9_000), timedelta(days=900)), max_size=50),
    st.floats(0, 1e6),
    st.booleans(),
)
def test_the_interval_stays_between_ten_minutes_and_a_day(
    since: list[timedelta], before: float, had_new: bool
) -> None:
    dates = [START + one for one in since]
    found = own_interval(dates, START, before=before, had_new=had_new)
    assert SHORTEST <= found <= LONGEST


@pytest.mark.parametrize(
    ("headers", "wishes", "seconds"),
    [
        ({}, 0, 0),
        ({"cache-control": "public, max-age=1800"}, 0, 1800),
        ({"cache-control": "max-age=1800", "age": "600"}, 0, 1200),
        ({"cache-control": "max-age=31536000"}, 0, LONGEST),
        ({"cache-control": "no-cache, max-age=1800"}, 0, 0),
        ({"expires": "Thu, 01 Jan 2026 02:00:00 GMT"}, 0, 7200),
        (
            {"expires": "Thu, 01 Jan 2026 02:00:00 GMT", "date": "Thu, 01 Jan 2026 01:00:00 GMT"},
            0,
            3600,
        ),
        ({"expires": "0"}, 0, 0),
        ({"cache-control": "max-age=60"}, 5400, 5400),
        ({"cache-control": "max-age=99999999999999"}, 0, LONGEST),
    ],
)
def test_wishes_are_honoured_up_to_a_day(
    headers: dict[str, str], wishes: float, seconds: float
) -> None:
    assert wished_interval(headers, Wishes(every=wishes), START) == seconds


def test_failures_are_asked_less_and_less() -> None:
    waits = [after_failures(n) for n in range(1, 30)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (SHORTEST, LONGEST)


@settings(deadline=None)
@given(st.frozensets(st.integers(0, 23)), st.frozensets(st.integers(0, 6)), st.integers(0, 10_000))
def test_skipped_hours_and_days_are_skipped(
    hours: frozenset[int], days: frozenset[int], seed: int
) -> None:
    found = next_time(START, 600, Wishes(skip_hours=hours, skip_days=days), Random(seed))
    assert found > START
    if len(hours) < 24 and len(days) < 7:
        assert found.hour not in hours
        assert found.weekday() not in days
        assert found <= START + timedelta(days=8)
    else:
        assert found == START + timedelta(days=1)


def test_feeds_of_one_rhythm_do_not_gather() -> None:
    random = Random(3)
    times = {next_time(START, 3600, Wishes(), random) for _ in range(100)}
    assert len(times) == 100
    assert max(times) - min(times) > timedelta(minutes=8)
