"""The figures by day against a fresh count, whatever happens to mentions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from auscult.engine.connectors.base import Deletion
from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.models import Actor, Organisation
from auscult.web.accounts.queries import time_zone
from auscult.web.dashboards import jobs, marking, rollup, tallies
from auscult.web.dashboards.models import Changed, DayFigures, Kind
from auscult.web.dashboards.tallies import Sum
from auscult.web.listening.actions import forget, remove_watch, save_watch
from auscult.web.listening.models import Match, Watch
from auscult.web.listening.queries import pseudonym

pytestmark = pytest.mark.django_db
Record = Callable[..., Any]


def kept(kind: Kind) -> dict[str, int]:
    """Return what is kept of a kind, all days and watches added up."""
    rows = list(DayFigures.objects.filter(kind=kind))
    summed = Sum(row.words for row in rows)
    names: dict[int, str] = {}
    for row in rows:
        names |= tallies.marked(tallies.unpacked(row.names or row.best))
    return {
        names[mark]: count
        for mark, count in zip(summed.marks.tolist(), summed.counts.tolist(), strict=True)
    }


def test_each_kind_is_counted(watch: Any, record: Record, post: Any, settled: Any) -> None:
    record(
        post(1, hashtags=["Flu", "flu", "Care"], links=["https://www.a.example/x?utm_source=y#z"]),
        post(2, author=None, language=None, links=["https://a.example/x", "javascript:1"]),
        post(3, text="nothing of the kind"),
    )
    settled()

    assert kept(Kind.LANGUAGE) == {"en": 1}
    assert kept(Kind.COMMUNITY) == {"town.example": 2}
    assert kept(Kind.AUTHOR) == {pseudonym(watch.organisation_id, "person1"): 1}
    assert kept(Kind.HASHTAG) == {"flu": 1, "care": 1}
    assert kept(Kind.LINK) == {"https://www.a.example/x": 1, "https://a.example/x": 1}
    assert kept(Kind.HOST) == {"a.example": 2}
    assert not Changed.objects.exists()


def test_what_is_over_is_counted_at_once_and_today_in_turns(
    owner: Actor, worker: Actor, record: Record, post: Any
) -> None:
    flu, _shot = (save_watch(owner, name=word, query=word) for word in ("flu", "shot"))
    yesterday = post(1)["created_at"] - timedelta(days=1)
    record(post(1), post(2, "flu shot"), post(3, created_at=yesterday))
    today = post(1)["created_at"].date().toordinal()

    def counted() -> set[tuple[str, int]]:
        rows = DayFigures.objects.values_list("watch__name", "day").distinct()
        return {(name, day - today) for name, day in rows}

    assert not jobs.count_days(worker)
    assert counted() == {("flu", -1)}
    assert jobs.count_today(replace(worker, clock=Hasty(worker.clock.now())))
    assert counted() == {("flu", -1), ("flu", 0)}
    # Another mention of the first one: the second has its turn before it.
    record(post(4))
    assert not jobs.count_today(worker)
    assert counted() == {("flu", -1), ("flu", 0), ("shot", 0)}
    assert rollup.changed_watches(worker) == [flu.pk]
    assert not jobs.count_today(worker)
    assert rollup.changed_watches(worker) == []


def test_yesterday_is_not_over_while_its_late_posts_come(
    watch: Any, worker: Actor, record: Record, post: Any
) -> None:
    record(post(1))
    midnight = datetime(2026, 11, 21, tzinfo=UTC)
    for minutes, left in ((119, 1), (121, 0)):
        late = replace(worker, clock=FixedClock(midnight + timedelta(minutes=minutes)))
        jobs.count_days(late)
        assert len(rollup.changed_watches(worker)) == left


class Hasty:
    """A clock for which every look takes a second."""

    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        self.at += timedelta(seconds=0.5)
        return self.at


def test_nothing_is_marked_by_a_post_that_comes_again_as_it_was(
    watch: Any, record: Record, post: Any, settled: Any
) -> None:
    record(post(1))
    settled()
    record(post(1, engagement={"likes": 5}))

    assert not Changed.objects.exists()


def test_an_edit_that_changes_what_is_counted_is_counted(
    watch: Any, record: Record, post: Any, settled: Any
) -> None:
    record(post(1, hashtags=["care"]))
    settled()
    record(post(1, hashtags=["cure"], language="de"))
    settled()

    assert kept(Kind.HASHTAG) == {"cure": 1}
    assert kept(Kind.LANGUAGE) == {"de": 1}


def test_what_is_forgotten_or_taken_back_is_counted_no_more(
    owner: Any, watch: Any, record: Record, post: Any, settled: Any
) -> None:
    record(*(post(number, hashtags=[f"tag{number}"]) for number in range(1, 8)))
    settled()
    forget(owner, authors=["person3"], reason="asked")
    record(post(9, text="else"), deleted=(Deletion(uri="at://town/5"),))
    settled()

    assert "tag3" not in kept(Kind.HASHTAG)
    assert "tag5" not in kept(Kind.HASHTAG)
    assert sum(kept(Kind.AUTHOR).values()) == 5
    gone = pseudonym(owner.organisation_id, "person3")
    rows = DayFigures.objects.all()
    assert all(gone not in tallies.unpacked(row.best) for row in rows)


def test_a_watch_that_goes_takes_its_figures_and_its_marks_along(
    owner: Any, watch: Any, record: Record, post: Any, settled: Any
) -> None:
    record(post(1))
    settled()
    record(post(2))
    remove_watch(owner, watch=watch)
    settled()

    assert not DayFigures.objects.exists()
    assert not Changed.objects.exists()


def test_an_organisation_that_goes_leaves_no_marks(
    owner: Any, watch: Any, record: Record, post: Any, settled: Any
) -> None:
    record(post(1))
    Match.objects.filter(watch=watch).delete()
    Watch.objects.filter(pk=watch.pk).delete()
    assert Changed.objects.exists()

    settled()

    assert not Changed.objects.exists()


def test_another_time_zone_counts_by_other_days(
    owner: Any, watch: Any, record: Record, post: Any, settled: Any
) -> None:
    # 14:05 in New York, 19:05 UTC, and 00:30 UTC of the next day: the same day there.
    record(post(425), post(750))
    settled()
    assert len(DayFigures.objects.filter(kind=Kind.LANGUAGE)) == 2

    Organisation.objects.filter(pk=owner.organisation_id).update(time_zone="America/New_York")
    settled()

    assert len(DayFigures.objects.filter(kind=Kind.LANGUAGE)) == 1
    assert kept(Kind.LANGUAGE) == {"en": 2}


def test_a_day_that_begins_inside_a_part_is_whole(
    owner: Any, watch: Any, record: Record, post: Any, settled: Any
) -> None:
    midnight = 12 * 60
    record(*(post(midnight + minute) for minute in range(-200, 200, 7)))
    settled()

    days = {
        row.day: Sum([row.words]).total for row in DayFigures.objects.filter(kind=Kind.LANGUAGE)
    }
    assert sorted(days.values()) == sorted(
        Counter(minute >= 0 for minute in range(-200, 200, 7)).values()
    )


def test_the_triggers_are_there_after_a_table_was_made_anew(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL changes tables in place")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER dashboards_match_come")
        marking.make_triggers()
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        names = [row[0] for row in cursor.fetchall() if row[0].startswith("dashboards")]

    assert names == [
        "dashboards_match_come",
        "dashboards_match_gone",
        "dashboards_mention_changed",
    ]


def test_figures_are_those_of_a_fresh_count(
    owner: Any, watch: Any, record: Record, post: Any, settled: Any
) -> None:
    for begin in range(0, 3000, 500):
        record(*(post(begin + number, hashtags=[f"t{number % 11}"]) for number in range(100)))
        if begin % 1000:
            settled()
    forget(owner, authors=["person2"], reason="asked")
    settled()
    zone = time_zone(owner)

    with connection.cursor() as cursor:
        for row in DayFigures.objects.filter(kind=Kind.HASHTAG):
            day = date.fromordinal(row.day)
            fresh = rollup.count(cursor, owner.organisation_id, watch.pk, rollup.span(day, zone))
            assert tallies.pack(fresh[Kind.HASHTAG]).words == bytes(row.words)
