"""What a person, the listener and the command line do to watches and mentions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pyarrow as pa
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Max
from django.utils.translation import gettext as _

from auscult.engine.archive import sampled
from auscult.engine.connectors.base import Batch, Deletion
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.posts import ENGAGEMENT
from auscult.engine.query.parse import parse
from auscult.engine.query.write import to_text
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.listening import (
    aliases,
    backfilling,
    forgetting,
    peers,
    queries,
    recording,
    storing,
)
from auscult.web.listening.database import (
    WHILE_WAITING,
    can_be_kept,
    empty_journal,
    lock_writers,
    overwrite_unused,
)
from auscult.web.listening.errors import WatchNameTaken, WatchRefused
from auscult.web.listening.lake import lake_name, lake_of
from auscult.web.listening.models import Backfill, Match, Tombstone, Watch, WatchList
from auscult.web.listening.moments import first_key, to_us
from auscult.web.listening.rows import without_nul
from auscult.web.listening.standing import StandingWatches, list_version
from auscult.web.listening.storing import Recorded, store
from auscult.web.sources import queries as source_queries
from auscult.web.sources.actions import (
    add_source,
    pause_source,
    prune_broken_lines,
    read_again,
    retire_source,
)
from auscult.web.sources.models import Source

# Mentions that one transaction of `expire` or `forget` removes, so that others get a turn.
AT_ONCE = 2_000
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What `forget` removed.

    Attributes
    ----------
    mentions : int
        Mentions in the database.
    lake : int
        Posts in the lake.
    traceless : bool
        True once the journal was emptied as well; False where another process kept old
        pages in use, or the database is large: `finish_forgetting` goes on with it.
    """

    mentions: int
    lake: int
    traceless: bool


def claim_backfill(actor: Actor, *, backfill: Backfill, until: datetime) -> bool:
    """Take a due backfill for this process until a moment; False when another has it."""
    free = queries.due_backfills(actor).filter(pk=backfill.pk).order_by()
    return free.update(locked_until=until) == 1


def backfill_step(actor: Actor, *, backfill: Backfill) -> Backfill:
    """Go one step on; call it until the state is `done`. Killed, it goes on where it was."""
    require(actor, Right.WORK, "go through the archive")
    queries.watch(actor, backfill.watch_id)
    return backfilling.step(actor, backfill)


@transaction.atomic
def save_watch(actor: Actor, *, name: str, query: str, watch: Watch | None = None) -> Watch:
    """Add a watch, or change one; what was collected before is gone through by a backfill.

    Raises
    ------
    NotAllowed, WatchNameTaken, WatchRefused, WatchUnknown
        And QueryError, where the query can't be read.
    """
    require(actor, Right.EDIT_WATCHES, "change watches")
    if not name.strip() or len(name) > 200:
        raise WatchRefused("name", name, "1 to 200 characters")
    canonical = to_text(parse(query).tree)
    old = None if watch is None else queries.watch(actor, watch.pk)
    namesake = queries.watches(actor).filter(name=name).first()
    if namesake is not None and namesake != old:
        raise WatchNameTaken(name)
    with connection.cursor() as cursor:
        lock_writers(cursor)  # no batch is stored between the new watch and its backfill
    now = actor.clock.now()
    saved = old or Watch(
        organisation_id=actor.organisation_id,
        created_by_id=actor.user_id,
        created_at=now,
        revision=0,
    )
    asks_anew = saved.canonical != canonical
    saved.name, saved.query, saved.canonical, saved.changed_at = name, query, canonical, now
    saved.revision += asks_anew
    saved.save()
    if asks_anew:
        _list_changed(actor)
        backfilling.begin(saved, now)
    record_audit(
        actor,
        action="change-watch" if old else "add-watch",
        target=name,
        details={"query": query},
    )
    return saved


