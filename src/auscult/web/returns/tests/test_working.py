"""Minutes from rows, check-ins, tasks and estimates: nothing twice, nothing lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.web.accounts import people_actions
from auscult.web.accounts.models import Actor, Membership, User
from auscult.web.planning.models import Bet, CheckIn, Cycle, Task
from auscult.web.returns import costing, working
from auscult.web.returns.cost_models import (
    Charge,
    ExchangeRate,
    Ledger,
    Rate,
    TimeOrigin,
    Use,
    Worked,
    Worker,
    WorkRole,
)
from auscult.web.returns.working import NO_ROLE, Piece, Source

MONDAY = date(2026, 11, 2)
DAY = timedelta(days=1)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LAST = date(2026, 11, 29)


def piece(**told: Any) -> Piece:
    usual: dict[str, Any] = {
        "source": Source.ROW, "day": MONDAY, "bet": 1, "user": 1, "role": "editor", "minutes": 60.0
    }  # fmt: skip
    return Piece(**(usual | told))


@st.composite
def told(draw: st.DrawFn) -> list[Piece]:
    """Few people, bets and weeks, so that they meet."""
    found = []
    for _ in range(draw(st.integers(0, 14))):
        source = draw(st.sampled_from(Source))
        user = draw(st.sampled_from([1, 2, None]))
        if source is Source.CHECK_IN:
            user = user or 1
        bet = draw(
            st.sampled_from([7, 8] if source in (Source.CHECK_IN, Source.TASK) else [7, None])
        )
        week = draw(st.integers(0, 2))
        day = MONDAY + week * 7 * DAY
        if source is not Source.CHECK_IN:
            day += draw(st.integers(0, 6)) * DAY
        role = draw(st.sampled_from(["editor", "nurse"]))
        found.append(
            piece(source=source, day=day, bet=bet, user=user, role=role,
                  minutes=float(draw(st.integers(1, 600))))
        )  # fmt: skip
    return found


def same_who(one: Piece, other: Piece) -> bool:
    if one.user is None or other.user is None:
        return one.user is other.user and one.role == other.role
    return one.user == other.user


def same_week(one: Piece, other: Piece) -> bool:
    return one.day.isocalendar()[:2] == other.day.isocalendar()[:2]


def counts(one: Piece, among: Sequence[Piece]) -> bool:
    """The rules as they are written down, asked of each piece against each other."""

    def is_told(*sources: Source) -> bool:
        return any(
            other.source in sources
            and same_who(one, other)
            and other.bet == one.bet
            and same_week(one, other)
            for other in among
        )

    above = [
        other
        for other in among
        if other.bet == one.bet and other.source in (Source.ROW, Source.CHECK_IN)
    ]
    if one.source is Source.CHECK_IN:
        return not is_told(Source.ROW)
    if one.source is Source.TASK:
        return not above
    if one.source is Source.ESTIMATE:
        tasks = any(
            other.source is Source.TASK and other.bet == one.bet and same_week(one, other)
            for other in among
        )
        return not is_told(Source.ROW, Source.CHECK_IN) and not (tasks and not above)
    return True


@settings(max_examples=300, deadline=None)
@given(told())
def test_what_counts_is_what_the_rules_say_of_each_piece(among: list[Piece]) -> None:
    bets = {one.bet for one in among if one.source in (Source.ROW, Source.CHECK_IN) and one.bet}
    found = working.put_together(among, bets)
    expected = [one for one in among if counts(one, among)]
    assert sorted(found, key=repr) == sorted(expected, key=repr)


pytest_db = pytest.mark.django_db


@pytest.fixture
def cycle(owner: Actor) -> Cycle:
    return Cycle.objects.create(
        organisation_id=owner.organisation_id,
        number=1,
        title="Hundred",
        first_day=MONDAY,
        state="running",
    )


@pytest.fixture
def bet(cycle: Cycle) -> Bet:
    return Bet.objects.create(cycle=cycle, number=1, title="Films")


@pytest.fixture
def editor(owner: Actor, teammate: Actor) -> WorkRole:
    """An hour of an editor costs 40, and the teammate is one."""
    made = WorkRole.objects.create(organisation_id=owner.organisation_id, name="Editor")
    Rate.objects.create(
        role=made, hourly=40, currency="EUR", since=date(2026, 1, 1), source="payroll"
    )
    Worker.objects.create(
        organisation_id=owner.organisation_id, user_id=teammate.user_id or 0, role=made
    )
    return made


def work(actor: Actor, bet: Bet | None, day: date, minutes: int, **more: Any) -> Worked:
    return Worked.objects.create(
        organisation_id=actor.organisation_id,
        bet=bet,
        day=day,
        minutes=minutes,
        **({"user_id": actor.user_id} | more),
    )


def checked_in(actor: Actor, bet: Bet, week: date, hours: float) -> CheckIn:
    return CheckIn.objects.create(
        bet=bet,
        week=week,
        user_id=actor.user_id or 0,
        progress=10,
        confidence=3,
        hours=hours,
        at=NOW,
    )


def summed(actor: Actor, first: date = MONDAY, last: date = LAST) -> float:
    return float(working.minutes(actor, first, last).minutes.sum())


@pytest_db
def test_a_week_of_a_person_is_told_once(
    owner: Actor, teammate: Actor, bet: Bet, editor: WorkRole
) -> None:
    checked_in(teammate, bet, MONDAY, 5)
    checked_in(teammate, bet, MONDAY + 7 * DAY, 2)
    checked_in(owner, bet, MONDAY, 1)
    work(teammate, bet, MONDAY + 6 * DAY, 90)  # the Sunday: its week's check-in doesn't count
    work(teammate, bet, MONDAY, 500, origin=TimeOrigin.ESTIMATE)
    found = working.pieces(owner, MONDAY, LAST)
    assert [(one.source, one.day, one.user, one.role, one.minutes) for one in found] == [
        (Source.CHECK_IN, MONDAY, owner.user_id, NO_ROLE, 60),
        (Source.ROW, MONDAY + 6 * DAY, teammate.user_id, "Editor", 90),
        (Source.CHECK_IN, MONDAY + 7 * DAY, teammate.user_id, "Editor", 120),
    ]


@pytest_db
def test_a_row_after_the_period_still_tells_of_its_week(
    owner: Actor, teammate: Actor, bet: Bet
) -> None:
    checked_in(teammate, bet, MONDAY, 5)
    work(teammate, bet, MONDAY + 4 * DAY, 90)
    assert summed(owner, MONDAY, MONDAY + 2 * DAY) == 0
    assert summed(owner, MONDAY + 3 * DAY) == 90


@pytest_db
def test_tasks_count_where_nobody_told_anything_else_of_their_bet(
    owner: Actor, teammate: Actor, bet: Bet, editor: WorkRole
) -> None:
    task = Task.objects.create(
        bet=bet, number=1, title="Cut", first_day=MONDAY, last_day=MONDAY + 3 * DAY, minutes=240
    )
    task.people.add(teammate.user_id or 0, owner.user_id or 0)
    bare = Task.objects.create(
        bet=bet, number=2, title="Film", first_day=date(2026, 11, 20), last_day=LAST, minutes=30
    )
    found = working.pieces(owner, MONDAY, LAST)
    assert [(one.day, one.role, one.minutes) for one in found if one.user == teammate.user_id] == [
        (MONDAY + number * DAY, "Editor", 30) for number in range(4)
    ]
    # Under way: what was spent lies until today, not on days to come.
    assert [(one.day, one.minutes) for one in found if one.user is None] == [(bare.first_day, 30)]
    work(teammate, bet, MONDAY, 1000, origin=TimeOrigin.ESTIMATE)
    assert summed(owner) == 270, "an estimate gives way to tasks of its week"
    checked_in(owner, bet, MONDAY + 21 * DAY, 0.5)
    assert summed(owner) == 1030, "and tasks to a check-in of any week"


@pytest_db
@pytest.mark.parametrize("cut", [1, 5, 6, 7, 13, 20])
def test_parts_of_a_period_add_up(
    owner: Actor, teammate: Actor, bet: Bet, cycle: Cycle, cut: int
) -> None:
    other = Bet.objects.create(cycle=cycle, number=2, title="Only tasks")
    Task.objects.create(
        bet=other, number=1, title="Cut", first_day=MONDAY, last_day=LAST, minutes=777
    )
    for week in range(3):
        checked_in(teammate, bet, MONDAY + 7 * week * DAY, 3 + week)
    work(teammate, bet, MONDAY + 9 * DAY, 45)
    work(owner, None, MONDAY + 5 * DAY, 20)
    middle = MONDAY + cut * DAY
    parts = summed(owner, MONDAY, middle) + summed(owner, middle + DAY, LAST)
    assert parts == pytest.approx(summed(owner))


@pytest_db
def test_what_is_removed_takes_along_what_was_its_alone(
    owner: Actor, teammate: Actor, bet: Bet, cycle: Cycle, editor: WorkRole
) -> None:
    house = {"organisation_id": owner.organisation_id}
    other = Bet.objects.create(cycle=cycle, number=2, title="Talks")
    tool = Charge.objects.create(
        **house, what="Scheduler", kind="tools", amount=90, currency="EUR", first_day=MONDAY
    )
    Use.objects.create(charge=tool, bet=bet, share=2)
    Use.objects.create(charge=tool, bet=other, share=1)
    work(teammate, bet, MONDAY, 60)
    checked_in(teammate, other, MONDAY, 1)
    before = costing.costs_of(owner, MONDAY, LAST)
    assert before.total.paid == pytest.approx(40 + 40 + 90)
    people_actions.remove_member(owner, member=Membership.objects.get(user__username=teammate.name))
    assert costing.costs_of(owner, MONDAY, LAST).total == before.total, "she did work"
    bet.delete()
    after = costing.costs_of(owner, MONDAY, LAST)
    assert after.total == before.total, "her minutes and the tool belong to the rest"
    assert after.by_purpose()[str(other.pk)].paid == pytest.approx(130)
    User.objects.get(
        username=teammate.name
    ).delete()  # with her check-in; the row has lost its role
    gone = costing.costs_of(owner, MONDAY, LAST)
    assert gone.total.paid == pytest.approx(90)
    assert (NO_ROLE, 60) in [(one.what, one.minutes) for one in gone.uncosted]


@pytest_db
def test_nothing_is_free_by_omission(
    owner: Actor, teammate: Actor, bet: Bet, editor: WorkRole
) -> None:
    house = {"organisation_id": owner.organisation_id}
    Charge.objects.create(
        **house, what="Studio", kind="other", amount=None, currency="EUR", first_day=MONDAY
    )
    Charge.objects.create(
        **house, what="Ads", kind="advertising", amount=100, currency="USD", first_day=MONDAY
    )
    Charge.objects.create(
        **house, what="Camera", kind="kit", amount=360, currency="CHF", first_day=MONDAY,
        life_months=12,
    )  # fmt: skip
    work(owner, None, MONDAY, 30)
    volunteer = WorkRole.objects.create(**house, name="Volunteer", given=True)
    Rate.objects.create(role=volunteer, hourly=20, currency="USD", since=MONDAY, source="a table")
    work(owner, None, MONDAY, 60, user_id=None, role=volunteer)
    found = costing.book(owner, MONDAY, LAST)
    assert {(one.what, one.missing.value) for one in found.costs.uncosted} == {
        (NO_ROLE, "no rate of the role"),
        ("Volunteer", "no rate of the role"),
        ("Studio", "no amount"),
        ("Ads", "no amount"),
        ("Camera", "no amount"),
        (str(bet.pk), "no minutes told"),
    }
    assert found.not_converted == {"USD", "CHF"}
    rate = {"of": "EUR", "into": "USD", "rate": 1.25, "day": MONDAY, "source": "central bank"}
    ExchangeRate.objects.create(**house, **rate)
    found = costing.book(owner, MONDAY, LAST)
    assert found.not_converted == {"CHF"}
    assert found.costs.total.paid == pytest.approx(80)
    assert found.costs.total.given == pytest.approx(16)
    Ledger.objects.create(**house, currency="USD")
    assert costing.costs_of(owner, MONDAY, LAST).total.paid == pytest.approx(100)


@pytest_db
def test_another_house_sees_none_of_it(
    owner: Actor, stranger: Actor, bet: Bet, editor: WorkRole
) -> None:
    work(owner, bet, MONDAY, 60)
    assert summed(stranger) == 0
    found = costing.spent(stranger, MONDAY, LAST)
    assert (found.rates, found.charges, found.purposes) == ((), (), ())
