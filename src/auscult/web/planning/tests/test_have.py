"""What a house has: hours by skill and week, absences, assets; who sees and changes what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts import queries as accounts
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.planning import resource_actions, resources
from auscult.web.planning.bet_actions import TaskWish, save_task
from auscult.web.planning.errors import PlanRefused
from auscult.web.planning.models import Bet, Cycle
from auscult.web.planning.resource_actions import AbsenceWish, AssetWish, CapacityWish
from auscult.web.planning.resource_models import Absence, AssetKind, AssetState, Capacity, Skill

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def simulated(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> None:
    """Let people who come by a browser have the tests' clock."""
    monkeypatch.setattr(accounts, "SystemClock", lambda: clock)


def user_of(actor: Actor) -> User:
    return User.objects.get(username=actor.name)


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(user_of(actor))
    return client


def page(actor: Actor, name: str, *args: Any, **query: Any) -> str:
    answer = browser(actor).get(reverse(f"planning:{name}", args=args), query)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return " ".join(answer.content.decode().split())


def send(actor: Actor, to: str, *args: Any, **data: Any) -> Any:
    return browser(actor).post(reverse(f"planning:{to}", args=args), data)


@pytest.fixture
def filming(owner: Actor) -> Skill:
    return resource_actions.save_skill(owner, name="Filming")


@pytest.fixture
def hours(owner: Actor, teammate: Actor, filming: Skill) -> Capacity:
    """Ten hours of the teammate and five of the owner, less a holiday and days away."""
    wish = CapacityWish(skill=filming, person=user_of(owner), hours=5)
    resource_actions.save_capacity(owner, wish=wish)
    away = AbsenceWish(
        person=user_of(teammate), first_day=MONDAY, last_day=MONDAY + 6 * DAY, share=0.5
    )
    resource_actions.save_absence(teammate, wish=away)
    resource_actions.save_absence(owner, wish=AbsenceWish(first_day=MONDAY, last_day=MONDAY))
    wish = CapacityWish(skill=filming, person=user_of(teammate), hours=10)
    return resource_actions.save_capacity(teammate, wish=wish)


def test_hours_of_all_are_summed_by_week(owner: Actor, cycle: Cycle, hours: Capacity) -> None:
    found = resources.supply(owner, cycle)
    assert [one.name for one in found.skills] == ["Filming"]
    assert found.hours.shape == (1, 14)
    # A holiday on Monday, and the teammate at half of the week's other four days.
    assert found.hours[0, :2] == pytest.approx(np.array([4 + 4, 15]))
    assert found.hours[0, -1] == pytest.approx(15 / 5 * 7), "the last two days are in the last week"


def test_everybody_sees_the_sum_and_who_is_concerned_her_own(
    owner: Actor, teammate: Actor, onlooker: Actor, cycle: Cycle, hours: Capacity
) -> None:
    def names(actor: Actor) -> list[str]:
        _supply, skills = resources.by_skill(actor, cycle)
        assert sum(skills[0].total.hours) == pytest.approx(8 + 15 * 12 + 21)
        return [line.name for line in skills[0].people]

    assert set(names(owner)) == {owner.name, teammate.name}
    assert names(teammate) == [teammate.name]
    assert names(onlooker) == []
    assert {one.person for one in resources.absences(onlooker)} == {None}
    assert f"/plan/have/hours/{hours.pk}/" in page(teammate, "have")
    assert "/plan/have/hours/" not in page(onlooker, "have").replace("/plan/have/hours/add/", "")
    with pytest.raises(NotAllowed, match="change hours of others"):
        resources.capacity(onlooker, hours.pk)


def test_one_changes_ones_own_hours_and_owners_everybodys(
    owner: Actor,
    teammate: Actor,
    persons: dict[str, Actor],
    filming: Skill,
    hours: Capacity,
) -> None:
    theirs = CapacityWish(skill=filming, person=user_of(owner), hours=2)
    with pytest.raises(NotAllowed, match="change hours of others"):
        resource_actions.save_capacity(teammate, wish=theirs)
    with pytest.raises(NotAllowed, match="change hours of others"):  # nor give hers away
        resource_actions.save_capacity(teammate, wish=theirs, capacity=hours)
    mine = CapacityWish(skill=filming, person=user_of(persons["guest"]), hours=2)
    with pytest.raises(NotAllowed, match="say which hours you have"):
        resource_actions.save_capacity(persons["guest"], wish=mine)
    holiday = AbsenceWish(person=user_of(owner), first_day=MONDAY, last_day=MONDAY)
    with pytest.raises(NotAllowed, match="change hours of others"):
        resource_actions.save_absence(teammate, wish=holiday)
    resource_actions.remove_resource(owner, row=hours)
    assert not Capacity.objects.filter(pk=hours.pk).exists()
    assert AuditEntry.objects.get(action="remove-capacity").target == teammate.name


