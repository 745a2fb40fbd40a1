"""The plan where it isn't a page: mails, the API, the calendar, the goals, the palette."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from icalendar import Calendar

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, SecretAddress, User
from auscult.web.accounts.queries import system_actor
from auscult.web.delivery.models import Letter
from auscult.web.delivery.sealing import unsealed
from auscult.web.goals.linked import linked
from auscult.web.goals.models import Objective, Priority
from auscult.web.goals.orphans import orphans
from auscult.web.planning import actions, digest, jobs, queries
from auscult.web.planning.bet_actions import BetWish, move_bet, save_bet
from auscult.web.planning.models import Bet, Cycle, Task
from auscult.web.planning.moves import BetState
from auscult.web.planning.review_actions import Report, check_in
from auscult.web.shell.calendar import ical
from auscult.web.shell.finding import places
from programs import program_of

pytestmark = pytest.mark.django_db


def wants_mail(actor: Actor) -> None:
    User.objects.filter(username=actor.name).update(email=f"{actor.name}@lakeside.example")
    actions.subscribe(actor, wanted=True)


def letters() -> dict[str, Any]:
    return {one.recipient.partition("@")[0]: one for one in Letter.objects.all()}


def test_each_monday_each_reader_gets_her_mail_once(
    owner: Actor, teammate: Actor, task: Task, clock: FixedClock
) -> None:
    for actor in (owner, teammate):
        wants_mail(actor)
    check_in(owner, bet=task.bet, report=Report(progress=5, confidence=3))
    runner = system_actor(owner.organisation_id, "planning", clock=clock)
    job = jobs.JOBS[0]
    for _round in range(3):
        assert job.run(runner) is False
    said = letters()
    assert said.keys() == {"owner", "teammate"}
    assert said["owner"].subject == "Day 5 of 100: First hundred"
    text = {name: unsealed(one.body)["text"] for name, one in said.items()}
    assert "Late\n- Ask the wards (19 Nov, Films from the wards)" in text["owner"]
    assert "Say how it goes" in text["teammate"]
    assert "Say how it goes" not in text["owner"], "she has said it"
    clock.advance(timedelta(days=2, hours=18))  # Monday, 06:00: not yet
    job.run(runner)
    assert Letter.objects.count() == 2
    clock.advance(timedelta(hours=2))
    job.run(runner)
    assert Letter.objects.count() == 4


def test_who_left_or_stopped_gets_no_mail(owner: Actor, onlooker: Actor, task: Task) -> None:
    for actor in (owner, onlooker):
        wants_mail(actor)
    User.objects.filter(username=onlooker.name).update(is_active=False)
    actions.subscribe(owner, wanted=False)
    runner = system_actor(owner.organisation_id, "planning", clock=owner.clock)
    assert digest.send_digest(runner, week=date(2026, 11, 16))
    assert not Letter.objects.exists()
    assert not digest.send_digest(runner, week=date(2026, 11, 16))
    with pytest.raises(NotAllowed):
        digest.send_digest(onlooker, week=date(2026, 11, 23))


def test_programs_read_the_plan_and_check_in(owner: Actor, stranger: Actor, task: Task) -> None:
    program = program_of(owner)
    (cycle,) = program.ask("GET", "cycles").json()["items"]
    assert (cycle["title"], cycle["days"], cycle["last_day"]) == (
        "First hundred", 100, "2027-02-23",
    )  # fmt: skip
    plan = program.ask("GET", "cycles/1").json()["plan"]
    assert plan["bets"]["1"]["tasks"]["1"]["title"] == "Ask the wards"
    sent = {"progress": 30, "confidence": 4, "hours": 2.5, "week": "2026-11-18"}
    said = program.ask("POST", f"bets/{task.bet_id}/check-in", sent)
    assert said.status_code == 200, said.content
    assert (said.json()["week"], said.json()["person"]) == ("2026-11-16", "owner")
    program.ask("POST", f"bets/{task.bet_id}/check-in", {**sent, "progress": 35})
    (bet,) = program.ask("GET", "bets").json()["items"]
    assert (bet["progress"], bet["objective"]) == (35, "Applications from nurses")
    assert queries.check_ins(owner).count() == 1
    early = program.ask("POST", f"bets/{task.bet_id}/check-in", {**sent, "week": "2026-01-01"})
    assert early.status_code == 422
    assert early.json()["field"] == "week"
    assert program_of(stranger).ask("GET", "cycles/1").status_code == 404


def test_tasks_and_the_days_of_the_cycle_stand_in_the_calendar(owner: Actor, task: Task) -> None:
    read: Any = Calendar.from_ical(ical(owner, SecretAddress()))
    found = {
        str(one["summary"]): (one["dtstart"].dt, one["dtend"].dt) for one in read.walk("VEVENT")
    }
    assert found["Ask the wards"] == (date(2026, 11, 16), date(2026, 11, 20))
    middle = date(2027, 1, 4)
    assert found["Mid-point check: First hundred"] == (middle, middle + timedelta(days=1))
    assert ical(owner, SecretAddress()) == ical(owner, SecretAddress())


def test_a_bet_stands_among_what_is_done_for_its_objective(
    owner: Actor, cycle: Cycle, bet: Bet, objective: Objective
) -> None:
    assert [one.name for one in linked(owner, objective)] == ["Films from the wards"]
    other = Objective.objects.create(
        organisation_id=owner.organisation_id,
        priority=Priority.objects.get(),
        title="Calls",
        measure="Calls",
        baseline=0,
        baseline_on=cycle.first_day,
        target=10,
        deadline=cycle.last_day,
    )
    bet = save_bet(owner, cycle=cycle, bet=bet, wish=BetWish(title="Films", objective=other))
    assert not linked(owner, objective)
    assert [one.name for one in linked(owner, other)] == ["Films"]
    Objective.objects.filter(pk=other.pk).update(closed_on=cycle.first_day)
    bet.refresh_from_db()
    save_bet(owner, cycle=cycle, bet=bet, wish=BetWish(title="Still", objective=bet.objective))


def test_a_bet_for_no_objective_is_an_orphan_as_long_as_it_is_made(
    owner: Actor, cycle: Cycle, bet: Bet
) -> None:
    def alone() -> list[str]:
        groups = {one.code: one for one in orphans(owner)}
        return [one.name for one in groups["bet-alone"].orphans] if "bet-alone" in groups else []

    toy = save_bet(owner, cycle=cycle, wish=BetWish(title="A dance"))
    assert alone() == ["A dance"]
    move_bet(owner, bet=toy, state=BetState.DROPPED)
    assert alone() == []


def test_the_palette_leads_to_bets_and_the_room(owner: Actor, stranger: Actor, bet: Bet) -> None:
    assert places(owner, "films")[0].address == reverse("planning:bet", args=[bet.pk])
    assert places(owner, "plan")[0].address == reverse("planning:room")
    assert not any(hit.kind == "bet" for hit in places(stranger, "films"))
