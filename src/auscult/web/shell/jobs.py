"""What the runner does for each organisation beside listening: one line for each application."""

from __future__ import annotations

from auscult.web.accounts.work import Job

JOBS: tuple[Job, ...] = ()
