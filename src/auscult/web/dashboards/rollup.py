"""Keeping the figures by day: what is marked as changed is counted again, a day at a time.

A day is counted in one transaction with the marks that it answers, under the writers' lock;
so a mark that is there means that a day's figures may be old, and none means they are exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import orjson
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.crypto import salted_hmac

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.dashboards import tallies
from auscult.web.dashboards.days import DAY, begin_us, day_of
from auscult.web.dashboards.marking import PART_US
from auscult.web.dashboards.models import Changed, Counting, DayFigures, Kind
from auscult.web.dashboards.tallies import Tally
from auscult.web.listening.database import lock_writers
from auscult.web.listening.moments import HOUR_US, first_key, from_us
from auscult.web.listening.queries import pseudonym, watches

Counts = dict[Kind, Counter[str]]

# What tells a link's visitors apart, not the page.
TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "igshid")
LAST_PART = 1 << 40  # after every part
ROWS = 5_000  # mentions that are held at once while a day is counted

MENTIONS = (
    "SELECT m.language, m.community, m.author, m.hashtags, m.links FROM listening_match a "
    "JOIN listening_mention m ON m.id = a.mention_id "
    "WHERE a.watch_id = %s AND a.mention_id >= %s AND a.mention_id < %s"
)
PUT = (
    "INSERT INTO dashboards_dayfigures (watch_id, kind, day, best, words, names) "
    "VALUES (%s, %s, %s, %s, %s, %s)"
)


def basis(zone: ZoneInfo) -> str:
    """Return what the figures hang on beside the mentions: the time zone, the secret key."""
    key = salted_hmac("auscult.dashboards.basis", zone.key, algorithm="sha256")
    return f"{zone.key} {key.hexdigest()[:12]}"


def is_counted(actor: Actor, zone: ZoneInfo) -> bool:
    """Return whether the organisation's days are those of this time zone and of today's key."""
    return Counting.objects.filter(
        organisation_id=actor.organisation_id, basis=basis(zone)
    ).exists()


def settle(actor: Actor, *, before: date | None = None, watch_id: int | None = None) -> bool:
    """Count one marked day of one watch again, the newest first; return whether there are more.

    Parameters
    ----------
    before : date or None
        Only days before this one.
    watch_id : int or None
        Only days of this watch.
    """
    require(actor, Right.WORK, "count mentions")
    with transaction.atomic(), connection.cursor() as cursor:
        lock_writers(cursor)
        zone = time_zone(actor)
        if not is_counted(actor, zone):
            _begin_anew(cursor, actor, zone)
            return True
        last = LAST_PART if before is None else begin_us(before, zone) // PART_US
        found = _newest_mark(cursor, actor, zone, last, watch_id)
        if found is None:
            _drop_strays(cursor)
            return False
        _count_again(cursor, actor, zone, *found)
        return True


def _count_again(
    cursor: CursorWrapper, actor: Actor, zone: ZoneInfo, watch_id: int, day: date
) -> None:
    parts = parts_of(day, zone)
    days = sorted({one for part in _marked(watch_id, parts) for one in days_of(part, zone)})
    for one in days:
        counts = count(cursor, actor.organisation_id, watch_id, span(one, zone))
        put(cursor, watch_id, one, counts)
    Changed.objects.filter(watch_id=watch_id, part__gte=parts.start, part__lt=parts.stop).delete()


def changed_watches(actor: Actor) -> list[int]:
    """Return the watches that have marked days."""
    rows = Changed.objects.filter(watch__organisation_id=actor.organisation_id)
    return list(rows.order_by("watch_id").values_list("watch_id", flat=True).distinct())


def _newest_mark(
    cursor: CursorWrapper, actor: Actor, zone: ZoneInfo, last: int, watch_id: int | None
) -> tuple[int, date] | None:
    """Return the watch and the day of the newest mark whose part lies before `last`."""
    cursor.execute(
        "SELECT c.watch_id, c.part FROM dashboards_changed c "
        "JOIN listening_watch w ON w.id = c.watch_id "
        "WHERE w.organisation_id = %s AND c.part < %s AND c.watch_id = coalesce(%s, c.watch_id) "
        "ORDER BY c.part DESC LIMIT 1",
        [actor.organisation_id, last, watch_id],
    )
    row = cursor.fetchone()
    return None if row is None else (row[0], days_of(row[1], zone)[-1])


def _marked(watch_id: int, parts: range) -> list[int]:
    rows = Changed.objects.filter(watch_id=watch_id, part__gte=parts.start, part__lt=parts.stop)
    return list(rows.values_list("part", flat=True))


def parts_of(day: date, zone: ZoneInfo) -> range:
    """Return the parts that reach into a day."""
    return range(begin_us(day, zone) // PART_US, -(-begin_us(day + DAY, zone) // PART_US))


def days_of(part: int, zone: ZoneInfo) -> list[date]:
    """Return the days that a part reaches into, one or two."""
    first = day_of(from_us(part * PART_US), zone)
    last = day_of(from_us((part + 1) * PART_US - 1), zone)
    return [first] if first == last else [first, last]


def _begin_anew(cursor: CursorWrapper, actor: Actor, zone: ZoneInfo) -> None:
    """Drop what was counted by other days or another key, and mark all that there is."""
    own = list(watches(actor).values_list("pk", flat=True))
    DayFigures.objects.filter(watch_id__in=own).delete()
    Changed.objects.filter(watch_id__in=own).delete()
    hours: list[tuple[int, int]] = []
    for watch_id in own:
        cursor.execute(
            "SELECT DISTINCT hour FROM listening_hourlycount WHERE watch_id = %s", [watch_id]
        )
        hours += [(watch_id, row[0]) for row in cursor.fetchall()]
    marks = {
        (watch_id, us // PART_US) for watch_id, hour in hours for us in (hour, hour + HOUR_US - 1)
    }
    cursor.executemany(
        "INSERT INTO dashboards_changed (watch_id, part) VALUES (%s, %s)", sorted(marks)
    )
    Counting.objects.update_or_create(
        organisation_id=actor.organisation_id, defaults={"basis": basis(zone)}
    )


def _drop_strays(cursor: CursorWrapper) -> None:
    """Drop the marks of watches that are gone."""
    cursor.execute(
        "DELETE FROM dashboards_changed WHERE NOT EXISTS "
        "(SELECT 1 FROM listening_watch w WHERE w.id = dashboards_changed.watch_id)"
    )


def put(cursor: CursorWrapper, watch_id: int, day: date, counts: Counts) -> None:
    """Keep a day's figures in place of those that were there."""
    number = day.toordinal()
    cursor.execute(
        "DELETE FROM dashboards_dayfigures WHERE watch_id = %s AND kind >= %s AND kind <= %s "
        "AND day = %s",
        [watch_id, min(Kind.values), max(Kind.values), number],
    )
    cursor.executemany(
        PUT,
        [(watch_id, kind.value, number, *tally) for kind, tally in packed(counts).items()],
    )


