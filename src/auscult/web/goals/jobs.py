"""What the runner does for goals."""

from __future__ import annotations

from datetime import timedelta

from auscult.web.accounts.work import Job
from auscult.web.goals.collecting import take_readings
from auscult.web.goals.forecasting import work_out
from auscult.web.goals.link_actions import drop_dead_links

JOBS = (
    Job(name="readings", every=timedelta(seconds=30), run=take_readings, waits=True),
    Job(name="forecasts", every=timedelta(seconds=10), run=work_out),
    Job(name="goal-links", every=timedelta(days=1), run=drop_dead_links),
)
