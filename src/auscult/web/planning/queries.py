"""Cycles, bets, tasks, versions and lessons of the actor's organisation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import TABLE, Right, may, require
from auscult.web.accounts.queries import time_zone
from auscult.web.goals.models import Objective
from auscult.web.planning.errors import BetUnknown, CycleUnknown, PlanUnknown, TaskUnknown
from auscult.web.planning.models import (
    Assumption,
    Bet,
    CheckIn,
    Cycle,
    DigestReader,
    Lesson,
    Task,
    Version,
)
from auscult.web.planning.moves import CycleState, TaskState

SEE = gettext_noop("see the plan")
OPEN = (TaskState.TO_DO, TaskState.DOING)


def today(actor: Actor) -> date:
    """Return the day that it is in the organisation's time zone."""
    return actor.clock.now().astimezone(time_zone(actor)).date()


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def cycles(actor: Actor) -> QuerySet[Cycle]:
    """Return the organisation's cycles, the newest first."""
    require(actor, Right.SEE_FIGURES, SEE)
    return Cycle.objects.filter(organisation_id=actor.organisation_id).order_by("-number")


def cycle(actor: Actor, number: object) -> Cycle:
    """Return a cycle by its number.

    Raises
    ------
    CycleUnknown
    """
    text = str(number)
    found = cycles(actor).filter(number=int(text)).first() if _is_number(text) else None
    if found is None:
        raise CycleUnknown(text[:40])
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def current(actor: Actor) -> Cycle | None:
    """Return the cycle that runs; else the one that is planned; else the last; else None."""
    by_state = {one.state: one for one in reversed(cycles(actor)[:3])}
    for state in (CycleState.RUNNING, CycleState.PLANNED, CycleState.CLOSED):
        if state in by_state:
            return by_state[state]
    return None


def _of(actor: Actor, path: str) -> Q:
    require(actor, Right.SEE_FIGURES, SEE)
    return Q(**{f"{path}organisation_id": actor.organisation_id})


def bets(actor: Actor) -> QuerySet[Bet]:
    """Return all bets of the organisation, with what their lines show."""
    related = ("cycle", "objective", "owner", "function")
    return Bet.objects.filter(_of(actor, "cycle__")).select_related(*related)


def bet(actor: Actor, number: int) -> Bet:
    """Return a bet.

    Raises
    ------
    BetUnknown
    """
    found = bets(actor).filter(pk=number).first()
    if found is None:
        raise BetUnknown(number)
    return found


def tasks(actor: Actor) -> QuerySet[Task]:
    """Return all tasks of the organisation, in the order of their days."""
    rows = Task.objects.filter(_of(actor, "bet__cycle__")).select_related(
        "bet__cycle", "bet__owner"
    )
    return rows.prefetch_related("people").order_by("last_day", "first_day", "pk")


def task(actor: Actor, number: int) -> Task:
    """Return a task.

    Raises
    ------
    TaskUnknown
    """
    found = tasks(actor).filter(pk=number).first()
    if found is None:
        raise TaskUnknown(number)
    return found


def assumption(actor: Actor, number: int) -> Assumption:
    """Return an assumption.

    Raises
    ------
    PlanUnknown
    """
    rows = Assumption.objects.filter(_of(actor, "cycle__")).select_related("cycle", "watch")
    found = rows.filter(pk=number).first()
    if found is None:
        raise PlanUnknown("assumption", number)
    return found


def versions(actor: Actor, of: Cycle) -> QuerySet[Version]:
    """Return the versions of a cycle's plan, the newest first."""
    rows = Version.objects.filter(_of(actor, "cycle__"), cycle=of)
    return rows.select_related("user").order_by("-number")


def version(actor: Actor, of: Cycle, number: object) -> Version:
    """Return a version of a cycle's plan.

    Raises
    ------
    PlanUnknown
    """
    text = str(number)
    found = versions(actor, of).filter(number=int(text)).first() if _is_number(text) else None
    if found is None:
        raise PlanUnknown("version", text[:40])
    return found


def check_ins(actor: Actor) -> QuerySet[CheckIn]:
    """Return what people said of the bets, the newest week first."""
    rows = CheckIn.objects.filter(_of(actor, "bet__cycle__"))
    return rows.select_related("user", "bet").order_by("-week", "-at", "-pk")


def last_of_own(actor: Actor, of: Sequence[Bet]) -> dict[int, CheckIn]:
    """Return what the actor said last of bets, by the number of the bet."""
    found: dict[int, CheckIn] = {}
    for said in check_ins(actor).filter(bet__in=of, user=actor.user_id):
        found.setdefault(said.bet_id, said)
    return found


def lessons(actor: Actor) -> QuerySet[Lesson]:
    """Return what the house learned, the newest first."""
    rows = Lesson.objects.filter(_of(actor, "cycle__"))
    return rows.select_related("cycle", "bet__function", "user").order_by("-at", "-pk")


def lessons_saying(actor: Actor, typed: str) -> QuerySet[Lesson]:
    """Return the lessons in which, or in whose bets' titles, each of the typed words stands."""
    found = lessons(actor)
    for word in typed.replace("\0", "").split():
        found = found.filter(Q(text__icontains=word) | Q(bet__title__icontains=word))
    return found


def objectives(actor: Actor, *, also: int | None = None) -> QuerySet[Objective]:
    """Return the open objectives with their priorities, and another one that a bet has."""
    rows = Objective.objects.filter(_of(actor, ""), Q(closed_on=None) | Q(pk=also))
    return rows.select_related("priority").order_by("priority__place", "pk")


def people(actor: Actor) -> QuerySet[User]:
    """Return the members of the house, by name."""
    return User.objects.filter(memberships__organisation_id=actor.organisation_id).order_by(
        "username"
    )


def is_own(actor: Actor, of: Task) -> bool:
    """Return whether a task is the actor's: hers to do, or of a bet that she owns."""
    if actor.user_id is None:
        return False
    return of.bet.owner_id == actor.user_id or any(
        person.pk == actor.user_id for person in of.people.all()
    )


def may_change(actor: Actor, of: Task) -> bool:
    """Return whether the actor may change a task: any with the right, else her own."""
    return may(actor, Right.EDIT_PLAN) or (may(actor, Right.CHECK_IN) and is_own(actor, of))


def gets_digest(actor: Actor) -> bool:
    """Return whether the actor gets the week's plan by mail."""
    own = DigestReader.objects.filter(organisation_id=actor.organisation_id)
    return own.filter(user=actor.user_id).exists()


def digest_readers(actor: Actor) -> list[User]:
    """Return who gets the week's plan: members who may see it, and have an address."""
    roles = [role.value for role in TABLE[Right.SEE_FIGURES]]
    wanting = DigestReader.objects.filter(organisation_id=actor.organisation_id)
    found = User.objects.filter(
        pk__in=wanting.values("user"),
        memberships__organisation_id=actor.organisation_id,
        memberships__role__in=roles,
        is_active=True,
    )
    return list(found.exclude(email="").order_by("pk"))
