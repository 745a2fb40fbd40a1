"""What actions of the book refuse, whoever calls them: other houses, doubles, other people's time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, Membership, User
from auscult.web.planning.models import Bet, Cycle
from auscult.web.returns import (
    cost_actions,
    cost_queries,
    exchange_actions,
    rate_actions,
    time_actions,
    timer_actions,
    working,
)
from auscult.web.returns.cost_actions import ChargeWish, Share
from auscult.web.returns.cost_models import Timer, Worked
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.rate_actions import RateWish
from auscult.web.returns.time_actions import TimeWish

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 11, 20)  # on which the tests' clock stands


def user_of(actor: Actor) -> User:
    return User.objects.get(username=actor.name)


def bet_of(actor: Actor) -> Bet:
    cycle = Cycle.objects.create(
        organisation_id=actor.organisation_id, number=1, title="Hundred", first_day=FRIDAY
    )
    return Bet.objects.create(cycle=cycle, number=1, title="Films")


def charge(actor: Actor, **more: Any) -> Callable[[], Any]:
    usual: dict[str, Any] = {
        "what": "x",
        "kind": "tools",
        "amount": 1.0,
        "currency": "EUR",
        "first_day": FRIDAY,
    }
    return lambda: cost_actions.save_charge(actor, wish=ChargeWish(**(usual | more)))


def time(actor: Actor, **more: Any) -> Callable[[], Any]:
    usual: dict[str, Any] = {"day": FRIDAY, "minutes": 5, "user": user_of(actor)}
    return lambda: time_actions.save_time(actor, wish=TimeWish(**(usual | more)))


def test_what_belongs_to_another_house_is_refused_with_its_field(
    owner: Actor, stranger: Actor
) -> None:
    theirs, role = bet_of(stranger), rate_actions.save_role(stranger, name="Editor")
    them, me = user_of(stranger), user_of(owner)
    rate = RateWish(role=role, hourly=1, currency="EUR", since=FRIDAY, source="x")
    refused: list[tuple[str, Callable[[], Any]]] = [
        ("uses", charge(owner, uses=(Share(bet=theirs, share=1),))),
        ("bet", time(owner, bet=theirs)),
        ("role", time(owner, role=role)),
        ("user", time(owner, user=them)),
        ("role", lambda: rate_actions.save_rate(owner, wish=rate)),
        ("role", lambda: rate_actions.set_workers(owner, work={me: role})),
        ("person", lambda: rate_actions.set_workers(owner, work={them: None})),
        ("bet", lambda: timer_actions.start_timer(owner, bet=theirs)),
    ]
    for field, act in refused:
        with pytest.raises(ReturnsRefused) as caught:
            act()
        assert caught.value.field == field


def test_what_cannot_be_is_refused_with_its_field(owner: Actor) -> None:
    ours = bet_of(owner)
    refused: list[tuple[str, Callable[[], Any]]] = [
        ("uses", charge(owner, uses=(Share(bet=ours, share=1), Share(bet=ours, share=2)))),
        ("uses", charge(owner, uses=(Share(bet=ours, share=0),))),
        ("uses", charge(owner, uses=(Share(bet=ours, share=float("nan")),))),
        ("amount", charge(owner, amount=float("inf"))),
        ("last_day", charge(owner, last_day=FRIDAY - timedelta(days=1))),
        ("every", charge(owner, every="hour")),
        ("origin", time(owner, origin="guess")),
        ("name", lambda: rate_actions.save_role(owner, name=f" {working.NO_ROLE} ")),
        ("currency", lambda: exchange_actions.set_currency(owner, currency="euro")),
        (
            "rows",
            lambda: time_actions.add_times(
                owner, wishes=[TimeWish(day=FRIDAY, minutes=1)] * 10_001, origin="x"
            ),
        ),
    ]
    for field, act in refused:
        with pytest.raises(ReturnsRefused) as caught:
            act()
        assert caught.value.field == field
    assert cost_queries.charges(owner).count() == 0


def test_time_of_others_is_for_who_records_costs(
    owner: Actor, persons: dict[str, Actor], teammate: Actor
) -> None:
    role = rate_actions.save_role(owner, name="Volunteer")
    ambassador = persons["ambassador"]
    with pytest.raises(NotAllowed, match="record the time of others"):
        time(ambassador, user=user_of(teammate))()
    with pytest.raises(NotAllowed, match="record the time of others"):
        time(ambassador, user=None, role=role)()
    with pytest.raises(NotAllowed, match="record costs and outcomes"):
        time_actions.add_times(persons["approver"], wishes=[], origin="x")
    own = time(ambassador)()
    assert list(cost_queries.worked(ambassador)) == [own]
    with pytest.raises(NotAllowed, match="record your time"):
        cost_queries.worked(persons["guest"])
    with pytest.raises(NotAllowed, match="see rates, times and invoices"):
        cost_queries.charges(persons["privacy"])


def test_whoever_left_keeps_her_time_and_it_can_still_be_changed(
    owner: Actor, teammate: Actor
) -> None:
    row = time(teammate)()
    Membership.objects.filter(user=user_of(teammate)).delete()
    wish = TimeWish(day=FRIDAY, minutes=7, user=user_of(teammate))
    assert time_actions.save_time(owner, wish=wish, row=row).minutes == 7
    with pytest.raises(ReturnsRefused, match="a member of your organisation"):
        time_actions.save_time(owner, wish=wish)


def test_a_clock_runs_in_one_house_at_a_time(
    owner: Actor, stranger: Actor, clock: FixedClock
) -> None:
    """Whoever belongs to two houses stops it where it runs; that of a house she left goes."""
    both = Membership.objects.create(
        organisation_id=stranger.organisation_id, user=user_of(owner), role="editor"
    )
    Timer.objects.create(
        user=user_of(owner), organisation_id=stranger.organisation_id, started_at=clock.now()
    )
    assert cost_queries.timer(owner) is None
    with pytest.raises(ReturnsRefused, match="stopped where it runs"):
        timer_actions.start_timer(owner, bet=None)
    both.delete()
    timer_actions.start_timer(owner, bet=None)
    clock.advance(timedelta(minutes=3))
    stopped = timer_actions.stop_timer(owner)
    assert stopped is not None
    assert stopped.organisation_id == owner.organisation_id
    assert timer_actions.stop_timer(owner) is None
    assert Worked.objects.count() == 1
