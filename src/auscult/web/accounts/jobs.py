"""What the runner does for people and their programs."""

from __future__ import annotations

from datetime import timedelta

from auscult.web.accounts.tokens_actions import drop_old_answers
from auscult.web.accounts.work import Job

JOBS = (Job(name="old-answers", every=timedelta(hours=1), run=drop_old_answers),)
