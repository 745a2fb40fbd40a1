"""Letting go of what tells that two rows are of the same person, when its time is over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.returns.link_models import Click
from auscult.web.returns.outcome_models import Outcome

AT_ONCE = 5_000  # rows of one transaction
KEYED = ~Q(order="") | ~Q(visitor="") | ~Q(caller="")


@transaction.atomic
def forget_clicks(actor: Actor, before: datetime) -> int:
    """Remove a slice of clicks older than a moment; return how many."""
    rows = Click.objects.filter(link__organisation_id=actor.organisation_id, at__lt=before)
    numbers = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if numbers:
        Click.objects.filter(pk__in=numbers).delete()
        _told(actor, "expire-clicks", len(numbers), before)
    return len(numbers)


@transaction.atomic
def forget_keys(actor: Actor, before: datetime) -> int:
    """Empty the digests of a slice of outcomes older than a moment; return how many."""
    rows = Outcome.objects.filter(KEYED, organisation_id=actor.organisation_id, at__lt=before)
    numbers = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if numbers:
        Outcome.objects.filter(pk__in=numbers).update(order="", visitor="", caller="")
        _told(actor, "expire-outcome-keys", len(numbers), before)
    return len(numbers)


def _told(actor: Actor, action: str, rows: int, before: datetime) -> None:
    details = {"rows": rows, "before": before.isoformat()}
    record_audit(actor, action=action, target="", details=details)
