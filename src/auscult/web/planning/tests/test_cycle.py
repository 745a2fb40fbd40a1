"""A cycle from its priorities to the next one, and what may not be on the way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, AuditEntry
from auscult.web.goals.models import Objective
from auscult.web.planning import actions, queries
from auscult.web.planning.bet_actions import (
    BetWish,
    Effect,
    TaskWish,
    Wanted,
    move_bet,
    move_task,
    save_bet,
    save_task,
)
from auscult.web.planning.errors import Circular, CycleUnknown, MoveRefused, PlanRefused
from auscult.web.planning.models import Bet, Cycle, ReviewKind, Task, Verdict
from auscult.web.planning.moves import AssumptionState, BetState, CycleState, TaskState
from auscult.web.planning.review_actions import (
    Findings,
    Judged,
    Report,
    check_in,
    close_cycle,
    save_review,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_house_walks_from_its_priorities_to_the_next_cycle(
    owner: Actor, objective: Objective, clock: FixedClock
) -> None:
    today = queries.today(owner)
    cycle = actions.plan_cycle(owner, title="Winter", first_day=today + DAY)
    actions.set_focus(owner, cycle=cycle, priorities=[objective.priority])
    assumed = actions.save_assumption(
        owner, cycle=cycle, text="Wards let us film", noticed_by="A ward says no"
    )
    wrong = actions.save_assumption(owner, cycle=cycle, text="The school opens in May")
    films = save_bet(owner, cycle=cycle, wish=BetWish(title="Films", objective=objective))
    talks = save_bet(owner, cycle=cycle, wish=BetWish(title="Talks", depends_on=(films,)))
    fair = save_bet(owner, cycle=cycle, wish=BetWish(title="A fair", depends_on=(talks,)))
    first, last = today + DAY, today + 11 * DAY
    asked = save_task(owner, bet=films, wish=TaskWish(title="Ask", first_day=first, last_day=last))
    wish = TaskWish(title="Film", first_day=first, last_day=last, depends_on=(asked,))
    filmed = save_task(owner, bet=films, wish=wish)

    clock.advance(DAY)
    actions.start_cycle(owner, cycle=cycle)
    assert cycle.day_of(queries.today(owner)) == 1
    for week in range(14):
        check_in(owner, bet=films, report=Report(progress=week * 7, confidence=4, hours=3.5))
        clock.advance(7 * DAY)
        if week == 6:
            assert cycle.day_of(queries.today(owner)) == 50
            assert queries.today(owner) == cycle.middle
            save_review(owner, cycle=cycle, kind=ReviewKind.MIDDLE, findings=Findings())
    move_task(owner, task=asked, state=TaskState.DONE)
    clock.advance(DAY)
    assert cycle.day_of(queries.today(owner)) == 100
    assert queries.today(owner) == cycle.last_day
    closing = Findings(
        actuals={objective: 17.0},
        bets={
            films: Judged(verdict=Verdict.KEPT, lesson="Ask the ward's head first"),
            talks: Judged(verdict=Verdict.DROPPED, lesson="Nobody came at six"),
            fair: Judged(verdict=Verdict.CHANGED),
        },
        assumptions={
            assumed: (AssumptionState.HOLDS, ""),
            wrong: (AssumptionState.WRONG, "It opens in August"),
        },
    )
    review = save_review(owner, cycle=cycle, kind=ReviewKind.CLOSING, findings=closing)
    assert review.findings.get(objective=objective).actual == 17.0
    following = close_cycle(owner, cycle=cycle)

    assert (cycle.state, following.state) == (CycleState.CLOSED, CycleState.PLANNED)
    assert following.first_day == cycle.last_day + DAY
    assert (following.number, following.days) == (2, 100)
    assert [one.title for one in following.focus.all()] == ["Recruit nurses"]
    assert [one.text for one in following.assumptions.all()] == ["Wards let us film"]
    kept = {one.title: one for one in following.bets.all()}
    assert kept.keys() == {"Films", "A fair"}
    assert not kept["A fair"].depends_on.exists(), "what it waited for was dropped"
    (left,) = kept["Films"].tasks.all()
    assert (left.title, left.first_day) == (filmed.title, following.first_day)
    assert left.last_day - left.first_day == filmed.last_day - filmed.first_day
    assert queries.lessons(owner).count() == 2
    actions.start_cycle(owner, cycle=following)
    assert queries.current(owner) == following


def test_each_change_keeps_a_version_and_a_row_of_the_trail(
    owner: Actor, cycle: Cycle, bet: Bet, task: Task
) -> None:
    kept = list(queries.versions(owner, cycle))
    assert [one.number for one in kept] == list(range(len(kept), 0, -1))
    assert kept[0].plan["bets"]["1"]["tasks"]["1"]["people"] == ["teammate"]
    assert "tasks" in kept[1].plan["bets"]["1"]
    assert not kept[1].plan["bets"]["1"]["tasks"]
    told = AuditEntry.objects.filter(action__in=("plan-cycle", "start-cycle", "save-task"))
    assert told.count() == 3


def test_what_changes_nothing_keeps_no_version(owner: Actor, cycle: Cycle) -> None:
    before = queries.versions(owner, cycle).count()
    values = {"title": cycle.title, "first_day": cycle.first_day, "days": cycle.days}
    actions.change_cycle(owner, cycle=cycle, **values)
    assert queries.versions(owner, cycle).count() == before


def test_one_cycle_runs_and_one_is_planned(owner: Actor, cycle: Cycle) -> None:
    second = actions.plan_cycle(owner, title="Second", first_day=date(2027, 3, 1))
    with pytest.raises(PlanRefused, match="planned until the cycle that runs is closed"):
        actions.start_cycle(owner, cycle=second)
    second.refresh_from_db()
    assert second.state == CycleState.PLANNED
    with pytest.raises(PlanRefused, match="kept until the cycle that is planned has started"):
        actions.plan_cycle(owner, title="Third", first_day=date(2027, 6, 1))


def test_a_cycle_closes_after_its_review_alone(owner: Actor, cycle: Cycle, bet: Bet) -> None:
    with pytest.raises(PlanRefused, match="running until its closing review is written"):
        close_cycle(owner, cycle=cycle)
    save_review(owner, cycle=cycle, kind=ReviewKind.CLOSING, findings=Findings())
    close_cycle(owner, cycle=cycle)
    with pytest.raises(MoveRefused, match="nothing: it is over"):
        close_cycle(owner, cycle=cycle)
    with pytest.raises(PlanRefused, match="one that isn't closed"):
        save_bet(owner, cycle=cycle, wish=BetWish(title="Too late"))


def test_what_was_kept_is_added_to_a_cycle_that_is_planned(
    owner: Actor, cycle: Cycle, bet: Bet
) -> None:
    planned = actions.plan_cycle(owner, title="Second", first_day=date(2027, 3, 1))
    save_bet(owner, cycle=planned, wish=BetWish(title="New"))
    save_review(owner, cycle=cycle, kind=ReviewKind.CLOSING, findings=Findings())
    assert close_cycle(owner, cycle=cycle) == planned
    assert [one.title for one in planned.bets.order_by("number")] == ["New", bet.title]
    taken = planned.bets.get(number=2)
    assert [one.likely for one in taken.levels.order_by("place")] == [3, 5]
    assert [one.skill for one in taken.needs.all()] == ["Filming"]


def test_a_check_in_is_one_a_week_bet_and_person(
    owner: Actor, teammate: Actor, bet: Bet, clock: FixedClock
) -> None:
    check_in(owner, bet=bet, report=Report(progress=10, confidence=3))
    check_in(owner, bet=bet, report=Report(progress=20, confidence=2, blockers="No camera"))
    check_in(teammate, bet=bet, report=Report(progress=15, confidence=4, hours=2))
    said = {one.user.username: one.progress for one in queries.check_ins(owner)}
    assert said == {"owner": 20, "teammate": 15}
    clock.advance(7 * DAY)
    check_in(owner, bet=bet, report=Report(progress=30, confidence=4))
    assert queries.check_ins(owner).count() == 3
    with pytest.raises(PlanRefused, match="a week of the cycle that has begun"):
        late = queries.today(owner) + 7 * DAY
        check_in(owner, bet=bet, report=Report(progress=1, confidence=1), week=late)


@pytest.mark.parametrize(
    ("field", "report"),
    [
        ("progress", Report(progress=101, confidence=3)),
        ("confidence", Report(progress=1, confidence=6)),
        ("hours", Report(progress=1, confidence=1, hours=200)),
        ("hours", Report(progress=1, confidence=1, hours=float("nan"))),
        ("blockers", Report(progress=1, confidence=1, blockers="x" * 6000)),
    ],
)
def test_a_check_in_has_values_that_can_be(
    owner: Actor, bet: Bet, field: str, report: Report
) -> None:
    with pytest.raises(PlanRefused) as refused:
        check_in(owner, bet=bet, report=report)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "wish"),
    [
        ("title", BetWish(title=" ")),
        ("confidence", BetWish(title="a", confidence=0)),
        ("either_or", BetWish(title="a", either_or="x" * 51)),
        ("networks", BetWish(title="a", networks=("x",) * 21)),
        ("kit", BetWish(title="a", kit="x" * 6000)),
        ("effects", BetWish(title="a", effects=(Effect(hours=1, low=3, likely=2, high=4),))),
        ("hours", BetWish(title="a", effects=(Effect(hours=-1, low=1, likely=2, high=4),))),
        ("effects", BetWish(title="a", effects=(Effect(hours=1, low=1, likely=2, high=4),) * 2)),
        ("effects", BetWish(title="a", effects=(Effect(hours=1, low=1, likely=2, high=4),) * 3)),
        ("needs", BetWish(title="a", needs=(Wanted(skill="b", hours=1, at_least=2),))),
        ("needs", BetWish(title="a", needs=(Wanted(skill="", hours=1),))),
        ("needs", BetWish(title="a", needs=(Wanted(skill="b", hours=1),) * 2)),
    ],
)
def test_a_bet_has_values_that_can_be(
    owner: Actor, cycle: Cycle, field: str, wish: BetWish
) -> None:
    with pytest.raises(PlanRefused) as refused:
        save_bet(owner, cycle=cycle, wish=wish)
    assert refused.value.field == field
    assert not cycle.bets.exists()


def test_bets_and_tasks_never_wait_for_each_other(
    owner: Actor, cycle: Cycle, bet: Bet, task: Task
) -> None:
    second = save_bet(owner, cycle=cycle, wish=BetWish(title="Second", depends_on=(bet,)))
    with pytest.raises(Circular, match=r"Second|Films from the wards"):
        save_bet(owner, cycle=cycle, bet=bet, wish=BetWish(title="Films", depends_on=(second,)))
    bet.refresh_from_db()
    assert bet.title == "Films from the wards", "nothing of a refused change stays"
    days = {"first_day": task.first_day, "last_day": task.last_day}
    itself = TaskWish(title="Ask", depends_on=(task,), **days)
    with pytest.raises(Circular, match="Ask"):
        save_task(owner, bet=bet, task=task, wish=itself)


def test_what_is_of_another_house_is_refused(
    owner: Actor, stranger: Actor, cycle: Cycle, bet: Bet, objective: Objective
) -> None:
    theirs = actions.plan_cycle(stranger, title="Theirs", first_day=date(2026, 11, 23))
    with pytest.raises(PlanRefused, match="one of your organisation"):
        save_bet(stranger, cycle=theirs, wish=BetWish(title="a", objective=objective))
    with pytest.raises(PlanRefused, match="a priority of your organisation"):
        actions.set_focus(stranger, cycle=theirs, priorities=[objective.priority])
    with pytest.raises(CycleUnknown):
        move_bet(stranger, bet=bet, state=BetState.DROPPED)
    with pytest.raises(CycleUnknown):
        check_in(stranger, bet=bet, report=Report(progress=1, confidence=1))
    assert not queries.bets(stranger).exists()
    assert not queries.versions(stranger, cycle).exists()


def test_who_checks_in_changes_tasks_of_her_own_alone(
    persons: dict[str, Actor], owner: Actor, bet: Bet, task: Task
) -> None:
    analyst = persons["analyst"]
    with pytest.raises(NotAllowed, match="change tasks of others; owners and editors may"):
        move_task(analyst, task=task, state=TaskState.DOING)
    task.people.add(analyst.user_id)
    own = queries.task(analyst, task.pk)
    move_task(analyst, task=own, state=TaskState.DOING)
    assert queries.task(owner, task.pk).state == TaskState.DOING
    with pytest.raises(NotAllowed):
        move_task(persons["guest"], task=own, state=TaskState.DONE)
    with pytest.raises(NotAllowed):
        check_in(persons["privacy"], bet=bet, report=Report(progress=1, confidence=1))
    with pytest.raises(NotAllowed):
        save_bet(analyst, cycle=bet.cycle, wish=BetWish(title="Mine"))


def test_a_bet_that_a_review_drops_can_be_taken_up_again(
    owner: Actor, cycle: Cycle, bet: Bet
) -> None:
    said = Findings(bets={bet: Judged(verdict=Verdict.DROPPED, lesson="Too early")})
    save_review(owner, cycle=cycle, kind=ReviewKind.MIDDLE, findings=said)
    assert queries.bet(owner, bet.pk).state == BetState.DROPPED
    said = Findings(bets={bet: Judged(verdict=Verdict.KEPT)})
    save_review(owner, cycle=cycle, kind=ReviewKind.MIDDLE, findings=said)
    assert queries.bet(owner, bet.pk).state == BetState.ON
    assert not queries.lessons(owner).exists(), "the lesson was taken back"
