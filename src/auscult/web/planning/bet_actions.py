"""Bets and tasks: a file of its own, for `actions.py` has the cycle itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, Team, User
from auscult.web.accounts.policies import Right, require, who_may
from auscult.web.goals.models import Objective
from auscult.web.planning import moves, queries
from auscult.web.planning.actions import CHANGE, LONGEST, MOST_TEXT, check_day, next_number
from auscult.web.planning.changing import changing
from auscult.web.planning.errors import Circular, PlanRefused
from auscult.web.planning.graph import circle
from auscult.web.planning.models import Bet, Cycle, Level, Need, Task, TaskKind
from auscult.web.planning.moves import BetState, TaskState
from auscult.web.planning.serving import link_objective

MOST_HOURS = 10_000.0  # a week, of a whole house
MOST_MONEY = 1e12
MOST_LEVELS = 2
MOST_MINUTES = 1_000_000
MOST_OF_A_LIST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a bet brings at one spending: a `Level` before it is one."""

    hours: float
    money: float = 0.0
    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Hours a week of a skill: a `Need` before it is one."""

    skill: str
    hours: float
    at_least: float = 0.0
    at_most: float | None = None  # none: as many as `hours`


@dataclass(frozen=True, slots=True, kw_only=True)
class BetWish:
    """What a bet shall be."""

    title: str
    objective: Objective | None = None
    owner: User | None = None
    function: Team | None = None
    amplifies: str = ""
    audience: str = ""
    networks: tuple[str, ...] = ()
    kit: str = ""
    confidence: int = 3
    either_or: str = ""
    effects: tuple[Effect, ...] = ()
    needs: tuple[Wanted, ...] = ()
    depends_on: tuple[Bet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWish:
    """What a task shall be."""

    title: str
    first_day: date
    last_day: date
    kind: TaskKind = TaskKind.WORK
    people: tuple[User, ...] = ()
    skill: str = ""
    minutes: int = 0
    depends_on: tuple[Task, ...] = ()


def save_bet(actor: Actor, *, cycle: Cycle, wish: BetWish, bet: Bet | None = None) -> Bet:
    """Make a bet in a cycle, or change it.

    Raises
    ------
    NotAllowed, PlanRefused, Circular
    """
    require(actor, Right.EDIT_PLAN, CHANGE)
    _check_bet(actor, cycle, wish)
    why = _("Saved the bet “%(title)s”") % {"title": wish.title.strip()}
    with changing(actor, cycle, action="save-bet", why=why):
        if bet is not None:  # somebody may have dropped it since it was read
            bet.refresh_from_db(fields=["state", "objective"])
        made = bet or Bet(cycle=cycle, number=next_number(cycle.bets))
        before = made.objective
        shape_bet(made, wish)
        made.save()
        _set_estimates(made, wish)
        made.depends_on.set(wish.depends_on)
        _refuse_circle(cycle.bets.all())
        link_objective(actor, made, before=before)
    return made


def shape_bet(bet: Bet, wish: BetWish) -> None:
    """Let the fields of a bet be as they are wanted; it isn't saved here."""
    for name in ("objective", "owner", "function", "confidence"):
        setattr(bet, name, getattr(wish, name))
    for name in ("title", "amplifies", "audience", "kit", "either_or"):
        setattr(bet, name, getattr(wish, name).strip())
    bet.networks = list(wish.networks)


def levels_of(bet: Bet, wish: BetWish) -> list[Level]:
    """Return the spendings of a bet, to be saved."""
    names = ("hours", "money", "low", "likely", "high")
    return [
        Level(bet=bet, place=place, **{name: getattr(one, name) for name in names})
        for place, one in enumerate(wish.effects, start=1)
    ]


def needs_of(bet: Bet, wish: BetWish) -> list[Need]:
    """Return what a bet wants of skills, to be saved."""
    return [
        Need(
            bet=bet,
            skill=one.skill.strip(),
            hours=one.hours,
            at_least=one.at_least,
            at_most=one.hours if one.at_most is None else one.at_most,
        )
        for one in wish.needs
    ]