def packed(counts: Counts) -> dict[Kind, Tally]:
    """Return the tallies of the kinds that have any name."""
    return {kind: tallies.pack(names) for kind, names in counts.items() if names}


def span(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """Return the first key of a day and the first one after it."""
    return first_key(begin_us(day, zone)), first_key(begin_us(day + DAY, zone))


def count(
    cursor: CursorWrapper, organisation_id: int, watch_id: int, keys: tuple[int, int]
) -> Counts:
    """Count a watch's mentions by each kind, of those with low <= key < high."""
    raw: tuple[Counter[str | None], ...] = tuple(Counter() for _ in range(5))
    cursor.execute(MENTIONS, [watch_id, *keys])
    while rows := cursor.fetchmany(ROWS):
        for counter, column in zip(raw, zip(*rows, strict=True), strict=True):
            counter.update(column)
    language, community, author, hashtags, links = (_given(counter) for counter in raw)
    return {
        Kind.LANGUAGE: language,
        Kind.COMMUNITY: community,
        Kind.AUTHOR: Counter(
            {pseudonym(organisation_id, name): number for name, number in author.items()}
        ),
        Kind.HASHTAG: _listed(hashtags, str.casefold),
        Kind.LINK: _listed(links, same_page),
        Kind.HOST: _listed(links, host),
    }


def _given(counts: Counter[str | None]) -> Counter[str]:
    return Counter({name: number for name, number in counts.items() if name})


def _listed(counts: Counter[str], read: Callable[[str], str]) -> Counter[str]:
    """Count what stands in lists of JSON, each once in a post, by what `read` makes of it."""
    found: Counter[str] = Counter()
    for text, number in counts.items():
        for name in {read(one) for one in orjson.loads(text) if one}:
            if name:
                found[name] += number
    return found


def same_page(link: str) -> str:
    """Return a link without its fragment and without what only tells visitors apart.

    >>> same_page("https://www.example.org/flu?utm_source=x&page=2#top")
    'https://www.example.org/flu?page=2'
    """
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return ""
    query = parts.query
    if query and any(name in query for name in TRACKING):
        kept = [
            (name, value)
            for name, value in parse_qsl(query, keep_blank_values=True)
            if not name.startswith(TRACKING)
        ]
        query = urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, query, ""))


def host(link: str) -> str:
    """Return the site that a link leads to.

    >>> host("https://www.example.org/flu")
    'example.org'
    """
    page = same_page(link)
    try:
        name = (urlsplit(page).hostname or "") if page else ""
    except ValueError:
        return ""
    return name.removeprefix("www.")
