"""Currencies: in which the house reckons, and what others were worth in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import queries
from auscult.web.returns.cost_checks import check_amount, check_day, checked_currency, checked_text
from auscult.web.returns.cost_models import ExchangeRate, Ledger
from auscult.web.returns.errors import ReturnsRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeWish:
    """What a currency was worth in another: an `ExchangeRate` before it is one."""

    of: str
    into: str
    rate: float
    day: date
    source: str


@transaction.atomic
def set_currency(actor: Actor, *, currency: str) -> Ledger:
    """Say in which currency the house reckons; what was recorded keeps its own.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    code = checked_currency("currency", currency)
    made, _new = Ledger.objects.update_or_create(
        organisation_id=actor.organisation_id, defaults={"currency": code}
    )
    record_audit(actor, action="set-currency", target=code)
    return made


def save_exchange_rate(
    actor: Actor, *, wish: ExchangeWish, rate: ExchangeRate | None = None
) -> ExchangeRate:
    """Say what one unit of a currency was worth in another from a day on.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    of, into = checked_currency("of", wish.of), checked_currency("into", wish.into)
    if of == into:
        raise ReturnsRefused("into", into, _("another currency than the first"))
    check_amount("rate", wish.rate, above=True)
    check_day("day", wish.day)
    made = rate or ExchangeRate(organisation_id=actor.organisation_id)
    made.of, made.into, made.rate, made.day = of, into, wish.rate, wish.day
    made.source = checked_text("source", wish.source, least=1)
    try:
        with transaction.atomic():
            made.save()
            record_audit(actor, action="save-exchange-rate", target=f"{of}/{into}")
    except IntegrityError as error:
        valid = _("a day for which no rate of these currencies is there")
        raise ReturnsRefused("day", wish.day.isoformat(), valid) from error
    return made


@transaction.atomic
def remove_exchange_rate(actor: Actor, *, rate: ExchangeRate) -> None:
    """Remove a rate of exchange; the one before it holds on.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    target = f"{rate.of}/{rate.into}"
    rate.delete()
    record_audit(actor, action="remove-exchange-rate", target=target)
