"""What more could bring: a cycle becomes a question, the runner answers it, pages show it."""

from __future__ import annotations

import io
import math
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts import queries as accounts
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.accounts.queries import system_actor
from auscult.web.goals.models import Objective
from auscult.web.planning import allocation_actions, moves, resource_actions
from auscult.web.planning.allocation_actions import answer_due, ask_planner
from auscult.web.planning.bet_actions import BetWish, Effect, Wanted, move_bet, save_bet
from auscult.web.planning.errors import MoveRefused, PlanRefused
from auscult.web.planning.models import Bet, Cycle
from auscult.web.planning.moves import AllocationState, BetState
from auscult.web.planning.questions import Aims, question
from auscult.web.planning.resource_actions import AssetWish, CapacityWish
from auscult.web.planning.resource_models import Allocation, AssetKind
from auscult.web.planning.review_actions import Report, check_in

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


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


def runner(actor: Actor, clock: FixedClock) -> Actor:
    return system_actor(actor.organisation_id, "planner", clock=clock)


@pytest.fixture
def house(owner: Actor, bet: Bet, objective: Objective) -> Bet:
    """Films that need a filmer, talks that anybody can give; six hours a week, and some money."""
    talks = BetWish(
        title="Talks",
        objective=objective,
        effects=(Effect(hours=2, low=1, likely=2, high=3),),
        function=objective.priority.function,
    )
    save_bet(owner, cycle=bet.cycle, wish=talks)
    for name, hours in (("Filming", 2.0), ("Writing", 4.0)):
        skill = resource_actions.save_skill(owner, name=name)
        wish = CapacityWish(skill=skill, person=user_of(owner), hours=hours)
        resource_actions.save_capacity(owner, wish=wish)
    money = AssetWish(kind=AssetKind.MONEY, name="Budget", amount=400)
    resource_actions.save_asset(owner, wish=money)
    return bet


def work(owner: Actor, clock: FixedClock) -> int:
    """Let the runner work until nothing is due; return in how many slices."""
    slices = 1
    while answer_due(runner(owner, clock)):
        slices += 1
    return slices


def answered(owner: Actor, clock: FixedClock, cycle: Cycle, aims: Aims | None = None) -> Allocation:
    made = ask_planner(owner, cycle=cycle, aims=aims)
    work(owner, clock)
    made.refresh_from_db()
    return made


def test_a_cycle_becomes_a_question_in_plain_values(owner: Actor, house: Bet) -> None:
    asked = question(owner, house.cycle, Aims())
    assert asked["skills"] == ["Filming", "Writing"]
    assert len(asked["weeks"]) == len(asked["capacity"][0]) == 14
    assert asked["money"] == 400
    films, talks = asked["bets"]
    assert films["levels"][0]["likely"] == pytest.approx(3 / 16)  # of the way from 4 to 20
    assert [need["skills"] for need in films["needs"]] == [["Filming"], ["Filming", "Writing"]]
    assert [need["hours"] for need in films["needs"]] == [3, 1]
    assert talks["needs"][0]["skills"] == ["Filming", "Writing"]
    assert asked["objectives"][0]["weight"] == 100
    assert asked["objectives"][0]["way"] == 16


def test_what_cannot_be_reckoned_is_left_out_with_its_reason(
    owner: Actor, clock: FixedClock, house: Bet, objective: Objective
) -> None:
    cycle = house.cycle
    save_bet(owner, cycle=cycle, wish=BetWish(title="For its own sake"))
    save_bet(owner, cycle=cycle, wish=BetWish(title="Unsaid", objective=objective))
    worse = Effect(hours=1, low=-2, likely=1, high=2)
    save_bet(owner, cycle=cycle, wish=BetWish(title="Worse", objective=objective, effects=(worse,)))
    left = {one["title"]: one["why"] for one in question(owner, cycle, Aims())["left_out"]}
    assert left == {"For its own sake": "aimless", "Unsaid": "unsaid", "Worse": "refused"}
    answered(owner, clock, cycle)
    said = page(owner, "more")
    assert "It serves no objective." in said
    assert "Nobody has said yet what it should bring." in said
    assert "Low, likely and high are -2, 1, 2. Give them in rising order, from 0 up." in said


