"""Posts with a planted effect, to see whether tests find what is there and only that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from auscult.engine.kernel.posts import MEDIA, MOMENT, conform
from auscult.engine.planning.claims.features import Flags, Floats, Whole
from auscult.engine.planning.claims.schedule import Schedule, Side, utc

_DAY = 86_400_000_000  # microseconds
_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Authors who post pictures or none.

    Attributes
    ----------
    authors, days : int
    posts_a_day : int
        Of each author, at random minutes between 6 and 22 o'clock.
    effect : float
        Logarithm of what a picture multiplies engagement by.
    share : float
        Share of posts with a picture.
    spread : float
        Standard deviation of the logarithm of a post's engagement.
    tails : float
        Degrees of freedom of that logarithm; 3 is heavy, 30 nearly normal.
    good_days : float
        Standard deviation of what an author's posts of a day have in common.
    memory : float
        Correlation of one day with the next.
    campaign : int
        Days for which an author who begins with pictures, or stops, goes on so; 0: each post
        by itself.
    typical : float
        Engagement of a typical post of an author with 10,000 followers.
    """

    authors: int = 5
    days: int = 120
    posts_a_day: int = 2
    effect: float = 0.0
    share: float = 0.5
    spread: float = 0.8
    tails: float = 4.0
    good_days: float = 0.3
    memory: float = 0.5
    campaign: int = 0
    typical: float = 40.0


def simulate(world: World, rng: np.random.Generator) -> pa.Table:
    """Draw a world's posts, in the order of time."""
    shape = (world.authors, world.days, world.posts_a_day)
    pictured = _pictured(world, shape, rng)
    scale = world.spread / np.sqrt(world.tails / (world.tails - 2))
    followers = np.exp(rng.normal(np.log(10_000), 1.0, world.authors)).astype(np.int64)
    logs = (
        np.log(world.typical * followers / 10_000)[:, None, None]
        + _days(world, rng)[:, :, None]
        + scale * rng.standard_t(world.tails, shape)
        + world.effect * pictured
    )
    likes = np.floor(np.exp(np.minimum(logs, 25)) + rng.random(shape)).astype(np.int64)
    minutes = np.sort(rng.integers(6 * 60, 22 * 60, shape), axis=2)
    start = int(_MONDAY.timestamp() * 1e6)
    moments = start + np.arange(world.days)[None, :, None] * _DAY + minutes * 60_000_000
    authors = np.broadcast_to(np.arange(world.authors)[:, None, None], shape)
    order = np.argsort(moments.ravel(), kind="stable")
    return _table(
        moments.ravel()[order],
        authors.ravel()[order],
        followers,
        pictured.ravel()[order],
        likes.ravel()[order],
    )


def follow(
    schedule: Schedule,
    rng: np.random.Generator,
    *,
    effect: float = 0.0,
    spread: float = 0.8,
    followed: float = 1.0,
    skipped: float = 0.0,
) -> pa.Table:
    """Draw the posts of somebody who follows a schedule, mostly.

    Parameters
    ----------
    schedule : Schedule
    rng : Generator
    effect : float
        Logarithm of what following the one side multiplies engagement by.
    spread : float
        Standard deviation of the logarithm of a day's engagement.
    followed : float
        Share of days on which it is done as drawn; on the others the other thing is done.
    skipped : float
        Share of days without a post.
    """
    done = [slot for slot in schedule.slots if rng.random() >= skipped]
    as_drawn = rng.random(len(done)) < followed
    sides = np.array([slot.side is Side.ONE for slot in done], np.bool_) == as_drawn
    own = schedule.experiment
    moments = [
        utc(slot.at.replace(hour=at.hour, minute=at.minute))
        for slot, side in zip(done, sides, strict=True)
        for at in [own.one_at if side else own.other_at]
    ]
    logs = np.log(40.0) + effect * sides + spread * rng.standard_t(4, len(done)) / np.sqrt(2)
    likes = np.floor(np.exp(logs) + rng.random(len(done))).astype(np.int64)
    nobody = np.zeros(len(done), np.int64)
    posts = _table(np.array(moments, np.int64), nobody, np.array([10_000]), sides, likes)
    for name, value in (("source", own.source), ("author", own.author)):
        column = pa.array([value] * len(done), pa.string())
        posts = posts.set_column(posts.schema.get_field_index(name), name, column)
    return posts


def _pictured(world: World, shape: tuple[int, int, int], rng: np.random.Generator) -> Flags:
    if not world.campaign:
        return rng.random(shape) < world.share
    # A day keeps the habit of the day before, unless a new campaign begins.
    fresh = rng.random(shape[:2]) < 1 / world.campaign
    fresh[:, 0] = True
    habit = rng.random(shape[:2]) < world.share
    since = np.maximum.accumulate(np.where(fresh, np.arange(shape[1])[None, :], 0), axis=1)
    return np.repeat(np.take_along_axis(habit, since, axis=1)[:, :, None], shape[2], axis=2)


def _days(world: World, rng: np.random.Generator) -> Floats:
    """Draw good and bad days, an autoregression of the first order."""
    shocks = rng.normal(0, world.good_days, (world.authors, world.days))
    days = shocks.copy()
    left = np.sqrt(1 - world.memory**2)
    for day in range(1, world.days):
        days[:, day] = world.memory * days[:, day - 1] + left * shocks[:, day]
    return days


def _table(
    moments: Whole, authors: Whole, followers: Whole, pictured: Flags, likes: Whole
) -> pa.Table:
    count = moments.size
    offsets = np.concatenate([[0], np.cumsum(pictured)]).astype(np.int32)
    pictures = pa.nulls(int(pictured.sum()), MEDIA)
    pictures = pa.StructArray.from_arrays(
        [
            pa.array(["image"] * len(pictures), pa.string()),
            pa.nulls(len(pictures), pa.string()),
            pa.nulls(len(pictures), pa.string()),
        ],
        fields=list(MEDIA),
    )
    return conform(
        pa.table(
            {
                "uri": [f"post:{number}" for number in range(count)],
                "source": ["world"] * count,
                "author": [f"author-{number}" for number in authors],
                "author_followers": followers[authors],
                "created_at": pa.array(moments).cast(MOMENT),
                "collected_at": pa.array(moments + 7 * _DAY).cast(MOMENT),
                "text": ["A post"] * count,
                "media": pa.ListArray.from_arrays(offsets, pictures),
                "engagement": pa.StructArray.from_arrays([pa.array(likes)], names=["likes"]),
            }
        )
    )


def day(number: int) -> datetime:
    """Give the start of a day of a world, from 0."""
    return _MONDAY + timedelta(days=number)
