"""Search over mentions: the index nominates, the matcher verifies, newest first.

First the newest mentions are looked at without the index: where a query is common, they
hold a page of hits already. Then the index takes over, which is fast where a query is
rare. Neither has to sort, for a mention's key is its time.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from auscult.engine.matching import WatchSet
from auscult.engine.query.fields import FIELDS
from auscult.engine.query.nominate import Has, Need, all_of, nominate
from auscult.engine.query.tree import And, FieldIs, FieldRange, Node, Not, Or
from auscult.web.listening import index, reading
from auscult.web.listening.moments import KEYS_A_SECOND, SECOND_US, from_us
from auscult.web.listening.reading import LATEST, Filters, Mentioned, Spans
from auscult.web.listening.standing import spans_from_json, spans_json

# Pages of newest mentions that are looked at before the index is asked.
WALKED = (500, 1_500)
FIRST_NOMINATED, MOST_NOMINATED = 400, 5_000

# Relevance ranks so many of the newest hits.
RANKED = 1_000

ALWAYS = ("uri", "created_at", "title", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a search found.

    Attributes
    ----------
    hits : tuple of Mentioned
        Newest first, or most relevant first.
    total : int
        Hits in all where `exact`, else at least so many.
    after : int or None
        Give it to the next search to go on where this one stopped; None: nothing is left.
    looked_back_to : datetime or None
        Where time ran out before the page was full: the moment that was reached.
    """

    hits: tuple[Mentioned, ...]
    total: int
    exact: bool
    after: int | None
    looked_back_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search, prepared."""

    organisation_id: int
    tree: Node
    filters: Filters
    expression: str | None
    columns: tuple[str, ...]


def prepare(organisation_id: int, tree: Node, filters: Filters, *, by_index: bool) -> Asked:
    """Prepare a search: what the index is asked, and which columns the matcher reads."""
    extra: list[Need] = []
    if filters.source is not None:
        extra.append(Has(term=index.source_term(filters.source)))
    if filters.language is not None:
        extra.append(Has(term=index.language_term(filters.language)))
    need = all_of([nominate(tree), *extra])
    read = {column for field in fields_of(tree) for column in FIELDS[field].columns}
    return Asked(
        organisation_id=organisation_id,
        tree=tree,
        filters=filters,
        expression=index.expression(need) if by_index else None,
        columns=tuple(dict.fromkeys((*ALWAYS, *sorted(read)))),
    )


def fields_of(tree: Node) -> set[str]:
    """Return the names of the fields that a query asks for."""
    if isinstance(tree, FieldIs | FieldRange):
        return {tree.field}
    if isinstance(tree, And | Or):
        return {field for child in tree.children for field in fields_of(child)}
    return fields_of(tree.child) if isinstance(tree, Not) else set()


class Verified(NamedTuple):
    """A page of candidates that the matcher has seen."""

    hits: list[tuple[int, Spans]]
    examined: int
    reached: int  # nothing at or above this key is left to look at
    last: bool


def verified(asked: Asked, high: int, deadline: float) -> Iterator[Verified]:
    """Yield hits page by page, newest first, until none is left or time is up."""
    standing = WatchSet({"q": asked.tree})
    for keys, reached, last in _candidates(asked, high):
        with connection.cursor() as cursor:
            heads, posts = reading.mention_table(
                cursor,
                asked.organisation_id,
                keys,
                columns=asked.columns,
                filters=asked.filters,
            )
        matches = standing.match(posts)
        rows = matches.column("post").to_pylist()
        spans = map(spans_from_json, spans_json(matches.column("spans")))
        hits = sorted((heads[row].id, found) for row, found in zip(rows, spans, strict=True))
        yield Verified(hits=hits[::-1], examined=len(heads), reached=reached, last=last)
        if time.monotonic() > deadline:
            return


def _candidates(asked: Asked, high: int) -> Iterator[tuple[list[int], int, bool]]:
    """Yield (keys, key reached, whether these are the last), newest first."""
    low, high = asked.filters.low, min(high, asked.filters.high)
    for by_index, limit in _steps(asked):
        with connection.cursor() as cursor:
            if by_index:
                keys = index.nominated(
                    cursor, asked.expression or "", low=low, high=high, limit=limit
                )
            else:
                keys = newest(cursor, asked.filters.watch, low=low, high=high, limit=limit)
        last = len(keys) < limit
        high = low if last else keys[-1]
        yield keys, high, last
        if last:
            return


def _steps(asked: Asked) -> Iterator[tuple[bool, int]]:
    """Yield how each page of candidates is found: (by the index, at most so many)."""
    yield from ((False, limit) for limit in WALKED)
    limit = FIRST_NOMINATED
    while True:
        yield asked.expression is not None, limit
        limit = min(2 * limit, MOST_NOMINATED)


def newest(
    cursor: CursorWrapper, watch_id: int | None, *, low: int, high: int, limit: int
) -> list[int]:
    """Return the newest keys, low <= key < high, of a watch's mentions or of all."""
    if watch_id is None:
        cursor.execute(
            "SELECT id FROM listening_mention WHERE id >= %s AND id < %s ORDER BY id DESC LIMIT %s",
            [low, high, limit],
        )
    else:
        cursor.execute(
            "SELECT mention_id FROM listening_match WHERE watch_id = %s "
            "AND mention_id >= %s AND mention_id < %s ORDER BY mention_id DESC LIMIT %s",
            [watch_id, low, high, limit],
        )
    return [row[0] for row in cursor.fetchall()]


