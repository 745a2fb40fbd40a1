"""Removing the oldest entries of the audit trail when their time is over; the chain goes on."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Min

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, AuditEntry, AuditHead
from auscult.web.accounts.policies import Right, require

AT_ONCE = 1_000


@transaction.atomic
def expire_audit(actor: Actor, *, before: datetime) -> int:
    """Remove the entries before the first that is young enough; return how many.

    An entry that says up to which number, and the digest of that one, comes first: the check of
    the chain believes in no other beginning.
    """
    require(actor, Right.WORK, "expire the audit trail")
    mine = AuditEntry.objects.filter(organisation_id=actor.organisation_id)
    young = mine.filter(at__gte=before).aggregate(first=Min("number"))["first"]
    old = mine.order_by("number")
    if young is not None:
        old = old.filter(number__lt=young)
    chosen = list(old.values_list("number", "digest")[:AT_ONCE])
    if not chosen:
        return 0
    number, digest = chosen[-1]
    record_audit(
        actor,
        action="expire-audit",
        target=f"up to entry {number}",
        details={"up_to": number, "digest": digest, "entries": len(chosen)},
    )
    with connection.cursor() as cursor:  # the model refuses, for everybody else's sake
        cursor.execute(
            "DELETE FROM accounts_auditentry WHERE organisation_id = %s AND number <= %s",
            [actor.organisation_id, number],
        )
    AuditHead.objects.filter(pk=actor.organisation_id).update(
        kept_after=number, kept_after_digest=digest
    )
    return len(chosen)
