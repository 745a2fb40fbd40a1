"""Writing posts that watches found: mentions, matches, counts, index, in one transaction.

Bulk work on plain cursors: rows come from Arrow columns and go to `executemany`, no
object is made for a post.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db.backends.utils import CursorWrapper

from auscult.engine.matching import index_terms
from auscult.web.listening import aliases, copies, counting, engagement, index
from auscult.web.listening.counting import Changes, cell
from auscult.web.listening.database import among, values
from auscult.web.listening.rows import COLUMNS, moments_us, new_keys, to_columns
from auscult.web.listening.standing import Hits

# A mention keeps its key, and with it the moment and the source that it was counted under.
CHANGED = tuple(name for name in COLUMNS if name not in {"uri", "created_at"})
# A newer version without counts leaves those that were counted by events, or said before.
RENEWED = [
    "engagement = coalesce(%s, engagement)" if name == "engagement" else f"{name} = %s"
    for name in CHANGED
]
UPDATE = (
    f"UPDATE listening_mention SET {', '.join(RENEWED)}, "
    "confirmed_at = coalesce(%s, confirmed_at) WHERE id = %s"
)
ADD_MATCH = "INSERT INTO listening_match (watch_id, mention_id, spans) VALUES (%s, %s, %s)"
DROP_MATCH = "DELETE FROM listening_match WHERE watch_id = %s AND mention_id = %s"


class Place(NamedTuple):
    """Where posts are written to.

    Attributes
    ----------
    confirmed_us : int or None
        Now, where the source must be asked again whether they still stand.
    """

    organisation_id: int
    origin_id: int
    confirmed_us: int | None = None


class Known(NamedTuple):
    """A mention that the archive has."""

    id: int
    origin_id: int
    created_us: int
    text: str
    title: str | None
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a batch changed.

    Attributes
    ----------
    keys : sequence of int
        Of the mentions that are new or came again.
    rows : int64 array
        Which posts of the batch they are.
    """

    added: int
    changed: int
    matches: int
    keys: Sequence[int]
    rows: npt.NDArray[np.int64]


def known_mentions(
    cursor: CursorWrapper, organisation_id: int, uris: Sequence[str]
) -> dict[str, Known]:
    """Return the mentions that the organisation has of these posts, by uri."""
    cursor.execute(
        "SELECT uri, id, origin_id, created_at, text, title, language FROM listening_mention "
        f"WHERE organisation_id = %s AND {among('uri')}",
        [organisation_id, values(uris)],
    )
    return {row[0]: Known(*row[1:]) for row in cursor.fetchall()}


def write_posts(cursor: CursorWrapper, place: Place, posts: pa.Table, hits: Hits) -> Written:
    """Write the posts that were hit, and those that the archive has in an older version.

    Parameters
    ----------
    posts : pyarrow.Table
        Of the post schema, each uri once.
    hits : Hits
        What the watches found in `posts`.
    """
    uris = posts.column("uri").to_pylist()
    known = known_mentions(cursor, place.organisation_id, uris)
    old = np.fromiter((uri in known for uri in uris), bool, len(uris))
    again = np.flatnonzero(old)
    mentions = [known[uris[row]] for row in again.tolist()]
    changes: Changes = Counter()
    rows, keys, matches = _write_new(cursor, place, posts, hits.where(~old[hits.post]), changes)
    _renew(cursor, place, posts.take(again), mentions)
    matches += _renew_matches(
        cursor, mentions, _found(hits.where(old[hits.post]), again, mentions), changes
    )
    counting.apply(cursor, changes)
    return Written(
        added=len(keys),
        changed=len(mentions),
        matches=matches,
        keys=[*keys, *(mention.id for mention in mentions)],
        rows=np.concatenate([rows, again]),
    )


def add_posts(cursor: CursorWrapper, place: Place, posts: pa.Table, hits: Hits) -> Written:
    """Write the posts that were hit and that the archive doesn't have; leave the others."""
    found = np.unique(hits.post)
    uris = posts.column("uri").take(found).to_pylist()
    known = known_mentions(cursor, place.organisation_id, uris)
    fresh = np.zeros(posts.num_rows, bool)
    fresh[found] = [uri not in known for uri in uris]
    changes: Changes = Counter()
    rows, keys, matches = _write_new(cursor, place, posts, hits.where(fresh[hits.post]), changes)
    counting.apply(cursor, changes)
    return Written(added=len(keys), changed=0, matches=matches, keys=keys, rows=rows)


def _write_new(
    cursor: CursorWrapper, place: Place, posts: pa.Table, hits: Hits, changes: Changes
) -> tuple[npt.NDArray[np.int64], list[int], int]:
    """Write new mentions with their matches, and count; return rows, keys, number of matches."""
    rows, row_of_hit = np.unique(hits.post, return_inverse=True)
    if not len(rows):
        return rows, [], 0
    posts = posts.take(rows)
    created = moments_us(posts.column("created_at"))
    keys = new_keys(cursor, created)
    # In the order of their keys, so that pages of the file are written one after another.
    order = np.argsort(keys)
    _insert(cursor, place, keys[order].tolist(), posts.take(order))
    watches = hits.watch.tolist()
    cursor.executemany(
        ADD_MATCH, list(zip(watches, keys[row_of_hit].tolist(), hits.spans, strict=True))
    )
    hours = created[row_of_hit].tolist()
    changes.update(
        cell(watch, place.origin_id, us) for watch, us in zip(watches, hours, strict=True)
    )
    return rows, keys.tolist(), len(watches)


