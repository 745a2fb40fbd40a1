"""Hashtags, mentions and links of texts, for files that have no columns for them.

They follow the tokens of the query language: a sign counts directly before a run and not
directly after one; links are passed over, so that a `#` in an address is no hashtag. A
mention may go on over dots and hyphens and name a server: `@name.bsky.social`, `@a@b.example`.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import regex

from auscult.engine.connectors.files.kernel_signs import (
    JOINS,
    SPACE,
    STARTS,
    Bytes,
    Offsets,
    copy,
    scan,
)


class Signs(NamedTuple):
    """What was found, one list a text, in order, without signs."""

    hashtags: pa.ListArray
    mentions: pa.ListArray
    links: pa.ListArray


def find_signs(texts: pa.StringArray) -> Signs:
    """Return the hashtags, mentions and links of each text; nulls have none."""
    data, offsets = _buffers(texts)
    room = _possible(data)
    kinds, rows, spans = np.empty(room, np.uint8), np.empty(room, np.int32), _spans(room)
    found = scan(data, offsets, _classes(), kinds, rows, spans) if room else 0
    kinds, rows, spans = kinds[:found], rows[:found], spans[:found]
    return Signs(
        *(_lists(data, len(texts), rows[kinds == kind], spans[kinds == kind]) for kind in _KINDS)
    )


_KINDS = (1, 2, 3)  # hashtags, mentions, links


def _buffers(texts: pa.StringArray) -> tuple[Bytes, Offsets]:
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data or b"", np.uint8), ends


def _spans(room: int) -> Offsets:
    return np.empty((room, 2), np.int32)


def _possible(data: Bytes) -> int:
    """Return how many finds there can be at most: signs (also full-width), `://`, `www.`."""
    signs = int(np.count_nonzero((data == ord("#")) | (data == ord("@")) | (data == 0xEF)))
    text = data.tobytes() if signs < len(data) else b""
    return signs + text.count(b"://") + text.count(b".")


@cache
def _classes() -> Bytes:
    """Return for each code point whether it joins, starts a run, or is white space."""
    every = "".join(map(chr, [*range(0xD800), *([0x20] * 0x800), *range(0xE000, 0x110000)]))
    classes = np.zeros(0x110000, np.uint8)
    for flag, pattern in (
        (JOINS, r"[\p{L}\p{N}\p{M}_]+"),
        (STARTS, r"[\p{L}\p{N}]+"),
        (SPACE, r"\p{White_Space}+"),
    ):
        for match in regex.finditer(pattern, every):
            classes[match.start() : match.end()] |= flag
    classes[0xD800:0xE000] = 0
    return classes


def _lists(data: Bytes, count: int, rows: Offsets, spans: Offsets) -> pa.ListArray:
    lengths = spans[:, 1] - spans[:, 0]
    ends = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    copied = np.empty(int(ends[-1]), np.uint8)
    if len(spans):
        copy(data, spans, ends, copied)
    items = pa.StringArray.from_buffers(len(spans), pa.py_buffer(ends), pa.py_buffer(copied))
    per_row = np.searchsorted(rows, np.arange(count + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(per_row), items)
