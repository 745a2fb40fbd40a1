"""Posts to sets of shingles, and sets to the keys of their bands, compiled."""

from __future__ import annotations

import numpy as np

from auscult.engine.matching.compiled import inner
from auscult.engine.matching.kernel_bytes import hash_bytes, spread
from auscult.engine.matching.kernel_match import read_tokens
from auscult.engine.matching.layout import BASE_SIZE, BASIS, C_AUTHOR, TOKEN_SIGN, TOKENS
from auscult.engine.signals.copies_compiled import kernel
from auscult.engine.signals.copies_layout import (
    BANDS,
    LEAST_WORDS,
    MOST_WORDS,
    ROWS,
    SHINGLE,
    WHOLE,
)

_AT = 64
_HALF = np.uint64(32)
_PRIME = np.uint64(0x100000001B3)
_HASHES = BANDS * ROWS
# Multiply-shift over 64 bits, one pair of numbers a hash; the seed is part of the state's format.
_DRAWN = np.random.Generator(np.random.PCG64(20_261_121)).integers(
    0, 2**64, (2, _HASHES), np.uint64
)
_FACTORS = _DRAWN[0] | np.uint64(1)
_SUMMANDS = _DRAWN[1]
_RT = BASIS
for _byte in b"rt":
    _RT = np.uint64(((int(_RT) ^ _byte) * int(_PRIME)) % 2**64)


@kernel
def sign_rows(row, posts, odd, tables, tokens, scratch, signed):
    """Sign posts from `row` on; return the row to go on with: less than all where room ran out.

    `scratch` is uint64, of two rows of MOST_WORDS.
    """
    sets, ends, keys = signed
    words, mins = scratch[0], scratch[1]
    used = ends[row]
    while row < ends.size - 1:
        if used + MOST_WORDS > sets.size:
            return row
        read_tokens(row, posts, odd, tables, tokens)
        count = _words(tokens, words)
        size = 0 if count < LEAST_WORDS else _shingles(words, count, sets, used)
        _sign(sets, used, size, mins, keys, row)
        used += size
        row += 1
        ends[row] = used
    return row


@kernel
def sign_sets(sets, ends, keys, scratch):
    """Sign sets that are there already; `keys` has a row for each."""
    for row in range(keys.shape[0]):
        _sign(sets, ends[row], ends[row + 1] - ends[row], scratch[1], keys, row)


@kernel
def hash_authors(posts, authors):
    """Write the hash of each post's author, 0 where there is none."""
    for row in range(authors.size):
        authors[row] = 0
        if posts.present[C_AUTHOR, row]:
            low, high = posts.offsets[C_AUTHOR, row], posts.offsets[C_AUTHOR, row + 1]
            authors[row] = hash_bytes(BASIS, posts.data, low, high) | np.uint64(1)


@inner
def _words(tokens, words):
    """Write the hashes of the words that count: no mentions, no `RT` before one."""
    count, total = 0, tokens.counts[TOKENS]
    for number in range(total):
        if tokens.rows[number, TOKEN_SIGN] == _AT:
            continue
        value = tokens.hashes[number]
        if (
            value == _RT
            and tokens.rows[number, BASE_SIZE] == 2
            and number + 1 < total
            and tokens.rows[number + 1, TOKEN_SIGN] == _AT
        ):
            continue
        words[count] = value
        count += 1
        if count == MOST_WORDS:
            break
    return count


@inner
def _shingles(words, count, sets, start):
    """Write the sorted hashes of all runs of words, each once; return how many."""
    total = count - SHINGLE + 1
    for number in range(total):
        value = words[number]
        for step in range(1, SHINGLE):
            value = spread(value) ^ words[number + step]
        sets[start + number] = np.uint32(spread(value) >> _HALF)
    _sort(sets, start, total)
    kept = 1
    for number in range(1, total):
        if sets[start + number] != sets[start + kept - 1]:
            sets[start + kept] = sets[start + number]
            kept += 1
    return kept


@inner
def _sort(sets, start, size):
    """Shell's sort: no memory of its own, and short sets need one pass."""
    gap = 1
    while gap < size // 9:
        gap = 3 * gap + 1
    while gap > 0:
        for number in range(gap, size):
            value = sets[start + number]
            place = number
            while place >= gap and sets[start + place - gap] > value:
                sets[start + place] = sets[start + place - gap]
                place -= gap
            sets[start + place] = value
        gap //= 3


@inner
def _sign(sets, start, size, mins, keys, row):
    """Write the keys of a set: one a band, and the hash of the whole."""
    whole = BASIS
    for which in range(_HASHES):
        mins[which] = np.uint64(0xFFFFFFFF)
    for number in range(start, start + size):
        value = np.uint64(sets[number])
        whole = (whole ^ value) * _PRIME
        for which in range(_HASHES):
            hashed = (value * _FACTORS[which] + _SUMMANDS[which]) >> _HALF
            mins[which] = min(mins[which], hashed)
    for band in range(BANDS):
        key = np.uint64(band)
        for step in range(ROWS):
            key = spread(key) ^ mins[band * ROWS + step]
        keys[row, band] = np.uint32(spread(key) >> _HALF)
    keys[row, WHOLE] = np.uint32(spread(whole) >> _HALF)
