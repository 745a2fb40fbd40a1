"""A cycle from its priorities to the next one, and what may not be on the way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, AuditEntry, User
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
from auscult.web.planning.models import Bet, Cycle, Review, ReviewKind, Task, Verdict
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


def user_of(actor: Actor) -> User:
    return User.objects.get(username=actor.name)


class Winter:
    """A cycle that a house plans, walks through and closes, in simulated time."""

    def __init__(self, owner: Actor, objective: Objective, clock: FixedClock) -> None:
        self.owner, self.objective, self.clock = owner, objective, clock
        self.first = queries.today(owner) + DAY

    def plan(self) -> None:
        """Say what it is for, what it assumes, and which bets it makes."""
        owner = self.owner
        cycle = self.cycle = actions.plan_cycle(owner, title="Winter", first_day=self.first)
        actions.set_focus(owner, cycle=cycle, priorities=[self.objective.priority])
        self.assumed = actions.save_assumption(
            owner, cycle=cycle, text="Wards let us film", noticed_by="A ward says no"
        )
        self.wrong = actions.save_assumption(owner, cycle=cycle, text="The school opens in May")
        films = BetWish(title="Films", objective=self.objective)
        self.films = save_bet(owner, cycle=cycle, wish=films)
        talks = BetWish(title="Talks", depends_on=(self.films,))
        self.talks = save_bet(owner, cycle=cycle, wish=talks)
        fair = BetWish(title="A fair", depends_on=(self.talks,))
        self.fair = save_bet(owner, cycle=cycle, wish=fair)
        self.asked = self.task("Ask")
        self.filmed = self.task("Film", self.asked)

    def task(self, title: str, *waits: Task) -> Task:
        """Add a task of eleven days to the films."""
        last = self.first + 10 * DAY
        wish = TaskWish(title=title, first_day=self.first, last_day=last, depends_on=waits)
        return save_task(self.owner, bet=self.films, wish=wish)

    def walk(self) -> None:
        """Check in each week, look back in the middle, until the last day."""
        self.clock.advance(DAY)
        actions.start_cycle(self.owner, cycle=self.cycle)
        assert self.day() == 1
        for week in range(14):
            report = Report(progress=week * 7, confidence=4, hours=3.5)
            check_in(self.owner, bet=self.films, report=report)
            self.clock.advance(7 * DAY)
            if self.day() == 50:
                assert queries.today(self.owner) == self.cycle.period.middle
                self.review(ReviewKind.MIDDLE, Findings())
        move_task(self.owner, task=self.asked, state=TaskState.DONE)
        self.clock.advance(DAY)
        assert (self.day(), queries.today(self.owner)) == (100, self.cycle.last_day)

    def day(self) -> int:
        return self.cycle.period.day_number(queries.today(self.owner))

    def review(self, kind: ReviewKind, findings: Findings) -> Review:
        return save_review(self.owner, cycle=self.cycle, kind=kind, findings=findings)

    def close(self) -> Cycle:
        """Say what came of it, and close it."""
        said = Findings(
            actuals={self.objective: 17.0},
            bets={
                self.films: Judged(verdict=Verdict.KEPT, lesson="Ask the ward's head first"),
                self.talks: Judged(verdict=Verdict.DROPPED, lesson="Nobody came at six"),
                self.fair: Judged(verdict=Verdict.CHANGED),
            },
            assumptions={
                self.assumed: (AssumptionState.HOLDS, ""),
                self.wrong: (AssumptionState.WRONG, "It opens in August"),
            },
        )
        review = self.review(ReviewKind.CLOSING, said)
        assert review.findings.get(objective=self.objective).actual == 17.0
        return close_cycle(self.owner, cycle=self.cycle)


def test_a_house_walks_from_its_priorities_to_the_next_cycle(
    owner: Actor, objective: Objective, clock: FixedClock
) -> None:
    winter = Winter(owner, objective, clock)
    winter.plan()
    winter.walk()
    following = winter.close()
    assert (winter.cycle.state, following.state) == (CycleState.CLOSED, CycleState.PLANNED)
    assert following.first_day == winter.cycle.last_day + DAY
    assert (following.number, following.days) == (2, 100)
    assert [one.title for one in following.focus.all()] == ["Recruit nurses"]
    assert [one.text for one in following.assumptions.all()] == ["Wards let us film"]
    kept = {one.title: one for one in following.bets.all()}
    assert kept.keys() == {"Films", "A fair"}
    assert not kept["A fair"].depends_on.exists(), "what it waited for was dropped"
    (left,) = kept["Films"].tasks.all()
    assert (left.title, left.first_day) == ("Film", following.first_day)
    assert left.last_day - left.first_day == 10 * DAY
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
    actions.change_cycle(
        owner, cycle=cycle, title=cycle.title, first_day=cycle.first_day, days=cycle.days
    )
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
    late = queries.today(owner) + 7 * DAY
    with pytest.raises(PlanRefused, match="a week of the cycle that has begun"):
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
    itself = TaskWish(
        title="Ask", first_day=task.first_day, last_day=task.last_day, depends_on=(task,)
    )
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
    task.people.add(user_of(analyst))
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
