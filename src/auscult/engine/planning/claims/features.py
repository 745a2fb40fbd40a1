"""Features and outcomes of posts as arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from auscult.engine.planning.claims.definitions import Claim, Condition, Feature, Outcome

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

_COUNTED = {
    Outcome.ENGAGEMENT: ("likes", "reposts", "replies"),
    Outcome.LIKES: ("likes",),
    Outcome.REPOSTS: ("reposts",),
    Outcome.REPLIES: ("replies",),
}
_ADDRESS = r"https?://\S+"
_QUESTION = "[?？؟]"


def values(feature: Feature, posts: pa.Table, zone: str) -> Floats:
    """Give a feature of each post, shape (posts,); what a source didn't say counts as none."""
    return _READ[feature](posts, zone)


def of_group(conditions: Sequence[Condition], posts: pa.Table, zone: str) -> Flags:
    """Say of each post whether it keeps all conditions."""
    kept = np.ones(posts.num_rows, np.bool_)
    for condition in conditions:
        found = values(condition.feature, posts, zone)
        kept &= (found >= condition.at_least) & (found <= condition.at_most)
    return kept


def groups(claim: Claim, posts: pa.Table) -> tuple[Flags, Flags]:
    """Say of each post whether it is of the one group, and whether of the other."""
    one = of_group(claim.one, posts, claim.zone)
    if not claim.other:
        return one, ~one
    other = of_group(claim.other, posts, claim.zone)
    return one & ~other, other & ~one


def counts(outcome: Outcome, posts: pa.Table) -> Floats:
    """Give what was counted of each post; not a number where the source said nothing."""
    engagement = posts.column("engagement").combine_chunks()
    total = np.zeros(posts.num_rows)
    said = np.zeros(posts.num_rows, np.bool_)
    for name in _COUNTED[outcome]:
        field = pc.struct_field(engagement, name)
        said |= np.asarray(pc.is_valid(field).to_numpy(zero_copy_only=False), np.bool_)
        total += np.asarray(pc.fill_null(field, 0).to_numpy(zero_copy_only=False), np.float64)
    return np.where(said, total, np.nan)


def followers(posts: pa.Table) -> Floats:
    """Give the author's followers; not a number where they are unknown or none."""
    found = posts.column("author_followers").to_numpy().astype(np.float64)
    return np.where(found > 0, found, np.nan)


def moments(posts: pa.Table) -> Whole:
    """Give when each post was written, in microseconds since 1970."""
    return np.asarray(posts.column("created_at").cast(pa.int64()).to_numpy(), np.int64)


def settled(posts: pa.Table, after: timedelta) -> Flags:
    """Say of each post whether its counts were read `after` or later; unknown counts as yes."""
    read = posts.column("collected_at").cast(pa.int64())
    known = np.asarray(pc.is_valid(read).to_numpy(), np.bool_)
    age = pc.fill_null(read, 0).to_numpy().astype(np.int64) - moments(posts)
    return np.asarray(~known | (age >= after // timedelta(microseconds=1)))


def own_words(posts: pa.Table) -> Flags:
    """Say of each post whether it is neither an answer nor a repost."""
    started = pc.and_(
        pc.is_null(posts.column("in_reply_to")), pc.is_null(posts.column("repost_of"))
    )
    return np.asarray(started.to_numpy(), np.bool_)


def codes(posts: pa.Table, *names: str) -> Whole:
    """Give numbers to the distinct combinations of some columns; nulls are one of their values."""
    found = np.zeros(posts.num_rows, np.int64)
    for name in names:
        column = posts.column(name).combine_chunks().dictionary_encode(null_encoding="encode")
        part = column.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        found = found * (len(column.dictionary) + 1) + part
    return found


def _local(posts: pa.Table, zone: str) -> pa.ChunkedArray:
    return posts.column("created_at").cast(pa.timestamp("us", tz=zone))


def _hour(posts: pa.Table, zone: str) -> Floats:
    return _floats(pc.hour(_local(posts, zone)))


def _weekday(posts: pa.Table, zone: str) -> Floats:
    return _floats(pc.day_of_week(_local(posts, zone)))


def local_days(posts: pa.Table, zone: str) -> Whole:
    """Give the local day of each post, in days since 1970."""
    wall = pc.local_timestamp(_local(posts, zone))
    return np.asarray(wall.to_numpy().astype("datetime64[D]").astype(np.int64))


def _sizes(name: str) -> Callable[[pa.Table, str], Floats]:
    def read(posts: pa.Table, _zone: str) -> Floats:
        return _floats(pc.fill_null(pc.list_value_length(posts.column(name)), 0))

    return read


def _media(kind: str) -> Callable[[pa.Table, str], Floats]:
    def read(posts: pa.Table, _zone: str) -> Floats:
        media = posts.column("media").combine_chunks()
        kinds = pc.struct_field(pc.list_flatten(media), "kind")
        of_kind = pc.fill_null(pc.equal(kinds, kind), fill_value=False)
        parents = pc.filter(pc.list_parent_indices(media), of_kind).to_numpy()
        return np.bincount(parents, minlength=posts.num_rows).astype(np.float64)

    return read


def _length(posts: pa.Table, _zone: str) -> Floats:
    return _floats(pc.utf8_length(posts.column("text")))


def _question(posts: pa.Table, _zone: str) -> Floats:
    words = pc.replace_substring_regex(posts.column("text"), _ADDRESS, "")
    return _floats(pc.match_substring_regex(words, _QUESTION))


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.asarray(column.to_numpy().astype(np.float64))


_READ: dict[Feature, Callable[[pa.Table, str], Floats]] = {
    Feature.HOUR: _hour,
    Feature.WEEKDAY: _weekday,
    Feature.HASHTAGS: _sizes("hashtags"),
    Feature.MEDIA: _sizes("media"),
    Feature.IMAGES: _media("image"),
    Feature.VIDEOS: _media("video"),
    Feature.LENGTH: _length,
    Feature.LINKS: _sizes("links"),
    Feature.MENTIONS: _sizes("mentions"),
    Feature.QUESTION: _question,
}
