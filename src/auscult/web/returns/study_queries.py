"""Studies, restricted to the actor's organisation."""

from __future__ import annotations

from django.db.models import QuerySet

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import queries
from auscult.web.returns.study_models import Study, StudyState

BEGUN = (StudyState.WAITING, StudyState.WORKING)


def studies(actor: Actor) -> QuerySet[Study]:
    """Return the studies, the newest first, without their data."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    rows = Study.objects.filter(organisation_id=actor.organisation_id)
    return rows.select_related("kind", "bet", "user").defer("data").order_by("-pk")


def study(actor: Actor, number: object) -> Study:
    """Return a study by its number.

    Raises
    ------
    ReturnsUnknown
    """
    return queries.found(studies(actor), "study", number)
