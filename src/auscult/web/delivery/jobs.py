"""What the runner does for the outbox."""

from __future__ import annotations

from datetime import timedelta

from auscult.web.accounts.models import Actor
from auscult.web.accounts.work import Job
from auscult.web.delivery.actions import drop_old_letters
from auscult.web.delivery.sending import send_due


def _drop(actor: Actor) -> bool:
    drop_old_letters(actor)
    return False


JOBS = (
    Job(name="post", every=timedelta(seconds=2), run=send_due, waits=True),
    Job(name="outbox", every=timedelta(hours=1), run=_drop),
)