@transaction.atomic
def listen_to(
    actor: Actor,
    *,
    queries_by_name: Mapping[str, str],
    connector: str,
    configs_by_name: Mapping[str, Mapping[str, Any]],
) -> tuple[list[Watch], list[Source]]:
    """Save watches and add sources at once, and have what must be read again start anew.

    A source that was read for other watches, or with another configuration, is read from its
    start: what no watch wanted then was not kept.

    Returns
    -------
    tuple
        The watches and the sources, in the order given.
    """
    known = {watch.name: watch for watch in queries.watches(actor)}
    watches = []
    for name, query in queries_by_name.items():
        old = known.get(name)
        same = old is not None and old.canonical == to_text(parse(query).tree)
        watches.append(
            old if old and same else save_watch(actor, name=name, query=query, watch=old)
        )
    asks_anew = any(known.get(watch.name) is not watch for watch in watches)
    sources = []
    for name, config in configs_by_name.items():
        source = source_queries.sources(actor).filter(name=name).first()
        if source is None:
            source = add_source(actor, name=name, connector=connector, config=config)
        elif asks_anew or source.config != dict(config):
            source = read_again(actor, source=source, config=config)
        sources.append(source)
    return watches, sources


@transaction.atomic
def remove_watch(actor: Actor, *, watch: Watch) -> None:
    """Remove a watch with its matches and counts; mentions stay until they expire."""
    require(actor, Right.EDIT_WATCHES, "remove watches")
    removed = queries.watch(actor, watch.pk)
    name = removed.name
    with connection.cursor() as cursor:
        lock_writers(cursor)
    Match.objects.filter(watch=removed).delete()
    removed.delete()
    _list_changed(actor)
    record_audit(actor, action="remove-watch", target=name)


def _list_changed(actor: Actor) -> None:
    WatchList.objects.get_or_create(organisation_id=actor.organisation_id)
    WatchList.objects.filter(pk=actor.organisation_id).update(version=F("version") + 1)


def record_batch(
    actor: Actor, *, source: Source, batch: Batch, watch_set: StandingWatches
) -> Recorded:
    """Keep what a source handed out: all of it with its resume point, or nothing.

    The lake's sample is written first, under a name that the resume point before the
    batch determines: a batch that is read again after a crash replaces it.

    Parameters
    ----------
    source : Source
        The source that was read; `source.snapshot` must be where the batch begins.
    batch : Batch
        Its posts have each uri once.
    watch_set : StandingWatches
        Kept by the caller between batches; it is refreshed here.
    """
    require(actor, Right.WORK, "record posts")
    posts = without_nul(batch.posts)
    _to_lake(actor, source, posts, batch)
    watch_set.refresh()
    hits = watch_set.match(posts)
    with transaction.atomic():
        with connection.cursor() as cursor:
            lock_writers(cursor)
        if list_version(actor.organisation_id) != hits.version:
            # A watch changed while the batch was matched.
            watch_set.refresh()
            hits = watch_set.match(posts)
        recorded = store(actor, source, posts, hits, batch)
    # The caller's next batch begins where this one ends.
    source.snapshot = batch.snapshot
    return recorded


def _to_lake(actor: Actor, source: Source, posts: pa.Table, batch: Batch) -> None:
    """Write the batch's sample to the lake, and hide there what the source took back."""
    lake = lake_of(actor)
    with connection.cursor() as cursor:
        told = aliases.resolve(cursor, source, batch)
        if source.sample_share:
            begin = [source.config, source.snapshot]
            key = hashlib.sha256(orjson.dumps(begin, option=orjson.OPT_SORT_KEYS)).hexdigest()
            sample = storing.standing_sample(cursor, source, posts)
            lake.write(sample, source=lake_name(source), key=key)
    deleted = told.overtaken + told.deleted
    if deleted:
        lake.hide(*_in_the_lake(actor, deleted))


def _in_the_lake(actor: Actor, deleted: Sequence[Deletion]) -> tuple[list[str], list[str]]:
    """Return the uris and authors that were taken back and that a sample may hold."""
    every = source_queries.every_source(actor)
    most = every.aggregate(most=Max("sampled_most"))["most"] or 0.0
    if not most:
        return [], []
    uris = [one.uri for one in deleted if one.uri and can_be_kept(one.uri)]
    table = pa.table({"uri": pa.array(uris, pa.string())})
    authors = [one.author for one in deleted if one.author and can_be_kept(one.author)]
    return sampled(table, most).column("uri").to_pylist(), authors


