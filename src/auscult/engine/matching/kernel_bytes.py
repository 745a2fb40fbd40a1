"""Bytes, compiled: hashes, comparison, UTF-8, wildcards.

Hashes find a form; bytes are compared before it counts as found.
"""

from __future__ import annotations

import numpy as np

from auscult.engine.matching.compiled import inner
from auscult.engine.matching.layout import PRIME

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_STAR = np.uint8(42)
_ANY = np.uint8(63)


@inner
def spread(value):
    """Mix a hash so that its high bits can index a table."""
    return (value ^ (value >> np.uint64(32))) * _SPREAD


@inner
def hash_bytes(seed, data, low, high):
    value = seed
    for place in range(low, high):
        value = (value ^ np.uint64(data[place])) * PRIME
    return value


@inner
def same_bytes(one, at, other, start, length):
    for step in range(length):
        if one[at + step] != other[start + step]:
            return False
    return True


@inner
def decode(data, place, high):
    """Decode the UTF-8 character at a place: code point, width. Broken bytes are U+FFFD."""
    first = np.int64(data[place])
    if first < 0x80:
        return first, 1
    if first >= 0xF0 and place + 3 < high:
        code = (
            ((first & 7) << 18)
            | ((np.int64(data[place + 1]) & 63) << 12)
            | ((np.int64(data[place + 2]) & 63) << 6)
            | (np.int64(data[place + 3]) & 63)
        )
        return (code, 4) if code < 0x110000 else (np.int64(0xFFFD), 1)
    if 0xE0 <= first < 0xF0 and place + 2 < high:
        return (
            ((first & 15) << 12)
            | ((np.int64(data[place + 1]) & 63) << 6)
            | (np.int64(data[place + 2]) & 63)
        ), 3
    if 0xC0 <= first < 0xE0 and place + 1 < high:
        return ((first & 31) << 6) | (np.int64(data[place + 1]) & 63), 2
    return np.int64(0xFFFD), 1


@inner
def width(data, place, high):
    """Bytes of the UTF-8 character at a place, at most what is left."""
    first = data[place]
    size = 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    return min(size, high - place)


@inner
def lowered(byte):
    """ASCII capital letters as small ones."""
    return byte + np.uint8(32) if np.uint8(65) <= byte <= np.uint8(90) else byte


@inner
def fits(pool, at, stop, data, low, high, lower):
    """Tell whether a pattern (`*`, `?`) fits the whole of a piece of text.

    `lower` reads ASCII capitals of the text as small letters.
    """
    star_at, star_place = -1, -1
    place = low
    while place < high:
        if at < stop and pool[at] == _STAR:
            star_at, star_place = at, place
            at += 1
        elif at < stop and pool[at] == _ANY:
            at += 1
            place += width(data, place, high)
        elif at < stop and pool[at] == (lowered(data[place]) if lower else data[place]):
            at += 1
            place += 1
        elif star_at >= 0:
            star_place += width(data, star_place, high)
            at, place = star_at + 1, star_place
        else:
            return False
    while at < stop and pool[at] == _STAR:
        at += 1
    return at == stop
