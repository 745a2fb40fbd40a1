"""The posts of the archive that claims are held against.

Two places have them: mentions (posts that a watch found), and the lake, where sources keep what
they read: all posts of peers, and a sample of others' where an owner wants one. Of a post that
is in both, or twice, what was read last counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from django.db.models import QuerySet

from auscult.engine.kernel.posts import SCHEMA
from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import time_zone
from auscult.web.listening.lake import lake_name, lake_of
from auscult.web.listening.models import Mention
from auscult.web.listening.moments import first_key, to_us
from auscult.web.listening.peers import peers
from auscult.web.listening.reading import mention_table
from auscult.web.planning.claims_models import Whose
from auscult.web.sources.queries import sources

# The oldest ones: a window that moved on would take evidence away that was counted before.
MOST_POSTS = 100_000
CHUNK = 5_000
COLUMNS = (
    "uri", "source", "community", "author", "author_followers", "created_at", "collected_at",
    "text", "hashtags", "mentions", "links", "media", "in_reply_to", "repost_of", "engagement",
)  # fmt: skip


def posts_for(actor: Actor, *, whose: Whose, names: Sequence[str], since: date) -> pa.Table:
    """Return the posts of these authors or communities from a day until now, oldest first.

    Returns
    -------
    Table of `engine.kernel.posts.SCHEMA`
        At most `MOST_POSTS`; columns that no claim looks at are null.
    """
    zone = time_zone(actor)
    begin = datetime.combine(since, time(), zone)
    column, wanted = _wanted(actor, whose, names)
    posts = SCHEMA.empty_table().select(COLUMNS)
    for table in chain(
        _mentions(actor, column, wanted, begin), _kept(actor, column, wanted, begin)
    ):
        posts = pa.concat_tables([posts, table])
        if posts.num_rows > 2 * MOST_POSTS:
            posts = _oldest(posts)
    return _whole(_oldest(posts))


def _wanted(actor: Actor, whose: Whose, names: Sequence[str]) -> tuple[str, list[str] | None]:
    """Return a column and the values that it may have; None: any."""
    if whose is Whose.EVERYBODY:
        return "author", None
    if whose is Whose.COMMUNITIES:
        return "community", list(names)
    followed = {one.handle.lstrip("@").lower(): one.author for one in peers(actor)}
    if whose is Whose.PEERS:
        return "author", list(followed.values())
    bare = [name.lstrip("@") for name in names]
    return "author", [*bare, *(followed[one.lower()] for one in bare if one.lower() in followed)]


def _mentions(
    actor: Actor, column: str, wanted: list[str] | None, begin: datetime
) -> Iterator[pa.Table]:
    rows: QuerySet[Mention] = Mention.objects.filter(
        organisation_id=actor.organisation_id,
        pk__gte=first_key(to_us(begin)),
        pk__lt=first_key(to_us(actor.clock.now())),
    )
    if wanted is not None:
        rows = rows.filter(**{f"{column}__in": wanted})
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_POSTS])
    for at in range(0, len(keys), CHUNK):
        part = keys[at : at + CHUNK]
        with connection.cursor() as cursor:
            _heads, posts = mention_table(cursor, actor.organisation_id, part, columns=COLUMNS)
        yield posts.select(COLUMNS)


def _kept(
    actor: Actor, column: str, wanted: list[str] | None, begin: datetime
) -> Iterator[pa.Table]:
    names = [lake_name(one) for one in sources(actor)]
    values = None if wanted is None else pa.array(wanted, pa.string())
    for posts in lake_of(actor).scan(
        sources=names, since=begin, until=actor.clock.now(), columns=COLUMNS
    ):
        found = posts if values is None else posts.filter(pc.is_in(posts.column(column), values))
        yield found.select(COLUMNS)


def _oldest(posts: pa.Table) -> pa.Table:
    """Return the oldest posts, each once and as it was read last."""
    order = pc.sort_indices(posts, [("uri", "ascending"), ("collected_at", "descending")])
    posts = posts.take(order)
    uris = posts["uri"].combine_chunks()
    if len(uris) > 1:
        again = pc.equal(uris.slice(1), uris.slice(0, len(uris) - 1))
        posts = posts.filter(pa.concat_arrays([pa.array([True]), pc.invert(again)]))
    return posts.sort_by([("created_at", "ascending"), ("uri", "ascending")]).slice(0, MOST_POSTS)


def _whole(posts: pa.Table) -> pa.Table:
    """Return posts with all columns of the schema."""
    rows = posts.num_rows
    arrays = [
        posts.column(field.name) if field.name in COLUMNS else pa.nulls(rows, field.type)
        for field in SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)
