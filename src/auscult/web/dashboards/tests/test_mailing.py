"""A dashboard is mailed once per due time, to members alone, as pages that can be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from auscult.web.accounts.models import AuditEntry, Membership, User
from auscult.web.dashboards import actions, mailing, timing
from auscult.web.dashboards.content import Content
from auscult.web.dashboards.errors import DashboardRefused
from auscult.web.dashboards.models import Rhythm, Schedule
from auscult.web.delivery.models import Letter

MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(MOMENTS, st.integers(0, 23), st.integers(0, 6), st.sampled_from(list(Rhythm)))
def test_the_next_time_is_the_first_that_fits(
    after: datetime, hour: int, weekday: int, rhythm: Rhythm
) -> None:
    zone = ZoneInfo("Europe/Berlin")
    schedule = Schedule(rhythm=rhythm, hour=hour, weekday=weekday)

    found = timing.next_time(schedule, after, zone)

    local = found.astimezone(zone)
    assert after < found <= after + timedelta(days=8)
    assert rhythm == Rhythm.DAILY or local.weekday() == weekday
    # On the day on which clocks go forward, two o'clock is three.
    assert local.hour == hour or (hour == 2 and local.hour == 3)
    assert rhythm == Rhythm.WEEKLY or found <= after + timedelta(hours=25)


@pytest.fixture
def recipient(owner: Any) -> User:
    User.objects.filter(pk=owner.user_id).update(email="owner@lakeside.example")
    return User.objects.get(pk=owner.user_id)


@pytest.fixture
def schedule(owner: Any, watch: Any, recipient: User) -> Schedule:
    shown = actions.save_dashboard(
        owner, name="Ours", shared=True, content=Content(panels=("volume", "authors")).as_data()
    )
    return actions.add_schedule(
        owner,
        dashboard=shown,
        rhythm=Rhythm.DAILY,
        weekday=0,
        hour=13,
        recipients=[recipient],
    )


@pytest.mark.django_db
def test_a_due_dashboard_is_mailed_once(
    owner: Any, worker: Any, schedule: Schedule, record: Callable[..., Any], post: Any
) -> None:
    record(post(1), post(2))
    assert not mailing.mail_due(worker)
    owner.clock.advance(timedelta(hours=2))
    stale = Schedule.objects.select_related("dashboard").get()

    assert mailing.mail_due(worker)
    assert not mailing.mail_due(worker)
    # A runner that had read the schedule before, and comes second.
    mailing._mail(worker, stale)

    letter = Letter.objects.get()
    assert letter.recipient == "owner@lakeside.example"
    assert letter.subject.startswith("Ours, ")
    assert AuditEntry.objects.filter(action="mail-dashboard").count() == 1
    schedule.refresh_from_db()
    assert schedule.next_attempt == datetime(2026, 11, 21, 13, tzinfo=UTC)


@pytest.mark.django_db
def test_what_is_killed_before_its_commit_is_mailed_the_next_time(
    owner: Any, worker: Any, schedule: Schedule
) -> None:
    owner.clock.advance(timedelta(hours=2))

    def killed() -> None:
        with transaction.atomic():
            mailing.mail_due(worker)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert not Letter.objects.exists()
    assert mailing.mail_due(worker)
    assert Letter.objects.count() == 1


@pytest.mark.django_db
def test_who_left_the_house_gets_nothing(owner: Any, worker: Any, schedule: Schedule) -> None:
    Membership.objects.filter(user_id=owner.user_id).delete()
    owner.clock.advance(timedelta(hours=2))

    assert mailing.mail_due(worker)
    assert not Letter.objects.exists()


@pytest.mark.django_db
def test_times_and_people_that_cannot_be_are_refused(
    owner: Any, stranger: Any, schedule: Schedule, recipient: User
) -> None:
    other = User.objects.get(pk=stranger.user_id)
    User.objects.filter(pk=other.pk).update(email="other@hilltop.example")
    wrongs: list[dict[str, Any]] = [
        {"hour": 24},
        {"weekday": 7},
        {"recipients": []},
        {"recipients": [other]},
    ]
    for wrong in wrongs:
        given: dict[str, Any] = {"rhythm": Rhythm.DAILY, "weekday": 0, "hour": 7}
        given |= {"recipients": [recipient], **wrong}
        with pytest.raises(DashboardRefused):
            actions.add_schedule(owner, dashboard=schedule.dashboard, **given)
