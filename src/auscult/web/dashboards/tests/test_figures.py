"""Figures against what is simply counted, with days counted, marked and never counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from auscult.web.accounts.queries import time_zone
from auscult.web.dashboards import figures
from auscult.web.dashboards.days import Range, between, ending_now
from auscult.web.dashboards.models import Kind
from auscult.web.listening.actions import forget, save_watch
from auscult.web.listening.models import Match, Mention
from auscult.web.listening.queries import pseudonym

pytestmark = pytest.mark.django_db
Record = Callable[..., Any]


@pytest.fixture
def asked(owner: Any) -> Range:
    return between(date(2026, 11, 14), date(2026, 11, 27), time_zone(owner))


def tops(actor: Any, watches: list[Any], asked: Range, **more: Any) -> dict[Kind, dict[str, int]]:
    found = figures.volume(actor, watches, asked)
    days = figures.by_day(actor, found, list(Kind), **more)
    assert days.waiting == 0
    return {kind: dict(days.ranking(kind, 500).top) for kind in Kind}


def fresh(watches: list[Any]) -> Counter[str]:
    """Count authors the slow way."""
    found: Counter[str] = Counter()
    for watch_id, key in Match.objects.filter(watch__in=watches).values_list("watch", "mention"):
        mention = Mention.objects.get(pk=key)
        if mention.author:
            found[pseudonym(mention.organisation_id, mention.author)] += bool(watch_id)
    return found


def test_volume_adds_up_by_day_and_hour_of_the_week(
    owner: Any, watch: Any, record: Record, post: Any, asked: Range
) -> None:
    record(post(1), post(61), post(24 * 60), post(9, text="else"))

    found = figures.volume(owner, [watch], asked)

    assert found.total == 3
    assert found.by_day.tolist() == [0] * 6 + [2, 1] + [0] * 6
    # 20 November 2026 is a Friday.
    assert found.hours[4, 12] == 1
    assert found.hours[4, 13] == 1
    assert found.hours[5, 12] == 1
    assert dict(figures.by_source(owner, [watch], asked)) == {"town": 3}


def test_a_page_is_exact_before_the_runner_counted_and_after(
    owner: Any, watch: Any, record: Record, post: Any, asked: Range, settled: Any
) -> None:
    other = save_watch(owner, name="Care", query="care")
    watches = [watch, other]
    record(*(post(number * 97, text="flu care" if number % 3 else "flu") for number in range(60)))
    before = tops(owner, watches, asked)
    settled()
    after = tops(owner, watches, asked)
    record(post(100_000, text="later"), *(post(number * 97 + 1) for number in range(20)))
    marked = tops(owner, watches, asked)

    assert before == after
    assert marked[Kind.AUTHOR] == dict(fresh(watches))
    forget(owner, authors=["person3"], reason="asked")
    assert tops(owner, watches, asked)[Kind.AUTHOR] == dict(fresh(watches))


def test_what_is_too_much_to_count_at_once_is_said_to_wait(
    owner: Any, watch: Any, record: Record, post: Any, asked: Range, settled: Any
) -> None:
    record(post(1))
    settled()
    record(post(2), post(24 * 60), post(24 * 60 + 1))
    found = figures.volume(owner, [watch], asked)

    days = figures.by_day(owner, found, [Kind.LANGUAGE], live=1)

    # The older day, which was counted before, is shown as it was.
    assert days.waiting == 2
    assert dict(days.ranking(Kind.LANGUAGE, 5).top) == {"en": 1}


def test_names_beyond_the_best_of_a_day_are_found(
    owner: Any, watch: Any, record: Record, post: Any, asked: Range, settled: Any
) -> None:
    record(*(post(number, hashtags=[f"tag{number}"]) for number in range(130)))
    settled()
    found = figures.volume(owner, [watch], asked)

    ranking = figures.by_day(owner, found, [Kind.HASHTAG]).ranking(Kind.HASHTAG, 130)

    assert {one.name for one in ranking.top} == {f"tag{number}" for number in range(130)}
    assert (ranking.names, ranking.counted) == (130, 130)


def test_a_stranger_counts_nothing(
    stranger: Any, watch: Any, record: Record, post: Any, asked: Range
) -> None:
    record(post(1))

    assert figures.volume(stranger, [watch], asked).total == 0
    assert figures.by_source(stranger, [watch], asked) == []


def test_a_range_ends_with_the_mentions_where_they_are_old(
    owner: Any, watch: Any, record: Record, post: Any
) -> None:
    assert ending_now(owner, "7d").last == date(2026, 11, 20)
    record(post(-60 * 24 * 30))

    assert ending_now(owner, "7d").last == date(2026, 10, 21)
