"""Mentions as values: read from the database for people, and as tables for the matcher."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
from django.db.backends.utils import CursorWrapper

from auscult.web.listening.database import among, values
from auscult.web.listening.moments import first_key, from_us, to_us
from auscult.web.listening.rows import COLUMNS, MOMENTS, NESTED, from_rows

EARLIEST, LATEST = -(1 << 62), 1 << 62

Spans = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a reader narrows a list to.

    Attributes
    ----------
    watch : int or None
        Number of a watch that found the mention.
    source : int or None
        Number of the source that brought it.
    language : str or None
        `en` also takes `en-GB`.
    since, until : datetime or None
        Posted from `since` to before `until`.
    """

    watch: int | None = None
    source: int | None = None
    language: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def low(self) -> int:
        """Smallest key that may pass."""
        return EARLIEST if self.since is None else first_key(to_us(self.since))

    @property
    def high(self) -> int:
        """Key above all that may pass."""
        return LATEST if self.until is None else first_key(to_us(self.until) + 999_999)

    def condition(self) -> tuple[str, list[Any]]:
        """Return the filters as a condition on `listening_mention m`, with its parameters."""
        parts: list[str] = []
        given: list[Any] = []
        if self.watch is not None:
            parts.append(
                "EXISTS (SELECT 1 FROM listening_match a "
                "WHERE a.watch_id = %s AND a.mention_id = m.id)"
            )
            given.append(self.watch)
        if self.source is not None:
            parts.append("m.origin_id = %s")
            given.append(self.source)
        if self.language is not None:
            parts.append("(lower(m.language) = %s OR lower(m.language) LIKE %s)")
            given += [self.language.lower(), self.language.lower() + "-%"]
        for moment, sign in ((self.since, ">="), (self.until, "<")):
            if moment is not None:
                parts.append(f"m.created_at {sign} %s")
                given.append(to_us(moment))
        return "".join(f" AND {part}" for part in parts), given


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioned:
    """A mention for a reader: a post, with where it was hit.

    Attributes
    ----------
    id : int
        The mention's key; greater means later.
    origin_id : int
        The source that brought it.
    spans : tuple
        (field, start, end) in code points of `title` or `text`, for highlighting.
    score : float or None
        Relevance, where a search ordered by it.
    """

    id: int
    origin_id: int
    uri: str
    created_at: datetime
    text: str
    spans: Spans = ()
    score: float | None = None
    watches: tuple[int, ...] = ()
    source: str | None = None
    community: str | None = None
    author: str | None = None
    author_name: str | None = None
    author_followers: int | None = None
    collected_at: datetime | None = None
    title: str | None = None
    language: str | None = None
    hashtags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    media: tuple[Mapping[str, str | None], ...] = ()
    in_reply_to: str | None = None
    quote_of: str | None = None
    engagement: Mapping[str, int] = field(default_factory=dict)
    country: str | None = None
    rating: float | None = None
    raw_hash: str | None = None
    repost_of: str | None = None
    root: str | None = None
    author_verified: bool | None = None
    region: str | None = None
    tags: tuple[str, ...] = ()


class Head(NamedTuple):
    """What of a mention isn't in its post."""

    id: int
    origin_id: int
    created_us: int


def fetch(
    cursor: CursorWrapper,
    organisation_id: int,
    keys: Sequence[int],
    *,
    columns: Sequence[str] = COLUMNS,
    filters: Filters | None = None,
) -> list[tuple[Any, ...]]:
    """Return rows (id, origin_id, created_at, *columns) of these keys that pass, newest first."""
    condition, given = (filters or Filters()).condition()
    # The plus keeps SQLite from going through all of the organisation's mentions by another
    # index instead of to these keys.
    cursor.execute(
        f"SELECT m.id, m.origin_id, m.created_at, {', '.join('m.' + c for c in columns)} "
        f"FROM listening_mention m WHERE {among('m.id')} AND +m.organisation_id = %s{condition}",
        [values(keys), organisation_id, *given],
    )
    # Sorted here: asked to, SQLite goes through the whole table in the order of its keys.
    return sorted(cursor.fetchall(), reverse=True, key=itemgetter(0))


def mention_table(
    cursor: CursorWrapper,
    organisation_id: int,
    keys: Sequence[int],
    *,
    columns: Sequence[str] = COLUMNS,
    filters: Filters | None = None,
) -> tuple[list[Head], pa.Table]:
    """Return mentions as a table of the post schema; columns not asked for are null."""
    rows = fetch(cursor, organisation_id, keys, columns=columns, filters=filters)
    heads = [Head(*row[:3]) for row in rows]
    return heads, from_rows([row[3:] for row in rows], columns)


def mentioned(
    cursor: CursorWrapper, organisation_id: int, spans: Mapping[int, Spans]
) -> list[Mentioned]:
    """Return mentions with their spans, newest first, with the watches that found them."""
    rows = fetch(cursor, organisation_id, list(spans))
    finders = _finders(cursor, list(spans))
    return [
        Mentioned(
            id=row[0],
            origin_id=row[1],
            spans=spans[row[0]],
            watches=finders.get(row[0], ()),
            **{name: _value(name, value) for name, value in zip(COLUMNS, row[3:], strict=True)},
        )
        for row in rows
    ]


def _value(name: str, value: Any) -> Any:
    if name in NESTED:
        empty: Any = {} if name == "engagement" else ()
        loaded = empty if value is None else orjson.loads(value)
        return tuple(loaded) if isinstance(loaded, list) else loaded
    if value is None:
        return None
    if name in MOMENTS:
        return from_us(value)
    return bool(value) if name == "author_verified" else value


def _finders(cursor: CursorWrapper, keys: Sequence[int]) -> dict[int, tuple[int, ...]]:
    cursor.execute(
        f"SELECT mention_id, watch_id FROM listening_match WHERE {among('mention_id')}",
        [values(keys)],
    )
    found: dict[int, tuple[int, ...]] = {}
    for key, watch in cursor.fetchall():
        found[key] = (*found.get(key, ()), watch)
    return {key: tuple(sorted(watches)) for key, watches in found.items()}


def match_spans(
    cursor: CursorWrapper, keys: Sequence[int], watch_id: int | None
) -> dict[int, Spans]:
    """Return where watches, or one of them, hit mentions."""
    only = "" if watch_id is None else "AND watch_id = %s"
    cursor.execute(
        f"SELECT mention_id, spans FROM listening_match WHERE {among('mention_id')} {only}",
        [values(keys)] if watch_id is None else [values(keys), watch_id],
    )
    found: dict[int, set[tuple[str, int, int]]] = {}
    for key, written in cursor.fetchall():
        found.setdefault(key, set()).update(
            (name, start, end) for name, start, end in orjson.loads(written)
        )
    # The title comes first, as everywhere.
    return {
        key: tuple(sorted(spans, key=lambda span: (span[0] != "title", span[1], span[2])))
        for key, spans in found.items()
    }
