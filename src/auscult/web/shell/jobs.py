"""What the runner does for each organisation beside listening: one line for each application."""

from __future__ import annotations

from auscult.web.accounts.jobs import JOBS as ACCOUNTS
from auscult.web.accounts.work import Job
from auscult.web.alerts.jobs import JOBS as ALERTS
from auscult.web.briefs.jobs import JOBS as BRIEFS
from auscult.web.dashboards.jobs import JOBS as DASHBOARDS
from auscult.web.delivery.jobs import JOBS as DELIVERY
from auscult.web.goals.jobs import JOBS as GOALS
from auscult.web.planning.jobs import JOBS as PLANNING
from auscult.web.returns.jobs import JOBS as RETURNS
from auscult.web.shell.lakeside_returns import JOBS as LAKESIDE
from auscult.web.shell.retention import JOBS as RETENTION

JOBS: tuple[Job, ...] = (
    *ACCOUNTS,
    *ALERTS,
    *BRIEFS,
    *DELIVERY,
    *DASHBOARDS,
    *GOALS,
    *PLANNING,
    *RETURNS,
    *LAKESIDE,
    *RETENTION,
)
