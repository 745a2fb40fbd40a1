"""What the runner does for alerts."""

from __future__ import annotations

from datetime import timedelta

from auscult.web.accounts.work import Job
from auscult.web.alerts.evaluating import evaluate, look_for_phrases
from auscult.web.alerts.posting import see_to

JOBS = (
    Job(name="alerts", every=timedelta(seconds=30), run=evaluate),
    # Each hour a look at each watch: a hundred watches take a second or two of it.
    Job(name="phrases", every=timedelta(seconds=30), run=look_for_phrases, share=0.02),
    Job(name="alert-mails", every=timedelta(seconds=10), run=see_to),
)
