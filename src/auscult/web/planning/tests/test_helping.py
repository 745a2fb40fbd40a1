"""Help that is asked for reaches who offered the skill, once, and joining is one button."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts import queries as accounts
from auscult.web.accounts.models import Actor, AuditEntry, Membership, Role, User
from auscult.web.accounts.queries import system_actor
from auscult.web.delivery.models import Letter
from auscult.web.delivery.sealing import unsealed
from auscult.web.planning import actions, help_actions, helping, jobs, queries
from auscult.web.planning.bet_actions import TaskWish, move_bet, move_task, save_task
from auscult.web.planning.errors import PlanRefused, PlanUnknown
from auscult.web.planning.models import Bet, Task, TaskKind
from auscult.web.planning.moves import BetState, CycleState, TaskState
from auscult.web.planning.people_models import SkillOffer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def simulated(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> None:
    """Let people who come by a browser have the tests' clock."""
    monkeypatch.setattr(accounts, "SystemClock", lambda: clock)


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=actor.name))
    return client


def today(actor: Actor) -> str:
    return " ".join(browser(actor).get(reverse("planning:room")).content.decode().split())


def send(actor: Actor, name: str, *args: Any, **data: Any) -> Any:
    return browser(actor).post(reverse(f"planning:{name}", args=args), data)


def offer(actor: Actor, skill: str) -> SkillOffer:
    User.objects.filter(username=actor.name).update(email=f"{actor.name}@lakeside.example")
    return help_actions.offer_skill(actor, skill=skill)


def work(owner: Actor) -> None:
    job = next(one for one in jobs.JOBS if one.name == "planning")
    job.run(system_actor(owner.organisation_id, "planning", clock=owner.clock))


def told() -> list[str]:
    return sorted(Letter.objects.values_list("recipient", flat=True))


@pytest.fixture
def call(owner: Actor, bet: Bet) -> Task:
    wish = TaskWish(
        title="Cut the first film",
        kind=TaskKind.HELP,
        skill="Film  editing",
        first_day=date(2026, 11, 16),
        last_day=date(2026, 12, 4),
    )
    return save_task(owner, bet=bet, wish=wish)


def test_who_offered_the_skill_is_told_once(
    owner: Actor, teammate: Actor, onlooker: Actor, call: Task
) -> None:
    offer(teammate, "film EDITING")
    offer(onlooker, "Speaking")
    for _round in range(2):
        work(owner)
    assert told() == ["teammate@lakeside.example"]
    letter = Letter.objects.get()
    assert letter.subject == "Can you help? Cut the first film"
    text = unsealed(letter.body)["text"]
    assert "You offered to help with Film  editing" in text
    assert "Films from the wards (First hundred)" in text
    letter.delete()  # as when its time is over
    move_task(owner, task=call, state=TaskState.DOING)
    work(owner)
    assert told() == []
    offer(onlooker, "Film editing")
    work(owner)
    assert told() == ["onlooker@lakeside.example"], "who offers it later is told as well"
    assert AuditEntry.objects.filter(action="ask-for-help").count() == 2


@pytest.mark.parametrize("why", ["gone", "inactive", "guest", "no-address", "helps"])
def test_who_cannot_help_is_not_told(owner: Actor, teammate: Actor, call: Task, why: str) -> None:
    offer(teammate, "Film editing")
    person, membership = User.objects.get(username="teammate"), Membership.objects
    match why:
        case "gone":
            membership.filter(user=person).delete()
        case "guest":
            membership.filter(user=person).update(role=Role.GUEST)
        case "inactive":
            User.objects.filter(pk=person.pk).update(is_active=False)
        case "no-address":
            User.objects.filter(pk=person.pk).update(email="")
        case "helps":
            help_actions.join_task(teammate, task=call)
    work(owner)
    assert told() == []


@pytest.mark.parametrize("why", ["work", "done", "dropped-bet", "closed", "no-skill"])
def test_what_asks_for_no_help_tells_nobody(
    owner: Actor, teammate: Actor, call: Task, why: str
) -> None:
    offer(teammate, "Film editing")
    match why:
        case "work":
            Task.objects.update(kind=TaskKind.WORK)
        case "done":
            Task.objects.update(state=TaskState.DONE)
        case "dropped-bet":
            move_bet(owner, bet=call.bet, state=BetState.DROPPED)
        case "closed":
            call.bet.cycle.__class__.objects.update(state=CycleState.CLOSED)
        case "no-skill":
            Task.objects.update(skill="")
    work(owner)
    assert told() == []
    assert ("I can help" in today(teammate)) is (why == "no-skill")


def test_a_plan_that_does_not_run_asks_nobody(owner: Actor, teammate: Actor) -> None:
    actions.plan_cycle(owner, title="Later", first_day=date(2027, 1, 1))
    offer(teammate, "Film editing")
    work(owner)
    assert told() == []


def test_i_can_help_joins_the_task(owner: Actor, teammate: Actor, call: Task) -> None:
    assert '<span class="badge good">your skill</span>' not in today(teammate)
    assert send(teammate, "offer-skill", skill=" film editing ").status_code == 302
    assert '<span class="badge good">your skill</span>' in today(teammate)
    versions = queries.versions(owner, call.bet.cycle).count()
    assert send(teammate, "join-task", call.pk).status_code == 302
    assert queries.is_own(teammate, queries.task(owner, call.pk))
    assert 'Cut the first film</a> <span class="badge good">' not in today(teammate)
    newest = queries.versions(owner, call.bet.cycle)[0]
    assert (newest.number, newest.why) == (
        versions + 1,
        "teammate helps with “Cut the first film”",
    )
    send(teammate, "join-task", call.pk)
    assert queries.versions(owner, call.bet.cycle).count() == versions + 1


def test_only_tasks_that_ask_for_help_are_joined(
    owner: Actor, teammate: Actor, stranger: Actor, task: Task, call: Task
) -> None:
    with pytest.raises(PlanRefused, match="one that asks for help and isn't over"):
        help_actions.join_task(owner, task=task)
    assert send(stranger, "join-task", call.pk).status_code == 404
    move_bet(owner, bet=call.bet, state=BetState.DROPPED)
    assert send(teammate, "join-task", call.pk).status_code == 400


def test_who_may_check_in_offers_and_helps(persons: dict[str, Actor], call: Task) -> None:
    for name, actor in persons.items():
        may = name in {"owner", "editor", "approver", "analyst", "ambassador"}
        assert (send(actor, "offer-skill", skill="Chess").status_code == 302) is may, name
        assert ("I can help" in today(actor)) is may, name
        assert (send(actor, "join-task", call.pk).status_code == 302) is may, name


def test_an_offer_is_one_however_it_is_written_and_is_withdrawn(
    teammate: Actor, onlooker: Actor, task: Task
) -> None:
    first = offer(teammate, "Film   editing")
    assert first.skill == "Film editing"
    assert offer(teammate, "FILM EDITING") == first
    assert "No more" in today(teammate)
    assert '<option value="Filming">' in today(teammate), "what bets need is proposed"
    assert send(onlooker, "withdraw-offer", first.pk).status_code == 404
    with pytest.raises(PlanUnknown):
        help_actions.withdraw_offer(onlooker, offer=first)
    assert send(teammate, "withdraw-offer", first.pk).status_code == 302
    assert not helping.offers(teammate).exists()
    assert send(teammate, "offer-skill", skill=" ").status_code == 400
    for n in range(help_actions.MOST_OFFERS):
        offer(teammate, f"Skill {n}")
    with pytest.raises(PlanRefused, match="at most 50 offers"):
        offer(teammate, "Another")
