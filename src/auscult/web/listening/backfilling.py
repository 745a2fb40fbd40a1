"""Answering a new or changed watch over what was collected before, step by step.

A step is one transaction, with its position in it: killed at any instant, it goes on
where it was. It goes back in time, so that the newest appear first. Old matches of a
changed watch are replaced page by page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max, Min

from auscult.engine.matching import WatchSet
from auscult.engine.query.nominate import nominate
from auscult.engine.query.parse import parse
from auscult.web.accounts.models import Actor
from auscult.web.listening import copies, counting, forgetting, index, recording
from auscult.web.listening.counting import cell
from auscult.web.listening.database import lock_writers
from auscult.web.listening.lake import lake_name, lake_of
from auscult.web.listening.models import Backfill, BackfillState, Mention, Watch
from auscult.web.listening.reading import mention_table
from auscult.web.listening.standing import Hits, hits_of
from auscult.web.sources import queries as source_queries

# Mentions that one step looks at; it holds the database's one writer meanwhile.
PAGE = 5_000


def begin(watch: Watch, now: datetime) -> Backfill:
    """Start a watch's way through the archive; call it in the watch's own transaction."""
    reach = Mention.objects.filter(organisation_id=watch.organisation_id).aggregate(
        first=Min("id"), last=Max("id")
    )
    started, _ = Backfill.objects.update_or_create(
        watch=watch,
        defaults={
            "revision": watch.revision,
            "state": BackfillState.MENTIONS,
            "position": None if reach["last"] is None else reach["last"] + 1,
            "first": reach["first"],
            "last": reach["last"],
            "lake_source": 0,
            "lake_position": "",
            "lake_share": 0.0,
            "seen": 0,
            "found": 0,
            "next_attempt": now,
            "started_at": now,
            "finished_at": None,
        },
    )
    return started


def step(actor: Actor, backfill: Backfill) -> Backfill:
    """Do one step; return the row as it is afterwards."""
    if backfill.state == BackfillState.MENTIONS:
        return _mentions_step(backfill)
    if backfill.state == BackfillState.LAKE:
        return _lake_step(actor, backfill)
    return backfill


def _locked(cursor: CursorWrapper, backfill: Backfill) -> Backfill | None:
    """Return the row again, under the writers' lock; None where the watch changed since."""
    lock_writers(cursor)
    return (
        Backfill.objects.select_related("watch")
        .filter(pk=backfill.pk, revision=backfill.revision, state=backfill.state)
        .first()
    )


def _matched(watch: Watch, posts: pa.Table) -> Hits:
    return hits_of(WatchSet({str(watch.pk): parse(watch.query).tree}).match(posts), 0)


def _mentions_step(backfill: Backfill) -> Backfill:
    with transaction.atomic(), connection.cursor() as cursor:
        now = _locked(cursor, backfill)
        if now is None:
            return Backfill.objects.get(pk=backfill.pk)
        if now.position is None or now.first is None:
            return _to_lake(now)
        keys = _nominated(cursor, now.watch, low=now.first, high=now.position)
        low = keys[-1] if len(keys) == PAGE else now.first
        found = _replace(cursor, now, keys, low)
        now.seen += len(keys)
        now.found += found
        now.position = low
        now.save()
        return now if len(keys) == PAGE else _to_lake(now)


def _nominated(cursor: CursorWrapper, watch: Watch, *, low: int, high: int) -> list[int]:
    """Return the newest mentions, low <= key < high, that the watch may find."""
    expression = index.expression(nominate(parse(watch.query).tree))
    if expression is not None:
        return index.nominated(cursor, expression, low=low, high=high, limit=PAGE)
    cursor.execute(
        "SELECT id FROM listening_mention WHERE id >= %s AND id < %s ORDER BY id DESC LIMIT %s",
        [low, high, PAGE],
    )
    return [row[0] for row in cursor.fetchall()]


def _replace(cursor: CursorWrapper, backfill: Backfill, keys: Sequence[int], low: int) -> int:
    """Replace the watch's matches from `low` to the position by what it finds now."""
    watch = backfill.watch
    reach = [watch.pk, low, backfill.position]
    inside = "a.watch_id = %s AND a.mention_id >= %s AND a.mention_id < %s"
    cursor.execute(
        "SELECT a.watch_id, m.origin_id, m.created_at FROM listening_match a "
        f"JOIN listening_mention m ON m.id = a.mention_id WHERE {inside}",
        reach,
    )
    changes = counting.minus(Counter(cell(*row) for row in cursor.fetchall()).items())
    cursor.execute(f"DELETE FROM listening_match AS a WHERE {inside}", reach)
    found, posts = mention_table(cursor, watch.organisation_id, keys)
    hits = _matched(watch, posts)
    chosen = [found[row] for row in hits.post.tolist()]
    cursor.executemany(
        recording.ADD_MATCH,
        [(watch.pk, row.id, spans) for row, spans in zip(chosen, hits.spans, strict=True)],
    )
    changes.update(cell(watch.pk, row.origin_id, row.created_us) for row in chosen)
    counting.apply(cursor, changes)
    return len(chosen)


def _to_lake(backfill: Backfill) -> Backfill:
    backfill.state = BackfillState.LAKE
    backfill.save()
    return backfill


def _lake_step(actor: Actor, backfill: Backfill) -> Backfill:
    """Go through the lake up to the next position that a scan can continue from."""
    watch = backfill.watch
    source = (
        source_queries.sources(actor).filter(pk__gte=backfill.lake_source).order_by("pk").first()
    )
    if source is None:
        return _done(actor, backfill)
    begun = backfill.lake_position if source.pk == backfill.lake_source else ""
    scan = lake_of(actor).scan(
        sources=[lake_name(source)], need=nominate(parse(watch.query).tree), after=begun
    )
    place = recording.Place(organisation_id=watch.organisation_id, origin_id=source.pk)
    for posts in scan:
        hits = _matched(watch, posts)
        with transaction.atomic(), connection.cursor() as cursor:
            now = _locked(cursor, backfill)
            if now is None:
                return Backfill.objects.get(pk=backfill.pk)
            hits = forgetting.living(cursor, watch.organisation_id, posts, hits)
            written = recording.add_posts(cursor, place, posts, hits)
            copies.group(cursor, actor, written.keys, posts.take(written.rows))
            now.seen += posts.num_rows
            now.found += written.matches
            now.lake_source, now.lake_position = source.pk, scan.position
            now.save()
        if scan.position != begun:
            now.lake_share = scan.share_done
            now.save(update_fields=["lake_share"])
            return now
    backfill.lake_source, backfill.lake_position = source.pk + 1, ""
    backfill.save(update_fields=["lake_source", "lake_position"])
    return backfill


def _done(actor: Actor, backfill: Backfill) -> Backfill:
    backfill.state = BackfillState.DONE
    backfill.finished_at = actor.clock.now()
    backfill.locked_until = None
    backfill.save(update_fields=["state", "finished_at", "locked_until"])
    return backfill
