"""The index of copies as Python holds it: grown, cleared of what is gone, taken apart, made."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from auscult.engine.signals import copies_kernel_join, copies_kernel_sign
from auscult.engine.signals import copies_layout as lay

_Ints = npt.NDArray[np.int64]
_FIRST_ROOM = 1024
_BY_TEXT = ("texts", "groups", "keys", "following")
_BY_POST = ("moments", "authors", "post_texts")


class Parts(NamedTuple):
    """All that is known of live posts, and nothing of others: what is saved.

    Attributes
    ----------
    sizes : int32, by text: how many shingles it has
    sets : uint32, the shingles
    groups : int64, by text
    uri_sizes : int32, by post
    uris : uint8
    moments : int64, by post
    authors : uint64, by post
    post_texts : int32, by post
    next_group : int64, one number
    """

    sizes: npt.NDArray[np.int32]
    sets: npt.NDArray[np.uint32]
    groups: npt.NDArray[np.int64]
    uri_sizes: npt.NDArray[np.int32]
    uris: npt.NDArray[np.uint8]
    moments: npt.NDArray[np.int64]
    authors: npt.NDArray[np.uint64]
    post_texts: npt.NDArray[np.int32]
    next_group: npt.NDArray[np.int64]


def nothing() -> Parts:
    """Return the parts of an index without posts."""
    empty: dict[str, Any] = {name: np.zeros(0, kind) for name, kind in KINDS.items()}
    return Parts(**empty | {"next_group": np.ones(1, np.int64)})


KINDS: dict[str, type[np.generic]] = {
    "sizes": np.int32,
    "sets": np.uint32,
    "groups": np.int64,
    "uri_sizes": np.int32,
    "uris": np.uint8,
    "moments": np.int64,
    "authors": np.uint64,
    "post_texts": np.int32,
    "next_group": np.int64,
}


def made(parts: Parts) -> lay.Index:
    """Make the index of these parts."""
    used = len(parts.sizes), len(parts.moments), parts.sets.size, parts.uris.size
    index = _empty(*(max(_FIRST_ROOM, one + one // 8) for one in used))
    count = len(parts.sizes)
    np.cumsum(parts.sizes, out=index.ends[1 : count + 1])
    index.sets[: parts.sets.size] = parts.sets
    copies_kernel_sign.sign_sets(
        parts.sets, index.ends[: count + 1], index.keys[:count], scratch(),
    )  # fmt: skip
    _unite(parts, index)
    posted = len(parts.moments)
    np.cumsum(parts.uri_sizes, out=index.uri_ends[1 : posted + 1])
    index.uris[: parts.uris.size] = parts.uris
    for name in _BY_POST:
        getattr(index, name)[:posted] = getattr(parts, name)
    index.counts[lay.N_TEXTS], index.counts[lay.N_SHINGLES] = count, parts.sets.size
    index.counts[lay.N_POSTS] = index.counts[lay.N_LIVE] = posted
    index.counts[lay.N_BYTES] = parts.uris.size
    index.counts[lay.NEXT_GROUP] = parts.next_group[0]
    copies_kernel_join.enter_texts(0, index)
    copies_kernel_join.enter_uris(0, index)
    return index


def _unite(parts: Parts, index: lay.Index) -> None:
    """Have the first text of each group lead it."""
    count = len(parts.sizes)
    numbers, firsts, group = np.unique(parts.groups, return_index=True, return_inverse=True)
    texts = index.texts[:count]
    texts[:, lay.PARENT] = firsts[group]
    texts[:, lay.TRIED] = -1
    texts[:, lay.POSTS] = np.bincount(parts.post_texts, minlength=count)
    texts[:, lay.GROUP_POSTS] = 0
    posts = np.bincount(group[parts.post_texts], minlength=len(numbers))
    texts[firsts, lay.GROUP_POSTS] = posts
    index.groups[:count] = parts.groups


def parts_of(index: lay.Index) -> Parts:
    """Take out all that is live, in the same order."""
    texts, posts = index.counts[lay.N_TEXTS], index.counts[lay.N_POSTS]
    live_texts = index.texts[:texts, lay.POSTS] > 0
    live_posts = index.post_texts[:posts] != lay.GONE
    sizes = np.diff(index.ends[: texts + 1])
    uri_sizes = np.diff(index.uri_ends[: posts + 1])
    numbers = np.cumsum(live_texts) - 1
    return Parts(
        sizes[live_texts].astype(np.int32),
        index.sets[: index.counts[lay.N_SHINGLES]][np.repeat(live_texts, sizes)],
        groups_of(np.flatnonzero(live_texts).astype(np.int32), index),
        uri_sizes[live_posts].astype(np.int32),
        index.uris[: index.counts[lay.N_BYTES]][np.repeat(live_posts, uri_sizes)],
        index.moments[:posts][live_posts],
        index.authors[:posts][live_posts],
        numbers[index.post_texts[:posts][live_posts]].astype(np.int32),
        index.counts[lay.NEXT_GROUP : lay.NEXT_GROUP + 1].copy(),
    )


def groups_of(texts: npt.NDArray[np.int32], index: lay.Index) -> _Ints:
    """Return the number of each text's group; -1 for no text."""
    firsts = firsts_of(texts, index)
    return np.where(firsts < 0, -1, index.groups[firsts])


