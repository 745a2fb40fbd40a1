"""What the runner does for plans: the mail of the week, calls for help, claims, the planner."""

from __future__ import annotations

from datetime import timedelta

from auscult.web.accounts.models import Actor
from auscult.web.accounts.work import Job
from auscult.web.planning import digest
from auscult.web.planning.allocation_actions import answer_due
from auscult.web.planning.claims_testing import examine
from auscult.web.planning.help_actions import call_for_help


def _mail_due(actor: Actor) -> bool:
    week = digest.due_week(actor)
    if week is not None:
        digest.send_digest(actor, week=week)
    call_for_help(actor)
    return False


JOBS = (
    Job(name="planning", every=timedelta(minutes=1), run=_mail_due),
    # It takes seconds to minutes: in the thread beside the listening.
    Job(name="planner", every=timedelta(seconds=2), run=answer_due, waits=True),
    Job(name="claims", every=timedelta(minutes=1), run=examine),
)
