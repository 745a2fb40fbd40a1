"""What claims and trials come to, worked out daily beside the pages.

All active claims are tested together, for their intervals answer for their number. What was
found stays valid however often one looks; docs/explanation/claims.md says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import QuerySet

from auscult.engine.planning import claims as engine
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.planning import claims_findings, claims_queries
from auscult.web.planning.claims_actions import ARCHIVE
from auscult.web.planning.claims_models import Claim, ClaimState, Trial, TrialState, Whose
from auscult.web.planning.claims_posts import posts_for
from auscult.web.planning.claims_ready import READY

DAILY = timedelta(days=1)
PATIENCE = timedelta(minutes=15)  # after which another runner may take over
PAST = timedelta(days=365)  # from which a trial's noise is guessed
WORKDAYS = (0, 1, 2, 3, 4)
NINE = time(9)
AFTER = timedelta(days=14)  # posts go on being answered when the last day is over


def examine(actor: Actor) -> bool:
    """Test what is due, all claims together or one trial; return whether something was."""
    require(actor, Right.WORK, "test claims")
    now = actor.clock.now()
    if _take(claims_queries.active_claims(actor), now):
        _test_claims(actor, now)
        return True
    running = Trial.objects.filter(
        claim__organisation_id=actor.organisation_id, state=TrialState.RUNNING
    )
    one = running.filter(due_at__lte=now).order_by("due_at", "pk").select_related("claim").first()
    if one is None:
        return False
    if _take(Trial.objects.filter(pk=one.pk), now):
        _test_trial(actor, one, now)
    return True


def _take(rows: QuerySet[Claim] | QuerySet[Trial], now: datetime) -> bool:
    """Claim the work: whoever comes second finds nothing due."""
    return bool(rows.filter(due_at__lte=now).update(due_at=now + PATIENCE))


def _test_claims(actor: Actor, now: datetime) -> None:
    active = sorted(claims_queries.active_claims(actor), key=_asked)
    read: dict[int, int] = {}
    looks: dict[int, list[list[float]]] = {}
    days: dict[int, int | None] = {}

    def asked() -> Iterator[tuple[pa.Table, engine.Claim]]:
        for one, posts in _with_posts(actor, active):
            read[one.pk] = posts.num_rows
            looks[one.pk] = claims_findings.looks_as_data(engine.looks(posts, one.defined))
            days[one.pk] = _days_needed(one, posts, now)
            yield posts, one.defined

    findings = engine.observe_each(asked())
    for one, finding in zip(active, findings, strict=True):
        # Not one that was put aside meanwhile.
        Claim.objects.filter(pk=one.pk, state=ClaimState.ACTIVE).update(
            finding=claims_findings.as_data(finding),
            looks=looks[one.pk],
            posts=read[one.pk],
            days_needed=days[one.pk],
            tested_at=now,
        )
    # All are due together again, but for one that somebody wants tested anew by now.
    ours = Claim.objects.filter(pk__in=[one.pk for one in active])
    ours.filter(due_at__gte=now + PATIENCE).update(due_at=now + DAILY)


def _with_posts(actor: Actor, rows: list[Claim]) -> Iterator[tuple[Claim, pa.Table]]:
    """Yield claims with their posts, which are read once for neighbours that ask for the same."""
    for _key, neighbours in groupby(rows, key=_asked):
        alike = list(neighbours)
        first = alike[0]
        posts = posts_for(actor, whose=Whose(first.whose), names=first.names, since=first.since)
        for one in alike:
            yield one, posts


def _asked(one: Claim) -> tuple[str, list[str], date]:
    return one.whose, one.names, one.since


def _days_needed(one: Claim, posts: pa.Table, now: datetime) -> int | None:
    """Say how many days a trial on working days would take the one account that is named."""
    if one.whose != Whose.ACCOUNTS or len(one.names) != 1 or not READY[one.kind].one:
        return None
    experiment = engine.Experiment(
        claim=one.defined,
        source=ARCHIVE,
        author=one.names[0],
        first=now.date(),
        blocks=1,
        weekdays=WORKDAYS,
        one="",
        other="",
        one_at=NINE,
        other_at=NINE,
    )
    return engine.days_needed(_as_drawn_for(posts, one.names[0]), experiment)


def _test_trial(actor: Actor, one: Trial, now: datetime) -> None:
    schedule = one.drawn
    author = schedule.experiment.author
    found = posts_for(actor, whose=Whose.ACCOUNTS, names=[author], since=one.first_day - PAST)
    posts = _as_drawn_for(found, author)
    known = claims_findings.kept_from_data(schedule, one.kept)
    read = engine.read_back(schedule, posts, now=now)
    kept = claims_findings.with_what_was_known(known, read)
    begin = pa.scalar(schedule.slots[0].at, posts.schema.field("created_at").type)
    past = posts.filter(pc.less(posts.column("created_at"), begin))
    finding = engine.judge_days(schedule, kept)
    over = one.last_day + AFTER < now.date()
    Trial.objects.filter(pk=one.pk, state=TrialState.RUNNING).update(
        finding=claims_findings.as_data(finding),
        kept=claims_findings.kept_as_data(kept),
        days_needed=engine.days_needed(past, schedule.experiment),
        posts=posts.num_rows,
        tested_at=now,
        due_at=now + (DAILY * 30 if over else DAILY),
    )


def _as_drawn_for(posts: pa.Table, author: str) -> pa.Table:
    """Return an account's posts under the names of its trial, whatever its network calls it."""
    for name, value in (("source", ARCHIVE), ("author", author)):
        field = posts.schema.field(name)
        column = pa.array([value] * posts.num_rows, field.type)
        posts = posts.set_column(posts.schema.get_field_index(name), field, column)
    return posts
