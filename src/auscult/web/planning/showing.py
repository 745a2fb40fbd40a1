"""What pages show of a plan: the day, what is due, and the same tasks in several orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery

from auscult.engine.planning.periods import Phase
from auscult.web.accounts.models import Actor, Team, User
from auscult.web.accounts.people import teams
from auscult.web.alerts.queries import open_alerts
from auscult.web.goals.models import Objective
from auscult.web.planning import moves, queries
from auscult.web.planning.models import Assumption, Bet, CheckIn, Cycle, Lesson, ReviewKind, Task
from auscult.web.planning.moves import AssumptionState, BetState, CycleState, TaskState

SOON = timedelta(days=7)
SIMILAR = 5  # lessons that are shown where a bet is planned
SHORTEST_WORD = 5  # letters of a word that says something


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Where a day stands in a cycle.

    Attributes
    ----------
    number : int
        From 1 to `of` within the cycle; below and above it outside.
    percent : int
        Of the cycle's days that have begun: 0 to 100.
    """

    number: int
    of: int
    before: bool
    after: bool
    days_until: int
    percent: int
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A task with what can become of it."""

    task: Task
    late: bool
    may_change: bool
    moves: tuple[TaskState, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the board, or another group of tasks, with its name."""

    label: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A bet with what was said of it last."""

    bet: Bet
    last: CheckIn | None
    done: int
    tasks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What wants somebody's attention today."""

    late: tuple[Card, ...]
    due: tuple[Card, ...]
    silent: tuple[Bet, ...]  # the actor's, which she said nothing of this week
    doubted: tuple[Assumption, ...]
    noticed: tuple[Assumption, ...]  # said to hold, while their watch has an open alert
    middle_due: bool
    closing_due: bool


def day(actor: Actor, cycle: Cycle) -> Day:
    """Return where today stands in a cycle."""
    today, period = queries.today(actor), cycle.period
    number, phase = period.day_number(today), period.phase(today)
    within = min(max(number, 0), cycle.days)
    return Day(
        number=number,
        of=cycle.days,
        before=phase is Phase.BEFORE,
        after=phase is Phase.AFTER,
        days_until=max(0, 1 - number),
        percent=round(100 * within / cycle.days),
        today=today,
    )


def tasks_of(actor: Actor, cycle: Cycle) -> QuerySet[Task]:
    """Return the tasks of a cycle's bets that are on."""
    return queries.tasks(actor).filter(bet__cycle=cycle, bet__state=BetState.ON)


def cards(actor: Actor, cycle: Cycle, rows: Iterable[Task]) -> tuple[Card, ...]:
    """Return tasks of a cycle with what the actor may do with each."""
    today, closed = queries.today(actor), cycle.state == CycleState.CLOSED
    return tuple(
        Card(
            task=one,
            late=one.last_day < today and one.state in queries.OPEN,
            may_change=not closed and queries.may_change(actor, one),
            moves=moves.TASK[TaskState(one.state)],
        )
        for one in rows
    )


def today(actor: Actor, cycle: Cycle) -> Today:
    """Return what is late, due within a week, and to be said by the actor."""
    now = queries.today(actor)
    rows = tasks_of(actor, cycle).filter(state__in=queries.OPEN, last_day__lte=now + SOON)
    closed = cycle.state == CycleState.CLOSED
    shown = () if closed else cards(actor, cycle, rows)
    runs = cycle.state == CycleState.RUNNING
    reviews = set(cycle.reviews.values_list("kind", flat=True))
    alerted = open_alerts(actor).exclude(watch=None).values("watch")
    holding = cycle.assumptions.filter(state=AssumptionState.HOLDS, watch__in=alerted)
    return Today(
        late=tuple(one for one in shown if one.late),
        due=tuple(one for one in shown if not one.late),
        silent=tuple(silent(actor, cycle, actor.user_id)) if runs else (),
        doubted=tuple(cycle.assumptions.exclude(state=AssumptionState.HOLDS).order_by("number")),
        noticed=tuple(holding.select_related("watch").order_by("number")) if runs else (),
        middle_due=runs and now >= cycle.period.middle and not reviews,
        closing_due=runs and now >= cycle.last_day and ReviewKind.CLOSING not in reviews,
    )