def forget(
    actor: Actor, *, uris: Sequence[str] = (), authors: Sequence[str] = (), reason: str
) -> Forgotten:
    """Remove posts, and everything of authors, from every file, and keep them away.

    When it returns, nothing gives them any more, and what a crash leaves gives them
    neither. If it is interrupted, call it again.
    """
    require(actor, Right.FORGET, "forget posts")
    lake_rows = lake_of(actor).forget(list(uris), list(authors))
    with transaction.atomic(), connection.cursor() as cursor:
        lock_writers(cursor)
        reason = forgetting.reason_alone(actor.organisation_id, reason, uris, authors)
        removed = storing.forget(cursor, actor, uris, authors, reason)
        peers.let_go(actor, authors)
        record_audit(
            actor,
            action="forget",
            target=f"{len(uris)} posts, {len(authors)} authors",
            details={"reason": reason, "mentions": removed, "lake": lake_rows},
        )
    return Forgotten(
        mentions=removed, lake=lake_rows, traceless=finish_forgetting(actor, at_most=WHILE_WAITING)
    )


def finish_forgetting(actor: Actor, *, at_most: int | None = None) -> bool:
    """Take forgotten posts out of every corner of the database's files; the runner calls it.

    Parameters
    ----------
    at_most : int or None
        Leave a database of more bytes to a later call.

    Returns
    -------
    bool
        False where a reader kept old pages in use: call it again later.
    """
    waiting = Tombstone.objects.filter(organisation_id=actor.organisation_id, cleaned=False)
    marks = list(waiting.values_list("pk", flat=True))
    if not marks:
        return True
    if not (empty_journal() and overwrite_unused(at_most)):
        return False
    waiting.filter(pk__lte=max(marks)).update(cleaned=True)
    return True


def tidy(actor: Actor) -> bool:
    """Finish forgetting as far as that is quick; the runner calls it some times a minute.

    Returns
    -------
    bool
        False where `keep_house` has to do the rest.
    """
    erased = lake_of(actor).erase()
    return finish_forgetting(actor, at_most=WHILE_WAITING) and erased


def expire(actor: Actor) -> int:
    """Remove mentions that may not be kept any longer; return how many.

    Those that are older than their source's time-to-live, and those of sources whose rules
    say how long a post may be kept without asking again.
    """
    require(actor, Right.WORK, "expire mentions")
    now = actor.clock.now()
    removed = named = 0
    for source in source_queries.every_source(actor):
        if source.ttl_days is not None:
            before = now - timedelta(days=source.ttl_days)
            named += _expire_sample(actor, source, before)
            removed += _expire_source(actor, source, to_us(before))
        keep_at_most = _keep_at_most(source)
        if keep_at_most is not None:
            before = now - keep_at_most
            named += _expire_sample(actor, source, before)
            removed += _expire_unconfirmed(actor, source, to_us(before))
    if removed or named:
        empty_journal()
    return removed


def _keep_at_most(source: Source) -> timedelta | None:
    try:
        return source.capabilities.keep_at_most
    except Correctable:  # its kind of source isn't installed any more
        return None


def _expire_sample(actor: Actor, source: Source, before: datetime) -> int:
    """Drop the old posts of a source's lake, and the aliases that only they needed.

    Returns how many aliases.
    """
    lake_of(actor).expire(lake_name(source), before)
    with transaction.atomic(), connection.cursor() as cursor:
        lock_writers(cursor)
        return aliases.expire(cursor, source, to_us(before))


def _expire_source(actor: Actor, source: Source, before_us: int) -> int:
    removed, low = 0, -(1 << 62)
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            lock_writers(cursor)
            cursor.execute(
                "SELECT id FROM listening_mention WHERE id > %s AND id < %s AND origin_id = %s "
                "AND coalesce(collected_at, created_at) < %s ORDER BY id LIMIT %s",
                [low, first_key(before_us), source.pk, before_us, AT_ONCE],
            )
            keys = [row[0] for row in cursor.fetchall()]
            removed += _drop(actor, source, cursor, keys)
        if len(keys) < AT_ONCE:
            return removed
        low = keys[-1]


