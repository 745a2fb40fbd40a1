"""What nobody means to type, and what somebody may: days, words and people beyond the plan."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auscult.web.accounts.models import Actor, Membership
from auscult.web.accounts.queries import system_actor
from auscult.web.goals.link_actions import add_link, drop_dead_links
from auscult.web.goals.linked import linked
from auscult.web.goals.models import Objective, Priority
from auscult.web.goals.objective_actions import close_objective
from auscult.web.goals.orphans import orphans
from auscult.web.goals.priority_actions import end_priority
from auscult.web.planning import actions, queries, review_actions
from auscult.web.planning.bet_actions import (
    BetWish,
    TaskWish,
    move_bet,
    move_task,
    save_bet,
    save_task,
)
from auscult.web.planning.errors import PlanRefused
from auscult.web.planning.models import Assumption, Bet, Cycle, ReviewKind, Task
from auscult.web.planning.moves import AssumptionState, BetState, CycleState, TaskState
from auscult.web.planning.resource_actions import AbsenceWish, save_absence
from auscult.web.planning.review_actions import Findings
from programs import user_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("first_day", "last_day"),
    [("9999-12-30", "9999-12-31"), ("0001-01-01", "2026-11-20"), ("2026-11-20", "9999-12-31")],
)
def test_a_task_has_days_that_somebody_can_mean(
    owner: Actor, bet: Bet, forms: Any, first_day: str, last_day: str
) -> None:
    wish = TaskWish(
        title="Film",
        first_day=date.fromisoformat(first_day),
        last_day=date.fromisoformat(last_day),
    )
    with pytest.raises(PlanRefused, match="must be a day from 1970-01-01 to 2199-12-31"):
        save_task(owner, bet=bet, wish=wish)
    assert forms("owner").get("/plan/timeline/").status_code == 200


def test_a_cycle_and_an_absence_too(owner: Actor) -> None:
    for day in (date(1, 1, 1), date(9999, 1, 1)):
        with pytest.raises(PlanRefused, match="must be a day from"):
            actions.plan_cycle(owner, title="Far", first_day=day)
        wish = AbsenceWish(first_day=day, last_day=date(9999, 12, 31))
        with pytest.raises(PlanRefused, match="must be a day from"):
            save_absence(owner, wish=wish)


def test_lessons_are_found_by_many_words(owner: Actor, bet: Bet) -> None:
    cycle = bet.cycle
    said = " ".join(f"word{number}" for number in range(40))
    kept = review_actions.add_lesson(owner, cycle=cycle, text=said)
    review_actions.add_lesson(owner, cycle=cycle, text="word1 alone")
    # The work doubled with each word, when each was added to both sides.
    assert list(queries.lessons_saying(owner, said)) == [kept]
    assert queries.lessons_saying(owner, "WORD1").count() == 2
    assert not queries.lessons_saying(owner, said + " else").exists()


def test_no_text_holds_what_a_database_refuses(owner: Actor, cycle: Cycle, forms: Any) -> None:
    page = forms("owner")
    page.post("/plan/cycles/1/lessons/add/", {"text": "Ask\0 early"})
    assert queries.lessons(owner).get().text == "Ask early"
    assert "Ask early" in page.get("/plan/lessons/", {"q": "ear\0ly"}).content.decode()
    page.post("/plan/help/offer/", {"skill": "Film\0ing"})
    assert "Filming" in page.get("/plan/").content.decode()


def test_who_left_and_what_ended_stay_behind(
    owner: Actor, teammate: Actor, task: Task, bet: Bet
) -> None:
    over = Priority.objects.create(organisation_id=owner.organisation_id, title="Over", place=2)
    goes_on = Priority.objects.get(title="Recruit nurses")
    actions.set_focus(owner, cycle=bet.cycle, priorities=[over, goes_on])
    end_priority(owner, priority=over)
    wish = BetWish(title="Radio", owner=user_of(teammate))
    save_bet(owner, cycle=bet.cycle, wish=wish)
    Membership.objects.filter(user=user_of(teammate)).delete()
    review_actions.save_review(
        owner, cycle=bet.cycle, kind=ReviewKind.CLOSING, findings=Findings(note="Done")
    )
    following = review_actions.close_cycle(owner, cycle=bet.cycle)
    assert [one.title for one in following.focus.all()] == ["Recruit nurses"]
    owners = dict(following.bets.values_list("title", "owner"))
    assert owners == {"Films from the wards": owner.user_id, "Radio": None}
    (taken,) = Task.objects.filter(bet__cycle=following)
    assert taken.title == task.title
    assert not taken.people.exists()
    assert following.first_day > bet.cycle.last_day


def test_a_bet_of_a_closed_cycle_keeps_its_links_and_is_no_orphan(
    owner: Actor, bet: Bet, objective: Objective
) -> None:
    def named() -> dict[str, list[str]]:
        return {group.code: [one.name for one in group.orphans] for group in orphans(owner)}

    dance = save_bet(owner, cycle=bet.cycle, wish=BetWish(title="A dance"))
    add_link(owner, objective=objective, kind="bet", number=dance.pk)  # by hand, in the goals
    assert "bet-alone" not in named()
    assert named()["social-only"] == ["A dance"]
    Cycle.objects.filter(pk=bet.cycle_id).update(state=CycleState.CLOSED)
    drop_dead_links(system_actor(owner.organisation_id, "goals", clock=owner.clock))
    assert {one.name for one in linked(owner, objective)} == {"A dance", "Films from the wards"}
    close_objective(owner, objective=objective, actual=20.0)
    assert not {"bet-alone", "social-only"} & named().keys()


def test_of_two_who_plan_a_cycle_at_once_the_second_is_told(
    owner: Actor, cycle: Cycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.plan_cycle(owner, title="Next", first_day=cycle.last_day)
    # She looked before the other one saved.
    before = Cycle.objects.filter(pk=cycle.pk)
    monkeypatch.setattr(queries, "cycles", lambda _actor: before)
    with pytest.raises(PlanRefused, match="until the cycle that is planned has started"):
        actions.plan_cycle(owner, title="Another", first_day=cycle.last_day)
    assert Cycle.objects.count() == 2


def test_a_form_that_is_sent_late_takes_nothing_back(
    owner: Actor, bet: Bet, task: Task, cycle: Cycle
) -> None:
    assumption = actions.save_assumption(owner, cycle=cycle, text="Nurses read it")
    stale = (
        Bet.objects.get(pk=bet.pk),
        Task.objects.get(pk=task.pk),
        Assumption.objects.get(pk=assumption.pk),
    )
    move_task(owner, task=task, state=TaskState.DONE)
    move_bet(owner, bet=bet, state=BetState.DROPPED)
    actions.judge_assumption(owner, assumption=assumption, state=AssumptionState.WRONG)
    save_bet(owner, cycle=cycle, bet=stale[0], wish=BetWish(title="Films, longer"))
    wish = TaskWish(title="Ask again", first_day=task.first_day, last_day=task.last_day)
    save_task(owner, bet=stale[0], task=stale[1], wish=wish)
    actions.save_assumption(owner, cycle=cycle, text="Nurses see it", assumption=stale[2])
    for one in (bet, task, assumption):
        one.refresh_from_db()
    assert (bet.title, bet.state) == ("Films, longer", BetState.DROPPED)
    assert (task.title, task.state) == ("Ask again", TaskState.DONE)
    assert (assumption.text, assumption.state) == ("Nurses see it", AssumptionState.WRONG)
