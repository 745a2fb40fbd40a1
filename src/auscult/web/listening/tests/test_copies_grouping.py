"""Copies are grouped as they are recorded, exactly once, and leave with their mentions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from auscult.engine.connectors.base import Deletion
from auscult.web.listening import copies
from auscult.web.listening.actions import forget, record_batch, save_watch
from auscult.web.listening.models import Copy, CopyGroup, CopyList, Mention
from auscult.web.listening.standing import StandingWatches

pytestmark = pytest.mark.django_db

PETITION = "Sign our flu petition against the new parking fees at the clinic"
OTHER = "I had the flu shot this morning and my arm is a little sore now"


@pytest.fixture(autouse=True)
def watch(owner: Any) -> Any:
    copies.let_go()
    return save_watch(owner, name="Flu", query="flu")


@pytest.fixture
def record(record: Callable[..., Any], django_capture_on_commit_callbacks: Any) -> Any:
    """Record as a process does whose transaction ends."""

    def go(*posts: dict[str, Any], **more: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return record(*posts, **more)

    return go


def groups() -> set[frozenset[str]]:
    """The groups of two or more, as sets of the last parts of uris."""
    by_number: dict[int, set[str]] = {}
    for number, uri in Copy.objects.values_list("number", "mention__uri"):
        by_number.setdefault(number, set()).add(uri.rpartition("/")[2])
    found = {frozenset(uris) for uris in by_number.values() if len(uris) > 1}
    counted = dict(CopyGroup.objects.values_list("number", "posts"))
    assert counted == {n: len(uris) for n, uris in by_number.items() if len(uris) > 1}
    for row in CopyGroup.objects.all():
        keys = Copy.objects.filter(number=row.number).values_list("mention_id", flat=True)
        assert (row.first, row.last) == (min(keys), max(keys))
    return found


def test_copies_of_one_batch_and_of_later_ones_are_one_group(
    record: Callable[..., Any], post: Callable[..., dict[str, Any]]
) -> None:
    record(post(1, PETITION), post(2, OTHER), post(3, f"{PETITION} #please"))
    record(post(4, PETITION.upper()), post(5, "flu"))
    assert groups() == {frozenset("134")}
    assert Copy.objects.count() == 4  # "flu" alone is nobody's copy


def test_what_is_read_again_is_not_counted_twice(
    record: Callable[..., Any], post: Callable[..., dict[str, Any]]
) -> None:
    for _ in range(3):
        record(post(1, PETITION), post(2, PETITION))
    copies.let_go()  # as another process
    record(post(1, PETITION), post(2, PETITION))
    assert groups() == {frozenset("12")}


def test_an_edited_post_changes_its_group(
    record: Callable[..., Any], post: Callable[..., dict[str, Any]]
) -> None:
    record(post(1, PETITION), post(2, PETITION), post(3, OTHER))
    record(post(2, OTHER))
    assert groups() == {frozenset("23")}


def test_a_post_that_joins_two_groups_makes_them_one(
    record: Callable[..., Any], post: Callable[..., dict[str, Any]]
) -> None:
    core = ["flu", *(f"word{n}" for n in range(31))]
    one, other = ([*core, *(f"{name}{n}" for n in range(10))] for name in ("one", "other"))
    record(post(1, " ".join(one)), post(2, " ".join(one)))
    record(post(3, " ".join(other)), post(4, " ".join(other)))
    assert groups() == {frozenset("12"), frozenset("34")}
    record(post(5, " ".join(core)))
    assert groups() == {frozenset("12345")}


def test_another_process_and_a_new_one_go_on_with_the_same_groups(
    record: Callable[..., Any], post: Callable[..., dict[str, Any]], owner: Any
) -> None:
    record(post(1, PETITION))
    mine = dict(copies._known)
    copies.let_go()
    record(post(2, PETITION), post(3, OTHER))
    number = Copy.objects.get(mention__uri__endswith="/1").number
    copies._known.update(mine)  # the first one again: it doesn't know of the second's
    record(post(4, OTHER), post(5, PETITION))
    assert groups() == {frozenset("125"), frozenset("34")}
    assert Copy.objects.get(mention__uri__endswith="/5").number == number


def test_what_came_to_nothing_leaves_nothing(
    record: Callable[..., Any], post: Callable[..., dict[str, Any]]
) -> None:
    record(post(1, OTHER))
    with transaction.atomic():
        record(post(2, PETITION), post(3, PETITION))
        transaction.set_rollback(True)
    record(post(4, PETITION), post(5, OTHER))
    assert groups() == {frozenset("15")}


def test_forgotten_posts_leave_their_group(
    record: Callable[..., Any], post: Callable[..., dict[str, Any]], owner: Any
) -> None:
    record(post(1, PETITION), post(2, PETITION), post(3, PETITION))
    forget(owner, uris=["at://town/1"], reason="asked")
    assert groups() == {frozenset("23")}
    record(deleted=(Deletion(uri="at://town/2"),))
    assert groups() == set()
    assert Copy.objects.count() == 1
    record(post(4, PETITION))
    assert groups() == {frozenset("34")}


def test_old_posts_are_held_against_those_of_their_time(
    record: Callable[..., Any], post: Callable[..., dict[str, Any]]
) -> None:
    old = datetime(2020, 3, 1, tzinfo=UTC)
    record(*(post(n, PETITION, created_at=old + timedelta(hours=n)) for n in (2, 3)))
    record(post(4, PETITION, created_at=old + timedelta(days=60)))
    assert groups() == {frozenset("23")}


def test_a_date_in_the_future_does_not_end_the_window(
    record: Callable[..., Any], post: Callable[..., dict[str, Any]]
) -> None:
    record(post(1, PETITION))
    record(post(2, OTHER, created_at=datetime(2099, 1, 1, tzinfo=UTC)))
    record(post(3, PETITION))
    assert groups() == {frozenset("13")}


def test_mentions_from_before_are_grouped_when_they_are_first_read(
    record: Callable[..., Any], post: Callable[..., dict[str, Any]]
) -> None:
    record(post(1, PETITION), post(2, OTHER))
    Copy.objects.all().delete()
    CopyList.objects.all().delete()
    copies.let_go()
    record(post(3, PETITION))
    assert groups() == {frozenset("13")}
    assert Copy.objects.count() == 3


def test_organisations_have_groups_of_their_own(
    record: Callable[..., Any],
    post: Callable[..., dict[str, Any]],
    stranger: Any,
    make_source: Callable[..., Any],
    batch: Callable[..., Any],
) -> None:
    save_watch(stranger, name="Flu", query="flu")
    record(post(1, PETITION), post(2, PETITION))
    theirs = make_source(stranger, "theirs")
    watching = StandingWatches(stranger)
    record_batch(stranger, source=theirs, batch=batch(post(1, PETITION)), watch_set=watching)
    sizes = Counter(CopyGroup.objects.values_list("organisation_id", flat=True))
    assert sizes == {Mention.objects.get(origin__name="town", uri="at://town/1").organisation_id: 1}