def test_the_runner_answers_what_was_asked(owner: Actor, clock: FixedClock, house: Bet) -> None:
    made = answered(owner, clock, house.cycle)
    assert (made.state, made.percent, made.error) == (AllocationState.DONE, 100, "")
    assert made.version == house.cycle.versions.order_by("-number")[0]
    told = made.answer
    films, talks = told["bets"]
    assert films["hours"] <= 2.0 + 4.0
    assert films["hours"] + talks["hours"] <= 6.0 + 1e-6
    assert told["points"]["low"] < told["points"]["mean"] < told["points"]["high"] < 100
    filming = next(one for one in told["marginals"] if one["skill"] == "Filming")
    assert filming["mean"] > 0
    for curve in told["curves"]:
        means = [one["mean"] for one in curve["steps"]]
        if curve["skill"]:
            assert [one["amount"] for one in curve["steps"]] == [2, 5, 10]
        assert all(after >= before - 1e-6 for before, after in pairwise(means))
    assert all(math.isfinite(one["hours"]) for one in told["spare"])
    assert AuditEntry.objects.filter(action="ask-planner").count() == 1
    assert not answer_due(runner(owner, clock)), "an answer is worked out once"


def test_the_same_question_has_the_same_answer(owner: Actor, clock: FixedClock, house: Bet) -> None:
    first = answered(owner, clock, house.cycle)
    again = answered(owner, clock, house.cycle)
    assert first.answer == again.answer


def test_limits_that_conflict_are_named(owner: Actor, clock: FixedClock, house: Bet) -> None:
    wish = BetWish(
        title="A film of an hour",
        objective=house.objective,
        effects=(Effect(hours=9, low=1, likely=2, high=3),),
        needs=(Wanted(skill="Filming", hours=9, at_least=9),),
    )
    big = save_bet(owner, cycle=house.cycle, wish=wish)
    made = answered(owner, clock, house.cycle, Aims(must=(big.pk,)))
    assert made.state == AllocationState.FAILED
    assert "“3. A film of an hour”, which must be made" in made.error
    assert "hours of “Filming”" in made.error
    assert made.error_field == "limits"
    said = page(owner, "more")
    assert "A film of an hour" in said
    assert reverse("planning:ask-planner") in said


def test_a_question_that_another_takes_the_place_of_is_never_answered(
    owner: Actor, clock: FixedClock, house: Bet
) -> None:
    first = ask_planner(owner, cycle=house.cycle)
    assert allocation_actions.claim(runner(owner, clock), first)
    second = ask_planner(owner, cycle=house.cycle, aims=Aims(worst=0.2))
    allocation_actions.keep(
        runner(owner, clock), first, state=AllocationState.DONE, answer={"late": True}
    )
    assert list(Allocation.objects.all()) == [second]
    second.refresh_from_db()
    assert second.state == AllocationState.WAITING


def test_a_question_is_claimed_once_until_its_time_is_over(
    owner: Actor, clock: FixedClock, house: Bet
) -> None:
    made, worker = ask_planner(owner, cycle=house.cycle), runner(owner, clock)
    seen = Allocation.objects.get(pk=made.pk)
    assert allocation_actions.claim(worker, made)
    assert not allocation_actions.claim(worker, seen)
    assert not allocation_actions.due(worker).exists()
    clock.advance(allocation_actions.HELD + timedelta(seconds=1))
    assert allocation_actions.claim(worker, Allocation.objects.get(pk=made.pk))


