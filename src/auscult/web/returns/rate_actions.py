"""Roles, what an hour of each costs, and who works as what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import cost_queries, queries
from auscult.web.returns.cost_checks import check_amount, check_day, checked_currency, checked_text
from auscult.web.returns.cost_models import Rate, Worker, WorkRole
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.working import NO_ROLE

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RateWish:
    """What an hour costs from a day on: a `Rate` before it is one."""

    role: WorkRole
    hourly: float
    currency: str
    since: date
    source: str


def save_role(
    actor: Actor, *, name: str, given: bool = False, role: WorkRole | None = None
) -> WorkRole:
    """Name a kind of work that costs alike; `given`: the house doesn't pay for it.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    made = role or WorkRole(organisation_id=actor.organisation_id)
    made.name = checked_text("name", name, least=1, most=LONGEST_NAME)
    made.given = given
    others = cost_queries.role_names(actor).exclude(pk=made.pk).values_list("name", flat=True)
    if made.name.casefold() in {NO_ROLE, *(one.casefold() for one in others)}:
        raise ReturnsRefused("name", made.name, _("one that isn't there yet"))
    try:
        with transaction.atomic():
            made.save()
            record_audit(actor, action="save-work-role", target=made.name)
    except IntegrityError as error:  # somebody else was faster
        raise ReturnsRefused("name", made.name, _("one that isn't there yet")) from error
    return made


@transaction.atomic
def remove_role(actor: Actor, *, role: WorkRole) -> None:
    """Remove a role with its rates; time recorded as it is listed as not costed from then on.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    name = role.name
    role.delete()
    record_audit(actor, action="remove-work-role", target=name)


def save_rate(actor: Actor, *, wish: RateWish, rate: Rate | None = None) -> Rate:
    """Say what an hour of a role costs from a day on.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    if wish.role.organisation_id != actor.organisation_id:
        raise ReturnsRefused("role", wish.role.pk, _("a role of your organisation"))
    check_amount("hourly", wish.hourly)
    check_day("since", wish.since)
    made = rate or Rate()
    made.role, made.hourly, made.since = wish.role, wish.hourly, wish.since
    made.currency = checked_currency("currency", wish.currency)
    made.source = checked_text("source", wish.source, least=1)
    try:
        with transaction.atomic():
            made.save()
            record_audit(actor, action="save-rate", target=wish.role.name)
    except IntegrityError as error:
        valid = _("a day on which no other rate of this role begins")
        raise ReturnsRefused("since", wish.since.isoformat(), valid) from error
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRate:
    """A rate of a role that is named, and may not be there yet; `given` is said of a new one."""

    role: str
    given: bool
    hourly: float
    currency: str
    since: date
    source: str


@transaction.atomic
def add_rate(actor: Actor, *, wish: NamedRate) -> Rate:
    """Add a rate; a role that isn't there yet is made with it.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    known = cost_queries.role_names(actor).filter(name=wish.role.strip()).first()
    role = known or save_role(actor, name=wish.role, given=wish.given)
    plain = {name: getattr(wish, name) for name in ("hourly", "currency", "since", "source")}
    return save_rate(actor, wish=RateWish(role=role, **plain))


@transaction.atomic
def remove_rate(actor: Actor, *, rate: Rate) -> None:
    """Remove a rate; the one before it holds on.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    name = rate.role.name
    rate.delete()
    record_audit(actor, action="remove-rate", target=name)


@transaction.atomic
def set_workers(actor: Actor, *, work: Mapping[User, WorkRole | None]) -> None:
    """Say as what members work; None: nobody knows.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    members = set(cost_queries.people(actor).values_list("pk", flat=True))
    before = {
        user: one.role_id for user, one in cost_queries.workers(actor).items() if user in members
    }
    for user, role in work.items():
        if user.pk not in members:
            raise ReturnsRefused("person", str(user)[:40], _("a member of your organisation"))
        if role is not None and role.organisation_id != actor.organisation_id:
            raise ReturnsRefused("role", role.pk, _("a role of your organisation"))
        if before.get(user.pk) == (role.pk if role else None):
            continue
        _set_worker(actor, user, role)


def _set_worker(actor: Actor, user: User, role: WorkRole | None) -> None:
    if role is None:
        Worker.objects.filter(organisation_id=actor.organisation_id, user=user).delete()
    else:
        Worker.objects.update_or_create(
            organisation_id=actor.organisation_id, user=user, defaults={"role": role}
        )
    details = {"role": role.name if role else ""}
    record_audit(actor, action="set-work-role", target=str(user), details=details)
