"""Recording time: one's own, and with the right to, that of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, require
from auscult.web.planning.models import Bet
from auscult.web.returns import cost_queries, queries
from auscult.web.returns.cost_actions import check_number
from auscult.web.returns.cost_checks import check_day, checked_text
from auscult.web.returns.cost_models import TimeOrigin, Worked, WorkRole
from auscult.web.returns.errors import ReturnsRefused

A_DAY = 24 * 60  # minutes of a person
MOST_MINUTES = 1_000_000  # of people without accounts, told together


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWish:
    """Minutes on a day: a `Worked` before it is one.

    Attributes
    ----------
    user : User or None
        None: people without an account, told by their role alone.
    role : WorkRole or None
        None: as what she usually works.
    """

    day: date
    minutes: int
    bet: Bet | None = None
    user: User | None = None
    role: WorkRole | None = None
    note: str = ""
    origin: str = TimeOrigin.TYPED


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What rows of time are held against, looked up once for many."""

    today: date
    members: frozenset[int]


def here(actor: Actor) -> Here:
    """Return what rows of time are held against."""
    people = cost_queries.people(actor).values_list("pk", flat=True)
    return Here(today=queries.today(actor), members=frozenset(people))


@transaction.atomic
def save_time(actor: Actor, *, wish: TimeWish, row: Worked | None = None) -> Worked:
    """Record minutes of a day, or change them.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    if row is not None:
        cost_queries.require_time(actor, row.user_id)
    known = row or Worked(organisation_id=actor.organisation_id)
    made = _shaped(actor, wish, known, here(actor))
    made.save()
    record_audit(actor, action="save-time", target=_target(made))
    return made


@transaction.atomic
def add_times(actor: Actor, *, wishes: Sequence[TimeWish], origin: str) -> list[Worked]:
    """Record minutes of many days in one step; none where one row can't be.

    Parameters
    ----------
    origin : str
        Where they come from, for the audit trail.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    check_number(wishes)
    house, now = {"organisation_id": actor.organisation_id}, here(actor)
    rows = [_shaped(actor, one, Worked(**house), now) for one in wishes]
    made = Worked.objects.bulk_create(rows)
    record_audit(actor, action="add-times", target=origin, details={"rows": len(made)})
    return made


@transaction.atomic
def remove_time(actor: Actor, *, row: Worked) -> None:
    """Remove recorded minutes; a check-in of that week counts again.

    Raises
    ------
    NotAllowed
    """
    cost_queries.require_time(actor, row.user_id)
    target = _target(row)
    row.delete()
    record_audit(actor, action="remove-time", target=target)


def check_time(actor: Actor, wish: TimeWish, now: Here) -> None:
    """Refuse time that can't be.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    _shaped(actor, wish, Worked(organisation_id=actor.organisation_id), now)


def _target(row: Worked) -> str:
    return f"{row.user or row.role}, {row.day}"


def _shaped(actor: Actor, wish: TimeWish, row: Worked, now: Here) -> Worked:
    """Return the row as it is wanted, not saved."""
    cost_queries.require_time(actor, wish.user.pk if wish.user else None)
    _check_whose(actor, wish, row, now)
    check_day("day", wish.day)
    if wish.origin not in TimeOrigin.values:
        raise ReturnsRefused("origin", wish.origin[:40], _("one of %s") % ", ".join(TimeOrigin))
    if wish.origin != TimeOrigin.ESTIMATE and wish.day > now.today:
        valid = _("today or earlier; time to come can be estimated alone")
        raise ReturnsRefused("day", wish.day.isoformat(), valid)
    most = MOST_MINUTES if wish.user is None else A_DAY
    if not 1 <= wish.minutes <= most:
        valid = _("from %(least)s to %(most)s") % {"least": 1, "most": most}
        raise ReturnsRefused("minutes", wish.minutes, valid)
    for name in ("day", "minutes", "bet", "user", "role", "origin"):
        setattr(row, name, getattr(wish, name))
    row.note = checked_text("note", wish.note)
    return row


def _check_whose(actor: Actor, wish: TimeWish, row: Worked, now: Here) -> None:
    """Refuse bets, people and roles of others; who has left may keep what is recorded."""
    if wish.user is None and wish.role is None:
        raise ReturnsRefused("role", "", _("given for people without an account"))
    if wish.role is not None and wish.role.organisation_id != actor.organisation_id:
        raise ReturnsRefused("role", wish.role.pk, _("a role of your organisation"))
    if wish.bet is not None and wish.bet.cycle.organisation_id != actor.organisation_id:
        raise ReturnsRefused("bet", wish.bet.pk, _("a bet of your organisation"))
    allowed = now.members | {row.user_id}
    if wish.user is not None and wish.user.pk not in allowed:
        raise ReturnsRefused("user", str(wish.user)[:40], _("a member of your organisation"))