def _expire_unconfirmed(actor: Actor, source: Source, before_us: int) -> int:
    removed = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            lock_writers(cursor)
            cursor.execute(
                "SELECT id FROM listening_mention WHERE origin_id = %s AND confirmed_at < %s "
                "ORDER BY confirmed_at LIMIT %s",
                [source.pk, before_us, AT_ONCE],
            )
            keys = sorted(row[0] for row in cursor.fetchall())
            removed += _drop(actor, source, cursor, keys)
        if len(keys) < AT_ONCE:
            return removed


def _drop(actor: Actor, source: Source, cursor: CursorWrapper, keys: Sequence[int]) -> int:
    """Remove mentions whose time is over, and write how many; call it in a transaction."""
    removed = recording.drop_mentions(cursor, keys)
    if removed:
        details = {"mentions": removed}
        record_audit(actor, action="expire-mentions", target=source.name, details=details)
    return removed


def expire_before(actor: Actor, *, before: datetime, samples_alone: bool = False) -> int:
    """Remove what is older than the house keeps, whatever each source says; return how much.

    Parameters
    ----------
    samples_alone : bool
        Only what the lake has of it: posts that no watch found, or that are mentions, too.
    """
    require(actor, Right.WORK, "expire mentions")
    removed = 0
    for source in source_queries.every_source(actor):
        if not samples_alone:
            removed += _expire_source(actor, source, to_us(before))
            continue
        with transaction.atomic():
            dropped = lake_of(actor).expire(lake_name(source), before)
            if dropped:
                details = {"posts": dropped}
                record_audit(actor, action="expire-samples", target=source.name, details=details)
        _expire_sample(actor, source, before)
        removed += dropped
    if removed:
        empty_journal()
    return removed


def keep_house(actor: Actor) -> None:
    """Do what is due every some minutes: expiry, forgetting to the end, a tidy lake."""
    expire(actor)
    forgetting.drop_old(actor.organisation_id, actor.clock.now())
    prune_broken_lines(actor)
    finish_forgetting(actor)
    lake = lake_of(actor)
    mine = {lake_name(source) for source in source_queries.every_source(actor)}
    for name in set(lake.sources) - mine:  # written while their source was removed
        lake.expire(name, END_OF_TIME)
    lake.compact()


def remove_source(actor: Actor, *, source: Source, keep_posts: bool = False) -> int:
    """Remove a source; return how many mentions went with it.

    It may be read at this moment: what its reader brings after this isn't stored. If it is
    interrupted, call it again.

    Parameters
    ----------
    keep_posts : bool
        Leave its mentions, until their time-to-live ends; its sample in the lake goes.

    Raises
    ------
    NotAllowed, SourceUnknown
    """
    require(actor, Right.REMOVE_SOURCES, "remove sources")
    gone = source_queries.source(actor, source.pk)
    if keep_posts:
        lake_of(actor).expire(lake_name(gone), END_OF_TIME)
        with transaction.atomic():
            retire_source(actor, source=gone)
            aliases.drop_of_source(gone)
        empty_journal()
        return 0
    gone = pause_source(actor, source=gone)
    lake_of(actor).expire(lake_name(gone), END_OF_TIME)
    removed = _expire_source(actor, gone, to_us(END_OF_TIME))
    with transaction.atomic():
        record_audit(actor, action="remove-source", target=gone.name, details={"mentions": removed})
        gone.delete()
    empty_journal()
    return removed


@transaction.atomic
def update_engagement(actor: Actor, *, counts: Mapping[str, Mapping[str, int]]) -> None:
    """Bring the likes, reposts, replies, quotes and views of mentions, by uri, up to date."""
    require(actor, Right.WORK, "update mentions")
    known = {field.name for field in ENGAGEMENT}
    for uri, numbers in counts.items():
        if unknown := set(numbers) - known:
            raise WatchRefused(
                "engagement", f"{uri}: {min(unknown)}", _(" or ").join(sorted(known))
            )
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE listening_mention SET engagement = %s WHERE organisation_id = %s AND uri = %s",
            [
                (orjson.dumps(dict(numbers)).decode(), actor.organisation_id, uri)
                for uri, numbers in counts.items()
            ],
        )
