"""What all parts of the room ask: the ledger's terms, kinds of outcomes, bets to name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_noop

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.planning import queries as planning
from auscult.web.planning.models import Bet, Cycle
from auscult.web.planning.moves import CycleState
from auscult.web.returns.cost_models import Ledger
from auscult.web.returns.errors import ReturnsUnknown
from auscult.web.returns.outcome_models import OutcomeKind

SEE = gettext_noop("see what it cost and brought")
CHANGE = gettext_noop("record costs and outcomes")
Row = TypeVar("Row", bound=Model)


def today(actor: Actor) -> date:
    """Return the day that it is in the organisation's time zone."""
    return actor.clock.now().astimezone(time_zone(actor)).date()


def begun(actor: Actor, written: Callable[[Cycle], bool]) -> list[Cycle]:
    """Return the cycles that have begun: the one that runs, then the others, the newest first.

    Where nothing is written down yet of the one that runs, the last that was closed comes first: on
    its first days a new cycle has nothing to show.

    Parameters
    ----------
    written : callable
        Says whether there is anything of a cycle; asked of the one that runs, if others were closed.
    """
    rows = planning.cycles(actor).filter(first_day__lte=today(actor))
    found = sorted(rows, key=lambda one: (one.state != CycleState.RUNNING, -one.number))
    closed = next((one for one in found if one.state == CycleState.CLOSED), None)
    if closed and found[0].state == CycleState.RUNNING and not written(found[0]):
        found.remove(closed)
        found.insert(0, closed)
    return found


def ledger(actor: Actor) -> Ledger:
    """Return the terms of the book; where nothing was decided, the usual ones, not saved."""
    require(actor, Right.SEE_FIGURES, SEE)
    found = Ledger.objects.filter(organisation_id=actor.organisation_id).first()
    return found or Ledger(organisation_id=actor.organisation_id)


def kinds(actor: Actor) -> QuerySet[OutcomeKind]:
    """Return the kinds of outcomes, by name."""
    require(actor, Right.SEE_FIGURES, SEE)
    return OutcomeKind.objects.filter(organisation_id=actor.organisation_id).order_by("name")


def kind(actor: Actor, number: object) -> OutcomeKind:
    """Return a kind of outcome by its number.

    Raises
    ------
    ReturnsUnknown
    """
    return found(kinds(actor), "kind of outcome", number)


def bets(actor: Actor) -> QuerySet[Bet]:
    """Return the bets that costs and outcomes may name, the newest first."""
    return planning.bets(actor).order_by("-pk")


def found(rows: QuerySet[Row], what: str, number: object) -> Row:
    """Return the row of a number.

    Raises
    ------
    ReturnsUnknown
    """
    text = str(number)
    row = rows.filter(pk=int(text)).first() if text.isascii() and text.isdigit() else None
    if row is None:
        raise ReturnsUnknown(what, text)
    return row
