"""The small files beside a segment: hashes of uris and authors, the term filter, dead rows.

All of them are a few integer arrays, packed: sorted ones as differences, bytes of equal
weight together, zstd over it. They hold no text.

The term filter knows for each term which row groups hold it. It never says "not here"
of a term that is there; of a term that isn't, it says "perhaps here" with a chance of at
most (distinct terms and stems of the segment) / 2**24: about 1 % at 160,000 of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import zstandard

from auscult.engine.archive.errors import LakeDamagedError
from auscult.engine.archive.hashing import (
    STEM_CHARACTERS,
    Hashes,
    hash_stem,
    hash_strings,
    hash_term,
    hash_terms,
)
from auscult.engine.query.nominate import AllOf, AnyOf, Has, HasPrefix, Need

Groups = npt.NDArray[np.uint8]
_MAGIC = b"ausc"
_HEAD = np.dtype([("width", "<u4"), ("count", "<u4"), ("size", "<u4")])


@dataclass(frozen=True, slots=True)
class TermFilter:
    """Sorted hashes of terms and stems, and for each the row groups that hold it, as bits."""

    hashes: Hashes
    groups: Groups

    def groups_with(self, need: Need, seed: np.uint64) -> int:
        """Return, as bits, the row groups that may hold a post that meets `need`."""
        match need:
            case Has():
                return self._bits(hash_term(need.term, seed))
            case HasPrefix() if len(need.stem) >= STEM_CHARACTERS:
                return self._bits(hash_stem(need.stem, seed))
            case AllOf():
                bits = 0xFF
                for part in need.needs:
                    bits &= self.groups_with(part, seed)
                return bits
            case AnyOf():
                bits = 0
                for part in need.needs:
                    bits |= self.groups_with(part, seed)
                return bits
            case _:
                return 0xFF

    def _bits(self, wanted: int) -> int:
        at = int(np.searchsorted(self.hashes, np.uint32(wanted)))
        if at < len(self.hashes) and int(self.hashes[at]) == wanted:
            return int(self.groups[at])
        return 0


def term_filter(terms: Sequence[pa.Array | pa.ChunkedArray], seed: np.uint64) -> TermFilter:
    """Return the filter of row groups whose terms are given, at most eight of them."""
    found = [hash_terms(group, seed).astype(np.uint64) << np.uint64(8) for group in terms]
    joined = np.concatenate([hashes | np.uint64(n) for n, hashes in enumerate(found)])
    joined.sort()
    hashes = (joined >> np.uint64(8)).astype(np.uint32)
    if not len(hashes):  # posts of nothing but links
        return TermFilter(hashes, np.empty(0, dtype=np.uint8))
    starts = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]]))
    bits = np.left_shift(np.uint8(1), (joined & np.uint64(0xFF)).astype(np.uint8))
    return TermFilter(hashes[starts], np.bitwise_or.reduceat(bits, starts))


def pack_terms(made: TermFilter) -> bytes:
    return _packed(_differences(made.hashes), made.groups)


def load_terms(path: Path) -> TermFilter:
    differences, groups = _unpacked(path)
    return TermFilter(np.cumsum(differences, dtype=np.uint32), groups)


@dataclass(frozen=True, slots=True)
class Identities:
    """Sorted hashes of the uris (one a row) and of the distinct authors of a segment."""

    uris: Hashes
    authors: Hashes

    def may_hold(self, uris: Hashes, authors: Hashes) -> bool:
        """Return whether one of these (sorted) may be here; False is certain."""
        return _meet(self.uris, uris) or _meet(self.authors, authors)


def identities(uris: pa.ChunkedArray, authors: pa.ChunkedArray, seed: np.uint64) -> Identities:
    return Identities(np.sort(hash_strings(uris, seed)), np.unique(hash_strings(authors, seed)))


def pack_identities(made: Identities) -> bytes:
    return _packed(_differences(made.uris), _differences(made.authors))


def load_identities(path: Path) -> Identities:
    uris, authors = _unpacked(path)
    return Identities(np.cumsum(uris, dtype=np.uint32), np.cumsum(authors, dtype=np.uint32))


def pack_rows(rows: npt.NDArray[np.uint32]) -> bytes:
    return _packed(_differences(rows))


def load_rows(path: Path) -> npt.NDArray[np.uint32]:
    (rows,) = _unpacked(path)
    return np.cumsum(rows, dtype=np.uint32)


def _meet(many: Hashes, few: Hashes) -> bool:
    at = np.searchsorted(many, few)
    inside = at < len(many)
    return bool(np.any(many[at[inside]] == few[inside]))


def _differences(ascending: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    return np.diff(ascending, prepend=np.uint32(0)).astype(np.uint32)


def _packed(*arrays: npt.NDArray[Any]) -> bytes:
    parts = [_MAGIC]
    for array in arrays:
        width = array.dtype.itemsize
        planes = array.view(np.uint8).reshape(-1, width).T.tobytes()
        body = zstandard.compress(planes, 3)
        parts += [np.array([(width, len(array), len(body))], dtype=_HEAD).tobytes(), body]
    return b"".join(parts)


def _unpacked(path: Path) -> list[npt.NDArray[Any]]:
    data = path.read_bytes()
    if data[:4] != _MAGIC:
        raise LakeDamagedError(f"{path} is not a file of the lake; restore it from a backup.")
    arrays = []
    at = len(_MAGIC)
    while at < len(data):
        width, count, size = (int(n) for n in np.frombuffer(data, _HEAD, 1, at)[0])
        at += _HEAD.itemsize
        planes = zstandard.decompress(data[at : at + size], max_output_size=width * count)
        whole = np.frombuffer(planes, np.uint8).reshape(width, count).T
        arrays.append(np.ascontiguousarray(whole).view(f"<u{width}").reshape(count))
        at += size
    return arrays
