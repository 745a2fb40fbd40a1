"""Who is told, and when: quiet hours, digests, snoozes, those who come next. And state machines."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.models import Actor, Membership, Organisation, User
from auscult.web.alerts import raising
from auscult.web.alerts.actions import Wish, acknowledge, save_habits, save_rule, snooze
from auscult.web.alerts.errors import AlertMoved
from auscult.web.alerts.finding import Ended, Finding
from auscult.web.alerts.models import MOVES, Alert, Habits, Kind, Pace, Reception, Rule, State
from auscult.web.alerts.posting import see_to
from auscult.web.alerts.telling import after_quiet, due_at
from auscult.web.delivery.models import Letter

pytestmark = pytest.mark.django_db

CHICAGO = ZoneInfo("America/Chicago")
KEY = "source/1/1"
FACTS = {"health": "failing", "error": "503"}


@pytest.fixture
def mailboxes(owner: Actor, teammate: Actor, onlooker: Actor) -> None:
    for actor in (owner, teammate, onlooker):
        User.objects.filter(pk=actor.user_id or 0).update(email=f"{actor.name}@lakeside.example")


def rule(owner: Actor, **more: Any) -> Rule:
    wish = {"name": "R", "kind": Kind.SOURCE, "tell": ["role:owner"], **more}
    return save_rule(owner, wish=Wish(**wish))


def find(owner: Actor, by: Rule, **facts: Any) -> Alert:
    now = owner.clock.now()
    return raising.take_in(owner, Finding(rule=by, key=KEY, since=now, facts={**FACTS, **facts}))


def told() -> list[str]:
    return [letter.recipient.split("@")[0] for letter in Letter.objects.order_by("pk")]


def test_each_named_person_gets_one_mail(
    owner: Actor, teammate: Actor, mailboxes: None, stranger: Actor
) -> None:
    find(owner, rule(owner, tell=["role:owner", f"person:{owner.user_id}", "role:editor"]))
    for _ in range(3):
        see_to(owner)
    assert sorted(told()) == ["owner", "teammate"]


def test_what_joins_is_told_once(owner: Actor, mailboxes: None) -> None:
    by = rule(owner)
    for number in range(5):
        find(owner, by, error=str(number))
        see_to(owner)
    assert told() == ["owner"]
    assert Alert.objects.get().joined == 4


def test_nobody_who_left_or_has_no_address_is_told(
    owner: Actor, teammate: Actor, mailboxes: None
) -> None:
    find(owner, rule(owner, tell=["role:owner", "role:editor"]))
    Membership.objects.filter(user_id=teammate.user_id or 0).delete()
    User.objects.filter(pk=owner.user_id or 0).update(email="")
    see_to(owner)
    assert told() == []
    dropped = set(Reception.objects.values_list("dropped", flat=True))
    assert dropped == {"no member any more", "no mail address"}


def test_quiet_hours_wait_for_the_morning_of_the_house(
    owner: Actor, mailboxes: None, clock: FixedClock
) -> None:
    Organisation.objects.update(time_zone="America/Chicago")
    save_habits(
        owner, quiet_from=time(20), quiet_until=time(7), quiet_weekend=False, digest_at=time(8)
    )
    clock.advance(timedelta(hours=15))  # 21:00 in Chicago
    find(owner, rule(owner))
    see_to(owner)
    assert told() == []
    clock.advance(timedelta(hours=9, minutes=59))
    see_to(owner)
    assert told() == []
    clock.advance(timedelta(minutes=1))
    see_to(owner)
    assert told() == ["owner"]


def test_what_is_answered_in_quiet_hours_is_not_told_in_the_morning(
    owner: Actor, teammate: Actor, mailboxes: None, clock: FixedClock
) -> None:
    save_habits(
        owner, quiet_from=time(11), quiet_until=time(13), quiet_weekend=False, digest_at=time(8)
    )
    alert = find(owner, rule(owner))
    acknowledge(teammate, alert=alert)
    clock.advance(timedelta(hours=2))
    see_to(owner)
    assert told() == []


def test_a_daily_mail_holds_all_of_a_day(owner: Actor, mailboxes: None, clock: FixedClock) -> None:
    by = rule(owner, pace=Pace.DAILY)
    find(owner, by)
    now = clock.now()
    raising.take_in(owner, Finding(rule=by, key="source/1/2", since=now, facts=FACTS))
    see_to(owner)
    assert told() == []
    clock.advance(timedelta(hours=20))
    see_to(owner)
    assert told() == ["owner"]
    assert Letter.objects.get().subject == "2 alerts"


def test_those_who_come_next_are_told_when_nobody_answers(
    owner: Actor, teammate: Actor, mailboxes: None, clock: FixedClock
) -> None:
    by = rule(owner, escalate_minutes=30, escalate_to=["role:editor"])
    find(owner, by)
    see_to(owner)
    clock.advance(timedelta(minutes=29))
    see_to(owner)
    assert told() == ["owner"]
    clock.advance(timedelta(minutes=1))
    for _ in range(3):
        see_to(owner)
    assert told() == ["owner", "teammate"]
    assert Letter.objects.last().subject.startswith("Nobody has answered:")  # type: ignore[union-attr]


def test_whoever_answers_ends_the_chain(
    owner: Actor, teammate: Actor, mailboxes: None, clock: FixedClock
) -> None:
    alert = find(owner, rule(owner, escalate_minutes=30, escalate_to=["role:editor"]))
    see_to(owner)
    acknowledge(owner, alert=alert)
    clock.advance(timedelta(hours=5))
    see_to(owner)
    assert told() == ["owner"]


def test_a_snooze_ends_with_a_new_mail(owner: Actor, mailboxes: None, clock: FixedClock) -> None:
    alert = find(owner, rule(owner))
    see_to(owner)
    snooze(owner, alert=alert, until=clock.now() + timedelta(hours=4))
    clock.advance(timedelta(hours=3))
    see_to(owner)
    assert told() == ["owner"]
    clock.advance(timedelta(hours=1))
    see_to(owner)
    see_to(owner)
    assert told() == ["owner", "owner"]
    alert.refresh_from_db()
    assert (alert.state, alert.turn) == (State.OPEN, 1)


@given(
    begin=st.times(),
    end=st.times(),
    weekend=st.booleans(),
    after=st.integers(0, 2 * 365 * 24 * 60),
)
def test_nobody_is_told_in_quiet_hours(begin: time, end: time, weekend: bool, after: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=after)
    habits = Habits(quiet_from=begin, quiet_until=end, quiet_weekend=weekend, digest_at=time(8))
    due = after_quiet(now, habits, CHICAGO)
    assert now <= due <= now + timedelta(days=4)
    local = due.astimezone(CHICAGO)
    if weekend:
        assert local.weekday() < 5
    clock = local.time()
    # Between two and three of the night on which clocks change, a time may not be on the wall.
    if begin != end and not 1 <= clock.hour <= 3:
        inside = begin <= clock < end if begin < end else clock >= begin or clock < end
        assert not inside
    anyway = Rule(pace=Pace.AT_ONCE, any_hour=True)
    assert due_at(now, anyway, habits, CHICAGO) == now


WISHES = st.lists(
    st.sampled_from(["find", "end", "acknowledge", "snooze", "hour", "day"]), max_size=25
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(wishes=WISHES)
def test_alerts_make_no_other_moves(
    owner: Actor, mailboxes: None, clock: FixedClock, wishes: list[str]
) -> None:
    Alert.objects.all().delete()
    Letter.objects.all().delete()
    by = Rule.objects.first() or rule(owner)
    before: dict[int, State] = {}
    for wish in wishes:
        alert = Alert.objects.exclude(state=State.PAST).first()
        _do(owner, clock, by, alert, wish)
        see_to(owner)
        for one in Alert.objects.all():
            old, new = before.get(one.pk), State(one.state)
            # A snooze that ended may be snoozed again within one step of the story.
            assert old is None or new == old or _reaches(old, new), (old, new, wishes)
            before[one.pk] = new
        assert Alert.objects.exclude(state=State.PAST).count() <= 1
    # Each alert is told once for each time it was opened.
    for one in Alert.objects.all():
        assert one.receptions.exclude(told_at=None).count() <= one.turn + 1
    assert Letter.objects.count() == Reception.objects.exclude(told_at=None).count()


def _reaches(old: State, new: State) -> bool:
    return new in MOVES[old] or any(new in MOVES[between] for between in MOVES[old])


def _do(owner: Actor, clock: FixedClock, by: Rule, alert: Alert | None, wish: str) -> None:
    match wish:
        case "find":
            find(owner, by, error=clock.now().isoformat())
        case "end":
            raising.close(owner, Ended(key=KEY))
        case "hour" | "day":
            clock.advance(timedelta(hours=1 if wish == "hour" else 24))
        case _ if alert is not None:
            with contextlib.suppress(AlertMoved):
                if wish == "acknowledge":
                    acknowledge(owner, alert=alert)
                else:
                    snooze(owner, alert=alert, until=clock.now() + timedelta(hours=2))


def test_every_state_has_its_moves() -> None:
    assert set(MOVES) == set(State)
    assert MOVES[State.PAST] == frozenset()