def test_a_runner_that_was_killed_loses_nothing(
    owner: Actor, clock: FixedClock, house: Bet
) -> None:
    made, worker = ask_planner(owner, cycle=house.cycle), runner(owner, clock)
    assert answer_due(worker)
    made.refresh_from_db()
    assert (made.state, made.percent) == (AllocationState.WORKING, 15)
    allocation_actions.IN_WORK.clear()  # as in another process
    assert not answer_due(worker), "somebody else may still work at it"
    clock.advance(allocation_actions.HELD + timedelta(seconds=1))
    assert answer_due(worker)
    work(owner, clock)
    made.refresh_from_db()
    assert made.state == AllocationState.DONE


def test_houses_are_worked_for_in_turns(
    owner: Actor, stranger: Actor, clock: FixedClock, house: Bet
) -> None:
    made = ask_planner(owner, cycle=house.cycle)
    assert answer_due(runner(owner, clock))
    assert not answer_due(runner(stranger, clock))
    work(owner, clock)
    made.refresh_from_db()
    assert made.state == AllocationState.DONE


def test_what_breaks_is_said_and_not_tried_for_ever(
    owner: Actor, clock: FixedClock, house: Bet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: Any) -> Any:
        yield 1 // 0

    monkeypatch.setattr(allocation_actions, "answers", broken)
    made = ask_planner(owner, cycle=house.cycle)
    with pytest.raises(ZeroDivisionError):
        answer_due(runner(owner, clock))
    made.refresh_from_db()
    assert made.state == AllocationState.FAILED
    assert "It broke" in made.error
    assert not answer_due(runner(owner, clock))


def test_mid_cycle_the_answer_takes_in_what_happened(
    owner: Actor, clock: FixedClock, house: Bet
) -> None:
    first = answered(owner, clock, house.cycle)
    clock.advance(7 * WEEK)
    check_in(owner, bet=house, report=Report(progress=100, confidence=5, hours=20))
    made = answered(owner, clock, house.cycle)
    assert made.state == AllocationState.DONE, made.error
    assert made.question["passed"] == 7
    assert made.answer["weeks"] == 7
    change = made.answer["changes"][0]
    assert change["title"] == "Films from the wards"
    assert {cause for cause, _hours in change["because"]} <= {
        "spent", "learned", "resources", "aims",
    }  # fmt: skip
    assert change["because"]
    assert change["more"]
    total = sum(hours for _cause, hours in change["because"])
    assert change["after"] - change["before"] == pytest.approx(total, abs=0.02)
    assert first.question["capacity"] == made.question["before"]["capacity"]
    said = page(owner, "more")
    assert "What changed, and why" in said
    move_bet(owner, bet=house, state=BetState.DROPPED)
    made = answered(owner, clock, house.cycle)
    assert made.answer["bets"][0]["hours"] == 0


def test_who_may_ask_and_what_is_refused(
    owner: Actor, stranger: Actor, persons: dict[str, Actor], house: Bet
) -> None:
    with pytest.raises(NotAllowed):
        ask_planner(persons["analyst"], cycle=house.cycle)
    with pytest.raises(Exception, match="no cycle"):
        ask_planner(stranger, cycle=house.cycle)
    for aims in (Aims(worst=0), Aims(reserve_hours=1), Aims(weights={1: 0}), Aims(fair={"x": -1})):
        with pytest.raises(PlanRefused):
            ask_planner(owner, cycle=house.cycle, aims=aims)


def test_a_cycle_of_which_nothing_can_be_said_is_refused(
    owner: Actor, cycle: Cycle, bet: Bet
) -> None:
    move_bet(owner, bet=bet, state=BetState.DROPPED)
    with pytest.raises(PlanRefused, match="at least one with an objective"):
        ask_planner(owner, cycle=cycle)
    assert not Allocation.objects.exists()


def test_a_closed_cycle_is_asked_nothing(owner: Actor, house: Bet) -> None:
    Cycle.objects.update(state="closed")
    with pytest.raises(PlanRefused, match="one that isn't closed"):
        ask_planner(owner, cycle=house.cycle)


