"""Adding sources, claiming them for reading, and keeping how far they were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _

from auscult.engine.connectors.base import Batch, Covered, Settings, configure, find
from auscult.engine.connectors.fields import fields_of
from auscult.engine.connectors.polling import due_at_once
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.sources import queries, secrets
from auscult.web.sources.errors import SourceNameTaken, SourceRefused
from auscult.web.sources.models import (
    MOVES,
    BrokenLine,
    Coverage,
    ReceivedHour,
    Source,
    SourceState,
)

# The wait after a failure doubles from the first to the longest; a live source loses what is
# said meanwhile, or has to catch up on it.
WAITS = {
    True: (timedelta(seconds=1), timedelta(minutes=5)),
    False: (timedelta(seconds=10), timedelta(hours=1)),
}
MOST_ASKED = timedelta(days=1)  # the longest that another machine may make us wait
LINES_KEPT = 200  # unreadable records of a live source
# Written out, because it is done with every batch of every source.
COMMIT = """
UPDATE sources_source SET
    snapshot = %s, last_event_at = coalesce(%s, last_event_at), received = received + %s,
    kept = kept + %s, broken = broken + %s, replaced = replaced + %s,
    attempts = 0, crashes = 0, needs_login = false, error = ''
WHERE id = %s AND organisation_id = %s AND revision = %s AND state NOT IN ('paused', 'removed')
"""
CRASHES = 3  # in a row, after which a source that ends the runner waits for a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """What is kept of a source.

    Attributes
    ----------
    ttl_days : int or None
        Mentions are forgotten so many days after they were collected; None keeps them.
    sample_share : float
        Share of everything it sends, matched or not, that the lake keeps, 0 to 1.
    """

    ttl_days: int | None = None
    sample_share: float = 0.0


@transaction.atomic
def add_source(
    actor: Actor,
    *,
    name: str,
    connector: str,
    config: Mapping[str, Any],
    keep: Keep | None = None,
) -> Source:
    """Add a source, ready to be read at once.

    Raises
    ------
    NotAllowed, SourceNameTaken, SourceRefused
        And the connector's own Correctable, where it isn't known or its configuration
        can't work.
    """
    require(actor, Right.EDIT_SOURCES, "add sources")
    keep = keep or Keep()
    _check(name, keep)
    kind = find(connector)
    configure(kind.Config, dict(config))
    if queries.sources(actor).filter(name=name).exists():
        raise SourceNameTaken(name)
    now = actor.clock.now()
    bare, credentials = secrets.parted(kind.Config, config)
    added = Source.objects.create(
        organisation_id=actor.organisation_id,
        name=name,
        connector=connector,
        config=bare,
        secrets=credentials,
        live=kind.capabilities.live,
        ttl_days=keep.ttl_days,
        sample_share=keep.sample_share,
        sampled_most=keep.sample_share,
        next_attempt=now,
        created_at=now,
    )
    record_audit(actor, action="add-source", target=name, details={"connector": connector})
    return added


def _check(name: str, keep: Keep) -> None:
    if not name.strip() or len(name) > 200:
        raise SourceRefused("name", name, "1 to 200 characters")
    if keep.ttl_days is not None and not 1 <= keep.ttl_days <= 36_500:
        raise SourceRefused("ttl_days", keep.ttl_days, "from 1 to 36500 days, or absent")
    if not 0 <= keep.sample_share <= 1:
        raise SourceRefused("sample_share", keep.sample_share, "from 0 to 1")


@transaction.atomic
def change_source(
    actor: Actor,
    *,
    source: Source,
    keep: Keep,
    config: Mapping[str, Any] | None = None,
) -> Source:
    """Change what a source keeps, and, with `config`, what it reads.

    It goes on where it is, and at once; unless the change makes that place worthless
    (`Settings.begins_anew`): then it is read from its start.

    Credentials that `config` leaves out stay as they are, unless they would go to another
    address; new ones alone don't make it read from its start.
    """
    require(actor, Right.EDIT_SOURCES, "change sources")
    changed = queries.source(actor, source.pk)
    _check(changed.name, keep)
    changed.ttl_days, changed.sample_share = keep.ttl_days, keep.sample_share
    changed.sampled_most = max(changed.sampled_most, keep.sample_share)
    if config is not None:
        kind = find(changed.connector).Config
        bare, changed.secrets = secrets.parted(kind, config, changed)
        if _begins_anew(kind, changed.config, bare):
            changed.snapshot = None
        elif changed.snapshot and bare != changed.config:
            changed.snapshot = due_at_once(changed.snapshot)
        changed.config = bare
        changed.revision += 1
    changed.save(
        update_fields=[
            "ttl_days", "sample_share", "sampled_most", "config", "secrets", "snapshot", "revision",
        ]
    )  # fmt: skip
    record_audit(actor, action="change-source", target=changed.name)
    return changed


def _begins_anew(kind: type[Settings], was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    # A form sends every field, also those that are as they always were.
    usual = {field.name: field.default for field in fields_of(kind)}
    names = usual.keys() if kind.begins_anew is None else kind.begins_anew
    return any(was.get(name, usual[name]) != now.get(name, usual[name]) for name in names)


@transaction.atomic
def empty_source(actor: Actor, *, source: Source, field: str) -> Source:
    """Pause a source of which nothing is left to read, and keep nothing of what it read.

    Parameters
    ----------
    field : str
        Of its configuration, that names what is read no longer.
    """
    require(actor, Right.EDIT_SOURCES, "change sources")
    emptied = pause_source(actor, source=source)
    emptied.config = {name: value for name, value in emptied.config.items() if name != field}
    emptied.snapshot, emptied.status = None, {}
    emptied.revision += 1
    emptied.save(update_fields=["config", "snapshot", "status", "revision"])
    record_audit(actor, action="change-source", target=emptied.name)
    return emptied


@transaction.atomic
def read_again(actor: Actor, *, source: Source, config: Mapping[str, Any]) -> Source:
    """Read a source from its start, with this configuration; posts keep their identity."""
    require(actor, Right.EDIT_SOURCES, "change sources")
    changed = queries.source(actor, source.pk)
    kind = find(changed.connector).Config
    changed.config, changed.secrets = secrets.parted(kind, config, changed)
    configure(kind, secrets.opened_config(changed))
    changed.snapshot = None
    changed.revision += 1
    changed.received = changed.kept = changed.broken = changed.replaced = 0
    changed.share_read = None
    changed.state, changed.error, changed.attempts = SourceState.READING, "", 0
    changed.next_attempt = actor.clock.now()
    changed.save()
    record_audit(actor, action="read-source-again", target=changed.name)
    return changed


@transaction.atomic
def pause_source(actor: Actor, *, source: Source) -> Source:
    """Stop reading a source until it is resumed."""
    require(actor, Right.EDIT_SOURCES, "pause sources")
    return _move(actor, source, SourceState.PAUSED)


@transaction.atomic
def resume_source(actor: Actor, *, source: Source) -> Source:
    """Read a source again, from where it stopped."""
    require(actor, Right.EDIT_SOURCES, "resume sources")
    return _move(actor, source, SourceState.READING)


def _move(actor: Actor, source: Source, to: SourceState) -> Source:
    moved = queries.source(actor, source.pk)
    if to != moved.state:
        if to not in MOVES[SourceState(moved.state)]:
            raise SourceRefused(
                "state", moved.state, _("one that can become {state}").format(state=to)
            )
        moved.state, moved.error, moved.attempts = to, "", 0
        moved.needs_login, moved.crashes = False, 0
        moved.next_attempt = actor.clock.now()
        moved.save(
            update_fields=["state", "error", "attempts", "needs_login", "crashes", "next_attempt"]
        )
        record_audit(actor, action=f"{to}-source", target=moved.name)
    return moved


@transaction.atomic
def retire_source(actor: Actor, *, source: Source) -> None:
    """Let a source be gone for everybody who looks; its row stays for the mentions of it.

    Its credentials, its configuration and its name are given up.
    """
    require(actor, Right.REMOVE_SOURCES, "remove sources")
    gone = _move(actor, source, SourceState.REMOVED)
    gone.name = f"{gone.name[:150]} (removed, {gone.pk})"
    gone.config, gone.secrets, gone.snapshot, gone.status = {}, "", None, {}
    gone.revision += 1
    gone.save(update_fields=["name", "config", "secrets", "snapshot", "status", "revision"])


def prune_broken_lines(actor: Actor) -> None:
    """Keep the newest unreadable records of each live source alone; the others are counted."""
    lines = BrokenLine.objects.filter(
        source__organisation_id=actor.organisation_id, source__live=True
    )
    many = lines.values("source_id").annotate(all=Count("pk")).filter(all__gt=LINES_KEPT)
    for number in [row["source_id"] for row in many]:
        mine = lines.filter(source_id=number).order_by("-pk")
        oldest = mine.values_list("pk", flat=True)[LINES_KEPT - 1]
        lines.filter(source_id=number, pk__lt=oldest).delete()


def claim_source(actor: Actor, *, source: Source, until: datetime) -> bool:
    """Take a due source for this process until a moment; False when another has it."""
    free = queries.due_sources(actor, actor.clock.now()).filter(pk=source.pk).order_by()
    return free.update(locked_until=until) == 1


def renew_claim(actor: Actor, *, source: Source, was: datetime, until: datetime) -> bool:
    """Keep a claimed source until a later moment; False when it was lost to another process."""
    mine = queries.every_source(actor).filter(pk=source.pk, locked_until=was)
    return mine.update(locked_until=until) == 1


def release_source(
    actor: Actor,
    *,
    source: Source,
    next_attempt: datetime,
    share_read: float | None = None,
    finished: bool = False,
) -> None:
    """Give a claimed source back, to be read again at `next_attempt`.

    Parameters
    ----------
    share_read : float or None
        How much of it was read, 0 to 1; None where nobody knows better than before.
    """
    values: dict[str, Any] = {"locked_until": None, "next_attempt": next_attempt}
    if share_read is not None:
        values["share_read"] = share_read
    if finished:
        values["state"] = SourceState.FINISHED
    queries.every_source(actor).filter(pk=source.pk).update(**values)


def pause_after(source: Source, *, asked: float | None, random: Random) -> timedelta:
    """Return how long to wait before a source that failed is tried again.

    Parameters
    ----------
    asked : float or None
        Seconds that the other side asked to wait; they make the pause longer, never shorter.
    random : Random
        Spreads those who were cut off in the same second.
    """
    first, longest = WAITS[source.live]
    doubled: timedelta = min(first * 2 ** min(source.attempts, 20), longest)
    own = doubled * random.uniform(0.5, 1.0)
    if asked is None:
        return own
    seconds = min(max(0.0, asked), MOST_ASKED.total_seconds())
    return max(own, timedelta(seconds=seconds) + random.random() * first)


@transaction.atomic
def record_failure(
    actor: Actor, *, source: Source, error: Correctable | Remote, random: Random
) -> None:
    """Keep why reading failed, and when to try again.

    Where asking again can't help, or a person has to sign in, the source waits for her.
    """
    failed = queries.sources(actor).filter(pk=source.pk).first()
    if failed is None:  # removed meanwhile
        return
    asked = error.retry_after if isinstance(error, Remote) else None
    failed.needs_login = isinstance(error, Remote) and error.needs_login
    failed.next_attempt = actor.clock.now() + pause_after(failed, asked=asked, random=random)
    failed.attempts += 1
    failed.error = str(error)
    failed.locked_until = None
    permanent = isinstance(error, Correctable) or error.permanent or failed.needs_login
    if permanent and failed.state == SourceState.READING:
        failed.state = SourceState.FAILED
    failed.save(
        update_fields=[
            "attempts", "error", "locked_until", "needs_login", "next_attempt", "state",
        ]
    )  # fmt: skip


@transaction.atomic
def record_crash(actor: Actor, *, source: Source, error: Exception, random: Random) -> None:
    """Keep that reading ended the runner through a defect; after three in a row, stop trying."""
    failed = queries.sources(actor).filter(pk=source.pk).first()
    if failed is None:
        return
    failed.crashes += 1
    failed.error = (
        f"Auscult failed at reading this source ({type(error).__name__}: {error}). "
        "That is a defect of Auscult, not of the source; please report it."
    )
    failed.locked_until = None
    failed.next_attempt = actor.clock.now() + pause_after(failed, asked=None, random=random)
    failed.attempts += 1
    if failed.crashes >= CRASHES and failed.state == SourceState.READING:
        failed.state = SourceState.FAILED
        failed.error += f" It happened {failed.crashes} times in a row, so it isn't read any more."
    failed.save(
        update_fields=["attempts", "crashes", "error", "locked_until", "next_attempt", "state"]
    )


def note_progress(
    actor: Actor, *, source: Source, status: Mapping[str, Any], share_read: float | None
) -> None:
    """Keep how an open source is doing, as it says itself."""
    queries.sources(actor).filter(pk=source.pk).update(status=dict(status), share_read=share_read)


def commit_progress(actor: Actor, *, source: Source, batch: Batch, kept: int) -> bool:
    """Keep how far a batch brought its source; call it in the batch's own transaction.

    Returns
    -------
    bool
        False where it is paused, removed or set to something else: the batch isn't wanted.
    """
    now = actor.clock.now()
    heard = bool(batch.posts.num_rows or batch.deleted)
    with connection.cursor() as cursor:
        cursor.execute(
            COMMIT,
            [
                orjson.dumps(batch.snapshot).decode(),
                connection.ops.adapt_datetimefield_value(now) if heard else None,
                batch.posts.num_rows,
                kept,
                len(batch.broken) + batch.broken_more,
                batch.replaced,
                source.pk,
                actor.organisation_id,
                source.revision,
            ],
        )
        if cursor.rowcount != 1:
            return False
    if batch.posts.num_rows:
        _count_hour(source, now, batch.posts.num_rows)
    for stretch in batch.coverage:
        _cover(source, stretch)
    BrokenLine.objects.bulk_create(
        [
            BrokenLine(
                source_id=source.pk,
                location=line.location,
                line=line.line,
                reason=line.reason,
                excerpt=line.excerpt.replace("\0", "\ufffd"),
                at=now,
            )
            for line in batch.broken
        ],
        ignore_conflicts=True,  # a batch that is read again brings the same lines
    )
    return True


def _count_hour(source: Source, now: datetime, posts: int) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    hours = ReceivedHour.objects.filter(source_id=source.pk, hour=hour)
    if not hours.update(posts=F("posts") + posts):
        ReceivedHour.objects.create(source_id=source.pk, hour=hour, posts=posts)


def _cover(source: Source, stretch: Covered) -> None:
    """Keep a stretch; what continues the newest one of its kind makes that one longer."""
    last = (
        Coverage.objects.filter(
            source_id=source.pk, community=stretch.community, reason=stretch.reason
        )
        .order_by("-until")
        .first()
    )
    joins = last is not None and last.sampled == stretch.sampled
    if last and joins and last.since <= stretch.until and stretch.since <= last.until:
        last.since, last.until = min(last.since, stretch.since), max(last.until, stretch.until)
        last.save(update_fields=["since", "until"])
        return
    Coverage.objects.create(
        source_id=source.pk,
        community=stretch.community,
        since=stretch.since,
        until=stretch.until,
        reason=stretch.reason,
        sampled=stretch.sampled,
    )
