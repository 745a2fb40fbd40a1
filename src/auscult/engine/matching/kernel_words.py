"""The words of posts for an index, compiled."""

from __future__ import annotations

import numpy as np

from auscult.engine.matching.compiled import inner, kernel
from auscult.engine.matching.kernel_bytes import same_bytes, spread
from auscult.engine.matching.kernel_match import read_tokens
from auscult.engine.matching.layout import BASE, BASE_SIZE, TOKEN_SIGN, TOKENS

M_STAMP, M_TOKEN, M_SIGN = range(3)
_SPACE = 32


@kernel
def write_rows(low, high, posts, odd, tables, tokens, marks, out, ends):
    """Write the distinct base forms of rows `low` to `high`, separated by spaces.

    A signed token is written twice, with its sign and without. `marks` (int64, (n, 3), n a
    power of two over four times the tokens of a post) remembers what was written. Returns the
    row to go on with: less than `high` where `out` has no room for the next.
    """
    used = ends[low - 1] if low else 0
    for row in range(low, high):
        read_tokens(row, posts, odd, tables, tokens)
        start = used
        for number in range(tokens.counts[TOKENS]):
            token = tokens.rows[number]
            if used + 2 * token[BASE_SIZE] + 4 > out.size:
                return row
            used = _write(number, 0, tokens, marks, row + 1, out, used, start)
            if token[TOKEN_SIGN]:
                sign = token[TOKEN_SIGN]
                used = _write(number, sign, tokens, marks, row + 1, out, used, start)
        ends[row] = used
    return high


@inner
def _write(number, sign, tokens, marks, stamp, out, used, start):
    """Write one form, unless the post has it already."""
    token = tokens.rows[number]
    at, size = token[BASE], token[BASE_SIZE]
    mask = marks.shape[0] - 1
    slot = (np.int64(spread(tokens.hashes[number]) >> np.uint64(24)) + sign) & mask
    while marks[slot, M_STAMP] == stamp:
        other = tokens.rows[marks[slot, M_TOKEN]]
        if (
            marks[slot, M_SIGN] == sign
            and other[BASE_SIZE] == size
            and same_bytes(tokens.forms, at, tokens.forms, other[BASE], size)
        ):
            return used
        slot = (slot + 1) & mask
    marks[slot, M_STAMP], marks[slot, M_TOKEN], marks[slot, M_SIGN] = stamp, number, sign
    if used > start:
        out[used] = _SPACE
        used += 1
    if sign:
        out[used] = sign
        used += 1
    for step in range(size):
        out[used + step] = tokens.forms[at + step]
    return used + size
