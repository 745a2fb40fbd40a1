"""What is told of groups of copies: how many, who, from when to when, and which post shows it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from auscult.engine.kernel.posts import MOMENT
from auscult.engine.signals import copies_index as ix
from auscult.engine.signals import copies_layout as lay

CAMPAIGNS = pa.schema(
    [
        pa.field("group", pa.int64(), nullable=False),
        pa.field("posts", pa.int32(), nullable=False),
        pa.field("texts", pa.int32(), nullable=False),
        pa.field("authors", pa.int32(), nullable=False),
        pa.field("first_seen", MOMENT, nullable=False),
        pa.field("last_seen", MOMENT, nullable=False),
        pa.field("origin", pa.string(), nullable=False),
        pa.field("representative", pa.string(), nullable=False),
    ]
)
_Ints = npt.NDArray[np.int64]


def described(index: lay.Index, at_least: int) -> pa.Table:
    """Describe the groups of so many posts, the largest first. See `Copies.campaigns`."""
    posts = _posts_of_large(index, at_least)
    if not posts.size:
        return CAMPAIGNS.empty_table()
    texts, moments = index.post_texts[posts], index.moments[posts]
    numbers, group = np.unique(ix.groups_of(texts, index), return_inverse=True)
    count = len(numbers)
    order = np.lexsort((posts, moments, group))
    starts = np.searchsorted(group[order], np.arange(count))
    ends = np.append(starts[1:], len(order)) - 1
    shown = _most_said(posts, texts, moments, group)
    sizes = np.bincount(group)
    authors = index.authors[posts]
    columns = {
        "group": numbers,
        "posts": sizes,
        "texts": _distinct(group, texts, count),
        "authors": _distinct(group[authors != 0], authors[authors != 0], count),
        "first_seen": pa.array(moments[order[starts]]).cast(MOMENT),
        "last_seen": pa.array(moments[order[ends]]).cast(MOMENT),
        "origin": uris(index, posts[order[starts]]),
        "representative": uris(index, shown),
    }
    table = pa.table(columns).cast(CAMPAIGNS)
    return table.take(pa.array(np.lexsort((numbers, -sizes))))


def members(index: lay.Index, group: int) -> pa.StringArray:
    """Return the uris of a group's posts, the earliest first."""
    live = np.flatnonzero(index.post_texts[: index.counts[lay.N_POSTS]] != lay.GONE)
    inside = live[ix.groups_of(index.post_texts[live], index) == group]
    return uris(index, inside[np.lexsort((inside, index.moments[inside]))])


def uris(index: lay.Index, posts: _Ints) -> pa.StringArray:
    """Return the uris of posts."""
    found = [
        index.uris[index.uri_ends[post] : index.uri_ends[post + 1]].tobytes().decode()
        for post in posts.tolist()
    ]
    return pa.array(found, pa.string())


def _posts_of_large(index: lay.Index, at_least: int) -> _Ints:
    """Return the live posts in groups of so many."""
    texts = index.post_texts[: index.counts[lay.N_POSTS]]
    every = np.arange(index.counts[lay.N_TEXTS], dtype=np.int32)
    firsts = ix.firsts_of(every, index)
    large = index.texts[firsts, lay.GROUP_POSTS] >= at_least
    found = np.zeros(len(texts), np.bool_)
    found[texts != lay.GONE] = large[texts[texts != lay.GONE]]
    return np.flatnonzero(found)


def _most_said(posts: _Ints, texts: npt.NDArray[np.int32], moments: _Ints, group: _Ints) -> _Ints:
    """Return of each group the earliest post of the text that most of its posts say."""
    _, same, said = np.unique(texts, return_inverse=True, return_counts=True)
    order = np.lexsort((posts, moments, -said[same], group))
    return posts[order[np.searchsorted(group[order], np.arange(group.max() + 1))]]


def _distinct(group: _Ints, values: npt.NDArray[np.generic], count: int) -> _Ints:
    order = np.lexsort((values, group))
    group, values = group[order], values[order]
    new = np.ones(len(group), np.bool_)
    new[1:] = (group[1:] != group[:-1]) | (values[1:] != values[:-1])
    return np.bincount(group[new], minlength=count)
