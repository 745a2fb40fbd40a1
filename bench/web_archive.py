"""An archive with as many mentions as wanted, written in bulk, for `bench.web`.

Ninety days, eight watches, five sources; authors, hashtags and links are as unequal as they
are on networks (Zipf's law), and one post in four is new to its hashtag. Days and hours have
their rhythm. Rows go to the tables directly: what takes them in is measured elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction

from auscult.web.accounts.actions import first_owner
from auscult.web.accounts.models import Actor
from auscult.web.dashboards.rollup import settle
from auscult.web.listening.actions import save_watch
from auscult.web.listening.models import Backfill, Watch
from auscult.web.listening.moments import HOUR_US, KEYS_A_SECOND, SECOND_US, to_us
from auscult.web.sources.models import Source

DAYS = 90
WATCHES = 8
SOURCES = 5
AT_ONCE = 50_000
LANGUAGES = ("en", "es", "de", "fr", "pt", "ja", None)

MENTION = (
    "INSERT INTO listening_mention (id, organisation_id, origin_id, uri, source, community, "
    "author, created_at, collected_at, text, language, hashtags, links) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
MATCH = "INSERT INTO listening_match (watch_id, mention_id, spans) VALUES (%s, %s, '[]')"
COUNT = (
    "INSERT INTO listening_hourlycount (watch_id, source_id, hour, count) "
    f"SELECT a.watch_id, m.origin_id, m.created_at / {HOUR_US} * {HOUR_US}, count(*) "
    "FROM listening_match a JOIN listening_mention m ON m.id = a.mention_id GROUP BY 1, 2, 3"
)


def make(mentions: int, *, until: datetime) -> Actor:
    """Fill the archive; return its owner."""
    owner = first_owner(organisation="Lakeside Hospital", username="owner")
    watches = [save_watch(owner, name=f"Watch {n}", query=f"word{n}") for n in range(WATCHES)]
    Backfill.objects.all().delete()
    sources = [_source(owner, n) for n in range(SOURCES)]
    random = np.random.default_rng(4)
    times = _times(random, mentions, until)
    for begin in range(0, mentions, AT_ONCE):
        _write(random, times[begin : begin + AT_ONCE], begin, owner, watches, sources)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COUNT)
    return owner


def count_days(actor: Actor) -> None:
    """Have the runner's work done."""
    while settle(actor):
        pass


def _source(owner: Actor, number: int) -> Source:
    now = owner.clock.now()
    return Source.objects.create(
        organisation_id=owner.organisation_id,
        name=f"Source {number}",
        connector="files",
        next_attempt=now + timedelta(days=3650),
        created_at=now,
        live=False,
    )


def _times(random: np.random.Generator, mentions: int, until: datetime) -> npt.NDArray[np.int64]:
    """Return when each mention was posted, microseconds since 1970, rising."""
    end = to_us(until)
    day = random.integers(0, DAYS, mentions)
    hours = np.array([1, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 9, 9, 9, 9, 9, 8, 8, 8, 8, 7, 5, 3, 2])
    hour = random.choice(24, mentions, p=hours / hours.sum())
    rest = random.integers(0, HOUR_US, mentions)
    return np.sort(end - (day + 1) * 24 * HOUR_US + hour * HOUR_US + rest)


def _write(
    random: np.random.Generator,
    times: npt.NDArray[np.int64],
    begin: int,
    owner: Actor,
    watches: list[Watch],
    sources: list[Source],
) -> None:
    rows = list(_rows(random, times, begin, owner, sources))
    several = 1 + (random.random(len(rows)) < 0.15)
    first = random.zipf(1.4, len(rows)) % WATCHES
    matches = [
        (watches[(place + step) % WATCHES].pk, row[0])
        for row, place, number in zip(rows, first.tolist(), several.tolist(), strict=True)
        for step in range(number)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(MENTION, rows)
        cursor.executemany(MATCH, matches)


def _rows(
    random: np.random.Generator,
    times: npt.NDArray[np.int64],
    begin: int,
    owner: Actor,
    sources: list[Source],
) -> Iterator[tuple[Any, ...]]:
    n = len(times)
    authors = (random.zipf(1.25, n) % 10_000_019).tolist()
    tags = (random.zipf(1.6, n) % 50_021).tolist()
    pages = (random.zipf(1.5, n) % 1_000_003).tolist()
    languages = random.choice(len(LANGUAGES), n, p=[0.5, 0.15, 0.12, 0.08, 0.05, 0.05, 0.05])
    origins = random.integers(0, SOURCES, n).tolist()
    seconds = times // SECOND_US
    rank = np.arange(n) - np.searchsorted(seconds, seconds)
    keys = (seconds * KEYS_A_SECOND + (begin % KEYS_A_SECOND) // 2 + rank).tolist()
    for at, (key, us, language) in enumerate(
        zip(keys, times.tolist(), languages.tolist(), strict=True)
    ):
        tag, page = tags[at], pages[at]
        yield (
            key,
            owner.organisation_id,
            sources[origins[at]].pk,
            f"at://bench/{begin + at}",
            "bluesky",
            f"community{tag % 40}",
            f"did:plc:{authors[at]:020d}",
            us,
            us,
            f"word{at % WATCHES} is what this post number {begin + at} is about, more or less",
            LANGUAGES[language],
            f'["tag{tag}"]' if tag % 4 else f'["tag{tag}","Care"]',
            f'["https://site{page % 997}.example/{page}?utm_source=x"]' if page % 3 else None,
        )
