"""Saying what a house has: skills, hours of people, absences, and other assets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import isfinite

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, require
from auscult.web.planning import queries, resources
from auscult.web.planning.actions import check_day
from auscult.web.planning.errors import PlanRefused
from auscult.web.planning.resource_models import (
    Absence,
    Asset,
    AssetKind,
    AssetState,
    Capacity,
    Skill,
)

MOST_HOURS = 168.0
MOST_AMOUNT = 1e12
Row = Skill | Capacity | Absence | Asset


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityWish:
    """Hours a week of a person: a `Capacity` before it is one."""

    skill: Skill
    person: User
    hours: float
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceWish:
    """When somebody isn't there: an `Absence` before it is one."""

    first_day: date
    last_day: date
    person: User | None = None
    share: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetWish:
    """Money, kit, an account or a tool: an `Asset` before it is one."""

    kind: AssetKind
    name: str
    amount: float | None = None
    state: AssetState = AssetState.READY
    keeper: User | None = None
    note: str = ""


def save_skill(actor: Actor, *, name: str, skill: Skill | None = None) -> Skill:
    """Name a skill, or name it differently; needs of bets keep the words that they have.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    require(actor, Right.EDIT_PLAN, resources.CHANGE)
    given = name.strip()
    if not given or len(given) > 100:
        raise PlanRefused("name", given[:80], _("1 to %(most)s characters") % {"most": 100})
    others = {one.name.casefold() for one in resources.skills(actor) if one != skill}
    if given.casefold() in others:
        raise PlanRefused("name", given, _("one that isn't there yet"))
    made = skill or Skill(organisation_id=actor.organisation_id)
    made.name = given
    try:
        with transaction.atomic():
            made.save()
            record_audit(actor, action="save-skill", target=given)
    except IntegrityError as error:  # somebody else was faster
        raise PlanRefused("name", given, _("one that isn't there yet")) from error
    return made


@transaction.atomic
def save_capacity(
    actor: Actor, *, wish: CapacityWish, capacity: Capacity | None = None
) -> Capacity:
    """Say how many hours a week a person has for a skill: one's own, or as an owner anybody's.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    for person in {wish.person.pk, capacity.person_id if capacity else wish.person.pk}:
        resources.require_hours(actor, person)
    _check_member(actor, wish.person)
    if wish.skill.organisation_id != actor.organisation_id:
        raise PlanRefused("skill", wish.skill.pk, _("a skill of your organisation"))
    if not 0 <= wish.hours <= MOST_HOURS:
        raise PlanRefused("hours", wish.hours, _("from %(least)s to %(most)s") % LIMITS)
    _check_days(wish.first_day, wish.last_day)
    made = capacity or Capacity()
    for name in ("skill", "person", "hours", "first_day", "last_day"):
        setattr(made, name, getattr(wish, name))
    made.save()
    record_audit(actor, action="save-hours", target=str(wish.person))
    return made


LIMITS = {"least": 0, "most": int(MOST_HOURS)}


@transaction.atomic
def save_absence(actor: Actor, *, wish: AbsenceWish, absence: Absence | None = None) -> Absence:
    """Say when a person isn't there; without a person it is the whole house.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    before = absence.person_id if absence else _key(wish.person)
    for person in {before, _key(wish.person)}:
        resources.require_absence(actor, person)
    if wish.person is not None:
        _check_member(actor, wish.person)
    if not 0 < wish.share <= 1:
        raise PlanRefused("share", wish.share, _("above 0 and at most 1"))
    _check_days(wish.first_day, wish.last_day)
    made = absence or Absence(organisation_id=actor.organisation_id)
    for name in ("person", "first_day", "last_day", "share"):
        setattr(made, name, getattr(wish, name))
    made.save()
    record_audit(actor, action="save-absence", target=str(wish.person or _("the whole house")))
    return made


@transaction.atomic
def save_asset(actor: Actor, *, wish: AssetWish, asset: Asset | None = None) -> Asset:
    """Say which money, kit, account or tool there is, and who looks after it.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    require(actor, Right.EDIT_PLAN, resources.CHANGE)
    _check_asset(actor, wish)
    made = asset or Asset(organisation_id=actor.organisation_id)
    for name in ("kind", "amount", "state", "keeper"):
        setattr(made, name, getattr(wish, name))
    made.name, made.note = wish.name.strip(), wish.note.strip()
    made.save()
    record_audit(actor, action="save-asset", target=made.name)
    return made


def _check_asset(actor: Actor, wish: AssetWish) -> None:
    for field, given in (("name", wish.name), ("note", wish.note)):
        if len(given) > 200 or (field == "name" and not given.strip()):
            raise PlanRefused(field, given[:80], _("1 to %(most)s characters") % {"most": 200})
    if wish.amount is None and wish.kind == AssetKind.MONEY:
        raise PlanRefused("amount", "", _("an amount of money"))
    if wish.amount is not None and not (isfinite(wish.amount) and 0 <= wish.amount <= MOST_AMOUNT):
        raise PlanRefused("amount", wish.amount, _("0 or more"))
    if wish.keeper is not None:
        _check_member(actor, wish.keeper, "keeper")


@transaction.atomic
def remove_resource(actor: Actor, *, row: Row) -> None:
    """Take out what the house no longer has; with a skill its hours go.

    Raises
    ------
    NotAllowed
    """
    if isinstance(row, Capacity):
        resources.require_hours(actor, row.person_id)
    elif isinstance(row, Absence):
        resources.require_absence(actor, row.person_id)
    else:
        require(actor, Right.EDIT_PLAN, resources.CHANGE)
    target = row.name if isinstance(row, Skill | Asset) else str(row.person or _("the whole house"))
    kind = type(row).__name__.lower()
    row.delete()
    record_audit(actor, action=f"remove-{kind}", target=target)


def _key(person: User | None) -> int | None:
    return person.pk if person else None


def _check_member(actor: Actor, person: User, field: str = "person") -> None:
    if not queries.people(actor).filter(pk=person.pk).exists():
        raise PlanRefused(field, str(person), _("members of your organisation"))


def _check_days(first_day: date | None, last_day: date | None) -> None:
    for name, day in (("first_day", first_day), ("last_day", last_day)):
        if day is not None:
            check_day(name, day)
    if first_day and last_day and last_day < first_day:
        raise PlanRefused("last_day", last_day.isoformat(), _("the first day or later"))