def test_what_cannot_be_is_refused_with_its_field(
    owner: Actor, stranger: Actor, filming: Skill
) -> None:
    me = user_of(owner)
    refused: list[tuple[str, Any]] = [
        ("name", lambda: resource_actions.save_skill(owner, name=" filming ")),
        ("name", lambda: resource_actions.save_skill(owner, name=" ")),
        ("hours", lambda: _capacity(owner, CapacityWish(skill=filming, person=me, hours=169))),
        ("hours", lambda: _capacity(owner, CapacityWish(skill=filming, person=me, hours=-1))),
        (
            "person",
            lambda: _capacity(
                owner, CapacityWish(skill=filming, person=user_of(stranger), hours=1)
            ),
        ),
        ("share", lambda: _absence(owner, share=0.0)),
        ("share", lambda: _absence(owner, share=1.01)),
        ("last_day", lambda: _absence(owner, last_day=MONDAY - DAY)),
        ("amount", lambda: _asset(owner, kind=AssetKind.MONEY, name="Budget")),
        ("amount", lambda: _asset(owner, kind=AssetKind.KIT, name="Camera", amount=-1.0)),
        ("name", lambda: _asset(owner, kind=AssetKind.KIT, name="")),
        ("keeper", lambda: _asset(owner, kind=AssetKind.KIT, name="C", keeper=user_of(stranger))),
    ]
    for field, save in refused:
        with pytest.raises(PlanRefused) as caught:
            save()
        assert caught.value.field == field
    theirs = resource_actions.save_skill(stranger, name="Filming")
    with pytest.raises(PlanRefused, match="a skill of your organisation"):
        _capacity(owner, CapacityWish(skill=theirs, person=me, hours=1))


def _capacity(actor: Actor, wish: CapacityWish) -> Capacity:
    return resource_actions.save_capacity(actor, wish=wish)


def _absence(actor: Actor, **more: Any) -> Absence:
    wish = AbsenceWish(**{"first_day": MONDAY, "last_day": MONDAY, **more})
    return resource_actions.save_absence(actor, wish=wish)


def _asset(actor: Actor, **more: Any) -> Any:
    return resource_actions.save_asset(actor, wish=AssetWish(**more))


def test_skills_that_bets_and_tasks_name_are_missed_until_they_are_there(
    owner: Actor, bet: Bet, cycle: Cycle
) -> None:
    wish = TaskWish(title="Cut", first_day=MONDAY, last_day=MONDAY, skill="Cutting")
    save_task(owner, bet=bet, wish=wish)
    assert resources.unknown_skills(owner, cycle) == ("Cutting", "Filming")
    assert "/plan/have/skills/add/?name=Filming" in page(owner, "have")
    resource_actions.save_skill(owner, name="filming")
    assert resources.unknown_skills(owner, cycle) == ("Cutting",)
    said = page(owner, "have")
    assert "bets would take 3 hours a week" in said
    assert "That is more than there is." in said


def test_a_house_is_written_down_by_forms_alone(
    owner: Actor, teammate: Actor, cycle: Cycle
) -> None:
    assert "No skill is named yet" in page(owner, "have")
    assert send(owner, "add-skill", name="Writing").status_code == 302
    skill = resources.skills(owner).get()
    who = user_of(teammate).pk
    sent = {"person": who, "skill": skill.pk, "hours": "7.5", "first_day": "", "last_day": ""}
    assert send(owner, "add-capacity", **sent).status_code == 302
    assert "7.5" in page(teammate, "have")
    row = resources.capacities(owner).get()
    assert send(teammate, "capacity", row.pk, **{**sent, "hours": "6"}).status_code == 302
    refused = send(teammate, "capacity", row.pk, **{**sent, "hours": "600"})
    assert "less than or equal to 168" in refused.content.decode()
    sent = {"person": "", "first_day": "2026-12-25", "last_day": "2026-12-26", "percent": "100"}
    assert send(owner, "add-absence", **sent).status_code == 302
    assert "The whole house" in page(teammate, "have")
    sent = {"kind": "money", "name": "Budget", "amount": "2500", "state": "ready", "keeper": who}
    assert send(owner, "add-asset", **sent, note="").status_code == 302
    assert resources.money(owner) == 2500
    asset = resources.assets(owner).get()
    assert asset.state == AssetState.READY
    said = page(owner, "have")
    assert "2,500" in said
    assert send(owner, "asset", asset.pk, do="remove").status_code == 302
    assert not resources.assets(owner).exists()
    assert send(owner, "skill", skill.pk, do="remove").status_code == 302
    assert not Capacity.objects.exists()


def test_a_holiday_of_the_house_is_not_an_ambassadors_to_change(
    owner: Actor, persons: dict[str, Actor], hours: Capacity
) -> None:
    holiday = resources.absences(owner).get(person=None)
    answer = send(persons["ambassador"], "absence", holiday.pk, do="remove")
    assert answer.status_code == 403
    assert Absence.objects.filter(pk=holiday.pk).exists()


def test_another_house_sees_and_changes_nothing_of_it(
    owner: Actor, stranger: Actor, hours: Capacity
) -> None:
    assert "Filming" not in page(stranger, "have")
    assert not resources.supply(stranger, None).hours.size
    rows: list[tuple[str, int]] = [
        ("skill", hours.skill_id),
        ("capacity", hours.pk),
        ("absence", resources.absences(owner)[0].pk),
    ]
    for name, number in rows:
        assert browser(stranger).get(reverse(f"planning:{name}", args=[number])).status_code == 404
        assert send(stranger, name, number, do="remove").status_code == 404


def test_forms_of_bets_and_tasks_offer_the_skills_of_the_house(
    owner: Actor, bet: Bet, filming: Skill
) -> None:
    resource_actions.save_skill(owner, name='Cutting "fast" <i>')
    assert "Skills of the house: Cutting" in page(owner, "change-bet", bet.pk)
    said = page(owner, "add-task", bet.pk)
    assert 'list="id_skill_offered"' in said
    assert '<datalist id="id_skill_offered">' in said
    assert '<option value="Cutting &quot;fast&quot; &lt;i&gt;">' in said
    assert '<option value="Filming">' in said
