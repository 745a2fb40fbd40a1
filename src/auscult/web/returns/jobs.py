"""What the runner does for returns: one line for each kind of work."""

from __future__ import annotations

from auscult.web.accounts.work import Job

JOBS: tuple[Job, ...] = ()
