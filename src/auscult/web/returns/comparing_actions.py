"""Other ways to an outcome, and what was assumed of exposures: written down, changed, removed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import isfinite

from django.db import transaction
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import queries
from auscult.web.returns.comparing_models import Basis, Comparator, Equivalency
from auscult.web.returns.cost_checks import (
    MOST_AMOUNT,
    check_amount,
    check_day,
    checked_currency,
    checked_text,
)
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.outcome_models import OutcomeKind

LONGEST_CHANNEL = 100
LONGEST_WHAT = 200
LONGEST_SOURCE = 300
MOST_IMPRESSIONS = 10**12
LEAST_EACH = 1e-6  # a published cost per outcome below is none


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparatorWish:
    """Another way: a `Comparator` before it is one.

    Attributes
    ----------
    cost, outcomes : float or None
        Of the house's own: both are needed.
    per_outcome, low, high : float or None
        Published: the first is needed; the others are its 90 % interval.
    """

    kind: OutcomeKind
    channel: str
    basis: str
    currency: str
    first_day: date
    last_day: date
    source: str
    source_day: date
    incremental: bool = False
    cost: float | None = None
    outcomes: float | None = None
    per_outcome: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EquivalencyWish:
    """What an exposure would have cost if bought: an `Equivalency` before it is one."""

    what: str
    impressions: int
    per_1000: float
    currency: str
    first_day: date
    last_day: date
    source: str
    source_day: date


@transaction.atomic
def save_comparator(
    actor: Actor, *, wish: ComparatorWish, comparator: Comparator | None = None
) -> Comparator:
    """Write down another way, or change it.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    made = _filled(comparator or Comparator(organisation_id=actor.organisation_id), actor, wish)
    made.save()
    record_audit(actor, action="save-comparator", target=made.channel)
    return made


@transaction.atomic
def add_comparators(actor: Actor, *, wishes: Iterable[ComparatorWish], origin: str) -> int:
    """Write down several other ways at once, all or none; return how many.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    made = [_filled(Comparator(organisation_id=actor.organisation_id), actor, w) for w in wishes]
    Comparator.objects.bulk_create(made)
    if made:
        details = {"rows": len(made)}
        record_audit(actor, action="add-comparators", target=origin, details=details)
    return len(made)


@transaction.atomic
def remove_comparator(actor: Actor, *, comparator: Comparator) -> None:
    """Remove another way.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    target = comparator.channel
    comparator.delete()
    record_audit(actor, action="remove-comparator", target=target)


@transaction.atomic
def save_equivalency(
    actor: Actor, *, wish: EquivalencyWish, equivalency: Equivalency | None = None
) -> Equivalency:
    """Write down what an exposure would have cost if bought, or change it.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    made = equivalency or Equivalency(organisation_id=actor.organisation_id)
    made.what = checked_text("what", wish.what, least=1, most=LONGEST_WHAT)
    if not 0 <= wish.impressions <= MOST_IMPRESSIONS:
        most = _("from 0 to %(most)s") % {"most": f"{MOST_IMPRESSIONS:,}"}
        raise ReturnsRefused("impressions", wish.impressions, most)
    check_amount("per_1000", wish.per_1000)
    _check_days(wish.first_day, wish.last_day, wish.source_day)
    made.impressions, made.per_1000 = wish.impressions, wish.per_1000
    made.currency = checked_currency("currency", wish.currency)
    made.first_day, made.last_day = wish.first_day, wish.last_day
    made.source = checked_text("source", wish.source, least=1, most=LONGEST_SOURCE)
    made.source_day = wish.source_day
    made.save()
    record_audit(actor, action="save-equivalency", target=made.what)
    return made


@transaction.atomic
def remove_equivalency(actor: Actor, *, equivalency: Equivalency) -> None:
    """Remove an assumption.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    target = equivalency.what
    equivalency.delete()
    record_audit(actor, action="remove-equivalency", target=target)


def check_comparator(actor: Actor, wish: ComparatorWish) -> None:
    """Refuse another way that can't be.

    Raises
    ------
    ReturnsRefused
    """
    _filled(Comparator(organisation_id=actor.organisation_id), actor, wish)


def _filled(made: Comparator, actor: Actor, wish: ComparatorWish) -> Comparator:
    if wish.kind.organisation_id != actor.organisation_id:
        raise ReturnsRefused("kind", wish.kind.pk, _("a kind of outcome of your organisation"))
    if wish.basis not in Basis.values:
        raise ReturnsRefused("basis", wish.basis[:40], ", ".join(Basis.values))
    made.kind, made.basis, made.incremental = wish.kind, wish.basis, wish.incremental
    made.channel = checked_text("channel", wish.channel, least=1, most=LONGEST_CHANNEL)
    made.currency = checked_currency("currency", wish.currency)
    made.source = checked_text("source", wish.source, least=1, most=LONGEST_SOURCE)
    _check_days(wish.first_day, wish.last_day, wish.source_day)
    made.first_day, made.last_day, made.source_day = wish.first_day, wish.last_day, wish.source_day
    _fill_known(made, wish)
    return made


def _check_days(first: date, last: date, source: date) -> None:
    for field, one in (("first_day", first), ("last_day", last), ("source_day", source)):
        check_day(field, one)
    if last < first:
        raise ReturnsRefused("last_day", last.isoformat(), _("the first day or later"))


def _fill_known(made: Comparator, wish: ComparatorWish) -> None:
    """Take what is known of it; what belongs to the other basis is left out."""
    made.cost = made.outcomes = made.per_outcome = made.low = made.high = None
    if wish.basis == Basis.OWN:
        made.cost = _needed("cost", wish.cost)
        made.outcomes = _needed("outcomes", wish.outcomes)
        return
    made.per_outcome = _needed("per_outcome", wish.per_outcome)
    if made.per_outcome < LEAST_EACH:
        raise ReturnsRefused("per_outcome", wish.per_outcome, _("above 0"))
    for field, end in (("low", wish.low), ("high", wish.high)):
        if end is not None:
            check_amount(field, end, above=True)
    if wish.low is not None and wish.low > made.per_outcome:
        raise ReturnsRefused("low", wish.low, _("at most the cost per outcome"))
    if wish.high is not None and wish.high < made.per_outcome:
        raise ReturnsRefused("high", wish.high, _("at least the cost per outcome"))
    made.low, made.high = wish.low, wish.high


def _needed(field: str, given: float | None) -> float:
    if given is None or not isfinite(given):
        most = _("a number from 0 to %(most)s") % {"most": f"{MOST_AMOUNT:,.0f}"}
        raise ReturnsRefused(field, "" if given is None else given, most)
    check_amount(field, given)
    return given