def _set_estimates(bet: Bet, wish: BetWish) -> None:
    bet.levels.all().delete()
    Level.objects.bulk_create(levels_of(bet, wish))
    bet.needs.all().delete()
    Need.objects.bulk_create(needs_of(bet, wish))


def _refuse_circle(rows: QuerySet[Bet] | QuerySet[Task]) -> None:
    """Refuse rows, all of a cycle, that wait for each other."""
    known = {one.pk: one for one in rows.prefetch_related("depends_on")}
    waits = {key: [other.pk for other in one.depends_on.all()] for key, one in known.items()}
    if found := circle(waits):
        raise Circular([str(known[key]) for key in found])


def check_bet(wish: BetWish) -> None:
    """Refuse what no bet can be.

    Raises
    ------
    PlanRefused
    """
    _check_text(wish, titles=("amplifies", "audience"), texts=("kit",))
    if len(wish.either_or) > 50:
        raise PlanRefused("either_or", wish.either_or, _("at most 50 characters"))
    if wish.confidence not in range(1, 6):
        raise PlanRefused("confidence", wish.confidence, _("from 1 to 5"))
    if len(wish.networks) > MOST_OF_A_LIST or any(len(one) > 100 for one in wish.networks):
        valid = _("at most %(most)s names") % {"most": MOST_OF_A_LIST}
        raise PlanRefused("networks", ", ".join(wish.networks)[:80], valid)
    _check_effects(wish.effects)
    _check_needs(wish.needs)


def _check_bet(actor: Actor, cycle: Cycle, wish: BetWish) -> None:
    check_bet(wish)
    for field in ("objective", "function"):
        row = getattr(wish, field)
        if row is not None and row.organisation_id != actor.organisation_id:
            raise PlanRefused(field, row.pk, _("one of your organisation"))
    _check_people(actor, "owner", [wish.owner] if wish.owner else [])
    if any(one.cycle_id != cycle.pk for one in wish.depends_on):
        raise PlanRefused("depends_on", wish.title, _("dependent on bets of its own cycle"))


def _check_text(wish: BetWish | TaskWish, *, titles: Sequence[str], texts: Sequence[str]) -> None:
    title = wish.title
    if not title.strip() or len(title) > LONGEST:
        raise PlanRefused("title", title[:80], _("1 to %(most)s characters") % {"most": LONGEST})
    for names, most in ((titles, LONGEST), (texts, MOST_TEXT)):
        for name in names:
            if len(getattr(wish, name)) > most:
                given = getattr(wish, name)[:80]
                raise PlanRefused(name, given, _("at most %(most)s characters") % {"most": most})


def _check_people(actor: Actor, field: str, people: Sequence[User]) -> None:
    known = set(queries.people(actor).filter(pk__in=[one.pk for one in people]).values_list("pk"))
    if len(known) != len({one.pk for one in people}):
        raise PlanRefused(field, ", ".join(map(str, people)), _("members of your organisation"))


def _check_effects(effects: Sequence[Effect]) -> None:
    if len(effects) > MOST_LEVELS:
        raise PlanRefused("effects", len(effects), _("one or two levels of spending"))
    for one in effects:
        if not (0 <= one.hours <= MOST_HOURS and 0 <= one.money <= MOST_MONEY):
            raise PlanRefused("hours", one.hours, _("0 or more, and money as well"))
        if not -MOST_MONEY <= one.low <= one.likely <= one.high <= MOST_MONEY:
            given = f"{one.low:g}, {one.likely:g}, {one.high:g}"
            raise PlanRefused("effects", given, _("in the order low, likely, high"))
    hours = [(one.hours, one.money) for one in effects]
    if len(set(hours)) < len(hours):
        raise PlanRefused("effects", hours[0][0], _("two different spendings"))


def _check_needs(needs: Sequence[Wanted]) -> None:
    names = [one.skill.strip() for one in needs]
    if len(names) > MOST_OF_A_LIST or len(set(names)) < len(names):
        raise PlanRefused("needs", ", ".join(names)[:80], _("skills, each once"))
    for one in needs:
        most = one.hours if one.at_most is None else one.at_most
        if not one.skill.strip() or len(one.skill) > 100:
            raise PlanRefused("needs", one.skill[:80], _("a skill of 1 to 100 characters"))
        if not 0 <= one.at_least <= one.hours <= most <= MOST_HOURS:
            given = f"{one.at_least:g}, {one.hours:g}, {most:g}"
            raise PlanRefused("needs", given, _("in the order at least, hours, at most"))


