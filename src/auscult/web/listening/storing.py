"""What of a batch goes into the database, in the one transaction of `record_batch`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
from django.db import connection
from django.db.backends.utils import CursorWrapper

from auscult.engine.archive import sampled
from auscult.engine.connectors.base import Batch, Deletion
from auscult.web.accounts.models import Actor
from auscult.web.listening import aliases, copies, engagement, forgetting, recording, removals
from auscult.web.listening.engagement import Changes
from auscult.web.listening.forgetting import Buried, Kept
from auscult.web.listening.models import RemovalReason
from auscult.web.listening.moments import to_us
from auscult.web.listening.recording import Place
from auscult.web.listening.standing import Hits
from auscult.web.sources.actions import commit_progress
from auscult.web.sources.errors import SourceMoved
from auscult.web.sources.models import Source

TAKEN_BACK = "taken back at the source"
SPEAKING = 8  # characters from which an alias in an excerpt is no chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a batch brought.

    Attributes
    ----------
    received : int
        Posts in the batch.
    kept : int
        New mentions.
    changed : int
        Mentions that came again.
    matches : int
        New matches.
    removed : int
        Mentions that the source took back.
    """

    received: int
    kept: int
    changed: int
    matches: int
    removed: int


def store(actor: Actor, source: Source, posts: pa.Table, hits: Hits, batch: Batch) -> Recorded:
    """Write a matched batch; the caller holds the transaction.

    Raises
    ------
    SourceMoved
        It was paused, removed or set to something else meanwhile: nothing may be stored.
    """
    place = _place(actor, source)
    if batch.restored:
        forgetting.lift(actor.organisation_id, batch.restored)
    with connection.cursor() as cursor:
        told = aliases.resolve(cursor, source, batch)
        changes: Changes = Counter()
        removed = _take_back(cursor, actor, source, told.overtaken, changes)
        hits = forgetting.living(cursor, actor.organisation_id, posts, hits)
        written = recording.write_posts(cursor, place, posts, hits)
        copies.group(cursor, actor, written.keys, posts.take(written.rows))
        if batch.aliases:
            sample = standing_sample(cursor, source, posts).column("uri").to_pylist()
            aliases.keep(cursor, source, posts, batch.aliases, set(sample))
        changes.update(_reactions(cursor, place, posts, batch))
        removed += _leave_out(cursor, place, batch)
        removed += _take_back(cursor, actor, source, told.deleted, changes)
        engagement.apply(cursor, changes)
        if batch.confirmed:
            recording.confirm(cursor, place, batch.confirmed)
    if not commit_progress(actor, source=source, batch=batch, kept=written.added):
        raise SourceMoved(source.name)
    return Recorded(
        received=batch.posts.num_rows,
        kept=written.added,
        changed=written.changed,
        matches=written.matches,
        removed=removed,
    )


def standing_sample(cursor: CursorWrapper, source: Source, posts: pa.Table) -> pa.Table:
    """Return the posts of a batch that the lake keeps, without those that were forgotten."""
    if not source.sample_share:
        return posts.slice(0, 0)
    sample = sampled(posts, source.sample_share)
    return sample.filter(pa.array(forgetting.alive(cursor, source.organisation_id, sample)))


def _place(actor: Actor, source: Source) -> Place:
    capabilities = source.capabilities
    asks = capabilities.recheck_every or capabilities.keep_at_most
    return Place(
        organisation_id=actor.organisation_id,
        origin_id=source.pk,
        confirmed_us=to_us(actor.clock.now()) if asks else None,
    )


def _leave_out(cursor: CursorWrapper, place: Place, batch: Batch) -> int:
    """Remove mentions of authors who were read anew, where this batch hasn't their posts."""
    if not batch.renewed:
        return 0
    mentions = forgetting.kept_of(cursor, place.organisation_id, "author", batch.renewed)
    stand = set(batch.posts.column("uri").to_pylist())
    return recording.drop_mentions(
        cursor, sorted(one.id for one in mentions if one.uri not in stand)
    )


def _reactions(cursor: CursorWrapper, place: Place, posts: pa.Table, batch: Batch) -> Changes:
    changes = engagement.add(cursor, place.organisation_id, posts, batch.reactions)
    changes.update(engagement.withdraw(cursor, place.organisation_id, "uri", batch.withdrawn))
    return changes


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """What a source took back, and what the archive has of it.

    Attributes
    ----------
    aliases : dict
        Digests of aliases that nothing was known of: to when it happened.
    """

    uris: dict[str, datetime]
    authors: dict[str, datetime]
    aliases: dict[bytes, datetime]
    posts: list[Kept]
    said: list[Kept]  # by these authors, apart from `posts`


