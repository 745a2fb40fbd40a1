"""Watches, mentions and volumes, always of the actor's organisation."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import connection
from django.db.models import Max, Min, QuerySet, Sum
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from auscult.engine.kernel.text import base_form
from auscult.engine.query.parse import Query
from auscult.engine.query.tree import And, Node, Or, Word
from auscult.web.accounts.models import Actor, Organisation
from auscult.web.listening import aliases, index, reading, removals
from auscult.web.listening.database import among, is_sqlite, values
from auscult.web.listening.errors import SearchRefused, WatchUnknown
from auscult.web.listening.models import Backfill, BackfillState, HourlyCount, Mention, Watch
from auscult.web.listening.moments import HOUR_US, KEYS_A_SECOND, SECOND_US, from_us, to_us
from auscult.web.listening.previewing import Expected, Preview, from_lake
from auscult.web.listening.reading import LATEST, Filters
from auscult.web.listening.removals import Removed
from auscult.web.listening.search import (
    Page,
    best_hits,
    newest,
    newest_hits,
    prepare,
    verified,
)
from auscult.web.sources.models import Source

MOST_HITS = 1_000

# A search looks back so long, then says how far it came and goes on where it is asked to.
SECONDS = 5.0

# A preview without a lake counts so far back.
LOOK_BACK = timedelta(days=28)

# A watch with fewer mentions is gone through itself, rather than the index.
FEW = 5_000


def watches(actor: Actor) -> QuerySet[Watch]:
    """Return the organisation's watches, by name."""
    return Watch.objects.filter(organisation_id=actor.organisation_id).order_by("name")


def watch(actor: Actor, given: int | str) -> Watch:
    """Return one watch by number or name.

    Raises
    ------
    WatchUnknown
        Where the organisation has no such watch.
    """
    wanted = {"pk": given} if isinstance(given, int) else {"name": given}
    found = watches(actor).filter(**wanted).first()
    if found is None:
        raise WatchUnknown(given)
    return found


def backfills(actor: Actor) -> QuerySet[Backfill]:
    """Return how far each watch's way through the archive is."""
    return Backfill.objects.filter(watch__organisation_id=actor.organisation_id).select_related(
        "watch"
    )


def due_backfills(actor: Actor) -> QuerySet[Backfill]:
    """Return the backfills that may be claimed now, the longest waiting first."""
    now = actor.clock.now()
    open_ones = backfills(actor).exclude(state=BackfillState.DONE).filter(next_attempt__lte=now)
    return (open_ones.filter(locked_until=None) | open_ones.filter(locked_until__lt=now)).order_by(
        "next_attempt"
    )


def search(
    actor: Actor,
    query: Query,
    *,
    filters: Filters | None = None,
    order: Literal["newest", "relevance"] = "newest",
    limit: int = 50,
    after: int | None = None,
) -> Page:
    """Return mentions that a query is true of.

    Parameters
    ----------
    order : str
        `newest` first, or by `relevance` among the newest thousand hits.
    limit : int
        1 to 1,000.
    after : int or None
        `Page.after` of an earlier search by `newest`.

    Raises
    ------
    SearchRefused, WatchUnknown
    """
    filters = _checked(actor, filters, limit)
    if order not in {"newest", "relevance"}:
        raise SearchRefused("order", order, "newest or relevance")
    asked = prepare(actor.organisation_id, query.tree, filters, by_index=not _few(filters))
    if order == "relevance":
        return best_hits(asked, limit=limit, seconds=SECONDS)
    return newest_hits(asked, limit=limit, after=after, seconds=SECONDS)


def _checked(actor: Actor, filters: Filters | None, limit: int) -> Filters:
    if not 1 <= limit <= MOST_HITS:
        raise SearchRefused("limit", limit, _("from 1 to {most}").format(most=MOST_HITS))
    filters = filters or Filters()
    if filters.watch is not None:
        watch(actor, filters.watch)
    for name in ("since", "until"):
        moment = getattr(filters, name)
        if moment is not None and moment.tzinfo is None:
            raise SearchRefused(name, str(moment), "a moment with its time zone")
    return filters


def _few(filters: Filters) -> bool:
    if filters.watch is None:
        return False
    counted = HourlyCount.objects.filter(watch_id=filters.watch).aggregate(all=Sum("count"))
    return (counted["all"] or 0) <= FEW


