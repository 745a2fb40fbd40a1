"""What was read is told once, gaps are what nothing covers, and every moment is accounted for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.web.sources.coverage import Stretch, _without_recovered, coverage, gaps, merged
from auscult.web.sources.models import Coverage, Source

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def stretch(since: int, until: int, reason: str = "", sampled: float = 1.0) -> Stretch:
    return Stretch(
        source_id=1, source="s", community="", reason=reason, sampled=sampled,
        since=NOON + since * MINUTE, until=NOON + until * MINUTE,
    )  # fmt: skip


def minutes(stretches: list[Stretch], *, read: bool) -> set[int]:
    """Return the minutes, each by its start, that are read, or that are gaps."""
    return {
        minute
        for one in stretches
        if bool(one.reason) != read
        for minute in range(int((one.since - NOON) / MINUTE), int((one.until - NOON) / MINUTE))
    }


spans = st.tuples(
    st.integers(0, 300), st.integers(0, 60), st.sampled_from(["", "", "down", "closed"])
)


@given(st.lists(spans, max_size=12))
def test_a_minute_that_was_read_is_no_gap_and_none_is_lost(
    given: list[tuple[int, int, str]],
) -> None:
    told = sorted(
        (stretch(since, since + long, reason) for since, long, reason in given),
        key=lambda one: (one.since, one.until),
    )
    found = _without_recovered(merged(told))
    assert minutes(found, read=True) >= minutes(told, read=True)
    assert minutes(found, read=False) == minutes(told, read=False) - minutes(told, read=True)
    # Nothing is called read but what was, and pauses shorter than a breath: also after a
    # reading that took no time, and so has no minute of its own.
    ends = {int((one.until - NOON) / MINUTE) for one in told if not one.reason}
    for minute in minutes(found, read=True) - minutes(told, read=True):
        assert ends & set(range(minute - 4, minute + 1))


def test_samples_are_told_apart() -> None:
    found = merged([stretch(0, 10), stretch(8, 20, sampled=0.1), stretch(20, 30, sampled=0.1)])
    assert [(one.sampled, int((one.until - NOON) / MINUTE)) for one in found] == [
        (1, 10),
        (0.1, 30),
    ]


@pytest.mark.django_db
def test_coverage_is_cut_to_what_is_asked_and_is_the_organisations_own(
    owner: Any, stranger: Any
) -> None:
    source = Source.objects.create(
        organisation_id=owner.organisation_id, name="s", connector="feeds",
        next_attempt=NOON, created_at=NOON,
    )  # fmt: skip
    for since, until, reason in [(0, 60, ""), (60, 120, "it failed"), (90, 200, "")]:
        Coverage.objects.create(
            source=source, community="feed", reason=reason,
            since=NOON + since * MINUTE, until=NOON + until * MINUTE,
        )  # fmt: skip
    found = coverage(owner, since=NOON + 30 * MINUTE, until=NOON + 100 * MINUTE)
    told = [
        (int((one.since - NOON) / MINUTE), int((one.until - NOON) / MINUTE), one.reason)
        for one in found
    ]
    assert told == [(30, 60, ""), (60, 90, "it failed"), (90, 100, "")]
    assert [one.reason for one in gaps(owner)] == ["it failed"]
    assert coverage(stranger) == []
    assert found[1].as_data()["read"] is False
