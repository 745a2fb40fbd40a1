"""How the index of copies lies in memory: what is fixed, and the arrays that kernels read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

# A text is the set of its runs of three words. Texts of fewer than five words are too short to
# say who copied whom; of long ones the first 300 words count, so that memory a post is bounded.
SHINGLE = 3
LEAST_WORDS = 5
MOST_WORDS = 300
# Two texts of likeness J share all MinHashes of one of the bands, and so become candidates,
# with probability 1 - (1 - J**ROWS)**BANDS.
ROWS = 3
BANDS = 16
WHOLE = BANDS  # one more key: the hash of the whole set, by which equal texts are found
KEYS = BANDS + 1
# Texts under one key that are looked at, the newest first.
MOST_TRIED = 64

# Columns of a text: the one it was united with (itself: none); its posts; the last text that was
# compared with it; of the first of a group, the posts of the group; how many shingles it has, and
# 64 bits of them, so that most candidates are dismissed without reading their shingles.
PARENT, POSTS, TRIED, GROUP_POSTS, SIZE, BITS = range(6)
TEXT_COLUMNS = 8
# What stands for a text in `Posts.texts` when the post is gone.
GONE = -1
# Places of `Index.counts`.
N_TEXTS, N_SHINGLES, N_POSTS, N_BYTES, NEXT_GROUP, N_MERGED, N_LIVE = range(7)
COUNTS = 7


class Signed(NamedTuple):
    """A batch of posts as `sign_rows` leaves them.

    Attributes
    ----------
    sets : uint32, the shingles of all posts, each post's in order and without repeats
    ends : int64, (rows + 1,): where each post's stand in `sets`
    keys : uint32, (rows, KEYS)
    """

    sets: npt.NDArray[np.uint32]
    ends: npt.NDArray[np.int64]
    keys: npt.NDArray[np.uint32]


class Batch(NamedTuple):
    """What else is known of a batch: bytes of the uris, where they stand, times, authors."""

    data: npt.NDArray[np.uint8]
    uris: npt.NDArray[np.int64]
    moments: npt.NDArray[np.int64]
    authors: npt.NDArray[np.uint64]


class Index(NamedTuple):
    """The index. Arrays have room to grow; `counts` says how much of them is used.

    Attributes
    ----------
    texts : int32, (texts, TEXT_COLUMNS)
    groups : int64, by text; the number of its group where it is the first of one
    ends : int64, (texts + 1,): where each text's shingles stand in `sets`
    sets : uint32
    keys : uint32, (texts, KEYS)
    following : int32, (texts, KEYS): the next older text under the same key, or -1
    slots : int32, a power of two: open addressing by key; text * KEYS + which key + 1, or 0
    uri_ends : int64, (posts + 1,): where each post's uri stands in `uris`
    uris : uint8
    moments : int64, microseconds since 1970
    authors : uint64, the author's hash, 0 where there is none
    post_texts : int32, the text of each post, or GONE
    uri_slots : int32, a power of two: open addressing by uri; post + 1, or 0
    counts : int64
    """

    texts: npt.NDArray[np.int32]
    groups: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    sets: npt.NDArray[np.uint32]
    keys: npt.NDArray[np.uint32]
    following: npt.NDArray[np.int32]
    slots: npt.NDArray[np.int32]
    uri_ends: npt.NDArray[np.int64]
    uris: npt.NDArray[np.uint8]
    moments: npt.NDArray[np.int64]
    authors: npt.NDArray[np.uint64]
    post_texts: npt.NDArray[np.int32]
    uri_slots: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int64]