def newest_hits(asked: Asked, *, limit: int, after: int | None, seconds: float) -> Page:
    """Return the newest mentions that a query is true of, looked for during some seconds."""
    found: list[tuple[int, Spans]] = []
    reached, last = LATEST if after is None else after, False
    for page in verified(asked, reached, time.monotonic() + seconds):
        found += page.hits
        reached, last = page.reached, page.last
        if len(found) >= limit:
            break
    shown = found[:limit]
    if len(found) > limit or (shown and len(found) == limit and not last):
        following: int | None = shown[-1][0]
    else:
        following = None if last else reached
    with connection.cursor() as cursor:
        hits = reading.mentioned(cursor, asked.organisation_id, dict(shown))
    cut_short = not last and len(found) < limit
    return Page(
        hits=tuple(hits),
        total=len(found),
        exact=last and after is None,
        after=following,
        looked_back_to=from_us(reached // KEYS_A_SECOND * SECOND_US) if cut_short else None,
    )


def best_hits(asked: Asked, *, limit: int, seconds: float) -> Page:
    """Return the most relevant of the newest mentions that a query is true of."""
    page = newest_hits(asked, limit=RANKED, after=None, seconds=seconds)
    scores = relevance(page.hits)
    order = sorted(range(len(scores)), key=lambda at: (-scores[at], -page.hits[at].id))
    best = tuple(replace(page.hits[at], score=scores[at]) for at in order[:limit])
    return replace(page, hits=best, after=None)


def relevance(hits: Sequence[Mentioned]) -> list[float]:
    """Return BM25 scores, with the hits themselves as the collection.

    A term is what was hit, whatever its case; a text's length is its code points.
    """
    terms = [
        Counter(
            ((hit.title or "") if name == "title" else hit.text)[start:end].casefold().lstrip("#@")
            for name, start, end in hit.spans
        )
        for hit in hits
    ]
    lengths = [len(hit.text) + len(hit.title or "") for hit in hits]
    average = sum(lengths) / len(lengths) if lengths else 1.0
    having = Counter(term for counts in terms for term in counts)
    rarity = {
        term: math.log(1 + (len(hits) - count + 0.5) / (count + 0.5))
        for term, count in having.items()
    }
    return [
        sum(
            rarity[term] * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / average))
            for term, times in counts.items()
        )
        for counts, length in zip(terms, lengths, strict=True)
    ]
