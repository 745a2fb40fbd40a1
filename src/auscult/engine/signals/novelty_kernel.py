"""The words of posts, one after the other, as hashes: compiled."""

from __future__ import annotations

import numpy as np

from auscult.engine.matching.compiled import kernel
from auscult.engine.matching.kernel_match import read_tokens
from auscult.engine.matching.layout import AFTER_TITLE, TOKEN_SIGN, TOKENS

# A word that belongs to no phrase: who is addressed is no news.
NO_WORD = np.uint64(0)
_AT = 64


@kernel
def read_words(row, posts, odd, tables, tokens, words, after_title, ends):
    """Write the words of posts from `row` on; return the row to go on with.

    `words` (uint64) gets the hash of each token's base form without its sign, NO_WORD for
    `@mentions`; `after_title` how many of a post's words are its title's; `ends` (rows + 1,)
    where they stand. The row is less than all where `words` has no room for the next.
    """
    used = ends[row]
    while row < ends.size - 1:
        read_tokens(row, posts, odd, tables, tokens)
        count = tokens.counts[TOKENS]
        if used + count > words.size:
            return row
        for number in range(count):
            signed = tokens.rows[number, TOKEN_SIGN] == _AT
            words[used + number] = NO_WORD if signed else tokens.hashes[number]
        after_title[row] = tokens.counts[AFTER_TITLE]
        used += count
        row += 1
        ends[row] = used
    return row
