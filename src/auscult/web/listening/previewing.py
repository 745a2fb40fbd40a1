"""How many posts a day a query would find, from the lake's samples."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow.compute as pc
from django.utils.translation import gettext as _

from auscult.engine.kernel.words import whole
from auscult.engine.matching import WatchSet
from auscult.engine.query.tree import Node
from auscult.web.accounts.models import Actor
from auscult.web.listening.lake import lake_name, lake_of
from auscult.web.listening.reading import Mentioned
from auscult.web.sources import queries as source_queries
from auscult.web.sources.models import Source

# Posts between two looks at the clock.
AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """An expected number of mentions a day, and what it rests on."""

    per_day: float | None
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a query would bring, were it a watch.

    Attributes
    ----------
    per_day : float or None
        Expected mentions a day; None where nothing was collected to tell from.
    hits : tuple of Mentioned
        The newest mentions that it is true of already.
    basis : str
        What the number rests on, in words.
    """

    per_day: float | None
    hits: tuple[Mentioned, ...]
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """What was seen of one source's sample."""

    found: int
    posts: int
    days: float


def from_lake(actor: Actor, tree: Node, seconds: float) -> Expected | None:
    """Return what to expect by the samples of all sources; None where none has posts."""
    standing = WatchSet({"q": tree})
    sources = [s for s in source_queries.sources(actor) if s.sample_share > 0]
    parts = [
        (source.sample_share, _look(actor, standing, source, seconds / len(sources)))
        for source in sources
    ]
    seen = sum(part.posts for _, part in parts)
    if not seen:
        return None
    per_day = sum(part.found / share / part.days for share, part in parts if part.posts)
    days = max(part.days for _, part in parts)
    return Expected(
        per_day=per_day,
        basis=_("a sample of %(posts)s posts over %(days)s days, scaled to all posts")
        % {"posts": whole(seen), "days": f"{days:.0f}"},
    )


def _look(actor: Actor, standing: WatchSet, source: Source, seconds: float) -> Sampled:
    found = posts = 0
    first: datetime | None = None
    last: datetime | None = None
    deadline = time.monotonic() + seconds
    for table in lake_of(actor).scan(sources=[lake_name(source)], rows=AT_ONCE):
        if not table.num_rows:
            continue
        found += standing.match(table, spans=False).num_rows
        posts += table.num_rows
        reach = pc.min_max(table.column("created_at")).as_py()
        first = reach["min"] if first is None else min(first, reach["min"])
        last = reach["max"] if last is None else max(last, reach["max"])
        if time.monotonic() > deadline:
            break
    # Less than a day says little about a day; it counts as one.
    span = timedelta() if first is None or last is None else last - first
    return Sampled(found=found, posts=posts, days=max(1.0, span / timedelta(days=1)))
