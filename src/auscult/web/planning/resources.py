"""What the actor's house has: skills, people's hours by week, money, kit, accounts and tools.

Hours and absences of a person are seen by herself and by owners; their sums by everybody who
sees the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from auscult.engine.planning.curves import Floats
from auscult.engine.planning.hours import Away, Offer, Week, hours_by_week, weeks_of
from auscult.engine.planning.periods import Period
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, may, require, who_may
from auscult.web.planning import queries
from auscult.web.planning.errors import PlanUnknown
from auscult.web.planning.models import USUAL_DAYS, Cycle, Need, Task
from auscult.web.planning.moves import BetState
from auscult.web.planning.resource_models import Absence, Asset, AssetKind, Capacity, Skill

Row = TypeVar("Row", Skill, Capacity, Absence, Asset)
# Owners alone: who works how much is between a person and those who employ her.
ALL_HOURS = Right.MANAGE_PEOPLE
SOME = 1.0  # hours in a whole cycle that aren't worth a word
CHANGE = gettext_noop("change what the house has")
OWN = gettext_noop("say which hours you have")


def sees_hours_of_all(actor: Actor) -> bool:
    """Return whether the actor may see and change everybody's hours, and not her own alone."""
    return may(actor, ALL_HOURS)


def require_hours(actor: Actor, person: int | None) -> None:
    """Raise NotAllowed unless a person's hours are the actor's own, or she may see everybody's."""
    if sees_hours_of_all(actor):
        return
    require(actor, Right.CHECK_IN, OWN)
    if person != actor.user_id:
        raise NotAllowed(str(actor.role.label), "change hours of others", who_may(ALL_HOURS))


def require_absence(actor: Actor, person: int | None) -> None:
    """Raise NotAllowed unless the actor may change an absence; None: the whole house's."""
    if person is None:
        require(actor, Right.EDIT_PLAN, CHANGE)
    else:
        require_hours(actor, person)


def skills(actor: Actor) -> QuerySet[Skill]:
    """Return the skills of the house, by name."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return Skill.objects.filter(organisation_id=actor.organisation_id).order_by("name")


def skill_names(actor: Actor) -> list[str]:
    """Return what the skills of the house are called."""
    return list(skills(actor).values_list("name", flat=True))


def assets(actor: Actor) -> QuerySet[Asset]:
    """Return money, kit, accounts and tools, by kind and name."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    rows = Asset.objects.filter(organisation_id=actor.organisation_id)
    return rows.select_related("keeper").order_by("kind", "name", "pk")


def money(actor: Actor) -> float:
    """Return the money that a cycle has."""
    rows = assets(actor).filter(kind=AssetKind.MONEY)
    return sum(one.amount or 0.0 for one in rows)


def _all_capacities(actor: Actor) -> QuerySet[Capacity]:
    require(actor, Right.SEE_FIGURES, queries.SEE)
    rows = Capacity.objects.filter(
        skill__organisation_id=actor.organisation_id,
        person__memberships__organisation_id=actor.organisation_id,
    )
    return rows.select_related("skill", "person").order_by("person__username", "skill__name", "pk")


def _all_absences(actor: Actor) -> QuerySet[Absence]:
    require(actor, Right.SEE_FIGURES, queries.SEE)
    rows = Absence.objects.filter(organisation_id=actor.organisation_id)
    return rows.select_related("person").order_by("first_day", "pk")


def capacities(actor: Actor) -> QuerySet[Capacity]:
    """Return who has how many hours: the actor's own, or an owner's view of everybody's."""
    rows = _all_capacities(actor)
    return rows if sees_hours_of_all(actor) else rows.filter(person=actor.user_id)


def absences(actor: Actor) -> QuerySet[Absence]:
    """Return who is away when: the actor herself, the whole house, and for owners everybody."""
    rows = _all_absences(actor)
    own = Q(person=actor.user_id) | Q(person=None)
    return rows if sees_hours_of_all(actor) else rows.filter(own)


def skill(actor: Actor, number: int) -> Skill:
    """Return a skill.

    Raises
    ------
    PlanUnknown
    """
    return _known(skills(actor), "skill", number)


def capacity(actor: Actor, number: int) -> Capacity:
    """Return hours of a person that the actor may change.

    Raises
    ------
    PlanUnknown, NotAllowed
    """
    found = _known(_all_capacities(actor), gettext_noop("line of hours"), number)
    require_hours(actor, found.person_id)
    return found


def absence(actor: Actor, number: int) -> Absence:
    """Return an absence that the actor may change.

    Raises
    ------
    PlanUnknown, NotAllowed
    """
    found = _known(_all_absences(actor), gettext_noop("absence"), number)
    require_absence(actor, found.person_id)
    return found


def asset(actor: Actor, number: int) -> Asset:
    """Return an asset.

    Raises
    ------
    PlanUnknown
    """
    return _known(assets(actor), gettext_noop("asset"), number)