def _insert(cursor: CursorWrapper, place: Place, keys: list[int], posts: pa.Table) -> None:
    # Columns that are null throughout, most of them for most sources, are left out.
    columns = {
        name: column
        for name, column in zip(COLUMNS, to_columns(posts), strict=True)
        if posts.column(name).null_count < len(keys)
    }
    if place.confirmed_us is not None:
        columns["confirmed_at"] = [place.confirmed_us] * len(keys)
    cursor.executemany(
        f"INSERT INTO listening_mention (id, organisation_id, origin_id, {', '.join(columns)}) "
        f"VALUES (%s, {place.organisation_id:d}, {place.origin_id:d}"
        f"{', %s' * len(columns)})",
        list(zip(keys, *columns.values(), strict=True)),
    )
    index.put(cursor, _entries(keys, [place.origin_id] * len(keys), posts))


def _entries(keys: Sequence[int], origins: Sequence[int], posts: pa.Table) -> list[tuple[int, str]]:
    """Return what the index holds of each mention."""
    return [
        (key, f"{terms} {index.filter_terms(origin, language)}")
        for key, origin, terms, language in zip(
            keys,
            origins,
            index_terms(posts).to_pylist(),
            posts.column("language").to_pylist(),
            strict=True,
        )
    ]


def _renew(cursor: CursorWrapper, place: Place, posts: pa.Table, mentions: Sequence[Known]) -> None:
    """Bring mentions up to newer versions of their posts."""
    if not mentions:
        return
    columns = dict(zip(COLUMNS, to_columns(posts), strict=True))
    keys = [mention.id for mention in mentions]
    confirmed = [place.confirmed_us] * len(keys)
    renewed = zip(*(columns[name] for name in CHANGED), confirmed, keys, strict=True)
    cursor.executemany(UPDATE, list(renewed))
    said = zip(*(columns[name] for name in ("text", "title", "language")), strict=True)
    edited = [
        row
        for row, (mention, now) in enumerate(zip(mentions, said, strict=True))
        if mention[3:] != now
    ]
    index.remove(cursor, [keys[row] for row in edited])
    origins = [mentions[row].origin_id for row in edited]
    index.put(
        cursor,
        _entries([keys[row] for row in edited], origins, posts.take(pa.array(edited, pa.int64()))),
    )


def _found(
    hits: Hits, again: npt.NDArray[np.int64], mentions: Sequence[Known]
) -> dict[tuple[int, int], str]:
    """Return what was hit of known mentions: (watch, mention) -> spans."""
    keys = {row: mention.id for row, mention in zip(again.tolist(), mentions, strict=True)}
    pairs = zip(hits.watch.tolist(), hits.post.tolist(), hits.spans, strict=True)
    return {(watch, keys[row]): spans for watch, row, spans in pairs}


def _renew_matches(
    cursor: CursorWrapper,
    mentions: Sequence[Known],
    found: dict[tuple[int, int], str],
    changes: Changes,
) -> int:
    """Replace the matches of known mentions where they changed; return how many are new."""
    if not mentions:
        return 0
    cursor.execute(
        f"SELECT watch_id, mention_id, spans FROM listening_match WHERE {among('mention_id')}",
        [values([mention.id for mention in mentions])],
    )
    had = {(row[0], row[1]): row[2] for row in cursor.fetchall()}
    places = {mention.id: (mention.origin_id, mention.created_us) for mention in mentions}
    gone = [pair for pair, spans in had.items() if found.get(pair) != spans]
    come = [pair for pair, spans in found.items() if had.get(pair) != spans]
    cursor.executemany(DROP_MATCH, gone)
    cursor.executemany(ADD_MATCH, [(*pair, found[pair]) for pair in come])
    changes.update(cell(watch, *places[key]) for watch, key in come)
    changes.subtract(cell(watch, *places[key]) for watch, key in gone)
    return sum(pair not in had for pair in come)


def confirm(cursor: CursorWrapper, place: Place, uris: Sequence[str]) -> None:
    """Keep that the source still has these posts."""
    cursor.execute(
        "UPDATE listening_mention SET confirmed_at = %s "
        f"WHERE organisation_id = %s AND {among('uri')}",
        [place.confirmed_us, place.organisation_id, values(uris)],
    )


def drop_mentions(cursor: CursorWrapper, keys: Sequence[int]) -> int:
    """Remove mentions with their matches, counts, reactions, aliases and words; return how many."""
    if not keys:
        return 0
    counting.apply(cursor, counting.minus(counting.of_mentions(cursor, keys).items()))
    chosen = values(keys)
    engagement.drop(cursor, keys)
    aliases.drop_of_mentions(cursor, keys)
    copies.drop(cursor, keys)
    cursor.execute(f"DELETE FROM listening_match WHERE {among('mention_id')}", [chosen])
    index.remove(cursor, keys)
    cursor.execute(f"DELETE FROM listening_mention WHERE {among('id')}", [chosen])
    return len(keys)
