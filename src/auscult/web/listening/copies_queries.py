"""Campaigns of copies, and which mentions are copies of which: always of the actor's organisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from auscult.engine.kernel import text
from auscult.web.accounts.models import Actor
from auscult.web.listening import reading
from auscult.web.listening.charts import Count, Volume, volume
from auscult.web.listening.database import among, values
from auscult.web.listening.errors import CopiesUnknown
from auscult.web.listening.models import CopyGroup
from auscult.web.listening.moments import EPOCH, KEYS_A_SECOND, SECOND_US, first_key, from_us, to_us
from auscult.web.listening.reading import Mentioned
from auscult.web.listening.showing import Gone, Shown
from auscult.web.sources import queries as source_queries

LEAST = 3  # posts that make a campaign
SHOWN = 20  # campaigns on a page
BARS = 48  # of a campaign's chart, at most
STEPS = tuple(timedelta(hours=hours) for hours in (1, 3, 6, 12, 24, 72, 168, 720, 8760))
PHRASE = 6  # words of a campaign that a search for it asks for


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A group of copies in a range of time.

    Attributes
    ----------
    number : int
        Of the group.
    posts, authors : int
        How many posts of the range it has, and of how many different authors.
    elsewhere : int
        Posts of the group outside of the range.
    sample : Mentioned
        Its earliest mention in the range.
    since, until : datetime
        From its first post in the range to its last.
    sources : tuple of (str, int)
        Which sources brought how many, the busiest first.
    chart : Volume
        How it spread.
    search : str
        A query for its first words; empty where it has too few.
    """

    number: int
    posts: int
    authors: int
    elsewhere: int
    sample: Mentioned
    since: datetime
    until: datetime
    sources: tuple[tuple[str, int], ...]
    chart: Volume
    search: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A mention's group: its number, and how many other posts it has."""

    number: int
    others: int


def campaigns(
    actor: Actor, *, since: datetime, until: datetime, limit: int = SHOWN
) -> list[Campaign]:
    """Return the largest groups of copies that have posts in a range, the largest first."""
    low, high = first_key(to_us(since)), first_key(to_us(until))
    rows = CopyGroup.objects.filter(
        organisation_id=actor.organisation_id, posts__gte=LEAST, last__gte=low, first__lt=high
    ).order_by("-posts", "-last")[: 3 * limit]
    totals = {row.number: row.posts for row in rows}
    found = _described(actor, totals, low, high)
    large = [one for one in found if one.posts >= LEAST]
    return sorted(large, key=lambda one: (-one.posts, one.since))[:limit]


def group(actor: Actor, number: int) -> CopyGroup:
    """Return the row of one group.

    Raises
    ------
    CopiesUnknown
        Where the organisation has no such group, or not any more.
    """
    row = CopyGroup.objects.filter(organisation_id=actor.organisation_id, number=number).first()
    if row is None:
        raise CopiesUnknown(number)
    return row


def campaign(actor: Actor, number: int) -> Campaign:
    """Return one group with all its posts.

    Raises
    ------
    CopiesUnknown
        As `group` says.
    """
    row = group(actor, number)
    (found,) = _described(actor, {number: row.posts}, row.first, row.last + 1)
    return found


def members(
    actor: Actor, number: int, *, limit: int, before: int | None = None
) -> tuple[list[Mentioned], int | None]:
    """Return mentions of a group, newest first, and where the next page goes on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT mention_id FROM listening_copy WHERE organisation_id = %s AND number = %s "
            "AND mention_id < %s ORDER BY mention_id DESC LIMIT %s",
            [
                actor.organisation_id,
                number,
                reading.LATEST if before is None else before,
                limit + 1,
            ],
        )
        keys = [row[0] for row in cursor.fetchall()]
        spans = dict.fromkeys(keys[:limit], ()) | reading.match_spans(cursor, keys[:limit], None)
        hits = reading.mentioned(cursor, actor.organisation_id, spans)
    return hits, keys[limit - 1] if len(keys) > limit else None


def folded(actor: Actor, keys: Sequence[int]) -> dict[int, Folded]:
    """Return the groups of those mentions that have copies."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.mention_id, g.number, g.posts FROM listening_copy c "
            "JOIN listening_copygroup g ON g.organisation_id = c.organisation_id "
            f"AND g.number = c.number WHERE {among('c.mention_id')} AND c.organisation_id = %s",
            [values(keys), actor.organisation_id],
        )
        return {key: Folded(number=n, others=posts - 1) for key, n, posts in cursor.fetchall()}