def test_a_question_goes_one_way() -> None:
    with pytest.raises(MoveRefused):
        moves.checked(moves.ALLOCATION, "it", AllocationState.DONE, AllocationState.WORKING)
    assert set(moves.ALLOCATION) == set(AllocationState)


def test_the_page_leads_from_nothing_to_an_answer(
    owner: Actor, clock: FixedClock, house: Bet
) -> None:
    assert "Nobody has asked the planner yet" in page(owner, "more")
    assert "Nobody has asked the planner yet" in page(owner, "leaders")
    form = page(owner, "ask-planner")
    assert house.objective is not None
    priority = house.objective.priority
    assert f"How much counts “{priority.title}”?" in form
    sent = {"worst": "1.0", "reserve_hours": "10", "reserve_money": "", "must": [house.pk]}
    weight = {f"weight_{priority.pk}": "3", f"fair_{house.function_id}": "20"}
    assert send(owner, "ask-planner", **sent, **weight).status_code == 302
    waiting = page(owner, "more")
    assert 'hx-trigger="every 2s"' in waiting
    assert "The planner works on it" in waiting
    assert work(owner, clock) > 10, "the plan, and then a step of a curve at a time"
    said = page(owner, "more")
    assert "every 2s" not in said
    assert "hours nearer" not in said
    assert "applications nearer the target" in said
    assert "Filming: one hour a week" in said
    assert "100 of money" in said
    assert "No other plan brings more than" in said
    assert "More hours a week of Filming" in said
    assert '<polyline class="more-line"' in said
    assert said.count("<figure") == said.count("As a table") >= 1
    assert "There is enough of: Writing" in said
    assert "version 4 of the plan" in said or "version 5 of the plan" in said
    again = page(owner, "ask-planner")
    assert 'value="10"' in again
    assert 'value="3.0"' in again
    assert 'value="20"' in again
    assert " checked" in again


def test_an_answer_says_that_the_plan_went_on(owner: Actor, clock: FixedClock, house: Bet) -> None:
    answered(owner, clock, house.cycle)
    assert "by now" not in page(owner, "more")
    save_bet(owner, cycle=house.cycle, wish=BetWish(title="New"))
    assert "by now" in page(owner, "more")


def test_the_form_says_beside_its_fields_what_cannot_be(owner: Actor, house: Bet) -> None:
    answer = send(owner, "ask-planner", worst="1.0", reserve_hours="95")
    assert answer.status_code == 200
    assert "less than or equal to 90" in answer.content.decode()
    assert not Allocation.objects.exists()


def test_the_worst_fifth_is_another_answer(owner: Actor, clock: FixedClock, house: Bet) -> None:
    expected = answered(owner, clock, house.cycle)
    careful = answered(owner, clock, house.cycle, Aims(worst=0.2))
    assert careful.state == AllocationState.DONE
    assert careful.answer["points"]["mean"] <= expected.answer["points"]["mean"] * 1.002
    assert "Planned for the worst 20 %" in page(owner, "more")


def test_the_ask_is_one_page_for_leadership(
    owner: Actor, teammate: Actor, persons: dict[str, Actor], clock: FixedClock, house: Bet
) -> None:
    answered(owner, clock, house.cycle)
    said = page(persons["guest"], "leaders")
    assert "hours a week more of Filming" in said
    assert "Filming: 2.0 hours a week" in said
    address = reverse("planning:leaders-printed")
    printed = browser(owner).get(address)
    assert printed["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(printed.content))
    assert len(reader.pages) == 1
    text = " ".join(reader.pages[0].extract_text().split())
    assert "What more would bring" in text
    assert "hours a week more of Filming" in text
    assert AuditEntry.objects.filter(action="export-plan").exists()
    assert browser(persons["guest"]).get(address).status_code == 403


def test_another_house_sees_no_answer(
    owner: Actor, stranger: Actor, clock: FixedClock, house: Bet
) -> None:
    answered(owner, clock, house.cycle)
    for name in ("more", "leaders"):
        assert "Films from the wards" not in page(stranger, name)
