"""What the runner does for dashboards."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import timedelta

from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import time_zone
from auscult.web.accounts.work import Job
from auscult.web.dashboards import rollup
from auscult.web.dashboards.days import day_of
from auscult.web.dashboards.mailing import mail_due

EVERY = timedelta(seconds=10)
SLICE = timedelta(seconds=1)
LATE = timedelta(hours=2)  # after midnight until which posts of yesterday still come
# Of the runner's time; a page counts what is marked by itself until then.
SHARE_OF_TODAY = 0.01

# The watches whose turn it is, by organisation; a runner that starts begins anew.
_turns: defaultdict[int, deque[int]] = defaultdict(deque)


def count_days(actor: Actor) -> bool:
    """Count marked days that are over, for a second at most; return whether more are marked."""
    now = actor.clock.now()
    today = day_of(now - LATE, time_zone(actor))
    while rollup.settle(actor, before=today):
        if actor.clock.now() >= now + SLICE:
            return True
    return False


def count_today(actor: Actor) -> bool:
    """Count what is marked of the day that goes on, a watch after the other, for a second at most.

    Every mention marks it again: counted at once, a watch's day would be counted a thousand
    times. So this job has a small share of the time, and the watches take turns.
    """
    now = actor.clock.now()
    turns = _turns[actor.organisation_id]
    turns.extend(() if turns else rollup.changed_watches(actor))
    while turns and actor.clock.now() < now + SLICE:
        rollup.settle(actor, watch_id=turns.popleft())
    return bool(turns)


JOBS = (
    Job(name="figures-by-day", every=EVERY, run=count_days),
    Job(name="figures-of-today", every=EVERY, run=count_today, share=SHARE_OF_TODAY),
    Job(name="mail-dashboards", every=timedelta(minutes=1), run=mail_due),
)
