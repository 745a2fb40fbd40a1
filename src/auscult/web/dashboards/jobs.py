"""What the runner does for dashboards."""

from __future__ import annotations

from datetime import timedelta

from auscult.web.accounts.models import Actor
from auscult.web.accounts.work import Job
from auscult.web.dashboards import rollup
from auscult.web.dashboards.mailing import mail_due

EVERY = timedelta(seconds=10)


def count_days(actor: Actor) -> bool:
    """Count marked days again, for a second at most; return whether more are marked."""
    until = actor.clock.now() + timedelta(seconds=1)
    while rollup.settle(actor):
        if actor.clock.now() >= until:
            return True
    return False


JOBS = (
    Job(name="figures-by-day", every=EVERY, run=count_days),
    Job(name="mail-dashboards", every=timedelta(minutes=1), run=mail_due),
)
