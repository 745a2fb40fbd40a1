"""How accounts are used: volume, rhythm, formats, replies, engagement, each with its n.

Pure functions of posts; `peer_pages` reads them from the lake and draws what comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from auscult.engine.kernel.posts import SCHEMA

COLUMNS = (
    "uri",
    "author",
    "author_followers",
    "created_at",
    "collected_at",
    "links",
    "media",
    "in_reply_to",
    "repost_of",
    "engagement",
)
FORMATS = ("video", "picture", "link", "text")  # a post is the first of these that fits
COUNTED = ("likes", "reposts", "replies", "quotes")
WEEK = timedelta(days=7)
# Most of what a post gets, it gets in its first day: counts that were read earlier say little.
RIPE = timedelta(days=1)
FEWEST = 5  # posts with counts, from which a median is shown

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quartiles:
    """How much people did with a post: likes, reposts, replies and quotes together.

    Attributes
    ----------
    low, median, high : float or None
        The quartiles (linear between ranks); None for fewer than five posts.
    n : int
        Posts whose counts were read a day or more after they were posted.
    """

    low: float | None
    median: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How one account was used in a time.

    Attributes
    ----------
    posts : int
        Its own: what it only repeats of others is not counted.
    weeks : tuple of int
        Posts in each week, oldest first; the last one ends with the time.
    hours : tuple of tuple of int
        Posts by weekday (Monday first) and hour, in UTC.
    formats : dict
        How many posts are a video, a picture, a link, text; they add up to `posts`.
    replies : int
        Posts that answer another.
    followers : int or None
        When its newest post was collected.
    first : datetime or None
        Its oldest post of the time that is known.
    """

    posts: int
    weeks: tuple[int, ...]
    hours: tuple[tuple[int, ...], ...]
    formats: dict[str, int]
    replies: int
    engagement: Quartiles
    followers: int | None
    first: datetime | None


def figures(
    tables: Iterable[pa.Table], authors: Sequence[str], *, until: datetime, weeks: int
) -> dict[str, Figures]:
    """Return the figures of each author.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        Posts with `COLUMNS`. A uri may come several times: its newest version counts.
    until : datetime
        The end of the time, which is so many `weeks` long; what lies outside is left out.
    """
    posts = newest(tables, authors)
    since = until - weeks * WEEK
    inside = pc.and_(
        pc.greater_equal(posts["created_at"], _scalar(since)),
        pc.less(posts["created_at"], _scalar(until)),
    )
    own = pc.is_null(posts["repost_of"])
    posts = posts.filter(pc.and_(inside, own))
    return {
        author: _of_one(posts.filter(pc.equal(posts["author"], author)), until, weeks)
        for author in authors
    }


def newest(tables: Iterable[pa.Table], authors: Sequence[str]) -> pa.Table:
    """Return the newest version of each post of these authors."""
    wanted = pa.array(list(authors), pa.string())
    kept = [table.filter(pc.is_in(table["author"], wanted)).select(COLUMNS) for table in tables]
    posts = pa.concat_tables([SCHEMA.empty_table().select(COLUMNS), *kept])
    order = pc.sort_indices(posts, [("uri", "ascending"), ("collected_at", "descending")])
    posts = posts.take(order)
    uris = posts["uri"].combine_chunks()
    if len(uris) < 2:
        return posts
    again = pc.equal(uris.slice(1), uris.slice(0, len(uris) - 1))
    first = pa.concat_arrays([pa.array([True]), pc.invert(again)])
    return posts.filter(first)


def _scalar(moment: datetime) -> pa.Scalar:
    return pa.scalar(moment, pa.timestamp("us", tz="UTC"))


def _of_one(posts: pa.Table, until: datetime, weeks: int) -> Figures:
    at = posts["created_at"].cast(pa.int64()).to_numpy()
    end = _scalar(until).cast(pa.int64()).as_py()
    week_us = WEEK // timedelta(microseconds=1)
    counted = np.bincount(weeks - 1 - (end - 1 - at) // week_us, minlength=weeks)
    hour_us = 3_600_000_000
    # The first of January 1970 was a Thursday: three days after a Monday.
    slot = (at // hour_us + 3 * 24) % (7 * 24)
    by_hour = np.bincount(slot, minlength=7 * 24).reshape(7, 24)
    moments = posts["created_at"]
    return Figures(
        posts=len(posts),
        weeks=tuple(counted.tolist()),
        hours=tuple(tuple(row) for row in by_hour.tolist()),
        formats=_formats(posts),
        replies=len(posts) - posts["in_reply_to"].null_count,
        engagement=quartiles(_engagement(posts)),
        followers=_followers(posts),
        first=pc.min(moments).as_py() if len(posts) else None,
    )


def _formats(posts: pa.Table) -> dict[str, int]:
    found = dict.fromkeys(FORMATS, 0)
    for media, links in zip(posts["media"].to_pylist(), posts["links"].to_pylist(), strict=True):
        kinds = {one["kind"] for one in media or ()}
        if "video" in kinds:
            found["video"] += 1
        elif "image" in kinds:
            found["picture"] += 1
        else:
            found["link" if links else "text"] += 1
    return found


def _engagement(posts: pa.Table) -> Floats:
    """Return what posts got, of those whose counts are known and ripe."""
    age = pc.subtract(posts["collected_at"], posts["created_at"]).cast(pa.int64())
    ripe = pc.fill_null(pc.greater_equal(age, RIPE // timedelta(microseconds=1)), fill_value=False)
    counts = posts.filter(ripe)["engagement"].combine_chunks()
    known = [counts.field(name) for name in COUNTED]
    # One count alone is enough to be known: networks leave out what they don't have.
    some = np.zeros(len(counts), bool)
    total = np.zeros(len(counts), np.float64)
    for column in known:
        some |= pc.is_valid(column).to_numpy(zero_copy_only=False)
        total += pc.fill_null(column, 0).to_numpy(zero_copy_only=False)
    some &= pc.is_valid(counts).to_numpy(zero_copy_only=False)
    return total[some]


def quartiles(values: Floats) -> Quartiles:
    """Return the quartiles of values, where there are enough of them to speak of.

    >>> quartiles(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    Quartiles(low=2.0, median=3.0, high=4.0, n=5)
    """
    n = len(values)
    if n < FEWEST:
        return Quartiles(low=None, median=None, high=None, n=n)
    low, median, high = (float(one) for one in np.quantile(values, (0.25, 0.5, 0.75)))
    return Quartiles(low=low, median=median, high=high, n=n)


def _followers(posts: pa.Table) -> int | None:
    known = posts.filter(pc.is_valid(posts["author_followers"]))
    if not len(known):
        return None
    last = pc.index(known["collected_at"], pc.max(known["collected_at"])).as_py()
    followers: int = known["author_followers"][last].as_py()
    return followers