def _take_back(
    cursor: CursorWrapper,
    actor: Actor,
    source: Source,
    deleted: Sequence[Deletion],
    changes: Changes,
) -> int:
    """Bury what was taken back, remove its mentions, and count what it was no more."""
    if not deleted:
        return 0
    organisation_id = actor.organisation_id
    taken = _taken(cursor, actor, source, deleted)
    uris, authors = list(taken.uris), list(taken.authors)
    gone = [*uris, *(one.uri for one in taken.said)]
    dropped = aliases.drop(cursor, organisation_id, gone, authors)
    said = [one.alias for one in deleted if one.alias is not None and len(one.alias) >= SPEAKING]
    dropped += forgetting.drop_excerpts(organisation_id, [*uris, *authors, *said], live_only=True)
    life = forgetting.lifetime(source.capabilities)
    buried = _buried(taken, actor.clock.now(), life, cleaned=not dropped)
    forgetting.bury(cursor, organisation_id, buried, reason=TAKEN_BACK, asked=False)
    changes.update(engagement.withdraw(cursor, organisation_id, "uri", uris))
    changes.update(engagement.withdraw(cursor, organisation_id, "author", authors))
    return _remove(cursor, organisation_id, taken)


def _taken(
    cursor: CursorWrapper, actor: Actor, source: Source, deleted: Sequence[Deletion]
) -> TakenBack:
    organisation_id = actor.organisation_id
    now = actor.clock.now()
    unknown = {one.alias: one.at or now for one in deleted if one.alias is not None}
    place = aliases.place_of(source) if unknown else b""
    uris = {one.uri: one.at or now for one in deleted if one.uri is not None}
    left = {one.author: one.at or now for one in deleted if one.author is not None}
    authors = forgetting.not_replayed(organisation_id, left) if left else {}
    posts = forgetting.kept_of(cursor, organisation_id, "uri", list(uris))
    known = {one.id for one in posts}
    said = forgetting.kept_of(cursor, organisation_id, "author", list(authors))
    return TakenBack(
        uris=uris,
        authors=authors,
        aliases={aliases.digest(source, place, name): at for name, at in unknown.items()},
        posts=posts,
        said=[one for one in said if one.id not in known],
    )


def _buried(
    taken: TakenBack, now: datetime, life: timedelta | None, *, cleaned: bool
) -> list[Buried]:
    """Return the tombstones: for ever where something was kept, else for as long as needed."""
    until = None if life is None else now + life
    # What nothing was known of by its uri isn't known to have been; a recheck finds the rest.
    soon = now + (life or forgetting.OVERTAKEN)
    marks = [
        Buried(digest=mark, at=at, until=soon, cleaned=cleaned)
        for mark, at in taken.aliases.items()
    ]
    had = {one.uri for one in taken.posts}
    had_authors = {one.author for one in taken.said}
    marks += [
        Buried(
            digest=forgetting.digest(kind, name),
            at=at,
            until=None if name in kept else until,
            cleaned=cleaned and name not in kept,
        )
        for kind, names, kept in (
            ("uri", taken.uris, had),
            ("author", taken.authors, had_authors),
        )
        for name, at in names.items()
    ]
    # Each mention of an author who left is buried by itself: he may come back, it may not.
    return marks + [
        Buried(
            digest=forgetting.digest("uri", one.uri),
            at=taken.authors[one.author or ""],
            until=None,
            cleaned=False,
        )
        for one in taken.said
    ]


def _remove(cursor: CursorWrapper, organisation_id: int, taken: TakenBack) -> int:
    removed = 0
    for reason, gone in (
        (RemovalReason.AUTHOR, taken.posts),
        (RemovalReason.ACCOUNT, taken.said),
    ):
        if gone:
            keys = sorted(one.id for one in gone)
            removals.keep(cursor, organisation_id, keys, reason)
            removed += recording.drop_mentions(cursor, keys)
    return removed


def forget(
    cursor: CursorWrapper,
    actor: Actor,
    uris: Sequence[str],
    authors: Sequence[str],
    reason: str,
) -> int:
    """Bury what somebody here asked to forget, and remove its mentions; return how many."""
    organisation_id = actor.organisation_id
    now = actor.clock.now()
    marks = forgetting.digests("uri", uris) + forgetting.digests("author", authors)
    buried = [Buried(digest=mark, at=now, until=None, cleaned=False) for mark in marks]
    forgetting.bury(cursor, organisation_id, buried, reason=reason, asked=True)
    gone = [
        *forgetting.kept_of(cursor, organisation_id, "uri", uris),
        *forgetting.kept_of(cursor, organisation_id, "author", authors),
    ]
    aliases.drop(cursor, organisation_id, [*uris, *(one.uri for one in gone)], authors)
    changes = engagement.withdraw(cursor, organisation_id, "uri", uris)
    changes.update(engagement.withdraw(cursor, organisation_id, "author", authors))
    forgetting.drop_excerpts(organisation_id, [*uris, *authors])
    keys = sorted({one.id for one in gone})
    if keys:
        removals.keep(cursor, organisation_id, keys, RemovalReason.REQUEST)
    removed = recording.drop_mentions(cursor, keys)
    engagement.apply(cursor, changes)
    return removed
