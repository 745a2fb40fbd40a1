"""The names by which a source deletes posts, where that isn't their uri.

Mastodon's stream says of a deleted post only its number on that instance. A row says which
post a source means by an alias, for as long as the post is kept: as a mention, or in the
lake's sample.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import orjson
import pyarrow as pa
from django.db.backends.utils import CursorWrapper

from auscult.engine.connectors.base import Batch, Deletion, find
from auscult.web.listening import forgetting
from auscult.web.listening.database import (
    among,
    among_bytes,
    byte_values,
    can_be_kept,
    values,
)
from auscult.web.listening.models import Alias, Tombstone
from auscult.web.listening.rows import moments_us
from auscult.web.sources.models import Source

LONGEST = 500  # code points; a longer name is no number, and isn't kept
PLACE = 8  # bytes of the digest of whom a source asks
SHORT = 16  # bytes of an author's digest, as reactions have it

PUT = """
INSERT INTO listening_alias (organisation_id, source_id, place, alias, uri, author, sampled_at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (source_id, alias) DO UPDATE SET
    place = excluded.place, uri = excluded.uri, author = excluded.author,
    sampled_at = excluded.sampled_at
"""
KEPT = "SELECT uri FROM listening_mention WHERE organisation_id = %s AND "


class Told(NamedTuple):
    """What a batch takes back, once its aliases were looked up.

    Attributes
    ----------
    deleted : tuple of Deletion
        Those of the batch; by uri, wherever the uri of an alias is known.
    overtaken : tuple of Deletion
        Posts of the batch that an earlier one deleted, by an alias that wasn't known then.
    """

    deleted: tuple[Deletion, ...]
    overtaken: tuple[Deletion, ...] = ()


class Row(NamedTuple):
    """What is kept of a post's alias."""

    place: bytes
    alias: str
    sampled_at: int | None


def place_of(source: Source) -> bytes:
    """Return whom a source asks, as a digest: another instance counts its posts otherwise."""
    says_what = find(source.connector).Config.says_what
    whom = {
        name: value
        for name, value in source.config.items()
        if name not in says_what and not isinstance(value, int | float)
    }
    packed = orjson.dumps([source.connector, whom], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(packed).digest()[:PLACE]


def digest(source: Source, place: bytes, alias: str) -> bytes:
    """Return what a tombstone keeps of an alias."""
    return forgetting.digest("alias", f"{source.pk}\0{place.hex()}\0{alias}")


def resolve(cursor: CursorWrapper, source: Source, batch: Batch) -> Told:
    """Return what a batch takes back by uri; an alias that nothing is known of stays one."""
    asked = [one.alias for one in batch.deleted if one.alias is not None]
    if not (asked or batch.aliases):
        return Told(batch.deleted)
    place = place_of(source)
    given = {alias: uri for uri, alias in batch.aliases.items()}
    had = _uris(cursor, source, place, asked) if asked else {}
    # A post that is named anew in this batch has its old name no more.
    known = {alias: uri for alias, uri in had.items() if uri not in batch.aliases} | given
    return Told(
        tuple(_by_uri(one, known) for one in batch.deleted),
        _overtaken(cursor, source, {digest(source, place, a): uri for a, uri in given.items()}),
    )


def _by_uri(one: Deletion, known: Mapping[str, str]) -> Deletion:
    uri = None if one.alias is None else known.get(one.alias)
    return one if uri is None else replace(one, alias=None, uri=uri)


def _uris(
    cursor: CursorWrapper, source: Source, place: bytes, asked: Sequence[str]
) -> dict[str, str]:
    cursor.execute(
        "SELECT alias, uri FROM listening_alias "
        f"WHERE source_id = %s AND place = %s AND {among('alias')}",
        [source.pk, place, values(asked)],
    )
    return dict(cursor.fetchall())


def _overtaken(
    cursor: CursorWrapper, source: Source, marks: Mapping[bytes, str]
) -> tuple[Deletion, ...]:
    found = forgetting.graves(cursor, source.organisation_id, marks).whole
    stones = Tombstone.objects.filter(
        organisation_id=source.organisation_id, digest__in=sorted(found)
    )
    ats = stones.values_list("digest", "at") if found else ()
    return tuple(Deletion(uri=marks[bytes(mark)], at=at) for mark, at in ats)


def keep(
    cursor: CursorWrapper,
    source: Source,
    posts: pa.Table,
    aliases: Mapping[str, str],
    sample: Collection[str],
) -> None:
    """Keep the aliases of those posts of a batch that are kept themselves.

    Parameters
    ----------
    aliases : mapping
        From uris to names, as the batch gave them; they replace earlier ones.
    sample : collection of str
        Uris of the posts that went into the lake.
    """
    named = {uri: alias for uri, alias in aliases.items() if _fits(alias)}
    rows = posts.filter(pa.array([uri in named for uri in posts.column("uri").to_pylist()]))
    uris = rows.column("uri").to_pylist()
    if not uris:
        return
    cursor.execute(f"{KEPT}{among('uri')}", [source.organisation_id, values(uris)])
    stand = {row[0] for row in cursor.fetchall()} | set(sample)
    had = _rows(cursor, source, uris)
    place = place_of(source)
    authors, moments = rows.column("author").to_pylist(), moments_us(rows.column("created_at"))
    new: list[tuple[bytes | str | int | None, ...]] = []
    for uri, author, at in zip(uris, authors, moments.tolist(), strict=True):
        before = had.get(uri)
        if before is None and uri not in stand:
            continue
        sampled_at = at if uri in sample else before and before.sampled_at
        row = Row(place, named[uri], sampled_at)
        if row != before:
            new.append((*row[:2], uri, short(author), sampled_at))
    _drop_names(cursor, source, [had[row[2]].alias for row in new if row[2] in had])
    cursor.executemany(PUT, [(source.organisation_id, source.pk, *row) for row in new])


def short(author: str | None) -> bytes:
    """Return what a row keeps of an author."""
    return forgetting.digest("author", author)[:SHORT] if author else b""


def _fits(alias: str) -> bool:
    return len(alias) <= LONGEST and can_be_kept(alias)


def _rows(cursor: CursorWrapper, source: Source, uris: Sequence[str]) -> dict[str, Row]:
    cursor.execute(
        "SELECT uri, place, alias, sampled_at FROM listening_alias "
        f"WHERE organisation_id = %s AND source_id = %s AND {among('uri')}",
        [source.organisation_id, source.pk, values(uris)],
    )
    return {row[0]: Row(bytes(row[1]), *row[2:]) for row in cursor.fetchall()}


def _drop_names(cursor: CursorWrapper, source: Source, names: Sequence[str]) -> None:
    if names:
        cursor.execute(
            f"DELETE FROM listening_alias WHERE source_id = %s AND {among('alias')}",
            [source.pk, values(names)],
        )


def of_posts(cursor: CursorWrapper, source: Source, uris: Sequence[str]) -> dict[str, str]:
    """Return the names by which the source knows these posts, as far as they are kept."""
    place = place_of(source)
    found = _rows(cursor, source, uris)
    return {uri: row.alias for uri, row in found.items() if row.place == place}


def drop(
    cursor: CursorWrapper, organisation_id: int, uris: Sequence[str], authors: Iterable[str]
) -> int:
    """Remove the aliases of posts that are forgotten, in every source; return how many."""
    cursor.execute(
        f"DELETE FROM listening_alias WHERE organisation_id = %s AND {among('uri')}",
        [organisation_id, values(uris)],
    )
    dropped = cursor.rowcount
    marks = [short(author) for author in authors if author]
    cursor.execute(
        f"DELETE FROM listening_alias WHERE organisation_id = %s AND {among_bytes('author')}",
        [organisation_id, byte_values(marks)],
    )
    return int(dropped + cursor.rowcount)


def drop_of_mentions(cursor: CursorWrapper, keys: Sequence[int]) -> None:
    """Remove the aliases of mentions that are removed; those of the lake's posts stay."""
    cursor.execute(
        "DELETE FROM listening_alias WHERE sampled_at IS NULL AND (organisation_id, uri) IN "
        f"(SELECT organisation_id, uri FROM listening_mention WHERE {among('id')})",
        [values(keys)],
    )


def expire(cursor: CursorWrapper, source: Source, before_us: int) -> int:
    """Remove the aliases of posts that are too old for the lake, but for those of mentions.

    Returns how many.
    """
    old = "WHERE source_id = %s AND sampled_at < %s"
    cursor.execute(
        f"DELETE FROM listening_alias {old} AND NOT EXISTS (SELECT 1 FROM listening_mention m "
        "WHERE m.organisation_id = listening_alias.organisation_id "
        "AND m.uri = listening_alias.uri)",
        [source.pk, before_us],
    )
    dropped = int(cursor.rowcount)
    cursor.execute(f"UPDATE listening_alias SET sampled_at = NULL {old}", [source.pk, before_us])
    return dropped


def drop_of_source(source: Source) -> None:
    """Remove all aliases of a source that isn't read any more."""
    Alias.objects.filter(source=source).delete()
