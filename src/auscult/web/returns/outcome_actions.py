"""Saying what kinds of outcomes there are, what one is worth, and typing in what happened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from math import isfinite

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.goals import queries as goals
from auscult.web.goals.models import Objective
from auscult.web.returns import queries
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.outcome_models import Outcome, OutcomeKind, What, Worth
from auscult.web.returns.recording import MOST_AMOUNT, is_currency, is_plain

LONGEST_NAME, LONGEST_SLUG, LONGEST_SOURCE = 100, 60, 200
FIRST_DAY = date(1990, 1, 1)
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWish:
    """A kind of outcome as somebody wants it; without a slug, that of its name."""

    name: str
    slug: str = ""
    what: What = What.OTHER
    objective: Objective | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthWish:
    """What one outcome is worth, who says so, and when."""

    amount: float
    currency: str
    source: str
    day: date


def save_kind(actor: Actor, *, wish: KindWish, kind: OutcomeKind | None = None) -> OutcomeKind:
    """Make a kind of outcome, or change it.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    _check_kind(actor, wish)
    made = kind or OutcomeKind(organisation_id=actor.organisation_id)
    made.name = wish.name.strip()
    made.slug = _slug(wish)
    made.what, made.objective = wish.what, wish.objective
    others = queries.kinds(actor).exclude(pk=made.pk)
    for field in ("name", "slug"):
        if others.filter(**{field: getattr(made, field)}).exists():
            raise ReturnsRefused(field, getattr(made, field), _("one that isn't there yet"))
    try:
        with transaction.atomic():
            made.save()
            record_audit(actor, action="save-outcome-kind", target=made.name)
    except IntegrityError as error:  # somebody else was faster
        raise ReturnsRefused("name", made.name, _("one that isn't there yet")) from error
    return made


def _check_kind(actor: Actor, wish: KindWish) -> None:
    _check_text("name", wish.name, LONGEST_NAME)
    if wish.what not in What.values:
        raise ReturnsRefused("what", str(wish.what)[:40], ", ".join(What.values))
    objective = wish.objective
    if objective and not goals.objectives(actor).filter(pk=objective.pk).exists():
        raise ReturnsRefused("objective", objective.pk, _("an objective of your organisation"))


def _slug(wish: KindWish) -> str:
    plain = wish.slug.strip().lower() or slugify(wish.name)[:LONGEST_SLUG]
    if len(plain) > LONGEST_SLUG or not SLUG.fullmatch(plain):
        valid = _("1 to %(most)s of the letters a to z, figures, - and _") % {"most": LONGEST_SLUG}
        raise ReturnsRefused("slug", plain[:80], valid)
    return plain


def _check_text(field: str, given: str, most: int) -> None:
    if not 1 <= len(given.strip()) <= most or not is_plain(given):
        raise ReturnsRefused(field, given[:80], _("1 to %(most)s characters") % {"most": most})


@transaction.atomic
def remove_kind(actor: Actor, *, kind: OutcomeKind) -> None:
    """Take away a kind of which nothing is told; else its outcomes would go with it.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    told = kind.outcomes.count()
    if told:
        valid = _("one without outcomes: %(told)s rows are told of it; take them back first")
        raise ReturnsRefused("kind", kind.name, valid % {"told": told})
    name = kind.name
    kind.delete()
    record_audit(actor, action="remove-outcome-kind", target=name)


def save_worth(actor: Actor, *, kind: OutcomeKind, wish: WorthWish) -> Worth:
    """Say what one outcome of a kind is worth; said again for the same day, it is changed.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    if not (isfinite(wish.amount) and 0 <= wish.amount <= MOST_AMOUNT):
        raise ReturnsRefused("amount", wish.amount, _("0 or more"))
    if not is_currency(wish.currency):
        raise ReturnsRefused("currency", wish.currency[:10], _("three capital letters, like EUR"))
    _check_text("source", wish.source, LONGEST_SOURCE)
    today = queries.today(actor)
    if not FIRST_DAY <= wish.day <= today:
        valid = _("a day from %(first)s to today") % {"first": FIRST_DAY}
        raise ReturnsRefused("day", wish.day.isoformat(), valid)
    values = {"amount": wish.amount, "currency": wish.currency, "source": wish.source.strip()}
    with transaction.atomic():
        made, _new = Worth.objects.update_or_create(kind=kind, day=wish.day, defaults=values)
        details = {"amount": wish.amount, "currency": wish.currency}
        record_audit(actor, action="save-worth", target=kind.name, details=details)
    return made


@transaction.atomic
def remove_worth(actor: Actor, *, worth: Worth) -> None:
    """Take a worth back.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    name = worth.kind.name
    worth.delete()
    record_audit(actor, action="remove-worth", target=name)


@transaction.atomic
def remove_outcome(actor: Actor, *, outcome: Outcome) -> None:
    """Take an outcome back, with the touches before it.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    details = {"at": outcome.at.isoformat(), "count": outcome.count, "origin": outcome.origin}
    name = outcome.kind.name
    outcome.delete()
    record_audit(actor, action="remove-outcome", target=name, details=details)
