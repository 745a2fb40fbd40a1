"""How often each of many names was counted, kept so that many tallies add up fast.

A tally of one kind, watch and day is kept as

``words``
    an array of 64-bit words, rising: the first 48 bits of the name's BLAKE2b, then a count of
    up to 65,535 in 16 bits; a larger count takes several words. So tallies add up by one sort,
    without a name being read;
``names``
    the names, in the order of their words, as compressed JSON: read for those that are shown;
``best``
    the names of the 100 most frequent, so that `names` is rarely needed.

Adding up is exact, but for this: of n names in all, one is taken for another with a chance of
n / 2^48, which is one in 28 millions among ten million names.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import zstandard

Words = npt.NDArray[np.uint64]
Packed = bytes | memoryview  # as the database gives it

BITS = np.uint64(16)
MOST = (1 << 16) - 1
BEST = 100
LONGEST = 2_000  # characters of a name, as many as browsers take in a link; a longer one is cut


class Tally(NamedTuple):
    """What is kept of one day, as bytes."""

    best: bytes
    words: bytes
    names: bytes


def mark(name: str) -> int:
    """Return the 48 bits that stand for a name."""
    raw = name.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(raw, digest_size=6).digest())


def pack(counts: Mapping[str, int]) -> Tally:
    """Return a tally of names; each count is 1 or more."""
    by_mark: dict[int, tuple[str, int]] = {}
    for name, count in counts.items():
        place = mark(name)
        by_mark[place] = (name, count + by_mark.get(place, ("", 0))[1])
    ordered = sorted(by_mark.items())
    words = [place << 16 | part for place, (_, count) in ordered for part in _parts(count)]
    names = [name for _, (name, _) in ordered]
    best = [name for name, _ in Counter(counts).most_common(BEST)]
    # Whoever looks for a name by its mark doesn't know it among the best when it was cut.
    whole = len(names) > len(best) or any(_cut(name) != name for name in names)
    return Tally(
        best=_packed(best),
        words=np.sort(np.array(words, np.uint64)).astype("<u8").tobytes(),
        names=_packed(names) if whole else b"",
    )


def _parts(count: int) -> list[int]:
    whole, rest = divmod(count, MOST)
    return [MOST] * whole + ([rest] if rest else [])


def _packed(names: Sequence[str]) -> bytes:
    return zstandard.compress(orjson.dumps([_cut(name) for name in names]), 3)


def _cut(name: str) -> str:
    return name.encode("utf-8", "replace").decode()[:LONGEST]


def unpacked(names: Packed) -> list[str]:
    """Return the names of `best` or `names`."""
    found: list[str] = orjson.loads(zstandard.decompress(names)) if names else []
    return found


class Sum:
    """Several tallies, added up.

    Attributes
    ----------
    marks : ndarray of uint64
        Each name's mark, rising.
    counts : ndarray of int64
        How often it was counted; beside `marks`.
    """

    def __init__(self, words: Iterable[Packed]) -> None:
        parts = [np.frombuffer(one, "<u8") for one in words]
        every: Words = np.sort(np.concatenate(parts)) if parts else np.empty(0, np.uint64)
        marks = every >> BITS
        begins = np.flatnonzero(np.concatenate(([True], marks[1:] != marks[:-1])))
        begins = begins[: len(marks)]
        self.marks: Words = marks[begins]
        counted = (every & np.uint64(MOST)).astype(np.int64)
        self.counts: npt.NDArray[np.int64] = (
            np.add.reduceat(counted, begins) if len(begins) else np.empty(0, np.int64)
        )

    def __len__(self) -> int:
        """Return how many names there are."""
        return len(self.marks)

    @property
    def total(self) -> int:
        """All counts together."""
        return int(self.counts.sum())

    def of(self, marks: Sequence[int]) -> dict[int, int]:
        """Return how often names were counted, by their marks."""
        asked = np.array(marks, np.uint64)
        if not len(self):
            return dict.fromkeys(marks, 0)
        places = np.minimum(np.searchsorted(self.marks, asked), len(self) - 1)
        found = np.where(self.marks[places] == asked, self.counts[places], 0)
        return dict(zip(marks, found.tolist(), strict=True))

    def top(self, most: int) -> list[tuple[int, int]]:
        """Return (mark, count) of the most frequent, the most frequent first."""
        if len(self) > most:
            # All that are as frequent as the last one, so that the choice doesn't hang on order.
            least = np.partition(self.counts, len(self) - most)[len(self) - most]
            chosen = np.flatnonzero(self.counts >= least)
        else:
            chosen = np.arange(len(self))
        order = chosen[np.lexsort((self.marks[chosen], -self.counts[chosen]))][:most]
        return list(zip(self.marks[order].tolist(), self.counts[order].tolist(), strict=True))


def names_at(words: Packed, names: Packed, wanted: set[int]) -> dict[int, str]:
    """Return the wanted marks' names, of those that a tally has."""
    marks = np.unique(np.frombuffer(words, "<u8") >> BITS)
    places = np.flatnonzero(np.isin(marks, np.fromiter(wanted, np.uint64, len(wanted))))
    if not len(places):
        return {}
    every = unpacked(names)
    return {int(marks[place]): every[place] for place in places.tolist()}


def marked(names: Iterable[str]) -> dict[int, str]:
    """Return names by their marks."""
    return {mark(name): name for name in names}
