"""What the runner does for the outbox."""

from __future__ import annotations

from datetime import timedelta

from auscult.web.accounts.work import Job
from auscult.web.delivery.sending import send_due

JOBS = (Job(name="post", every=timedelta(seconds=2), run=send_due, waits=True),)
