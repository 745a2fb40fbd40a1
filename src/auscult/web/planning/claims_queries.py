"""Claims and trials of the actor's organisation."""

from __future__ import annotations

from django.db.models import QuerySet

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.planning.claims_models import Claim, ClaimState, Trial
from auscult.web.planning.errors import PlanUnknown
from auscult.web.planning.queries import SEE


def claims(actor: Actor) -> QuerySet[Claim]:
    """Return all claims of the organisation, those that are tested first, the newest first."""
    require(actor, Right.SEE_FIGURES, SEE)
    rows = Claim.objects.filter(organisation_id=actor.organisation_id)
    return rows.order_by("state", "-pk")


def active_claims(actor: Actor) -> QuerySet[Claim]:
    """Return the claims that are tested daily, and together, the oldest first."""
    rows = Claim.objects.filter(organisation_id=actor.organisation_id, state=ClaimState.ACTIVE)
    return rows.order_by("pk")


def claim(actor: Actor, number: int) -> Claim:
    """Return a claim.

    Raises
    ------
    PlanUnknown
    """
    found = claims(actor).filter(pk=number).first()
    if found is None:
        raise PlanUnknown("claim", number)
    return found


def trials(actor: Actor) -> QuerySet[Trial]:
    """Return all trials of the organisation, the newest first."""
    require(actor, Right.SEE_FIGURES, SEE)
    rows = Trial.objects.filter(claim__organisation_id=actor.organisation_id)
    return rows.select_related("claim").order_by("-pk")


def trial(actor: Actor, number: int) -> Trial:
    """Return a trial.

    Raises
    ------
    PlanUnknown
    """
    found = trials(actor).filter(pk=number).first()
    if found is None:
        raise PlanUnknown("trial", number)
    return found
