"""What the runner does for returns: one line for each kind of work."""

from __future__ import annotations

from datetime import timedelta

from auscult.web.accounts.work import Job
from auscult.web.returns.intake_actions import forget_waiting
from auscult.web.returns.intake_working import work_due as read_files_in
from auscult.web.returns.studying import work_due

JOBS: tuple[Job, ...] = (
    Job(name="waiting-files", every=timedelta(hours=1), run=forget_waiting),
    # Under a second a batch, beside the listening as well.
    Job(name="long-files", every=timedelta(seconds=2), run=read_files_in, waits=True),
    # It takes seconds to minutes: in the thread beside the listening.
    Job(name="studies", every=timedelta(seconds=2), run=work_due, waits=True),
)
