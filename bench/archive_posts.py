"""Synthetic posts for the archive's benchmark, ten million of them in a minute.

As `docs/explanation/lake.md` states: words by Zipf's law from a vocabulary of 200,000,
120 to 300 characters a post, the rhythm of days and weeks over 100 days, identifiers
of the form that Bluesky uses. The same seed gives the same posts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from auscult.engine.kernel.posts import SCHEMA

VOCABULARY = 200_000
DAYS = 100
START = 1_767_225_600_000_000  # 2026-01-01, in microseconds
LANGUAGES = ("en", "en", "en", "en", "en", "en", "de", "fr", "es", "pt")
_SYLLABLES = tuple(
    c + v + e for c in "bdfghklmnprstvw" for v in "aeiou" for e in ("", "n", "r", "s")
)
_BASE32 = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)
_PREFIX = b"at://did:plc:"
_MIDDLE = b"/app.bsky.feed.post/"


def vocabulary(size: int = VOCABULARY) -> list[str]:
    """Distinct made-up words; the frequent ones are short, as in any language."""
    count = len(_SYLLABLES)
    words: dict[str, None] = {}
    turn = 0
    while len(words) < size:
        mixed = (turn * 2_654_435_761) % (count**3)
        parts = 1 if turn < 200 else 2 if turn < 20_000 else 3
        digits = (mixed % count, mixed // count % count, mixed // count**2)
        words["".join(_SYLLABLES[d] for d in digits[:parts])] = None
        turn += 1
    return list(words)


@numba.njit(cache=True)
def _fill(  # noqa: PLR0913, PLR0917 - arrays in, arrays out
    ids: Any, starts: Any, letters: Any, lengths: Any, tagged: Any, out: Any, ends: Any
) -> int:
    """Write posts of about `lengths` characters from the stream of word ids."""
    at = 0
    word = 0
    for post in range(len(lengths)):
        begin = at
        while at - begin < lengths[post]:
            if tagged[word]:
                out[at] = 35  # '#'
                at += 1
            chosen = ids[word]
            for k in range(starts[chosen], starts[chosen + 1]):
                out[at] = letters[k]
                at += 1
            word += 1
            out[at] = 32
            at += 1
        at -= 1
        ends[post] = at
    return at


class Town:
    """A source of posts: `batches` yields tables of the post schema, oldest first."""

    def __init__(self, posts: int, *, seed: int = 1) -> None:
        self.posts = posts
        self._random = np.random.default_rng(seed)
        self.words = vocabulary()
        encoded = [word.encode() for word in self.words]
        self._letters = np.frombuffer(b"".join(encoded), dtype=np.uint8)
        self._starts = np.concatenate([[0], np.cumsum([len(word) for word in encoded])])
        authors = max(1_000, posts // 20)
        self._authors = _BASE32[self._random.integers(0, 32, (authors, 24))]
        self._activity = np.cumsum(1.0 / np.arange(1, authors + 1) ** 0.8)

    def batches(self, rows: int = 50_000) -> Iterator[pa.Table]:
        """Yield all posts in order of time, `rows` at a time."""
        hours = rhythm()
        per_hour = self._random.multinomial(self.posts, hours / hours.sum())
        pending = np.repeat(np.arange(len(hours), dtype=np.int64), per_hour)
        for begin in range(0, self.posts, rows):
            hour = pending[begin : begin + rows]
            within = self._random.integers(0, 3_600_000_000, len(hour))
            yield self._table(np.sort(START + hour * 3_600_000_000 + within))

    def _table(self, moments: npt.NDArray[np.int64]) -> pa.Table:
        rows = len(moments)
        drawn = np.searchsorted(self._activity, self._random.random(rows) * self._activity[-1])
        authors = self._authors[drawn]
        columns: dict[str, Any] = {
            "uri": self._uris(authors, moments),
            "source": _constant("bluesky", rows),
            "author": _fixed(np.hstack([_tile(b"did:plc:", rows), authors])),
            "created_at": pa.array(moments).cast(SCHEMA.field("created_at").type),
            "collected_at": pa.array(
                moments + self._random.integers(200_000, 5_000_000, rows)
            ).cast(SCHEMA.field("collected_at").type),
            "text": self._texts(rows),
            "language": pa.DictionaryArray.from_arrays(
                self._random.integers(0, len(LANGUAGES), rows, dtype=np.int32),
                pa.array(LANGUAGES),
            ).cast(pa.string()),
        }
        return pa.table(
            [columns.get(f.name, pa.nulls(rows, f.type)) for f in SCHEMA], schema=SCHEMA
        )

    def _texts(self, rows: int) -> pa.Array:
        lengths = self._random.integers(120, 300, rows)
        need = int(lengths.sum() / 3) + 1_000
        # Zipf's law with exponent 1, by its inverse: rank r has weight log((r + 1) / r).
        drawn = self._random.random(need, dtype=np.float32)
        ids = np.exp(drawn * np.log(VOCABULARY + 1.0)).astype(np.int32).clip(1, VOCABULARY) - 1
        tagged = self._random.random(need) < 0.01
        out = np.empty(int(lengths.sum()) + rows * 16, dtype=np.uint8)
        ends = np.zeros(rows + 1, dtype=np.int32)
        used = _fill(ids, self._starts, self._letters, lengths, tagged, out, ends[1:])
        return pa.Array.from_buffers(
            pa.string(), rows, [None, pa.py_buffer(ends), pa.py_buffer(out[:used].copy())]
        )

    def _uris(self, authors: Any, moments: npt.NDArray[np.int64]) -> pa.Array:
        rows = len(moments)
        # A TID: the moment in base 32 and ten random bits for the clock's identity.
        stamp = moments * 1_024 + self._random.integers(0, 1_024, rows)
        shifts = np.arange(60, -1, -5)
        tid = _BASE32[(stamp[:, None] >> shifts[None, :]) & 31]
        return _fixed(np.hstack([_tile(_PREFIX, rows), authors, _tile(_MIDDLE, rows), tid]))


def rhythm() -> npt.NDArray[np.float64]:
    """Weight of each hour of 100 days: quiet nights, slow weekends, one storm."""
    hours = np.arange(DAYS * 24)
    daily = 1.0 + 0.8 * np.sin((hours % 24 - 8) / 24 * 2 * np.pi)
    weekly = np.where(hours // 24 % 7 >= 5, 0.7, 1.0)
    storm = 1.0 + 2.0 * np.exp(-(((hours - 61 * 24) / 30.0) ** 2))
    weights: npt.NDArray[np.float64] = daily * weekly * storm
    return weights


def _tile(text: bytes, rows: int) -> npt.NDArray[np.uint8]:
    return np.broadcast_to(np.frombuffer(text, dtype=np.uint8), (rows, len(text)))


def _fixed(characters: npt.NDArray[np.uint8]) -> pa.Array:
    """Return strings that all have the same length, from a matrix of ASCII codes."""
    rows, width = characters.shape
    ends = np.arange(rows + 1, dtype=np.int32) * width
    data = np.ascontiguousarray(characters)
    return pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(ends), pa.py_buffer(data)])


def _constant(text: str, rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(text), rows)