def firsts_of(texts: npt.NDArray[np.int32], index: lay.Index) -> npt.NDArray[np.int32]:
    """Return the first text of each text's group; -1 for no text."""
    firsts = np.empty_like(texts)
    copies_kernel_join.first_texts(texts, index, firsts)
    return firsts


def cleared(index: lay.Index) -> lay.Index:
    """Return the index without what is gone, where that is a quarter of what is left.

    Texts and posts have other places then.
    """
    dead = index.counts[lay.N_POSTS] - index.counts[lay.N_LIVE]
    if dead > _FIRST_ROOM + index.counts[lay.N_LIVE] // 4:
        return made(parts_of(index))
    return index


def grown(index: lay.Index, *, rows: int, shingles: int, letters: int) -> lay.Index:
    """Return the index with room for so much more."""
    counts = index.counts
    texts, posts = int(counts[lay.N_TEXTS]) + rows, int(counts[lay.N_POSTS]) + rows
    changed: dict[str, npt.NDArray[Any]] = {}
    if texts > len(index.texts):
        changed |= {name: _longer(getattr(index, name), texts) for name in _BY_TEXT}
        changed["ends"] = _longer(index.ends, len(changed["texts"]) + 1, exact=True)
    if posts > len(index.moments):
        changed |= {name: _longer(getattr(index, name), posts) for name in _BY_POST}
        changed["uri_ends"] = _longer(index.uri_ends, len(changed["moments"]) + 1, exact=True)
    if counts[lay.N_SHINGLES] + shingles > index.sets.size:
        changed["sets"] = _longer(index.sets, int(counts[lay.N_SHINGLES]) + shingles)
    if counts[lay.N_BYTES] + letters > index.uris.size:
        changed["uris"] = _longer(index.uris, int(counts[lay.N_BYTES]) + letters)
    index = index._replace(**changed)
    if index.slots.size < _slots(texts * lay.KEYS):
        index = index._replace(slots=np.zeros(_slots(2 * texts * lay.KEYS), np.int32))
        copies_kernel_join.enter_texts(0, index)
    if index.uri_slots.size < _slots(posts):
        index = index._replace(uri_slots=np.zeros(_slots(2 * posts), np.int32))
        copies_kernel_join.enter_uris(0, index)
    return index


def scratch() -> npt.NDArray[np.uint64]:
    """Return scratch space for signing."""
    return np.zeros((2, max(lay.MOST_WORDS, lay.BANDS * lay.ROWS)), np.uint64)


def memory(index: lay.Index) -> int:
    """Return how many bytes the arrays of an index take."""
    return sum(array.nbytes for array in index)


def _empty(texts: int, posts: int, shingles: int, letters: int) -> lay.Index:
    return lay.Index(
        np.zeros((texts, lay.TEXT_COLUMNS), np.int32),
        np.zeros(texts, np.int64),
        np.zeros(texts + 1, np.int64),
        np.zeros(shingles, np.uint32),
        np.zeros((texts, lay.KEYS), np.uint32),
        np.zeros((texts, lay.KEYS), np.int32),
        np.zeros(_slots(texts * lay.KEYS), np.int32),
        np.zeros(posts + 1, np.int64),
        np.zeros(letters, np.uint8),
        np.zeros(posts, np.int64),
        np.zeros(posts, np.uint64),
        np.zeros(posts, np.int32),
        np.zeros(_slots(posts), np.int32),
        np.zeros(lay.COUNTS, np.int64),
    )


def _slots(entries: int) -> int:
    """Return the size of a table of so many entries: a power of two, filled to two thirds at most."""
    return 1 << (3 * max(entries, 8) // 2).bit_length()


def _longer(array: npt.NDArray[Any], size: int, *, exact: bool = False) -> npt.NDArray[Any]:
    bigger = np.zeros((size if exact else size + size // 2, *array.shape[1:]), array.dtype)
    bigger[: len(array)] = array
    return bigger
