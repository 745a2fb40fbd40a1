"""Other ways and assumed exposures, restricted to the actor's organisation."""

from __future__ import annotations

from django.db.models import QuerySet

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import queries
from auscult.web.returns.comparing_models import Comparator, Equivalency


def comparators(actor: Actor) -> QuerySet[Comparator]:
    """Return the other ways, the newest period first."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    rows = Comparator.objects.filter(organisation_id=actor.organisation_id)
    return rows.select_related("kind").order_by("-last_day", "channel", "-pk")


def comparator(actor: Actor, number: object) -> Comparator:
    """Return another way by its number.

    Raises
    ------
    ReturnsUnknown
    """
    return queries.found(comparators(actor), "other way", number)


def equivalencies(actor: Actor) -> QuerySet[Equivalency]:
    """Return what was assumed of exposures, the newest period first."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    rows = Equivalency.objects.filter(organisation_id=actor.organisation_id)
    return rows.order_by("-last_day", "what", "-pk")


def equivalency(actor: Actor, number: object) -> Equivalency:
    """Return an assumption by its number.

    Raises
    ------
    ReturnsUnknown
    """
    return queries.found(equivalencies(actor), "assumption", number)
