"""What the runner does for alerts."""

from __future__ import annotations

from datetime import timedelta

from auscult.web.accounts.work import Job
from auscult.web.alerts.evaluating import evaluate
from auscult.web.alerts.posting import see_to

JOBS = (
    Job(name="alerts", every=timedelta(seconds=30), run=evaluate),
    Job(name="alert-mails", every=timedelta(seconds=10), run=see_to),
)