def silent(actor: Actor, cycle: Cycle, person: int | None) -> QuerySet[Bet]:
    """Return the bets that a person owns or works on, and said nothing of this week."""
    said = CheckIn.objects.filter(user=person, week=queries.monday(queries.today(actor)))
    own = Q(owner=person) | Q(tasks__people=person)
    rows = queries.bets(actor).filter(own, cycle=cycle, state=BetState.ON)
    return rows.exclude(pk__in=said.values("bet")).distinct().order_by("number")


def board(actor: Actor, cycle: Cycle) -> list[Column]:
    """Return the columns of the board."""
    shown = cards(actor, cycle, tasks_of(actor, cycle))
    return [
        Column(
            label=str(state.label),
            cards=tuple(one for one in shown if one.task.state == state),
        )
        for state in TaskState
    ]


def last_said(actor: Actor, bets: Iterable[Bet]) -> dict[int, CheckIn]:
    """Return what anybody said last of bets, by the number of the bet; the others aren't read."""
    of_bet = CheckIn.objects.filter(bet=OuterRef("pk")).order_by("-week", "-at", "-pk")
    last = Bet.objects.filter(pk__in=[one.pk for one in bets]).annotate(
        last=Subquery(of_bet.values("pk")[:1])
    )
    return {one.bet_id: one for one in queries.check_ins(actor).filter(pk__in=last.values("last"))}


def standings(actor: Actor, cycle: Cycle) -> list[Standing]:
    """Return the bets of a cycle, each with what was said of it last and how many tasks are done."""
    of_cycle = queries.bets(actor).filter(cycle=cycle)
    rows = list(of_cycle.prefetch_related("tasks").order_by("number"))
    last = last_said(actor, rows)
    found = []
    for one in rows:
        states = [task.state for task in one.tasks.all() if task.state != TaskState.DROPPED]
        done = states.count(TaskState.DONE)
        found.append(Standing(bet=one, last=last.get(one.pk), done=done, tasks=len(states)))
    return found


def by_person(actor: Actor, cycle: Cycle) -> list[tuple[User | None, tuple[Card, ...]]]:
    """Return each person with her tasks that aren't over; last, those of nobody."""
    shown = cards(actor, cycle, tasks_of(actor, cycle).filter(state__in=queries.OPEN))
    people: dict[int, tuple[User, list[Card]]] = {}
    nobody = tuple(one for one in shown if not one.task.people.all())
    for one in shown:
        for person in one.task.people.all():
            people.setdefault(person.pk, (person, []))[1].append(one)
    found: list[tuple[User | None, tuple[Card, ...]]] = [
        (person, tuple(own))
        for person, own in sorted(people.values(), key=lambda one: one[0].username)
    ]
    return [*found, (None, nobody)] if nobody else found


def by_function(actor: Actor, cycle: Cycle) -> list[tuple[Team | None, list[Standing]]]:
    """Return each business function with the bets for it, those without one as well."""
    shown = [one for one in standings(actor, cycle) if one.bet.state == BetState.ON]
    found: list[tuple[Team | None, list[Standing]]] = [
        (team, [one for one in shown if one.bet.function_id == team.pk]) for team in teams(actor)
    ]
    house = [one for one in shown if one.bet.function_id is None]
    return [*found, (None, house)] if house else found


def objectives_of(cycle: Cycle) -> list[Objective]:
    """Return the objectives that a cycle's bets and focus are for."""
    wanted = Q(bets__cycle=cycle) | Q(priority__in=cycle.focus.all(), closed_on=None)
    found = Objective.objects.filter(wanted, organisation_id=cycle.organisation_id)
    return list(found.distinct().select_related("priority").order_by("priority__place", "pk"))


def similar_lessons(
    actor: Actor, *, title: str, function: Team | None, networks: Sequence[str]
) -> list[Lesson]:
    """Return the lessons of bets for the same function, on the same networks or in these words."""
    words = {word for word in title.casefold().split() if len(word) >= SHORTEST_WORD}
    places = {one.casefold() for one in networks}
    scored = []
    for lesson in queries.lessons(actor):
        about = lesson.text if lesson.bet is None else f"{lesson.bet.title} {lesson.text}"
        score = sum(word in about.casefold() for word in words)
        if lesson.bet is not None:
            score += bool(function and lesson.bet.function_id == function.pk)
            score += len(places & {one.casefold() for one in lesson.bet.networks})
        if score:
            scored.append((score, lesson))
    scored.sort(key=lambda one: -one[0])
    return [lesson for _score, lesson in scored[:SIMILAR]]