def _known(rows: QuerySet[Row], what: str, number: int) -> Row:
    found = rows.filter(pk=number).first()
    if found is None:
        raise PlanUnknown(what, number)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Hours in each week: of a person, or of all together.

    Attributes
    ----------
    name : str
    rows : tuple of Capacity
        What a person's hours are made of; none of a sum.
    """

    name: str
    hours: tuple[float, ...]
    rows: tuple[Capacity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillHours:
    """The hours of a skill.

    Attributes
    ----------
    people : tuple of Line
        Whom the actor may see.
    total : Line
        Of everybody.
    asked : float
        Hours a week that the cycle's bets would take.
    """

    skill: Skill
    people: tuple[Line, ...]
    total: Line
    asked: float
    short: bool  # the bets would take more than there is, over all weeks together


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """People's hours by skill and week.

    Attributes
    ----------
    hours : array of float, shape (skills, weeks)
    """

    weeks: tuple[Week, ...]
    skills: tuple[Skill, ...]
    hours: Floats


def weeks(actor: Actor, cycle: Cycle | None) -> tuple[Week, ...]:
    """Return the weeks of a cycle; without one, of a hundred days from today."""
    begins = Period(first_day=queries.today(actor), length=USUAL_DAYS)
    return weeks_of(cycle.period if cycle else begins)


def supply(actor: Actor, cycle: Cycle | None) -> Supply:
    """Return everybody's hours by skill and week, summed up."""
    found, spans = tuple(skills(actor)), weeks(actor, cycle)
    rows = list(_all_capacities(actor))
    hours = _hours(actor, rows, spans)
    places = {one.pk: at for at, one in enumerate(found)}
    summed = np.zeros((len(found), len(spans)))
    np.add.at(summed, [places[one.skill_id] for one in rows], hours)
    return Supply(weeks=spans, skills=found, hours=summed)


def _hours(actor: Actor, rows: Sequence[Capacity], spans: Sequence[Week]) -> Floats:
    """Return the hours of each capacity in each week, less what absences take."""
    away = list(_all_absences(actor).filter(first_day__lte=spans[-1][1], last_day__gte=spans[0][0]))
    known = {one.person_id for one in rows}
    places = {person: at for at, person in enumerate(sorted(known))}
    offers = [
        Offer(person=places[one.person_id], hours=one.hours, first=one.first_day, last=one.last_day)
        for one in rows
    ]
    aways = [
        Away(
            person=None if one.person_id is None else places[one.person_id],
            first=one.first_day,
            last=one.last_day,
            share=one.share,
        )
        for one in away
        if one.person_id is None or one.person_id in known
    ]
    return hours_by_week(offers, aways, spans)


def by_skill(actor: Actor, cycle: Cycle | None) -> tuple[Supply, tuple[SkillHours, ...]]:
    """Return the hours of each skill, with a line for each person whom the actor may see."""
    everybody, rows = supply(actor, cycle), list(capacities(actor))
    own = _hours(actor, rows, everybody.weeks)
    asked = asked_hours(actor, cycle)
    wanted = [asked.get(one.name.casefold(), 0.0) for one in everybody.skills]
    days = (everybody.weeks[-1][1] - everybody.weeks[0][0]).days + 1
    return everybody, tuple(
        SkillHours(
            skill=one,
            people=_people(one, rows, own),
            total=Line(name="", hours=tuple(everybody.hours[at].tolist())),
            asked=wanted[at],
            # A part of an hour more or less is the weekday that a cycle begins on.
            short=wanted[at] * days / 7 > everybody.hours[at].sum() + SOME,
        )
        for at, one in enumerate(everybody.skills)
    )


def _people(of: Skill, rows: Sequence[Capacity], hours: Floats) -> tuple[Line, ...]:
    grouped: dict[User, list[int]] = {}
    for at, one in enumerate(rows):
        if one.skill_id == of.pk:
            grouped.setdefault(one.person, []).append(at)
    return tuple(
        Line(
            name=str(person),
            hours=tuple(hours[places].sum(axis=0).tolist()),
            rows=tuple(rows[at] for at in places),
        )
        for person, places in grouped.items()
    )


def asked_hours(actor: Actor, cycle: Cycle | None) -> dict[str, float]:
    """Return the hours a week that a cycle's bets would take, by a skill's name in small letters."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    found: dict[str, float] = {}
    if cycle is not None:
        for one in Need.objects.filter(bet__cycle=cycle, bet__state=BetState.ON):
            key = one.skill.casefold()
            found[key] = found.get(key, 0.0) + one.hours
    return found


def unknown_skills(actor: Actor, cycle: Cycle | None) -> tuple[str, ...]:
    """Return what bets and tasks of a cycle ask for and the house hasn't named as a skill."""
    known = {one.name.casefold() for one in skills(actor)}
    if cycle is None:
        return ()
    named = [
        *Need.objects.filter(bet__cycle=cycle).values_list("skill", flat=True),
        *Task.objects.filter(bet__cycle=cycle).values_list("skill", flat=True),
    ]
    new = {name.casefold(): name for name in named if name and name.casefold() not in known}
    return tuple(sorted(new.values()))
