"""New and changed watches, answered over what was collected before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor
from auscult.web.listening import backfilling, queries
from auscult.web.listening.actions import backfill_step, claim_backfill, remove_watch, save_watch
from auscult.web.listening.errors import WatchUnknown
from auscult.web.listening.models import Backfill, BackfillState, HourlyCount
from auscult.web.listening.reading import Filters
from auscult.web.sources.models import Source

pytestmark = pytest.mark.django_db

Post = Callable[..., dict[str, Any]]
Record = Callable[..., Any]


def found(actor: Actor, watch: Any) -> list[int]:
    page = queries.latest(actor, filters=Filters(watch=watch.pk), limit=1000)
    assert queries.count_of_watch(actor, watch) == len(page.hits)
    return [int(hit.uri.rpartition("/")[2]) for hit in page.hits]


@pytest.mark.parametrize("page", [1, 3, 5_000])
def test_a_new_watch_finds_old_mentions(
    owner: Actor, record: Record, post: Post, catch_up: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch, page: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(backfilling, "PAGE", page)
    save_watch(owner, name="flu", query="flu")
    record(*[post(n, "flu shot" if n % 2 else "flu") for n in range(9)])
    shot = save_watch(owner, name="shot", query="shot")
    assert found(owner, shot) == []
    catch_up()
    assert found(owner, shot) == [7, 5, 3, 1]
    backfill = Backfill.objects.get(watch=shot)
    assert (backfill.state, backfill.progress, backfill.found) == (BackfillState.DONE, 1.0, 4)


@pytest.mark.parametrize("page", [2, 5_000])
def test_a_changed_watch_loses_what_it_no_longer_finds(
    owner: Actor, record: Record, post: Post, catch_up: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch, page: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(backfilling, "PAGE", page)
    watch = save_watch(owner, name="w", query="flu")
    record(*[post(n, ("flu", "shot", "flu shot")[n % 3]) for n in range(9)])
    catch_up()
    save_watch(owner, name="w", query="shot", watch=watch)
    record(post(20, "shot"), post(21, "flu"))  # while the backfill is under way
    catch_up()
    assert found(owner, watch) == [20, 8, 5, 2]  # "shot" alone was no mention before
    # NOT can't be nominated by what it excludes.
    save_watch(owner, name="w", query="flu NOT shot", watch=watch)
    catch_up()
    assert found(owner, watch) == [6, 3, 0]


def test_the_lake_answers_for_posts_that_no_watch_had_found(
    owner: Actor, record: Record, post: Post, catch_up: Callable[[], int], source: Source
) -> None:
    source.sample_share = 1.0
    source.save()
    save_watch(owner, name="flu", query="flu")
    record(*[post(n, ("flu", "shot", "flu shot")[n % 3]) for n in range(9)])
    shot = save_watch(owner, name="shot", query="shot")
    catch_up()
    assert found(owner, shot) == [8, 7, 5, 4, 2, 1]
    hit = queries.latest(owner, filters=Filters(watch=shot.pk)).hits[1]
    assert (hit.text, hit.origin_id, hit.author_name) == ("shot", source.pk, "Pat Person 0")


def test_a_name_that_changes_asks_nothing_anew(owner: Actor, catch_up: Callable[[], int]) -> None:
    watch = save_watch(owner, name="w", query="flu OR cold")
    catch_up()
    renamed = save_watch(owner, name="v", query="flu  OR  cold", watch=watch)
    assert renamed.revision == 1
    assert not queries.due_backfills(owner).exists()


def test_a_claimed_backfill_is_not_claimed_twice(owner: Actor) -> None:
    watch = save_watch(owner, name="w", query="flu")
    backfill = watch.backfill
    later = owner.clock.now() + timedelta(minutes=1)
    assert claim_backfill(owner, backfill=backfill, until=later)
    assert not claim_backfill(owner, backfill=backfill, until=later)
    assert not queries.due_backfills(owner).exists()


def test_only_members_with_the_right_go_through_the_archive(
    owner: Actor, onlooker: Actor, stranger: Actor
) -> None:
    backfill = save_watch(owner, name="w", query="flu").backfill
    with pytest.raises(NotAllowed):
        backfill_step(onlooker, backfill=backfill)
    with pytest.raises(WatchUnknown):
        backfill_step(stranger, backfill=backfill)
    assert not queries.due_backfills(stranger).exists()


def test_a_step_of_an_older_query_does_nothing(owner: Actor, record: Record, post: Post) -> None:
    watch = save_watch(owner, name="w", query="flu")
    record(post(1, "flu"))
    stale = Backfill.objects.get(watch=watch)
    save_watch(owner, name="w", query="shot", watch=watch)
    now = backfill_step(owner, backfill=stale)
    assert now.revision == 2
    assert HourlyCount.objects.get().count == 1
    remove_watch(owner, watch=watch)
    assert not Backfill.objects.exists()
