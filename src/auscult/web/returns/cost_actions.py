"""Recording what was bought: once or again and again, with its life, and which bets use it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.planning.models import Bet
from auscult.web.returns import queries
from auscult.web.returns.cost_checks import (
    MOST_MONTHS,
    check_amount,
    check_day,
    checked_currency,
    checked_text,
)
from auscult.web.returns.cost_models import Charge, ChargeKind, Every, Use
from auscult.web.returns.errors import ReturnsRefused

MOST_SHARE = 1e9
MOST_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much a bet uses something: a `Use` before it is one."""

    bet: Bet
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeWish:
    """Something bought: a `Charge` before it is one."""

    what: str
    kind: str
    amount: float | None
    currency: str
    first_day: date
    last_day: date | None = None
    every: str = Every.ONCE
    life_months: int | None = None
    residual: float = 0.0
    source: str = ""
    uses: tuple[Share, ...] = field(default=())


@transaction.atomic
def save_charge(actor: Actor, *, wish: ChargeWish, charge: Charge | None = None) -> Charge:
    """Record something that was bought, or change it.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    known = charge or Charge(organisation_id=actor.organisation_id)
    made = _shaped(actor, wish, known)
    made.save()
    made.uses.all().delete()
    Use.objects.bulk_create(_uses(made, wish))
    record_audit(actor, action="save-charge", target=made.what)
    return made


@transaction.atomic
def add_charges(actor: Actor, *, wishes: Sequence[ChargeWish], origin: str) -> list[Charge]:
    """Record many things that were bought, in one step; none where one of them can't be.

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
    shaped = [_shaped(actor, one, Charge(organisation_id=actor.organisation_id)) for one in wishes]
    made = Charge.objects.bulk_create(shaped)
    uses = [use for row, wish in zip(made, wishes, strict=True) for use in _uses(row, wish)]
    Use.objects.bulk_create(uses)
    record_audit(actor, action="add-charges", target=origin, details={"rows": len(made)})
    return made


def check_number(rows: Sequence[object]) -> None:
    """Refuse more rows than are taken in one step.

    Raises
    ------
    ReturnsRefused
    """
    if len(rows) > MOST_AT_ONCE:
        valid = _("at most %(most)s at once") % {"most": MOST_AT_ONCE}
        raise ReturnsRefused("rows", len(rows), valid)


@transaction.atomic
def remove_charge(actor: Actor, *, charge: Charge) -> None:
    """Take out something that wasn't bought after all.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    what = charge.what
    charge.delete()
    record_audit(actor, action="remove-charge", target=what)


def check_charge(actor: Actor, wish: ChargeWish) -> None:
    """Refuse what can't be bought so.

    Raises
    ------
    ReturnsRefused
    """
    _shaped(actor, wish, Charge(organisation_id=actor.organisation_id))


def _shaped(actor: Actor, wish: ChargeWish, charge: Charge) -> Charge:
    """Return the row as it is wanted, not saved."""
    charge.what = checked_text("what", wish.what, least=1)
    charge.source = checked_text("source", wish.source)
    charge.currency = checked_currency("currency", wish.currency)
    for name, choices in (("kind", ChargeKind.values), ("every", Every.values)):
        given = getattr(wish, name)
        if given not in choices:
            raise ReturnsRefused(name, given[:40], _("one of %s") % ", ".join(choices))
        setattr(charge, name, given)
    if wish.amount is not None:
        check_amount("amount", wish.amount)
    charge.amount = wish.amount
    _check_days(wish)
    _check_life(wish)
    _check_uses(actor, wish.uses)
    for name in ("first_day", "last_day", "life_months", "residual"):
        setattr(charge, name, getattr(wish, name))
    return charge


def _check_days(wish: ChargeWish) -> None:
    check_day("first_day", wish.first_day)
    if wish.last_day is not None:
        check_day("last_day", wish.last_day)
        if wish.last_day < wish.first_day:
            raise ReturnsRefused("last_day", wish.last_day.isoformat(), _("the first day or later"))


def _check_life(wish: ChargeWish) -> None:
    if wish.life_months is None:
        if wish.residual:
            raise ReturnsRefused("residual", wish.residual, _("0 where nothing wears off"))
        return
    if not 1 <= wish.life_months <= MOST_MONTHS:
        limits = {"least": 1, "most": MOST_MONTHS}
        valid = _("from %(least)s to %(most)s months") % limits
        raise ReturnsRefused("life_months", wish.life_months, valid)
    if wish.kind != ChargeKind.KIT or wish.every != Every.ONCE or wish.last_day is not None:
        valid = _("empty but for kit that is bought once and has no last day")
        raise ReturnsRefused("life_months", wish.life_months, valid)
    check_amount("residual", wish.residual)
    if wish.amount is not None and wish.residual > wish.amount:
        raise ReturnsRefused("residual", wish.residual, _("at most the price"))


def _check_uses(actor: Actor, uses: Sequence[Share]) -> None:
    if not uses:
        return
    named = [one.bet.pk for one in uses]
    ours = set(queries.bets(actor).filter(pk__in=named).values_list("pk", flat=True))
    if not ours.issuperset(named):
        raise ReturnsRefused("uses", str(named)[:40], _("bets of your organisation"))
    if len(set(named)) < len(named):
        raise ReturnsRefused("uses", str(named)[:40], _("bets, each named once"))
    for one in uses:
        if not 0 < one.share <= MOST_SHARE:
            valid = _("above 0 and at most %(most)s") % {"most": f"{MOST_SHARE:,.0f}"}
            raise ReturnsRefused("uses", one.share, valid)


def _uses(charge: Charge, wish: ChargeWish) -> list[Use]:
    return [Use(charge=charge, bet=one.bet, share=one.share) for one in wish.uses]
