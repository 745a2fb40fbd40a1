"""A year costs the same after the accounts of people who left are gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.models import Actor, Membership, User
from auscult.web.accounts.people_actions import remove_member
from auscult.web.accounts.queries import system_actor
from auscult.web.planning.models import Bet, CheckIn, Cycle
from auscult.web.returns import costing
from auscult.web.returns.cost_models import Rate, Worked, Worker, WorkRole
from auscult.web.shell import retention

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 9, 7)
DAY = timedelta(days=1)


def test_what_a_person_who_left_worked_still_costs(
    owner: Actor, teammate: Actor, clock: FixedClock
) -> None:
    house = {"organisation_id": owner.organisation_id}
    cycle = Cycle.objects.create(
        **house, number=1, title="Hundred", first_day=MONDAY, state="running"
    )
    bet = Bet.objects.create(cycle=cycle, number=1, title="Films")
    role = WorkRole.objects.create(**house, name="Editor")
    Rate.objects.create(role=role, hourly=40, currency="EUR", since=MONDAY, source="payroll")
    her = teammate.user_id or 0
    Worker.objects.create(**house, user_id=her, role=role)
    said = {"bet": bet, "user_id": her, "progress": 10, "confidence": 3, "at": clock.now()}
    CheckIn.objects.create(**said, week=MONDAY, hours=5)  # a row tells of this week
    CheckIn.objects.create(**said, week=MONDAY + 7 * DAY, hours=1.5)
    Worked.objects.create(**house, bet=bet, user_id=her, day=MONDAY + 2 * DAY, minutes=90)

    def told() -> tuple[float, float, int]:
        found = costing.costs_of(owner, MONDAY, MONDAY + 30 * DAY)
        return found.total.paid, found.total.minutes, len(found.uncosted)

    before = told()
    assert before == (120, 180, 0)
    remove_member(owner, member=Membership.objects.get(user_id=her))
    assert told() == before
    later = replace(
        system_actor(owner.organisation_id, "retention", clock=clock),
        clock=FixedClock(clock.now() + 31 * DAY),
    )
    while retention.apply(later):
        pass
    assert not User.objects.filter(pk=her).exists()
    assert told() == before