def latest(
    actor: Actor, *, filters: Filters | None = None, limit: int = 50, after: int | None = None
) -> Page:
    """Return the newest mentions, of one watch or of all, with where watches hit them.

    `Page.total` counts this page; `count_of_watch` counts a watch.
    """
    filters = _checked(actor, filters, limit)
    low, high = filters.low, min(filters.high, LATEST if after is None else after)
    chosen: list[int] = []
    last = False
    while not last and len(chosen) < limit:
        with connection.cursor() as cursor:
            keys = newest(cursor, filters.watch, low=low, high=high, limit=max(2 * limit, 200))
            rows = reading.fetch(
                cursor, actor.organisation_id, keys, columns=("uri",), filters=filters
            )
        last = len(keys) < max(2 * limit, 200)
        high = low if last else keys[-1]
        chosen += [row[0] for row in rows]
    more = len(chosen) > limit or not last
    chosen = chosen[:limit]
    with connection.cursor() as cursor:
        spans = reading.match_spans(cursor, chosen, filters.watch)
        hits = reading.mentioned(
            cursor, actor.organisation_id, {key: spans.get(key, ()) for key in chosen}
        )
    return Page(
        hits=tuple(hits),
        total=len(hits),
        exact=not more and after is None,
        after=chosen[-1] if more and chosen else None,
    )


def unconfirmed(actor: Actor, *, source: Source, before: datetime, limit: int) -> list[str]:
    """Return the uris of a source's mentions that it last had before a moment, oldest first."""
    found = Mention.objects.filter(
        organisation_id=actor.organisation_id, origin=source, confirmed_at__lt=to_us(before)
    )
    return list(found.order_by("confirmed_at").values_list("uri", flat=True)[:limit])


def aliases_of(source: Source, uris: Sequence[str]) -> dict[str, str]:
    """Return the names by which a source knows posts, where that isn't their uri."""
    with connection.cursor() as cursor:
        return aliases.of_posts(cursor, source, uris)


