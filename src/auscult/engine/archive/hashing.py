"""Hashes of strings and of terms, over Arrow's buffers.

32 bits a string: enough to say "surely not here". What must be certain is compared
by its keyed SHA-256 afterwards (`tombstones.py`).
"""

from __future__ import annotations

import hashlib
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa

Hashes = npt.NDArray[np.uint32]

STEM_CHARACTERS = 3
_FNV = np.uint64(0x100000001B3)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_STEM = np.uint64(0x9E3779B97F4A7C15)  # sets a stem's hash apart from the same word's
_RECENT = 1 << 16
TERM_BITS = 24  # of a term's hash that are kept
_UNUSED_BITS = 32 - TERM_BITS


def seed_of(salt: bytes) -> np.uint64:
    """Return the seed that `salt` gives."""
    return np.uint64(int.from_bytes(hashlib.sha256(salt).digest()[:8], "little"))


@numba.njit(cache=True, inline="always")
def _finish(value: Any) -> Any:
    value ^= value >> np.uint64(33)
    value *= _MIX
    value ^= value >> np.uint64(33)
    return np.uint32(value >> np.uint64(32))


@numba.njit(cache=True, nogil=True)
def _hash_rows(data: Any, ends: Any, seed: Any, out: Any) -> None:
    for row in range(len(out)):
        value = seed
        for at in range(ends[row], ends[row + 1]):
            value = (value ^ np.uint64(data[at])) * _FNV
        out[row] = _finish(value)


@numba.njit(cache=True, nogil=True)
def _hash_terms(data: Any, ends: Any, seed: Any, out: Any, recent: Any) -> int:
    """Hash each space-separated term and each term's stem; common ones only once."""
    count = 0
    for row in range(len(ends) - 1):
        at = ends[row]
        stop = ends[row + 1]
        while at < stop:
            value = seed
            characters = 0
            while at < stop and data[at] != 32:
                if data[at] & 0xC0 != 0x80:  # the first byte of a character
                    if characters == STEM_CHARACTERS:
                        count = _put(_finish(value ^ _STEM), out, count, recent)
                    characters += 1
                value = (value ^ np.uint64(data[at])) * _FNV
                at += 1
            if characters == STEM_CHARACTERS:
                count = _put(_finish(value ^ _STEM), out, count, recent)
            if characters > 0:
                count = _put(_finish(value), out, count, recent)
            at += 1
    return count


@numba.njit(cache=True, nogil=True)
def _put(found: Any, out: Any, count: Any, recent: Any) -> Any:
    slot = found & np.uint32(_RECENT - 1)
    if recent[slot] != found:
        recent[slot] = found
        out[count] = found
        return count + 1
    return count


def hash_strings(strings: pa.Array | pa.ChunkedArray, seed: np.uint64) -> Hashes:
    """Return one hash a row; a null is hashed like the empty string."""
    data, ends = _buffers(strings)
    out = np.empty(len(ends) - 1, dtype=np.uint32)
    _hash_rows(data, ends, seed, out)
    return out


def hash_terms(terms: pa.Array | pa.ChunkedArray, seed: np.uint64) -> Hashes:
    """Return the distinct hashes, sorted, of the terms and stems of all rows together.

    24 bits of each: one byte a term on disk, and of 100 terms that aren't there about one
    seems to be.
    """
    data, ends = _buffers(terms)
    # A term and its separator are at least two bytes and give at most two hashes.
    out = np.empty(int(ends[-1] - ends[0]) + 2 * len(ends), dtype=np.uint32)
    recent = np.zeros(_RECENT, dtype=np.uint32)
    count = _hash_terms(data, ends, seed, out, recent)
    found = np.sort(out[:count] >> _UNUSED_BITS)
    return found[np.concatenate([[True], found[1:] != found[:-1]])] if count else found


def hash_term(term: str, seed: np.uint64) -> int:
    """Return the hash of one whole term, as `hash_terms` finds it."""
    return int(hash_strings(pa.array([term]), seed)[0]) >> _UNUSED_BITS


def hash_stem(stem: str, seed: np.uint64) -> int:
    """Return the hash of the first three characters of `stem`, as `hash_terms` finds it."""
    value = int(seed)
    for byte in stem[:STEM_CHARACTERS].encode():
        value = (value ^ byte) * int(_FNV) & 0xFFFFFFFFFFFFFFFF
    value ^= int(_STEM)
    value ^= value >> 33
    value = value * int(_MIX) & 0xFFFFFFFFFFFFFFFF
    value ^= value >> 33
    return value >> 32 >> _UNUSED_BITS


def _buffers(
    strings: pa.Array | pa.ChunkedArray,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64 | np.int32]]:
    if isinstance(strings, pa.ChunkedArray):
        strings = strings.combine_chunks()
    width = np.dtype(np.int64 if strings.type == pa.large_string() else np.int32)
    if strings.type not in (pa.string(), pa.large_string()):
        strings = strings.cast(pa.string())
    if len(strings) == 0:
        return np.empty(0, dtype=np.uint8), np.zeros(1, dtype=width)
    _, offsets, data = strings.buffers()
    ends = np.frombuffer(offsets, dtype=width)[strings.offset : strings.offset + len(strings) + 1]
    letters = np.empty(0, dtype=np.uint8) if data is None else np.frombuffer(data, dtype=np.uint8)
    return letters, ends