def move_bet(actor: Actor, *, bet: Bet, state: BetState) -> None:
    """Drop a bet, or take it up again.

    Raises
    ------
    NotAllowed, MoveRefused
    """
    require(actor, Right.EDIT_PLAN, CHANGE)
    why = _("Bet “%(title)s”: %(state)s") % {"title": bet.title, "state": state.label}
    with changing(actor, bet.cycle, action="move-bet", why=why):
        bet.refresh_from_db(fields=["state"])
        bet.state = moves.checked(moves.BET, bet.title, BetState(bet.state), state)
        bet.save(update_fields=["state"])


def save_task(actor: Actor, *, bet: Bet, wish: TaskWish, task: Task | None = None) -> Task:
    """Add a task to a bet, or change it; a task of one's own needs the right to check in alone.

    Raises
    ------
    NotAllowed, PlanRefused, Circular
    """
    if task is None:
        require(actor, Right.EDIT_PLAN, CHANGE)
    else:
        require_task(actor, task)
    _check_task(actor, bet, wish)
    why = _("Saved the task “%(title)s”") % {"title": wish.title.strip()}
    with changing(actor, bet.cycle, action="save-task", why=why):
        if task is not None:  # somebody may have done it since it was read
            task.refresh_from_db(fields=["state"])
        made = task or Task(bet=bet, number=next_number(bet.tasks))
        shape_task(made, wish)
        made.save()
        made.people.set(wish.people)
        made.depends_on.set(wish.depends_on)
        _refuse_circle(Task.objects.filter(bet__cycle=bet.cycle))
    return made


def shape_task(task: Task, wish: TaskWish) -> None:
    """Let the fields of a task be as they are wanted; it isn't saved here."""
    for name in ("first_day", "last_day", "kind", "minutes"):
        setattr(task, name, getattr(wish, name))
    task.title, task.skill = wish.title.strip(), wish.skill.strip()


def check_task(wish: TaskWish) -> None:
    """Refuse what no task can be.

    Raises
    ------
    PlanRefused
    """
    _check_text(wish, titles=(), texts=())
    if len(wish.skill) > 100:
        raise PlanRefused("skill", wish.skill[:80], _("at most 100 characters"))
    for name in ("first_day", "last_day"):
        check_day(name, getattr(wish, name))
    if wish.last_day < wish.first_day:
        raise PlanRefused("last_day", wish.last_day.isoformat(), _("the first day or later"))
    if not 0 <= wish.minutes <= MOST_MINUTES:
        raise PlanRefused("minutes", wish.minutes, _("0 or more"))


def _check_task(actor: Actor, bet: Bet, wish: TaskWish) -> None:
    check_task(wish)
    _check_people(actor, "people", wish.people)
    if any(one.bet.cycle_id != bet.cycle_id for one in wish.depends_on):
        raise PlanRefused("depends_on", wish.title, _("dependent on tasks of its own cycle"))


def require_task(actor: Actor, task: Task) -> None:
    """Raise NotAllowed unless the actor may change a task: any as an editor, else her own."""
    if queries.may_change(actor, task):
        return
    require(actor, Right.CHECK_IN, CHANGE)
    action = gettext_noop("change tasks of others")
    raise NotAllowed(str(actor.role.label), action, who_may(Right.EDIT_PLAN))


def move_task(actor: Actor, *, task: Task, state: TaskState) -> None:
    """Move a task to another column of the board.

    Raises
    ------
    NotAllowed, MoveRefused
    """
    require_task(actor, task)
    why = _("Task “%(title)s”: %(state)s") % {"title": task.title, "state": state.label}
    with changing(actor, task.bet.cycle, action="move-task", why=why):
        task.refresh_from_db(fields=["state"])
        task.state = moves.checked(moves.TASK, task.title, TaskState(task.state), state)
        task.save(update_fields=["state"])
