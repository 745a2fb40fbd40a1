"""Likes, reposts, replies and quotes that a source tells of one by one.

A reaction is kept, by a digest of its own uri, while its subject is a mention; the mention's
counts are the numbers of those kept and not taken back. A reply or a quote is a post of its
own: it counts here whether it is a mention itself or not, unless its source gives counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from django.db.backends.utils import CursorWrapper

from auscult.engine.connectors.live import REACTIONS
from auscult.web.listening.database import among, among_bytes, byte_values, values
from auscult.web.listening.forgetting import digests, graves
from auscult.web.listening.models import ReactionKind
from auscult.web.listening.rows import moments_us

COUNTED = {
    ReactionKind.LIKE: "likes",
    ReactionKind.REPOST: "reposts",
    ReactionKind.REPLY: "replies",
    ReactionKind.QUOTE: "quotes",
}
KINDS = {kind.label: kind for kind in ReactionKind}
SHORT = 16  # bytes of a digest that are kept of a reaction

# (mention, kind) -> how many more
Changes = Counter[tuple[int, int]]

ADD = """
INSERT INTO listening_reaction
    (organisation_id, digest, kind, mention_id, author, at, withdrawn)
VALUES (%s, %s, %s, %s, %s, %s, false)
"""


class Found(NamedTuple):
    """A reaction to a mention."""

    digest: bytes
    kind: int
    mention: int
    author: bytes
    at_us: int


def add(
    cursor: CursorWrapper, organisation_id: int, posts: pa.Table, reactions: pa.Table | None
) -> Changes:
    """Keep the reactions to mentions among posts and reactions; return what they change."""
    said = pa.concat_tables([*_answers(posts), *([] if reactions is None else [reactions])])
    if not said.num_rows:
        return Counter()
    known = _mentions(cursor, organisation_id, pc.unique(said.column("subject")).to_pylist())
    if not known:
        return Counter()
    said = said.filter(pc.is_in(said.column("subject"), pa.array(list(known), pa.string())))
    found = _allowed(cursor, organisation_id, said, known)
    had = _held(cursor, organisation_id, {one.digest for one in found})
    new = {one[:2]: one for one in found if one[:2] not in had}
    cursor.executemany(ADD, [(organisation_id, *one) for one in new.values()])
    return Counter((one.mention, one.kind) for one in new.values())


def _answers(posts: pa.Table) -> list[pa.Table]:
    """Return the posts that answer or quote others, as reactions.

    Posts with counts come from a source that counts by itself, so they aren't counted here.
    """
    if posts.column("engagement").null_count < posts.num_rows:
        posts = posts.filter(pc.is_null(posts.column("engagement")))
    return [_answering(posts, "in_reply_to", "reply"), _answering(posts, "quote_of", "quote")]


def _answering(posts: pa.Table, column: str, kind: str) -> pa.Table:
    if posts.column(column).null_count == posts.num_rows:
        return REACTIONS.empty_table()
    chosen = posts.filter(pc.is_valid(posts.column(column)))
    return pa.Table.from_arrays(
        [
            chosen.column("uri"),
            pa.repeat(pa.scalar(kind), chosen.num_rows),
            chosen.column(column),
            pc.fill_null(chosen.column("author"), ""),
            chosen.column("created_at"),
        ],
        schema=REACTIONS,
    )


def _mentions(cursor: CursorWrapper, organisation_id: int, uris: Sequence[str]) -> dict[str, int]:
    if not uris:
        return {}
    cursor.execute(
        f"SELECT uri, id FROM listening_mention WHERE organisation_id = %s AND {among('uri')}",
        [organisation_id, values(uris)],
    )
    return dict(cursor.fetchall())


def _allowed(
    cursor: CursorWrapper, organisation_id: int, said: pa.Table, known: dict[str, int]
) -> list[Found]:
    """Return reactions to mentions, without those that were forgotten with their authors."""
    uris = digests("uri", said.column("uri").to_pylist())
    authors = digests("author", said.column("author").to_pylist())
    moments = moments_us(said.column("at")).tolist()
    buried = graves(cursor, organisation_id, {*uris, *authors})
    kinds, subjects = said.column("kind").to_pylist(), said.column("subject").to_pylist()
    return [
        Found(uri[:SHORT], KINDS[kind], known[subject], author[:SHORT], at)
        for uri, kind, subject, author, at in zip(
            uris, kinds, subjects, authors, moments, strict=True
        )
        if not buried.hold(uri, author, at)
    ]


def _held(
    cursor: CursorWrapper, organisation_id: int, marks: Iterable[bytes]
) -> set[tuple[bytes, int]]:
    cursor.execute(
        "SELECT digest, kind FROM listening_reaction "
        f"WHERE organisation_id = %s AND {among_bytes('digest')}",
        [organisation_id, byte_values(marks)],
    )
    return {(bytes(mark), kind) for mark, kind in cursor.fetchall()}


def withdraw(
    cursor: CursorWrapper, organisation_id: int, column: str, names: Sequence[str]
) -> Changes:
    """Count reactions no more that were taken back, by their uris (`uri`) or their `author`.

    They stay as rows, so that an older frame doesn't bring them again.
    """
    if not names:
        return Counter()
    marks = [mark[:SHORT] for mark in digests(column, names)]
    chosen = among_bytes("digest" if column == "uri" else "author")
    standing = f"organisation_id = %s AND {chosen} AND NOT withdrawn"
    given = [organisation_id, byte_values(marks)]
    cursor.execute(f"SELECT mention_id, kind FROM listening_reaction WHERE {standing}", given)
    changes: Changes = Counter()
    changes.subtract((mention, kind) for mention, kind in cursor.fetchall())
    if changes:
        cursor.execute(f"UPDATE listening_reaction SET withdrawn = true WHERE {standing}", given)
    return changes


def drop(cursor: CursorWrapper, keys: Sequence[int]) -> None:
    """Remove the reactions to mentions that are removed."""
    cursor.execute(f"DELETE FROM listening_reaction WHERE {among('mention_id')}", [values(keys)])


def apply(cursor: CursorWrapper, changes: Changes) -> None:
    """Bring the counts of mentions up to date."""
    more: dict[int, dict[str, int]] = {}
    for (mention, kind), change in changes.items():
        if change:
            more.setdefault(mention, {})[COUNTED[ReactionKind(kind)]] = change
    if not more:
        return
    cursor.execute(
        f"SELECT id, engagement FROM listening_mention WHERE {among('id')}", [values(list(more))]
    )
    cursor.executemany(
        "UPDATE listening_mention SET engagement = %s WHERE id = %s",
        [(_counted(had, more[key]), key) for key, had in cursor.fetchall()],
    )


def _counted(had: str | None, more: dict[str, int]) -> str | None:
    counts: dict[str, int] = orjson.loads(had) if had else {}
    for name, change in more.items():
        counts[name] = max(0, (counts.get(name) or 0) + change)
    return orjson.dumps(counts).decode()