def removed(
    actor: Actor,
    *,
    since: datetime,
    until: datetime,
    watch: Watch | None = None,
    limit: int = MOST_HITS,
) -> list[Removed]:
    """Return how many mentions of a period were removed, by hour, source and reason."""
    return removals.removed(
        actor.organisation_id,
        since=since,
        until=until,
        watch_id=None if watch is None else watch.pk,
        limit=limit,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many mentions a query is true of.

    Attributes
    ----------
    exact : bool
        False: an estimate, from `examined` candidates of `nominated`.
    """

    count: int
    exact: bool
    examined: int = 0
    nominated: int = 0


def count(
    actor: Actor, query: Query, *, filters: Filters | None = None, seconds: float = 0.5
) -> Counted:
    """Count the mentions that a query is true of.

    Exact where the index alone can tell (words, AND, OR), or where all candidates could be
    examined in the time; else the share among the newest candidates stands for all.
    """
    filters = _checked(actor, filters, 1)
    asked = prepare(actor.organisation_id, query.tree, filters, by_index=True)
    if asked.expression is not None and _index_tells(query.tree, filters):
        with connection.cursor() as cursor:
            told = index.count(cursor, asked.expression, low=filters.low, high=filters.high)
        return Counted(count=told, exact=True, examined=0, nominated=told)
    found = examined = 0
    reached = LATEST
    for page in verified(asked, LATEST, time.monotonic() + seconds):
        found += len(page.hits)
        examined += page.examined
        reached = page.reached
        if page.last:
            return Counted(count=found, exact=True, examined=examined, nominated=examined)
    rest = _remaining(asked.expression, filters.low, min(reached, filters.high))
    estimate = found + round(rest * found / max(1, examined))
    return Counted(count=estimate, exact=False, examined=examined, nominated=examined + rest)


def _remaining(expression: str | None, low: int, high: int) -> int:
    with connection.cursor() as cursor:
        if expression is not None:
            return index.count(cursor, expression, low=low, high=high)
        cursor.execute(
            "SELECT count(*) FROM listening_mention WHERE id >= %s AND id < %s", [low, high]
        )
        return int(cursor.fetchone()[0])


def _index_tells(tree: Node, filters: Filters) -> bool:
    """Return whether the index's nominations are the query's own hits."""
    whole = all(
        moment is None or moment.microsecond == 0 for moment in (filters.since, filters.until)
    )
    narrowed = filters.watch is not None or filters.language is not None
    return whole and not narrowed and _plain(tree) and Organisation.objects.count() == 1


def _plain(tree: Node) -> bool:
    if isinstance(tree, And | Or):
        return all(_plain(child) for child in tree.children)
    return isinstance(tree, Word) and base_form(tree.text) == tree.text and len(tree.text) < 100


def count_of_watch(actor: Actor, given: Watch) -> int:
    """Return how many mentions a watch has, from the rollups."""
    counted = HourlyCount.objects.filter(
        watch=given, watch__organisation_id=actor.organisation_id
    ).aggregate(all=Sum("count"))
    return counted["all"] or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a watch found in some sources.

    Attributes
    ----------
    first, last : datetime or None
        The first and the last hour with a mention; None where there is none.
    counts : tuple of int
        Mentions in equal parts of the time from the first to the last hour of all watches.
    """

    watch_id: int
    name: str
    total: int
    first: datetime | None
    last: datetime | None
    counts: tuple[int, ...]


def summaries(
    actor: Actor, *, watches: Sequence[Watch], sources: Sequence[Source], parts: int = 24
) -> list[Summary]:
    """Return what each watch found in these sources, from the rollups."""
    own = [one for one in watches if one.organisation_id == actor.organisation_id]
    found: dict[int, list[tuple[int, int]]] = {one.pk: [] for one in own}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT watch_id, hour, count FROM listening_hourlycount "
            f"WHERE {among('watch_id')} AND {among('source_id')}",
            [values(list(found)), values([source.pk for source in sources])],
        )
        for watch_id, hour, number in cursor.fetchall():
            found[watch_id].append((hour, number))
    hours = [hour for rows in found.values() for hour, _ in rows]
    start, stop = min(hours, default=0), max(hours, default=0) + HOUR_US
    width = -(-(stop - start) // parts)
    return [_summary(one, found[one.pk], start, width, parts) for one in own]


def _summary(
    watch: Watch, rows: Sequence[tuple[int, int]], start: int, width: int, parts: int
) -> Summary:
    counts = [0] * parts
    for hour, number in rows:
        counts[(hour - start) // width] += number
    hours = [hour for hour, _ in rows]
    return Summary(
        watch_id=watch.pk,
        name=watch.name,
        total=sum(counts),
        first=from_us(min(hours)) if hours else None,
        last=from_us(max(hours)) if hours else None,
        counts=tuple(counts),
    )


class IndexVocabulary:
    """The words of the archive, for the parser's `Vocabulary`."""

    # Words of one stem that are looked at; a stem with more has too many expansions anyway.
    MOST = 5_000

    def expansions(self, pattern: str, limit: int) -> int:
        """Count the words that match a wildcard's pattern, up to `limit`."""
        folded = base_form(pattern)
        stem = re.split(r"[*?]", folded, maxsplit=1)[0]
        matches = re.compile(
            "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in folded), re.DOTALL
        ).fullmatch
        words = index.expansions(stem, self.MOST) or ()
        return min(limit, sum(matches(word) is not None for word in words))


def vocabulary() -> IndexVocabulary | None:
    """Return the archive's words; None where the database can't list them (PostgreSQL)."""
    return IndexVocabulary() if is_sqlite() else None


def pseudonym(organisation_id: int, author: str) -> str:
    """Return the name that an author is shown by outside the desk.

    The same author has the same one, across pages and days; without the archive's secret
    key nobody can tell who it is, nor test a guess.
    """
    keyed = salted_hmac(f"auscult.pseudonym.{organisation_id}", author, algorithm="sha256")
    return f"author-{keyed.hexdigest()[:10]}"


def preview(actor: Actor, query: Query, *, limit: int = 10, seconds: float = 1.0) -> Preview:
    """Return what a query would bring a day, were it a watch, and examples.

    It takes about `seconds`, whatever the size of the archive.
    """
    asked = prepare(actor.organisation_id, query.tree, Filters(), by_index=True)
    page = newest_hits(asked, limit=limit, after=None, seconds=seconds / 3)
    told = from_lake(actor, query.tree, seconds / 3)
    if told is None:
        told = _from_mentions(actor, query, seconds / 3)
    return Preview(per_day=told.per_day, hits=page.hits, basis=told.basis)


def _from_mentions(actor: Actor, query: Query, seconds: float) -> Expected:
    reach = Mention.objects.filter(organisation_id=actor.organisation_id).aggregate(
        last=Max("id"), first=Min("id")
    )
    if reach["last"] is None:
        return Expected(per_day=None, basis=_("nothing was collected yet"))
    newest_us, oldest_us = (
        key // KEYS_A_SECOND * SECOND_US for key in (reach["last"], reach["first"])
    )
    since = max(from_us(oldest_us), from_us(newest_us) - LOOK_BACK)
    days = max(1.0, (from_us(newest_us) - since) / timedelta(days=1))
    counted = count(actor, query, filters=Filters(since=since), seconds=seconds)
    return Expected(
        per_day=counted.count / days,
        basis=_(
            "the mentions of %(days)s days; posts that no watch found were not kept, so there may"
            " be more"
        )
        % {"days": f"{days:.0f}"},
    )
