"""The brief of the last week, when it is due."""

from __future__ import annotations

from datetime import timedelta

from auscult.web.accounts.models import Actor
from auscult.web.accounts.work import Job
from auscult.web.briefs import actions, queries


def _make_due(actor: Actor) -> bool:
    week = queries.due_week(actor)
    if week is not None:
        actions.make_brief(actor, week=week)
    return False


JOBS = (Job(name="briefs", every=timedelta(minutes=1), run=_make_due),)