def fold(actor: Actor, entries: Sequence[Shown | Gone]) -> list[Shown | Gone]:
    """Leave of copies in a list the first, which then says how many others there are."""
    groups = folded(actor, [one.id for one in entries if isinstance(one, Shown)])
    seen: set[int] = set()
    left: list[Shown | Gone] = []
    for one in entries:
        group = groups.get(one.id) if isinstance(one, Shown) else None
        if group is None or isinstance(one, Gone):
            left.append(one)
        elif group.number not in seen:
            seen.add(group.number)
            left.append(replace(one, copies=group.others, group=group.number))
    return left


def _described(actor: Actor, totals: dict[int, int], low: int, high: int) -> list[Campaign]:
    """Describe the posts of groups whose keys lie in a range."""
    names = dict(source_queries.every_source(actor).values_list("pk", "name"))
    with connection.cursor() as cursor:
        part = _Part(cursor, actor.organisation_id, list(totals), low, high)
        spread, authors, sources = part.spread(), part.authors(), part.sources()
        firsts = dict.fromkeys((keys[0] for keys in spread.values()), ())
        found = reading.mentioned(cursor, actor.organisation_id, firsts)
    samples = {one.id: one for one in found}
    return [
        Campaign(
            number=number,
            posts=len(keys),
            authors=authors.get(number, 0),
            elsewhere=max(0, totals[number] - len(keys)),
            sample=samples[keys[0]],
            since=_moment(keys[0]),
            until=_moment(keys[-1]),
            sources=tuple((names.get(pk, ""), count) for pk, count in sources.get(number, ())),
            chart=_chart([_moment(key) for key in keys]),
            search=search_for(samples[keys[0]]),
        )
        for number, keys in spread.items()
        if keys[0] in samples
    ]


@dataclass(frozen=True, slots=True)
class _Part:
    """Posts of some groups whose keys lie in a range."""

    cursor: CursorWrapper
    organisation_id: int
    numbers: Sequence[int]
    low: int
    high: int

    def spread(self) -> dict[int, list[int]]:
        """Return the keys of each group, and so the times of its posts, rising."""
        found: dict[int, list[int]] = {}
        for number, key in self._ask("SELECT c.number, c.mention_id FROM listening_copy c"):
            found.setdefault(number, []).append(key)
        return {number: sorted(keys) for number, keys in found.items()}

    def authors(self) -> dict[int, int]:
        """Return how many different authors each group has."""
        what = "SELECT c.number, count(DISTINCT m.author) FROM listening_copy c "
        return dict(self._ask(what + _JOIN, "GROUP BY c.number"))

    def sources(self) -> dict[int, list[tuple[int, int]]]:
        """Return how many posts of each group each source brought, the busiest first."""
        what = "SELECT c.number, m.origin_id, count(*) FROM listening_copy c "
        found: dict[int, list[tuple[int, int]]] = {}
        rows = self._ask(what + _JOIN, "GROUP BY c.number, m.origin_id")
        for number, origin, count in sorted(rows, key=lambda row: (-row[2], row[1])):
            found.setdefault(number, []).append((origin, count))
        return found

    def _ask(self, what: str, by: str = "") -> list[Any]:
        self.cursor.execute(
            f"{what} WHERE c.organisation_id = %s AND {among('c.number')} "
            f"AND c.mention_id >= %s AND c.mention_id < %s {by}",
            [self.organisation_id, values(self.numbers), self.low, self.high],
        )
        return list(self.cursor.fetchall())


_JOIN = "JOIN listening_mention m ON m.id = c.mention_id"


def _moment(key: int) -> datetime:
    return from_us(key // KEYS_A_SECOND * SECOND_US)


def _chart(moments: Sequence[datetime]) -> Volume:
    """Draw when posts were written, rising moments, in steps of which few fill the chart."""
    first, last = moments[0], moments[-1]
    step = next((step for step in STEPS if (last - first) / step < BARS), STEPS[-1])
    begin = EPOCH + (first - EPOCH) // step * step
    counts = [0] * ((last - begin) // step + 1)
    for moment in moments:
        counts[(moment - begin) // step] += 1
    bars = [Count(start=begin + n * step, count=count) for n, count in enumerate(counts)]
    return volume(bars, [], step=step)


def search_for(mention: Mentioned) -> str:
    """Return a query for the first words of a text that follow each other; empty if too few."""
    words: list[str] = []
    for token in text.tokens(mention.text):
        if text.is_signed(token.folded):
            words = []  # who is addressed differs from copy to copy
            continue
        words.append(token.folded)
        if len(words) == PHRASE:
            break
    return f'"{" ".join(words)}"' if len(words) > 1 else ""
