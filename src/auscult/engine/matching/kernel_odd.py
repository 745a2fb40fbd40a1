"""Which texts the compiled tokeniser must leave to the readable one, compiled."""

from __future__ import annotations

from auscult.engine.matching.characters import (
    JOINER,
    MARK,
    ODD,
    PAGE,
    PICTURE,
    REGIONAL,
    SELECTOR,
    TONE,
)
from auscult.engine.matching.compiled import inner, kernel
from auscult.engine.matching.kernel_bytes import decode, hash_bytes
from auscult.engine.matching.layout import BASE, BASE_SIZE, BASIS, C_TEXT, C_TITLE

# Emoji clusters, as far as `find_odd` has to know where it stands in one.
_NO_EMOJI, _IN_PICTURE, _JOINED, _IN_FLAG = range(4)


@inner
def find_odd(data, low, high, tables, wanted):
    """Tell whether a text needs the readable tokeniser: 0 no, 1 yes, 2 pages are `wanted`."""
    place, before, emoji, answer = low, 0, _NO_EMOJI, 0
    while place < high:
        if data[place] < 0x80:
            emoji = _NO_EMOJI
            while place < high and data[place] < 0x80:
                place += 1
            before = 0  # no character of ASCII is ever reordered
            continue
        code, size = decode(data, place, high)
        place += size
        kind = tables.kind[code]
        if kind == 0:
            wanted[code // PAGE] = 1
            answer = 2
        if kind == ODD or size == 1:
            return 1
        emoji = _emoji_state(emoji, kind, tables.extends[code])
        if emoji < 0:
            return 1
        if kind == MARK and 0 < tables.order[code] < tables.order[before]:
            return 1
        before = code
    return answer


@inner
def _emoji_state(emoji, kind, extends):
    """Follow a character into, in or out of an emoji; -1 where the rules are subtle."""
    if kind == PICTURE:
        return _IN_PICTURE
    if kind == REGIONAL:
        return _IN_FLAG
    if kind == SELECTOR or kind == TONE:
        return _IN_PICTURE if emoji == _IN_PICTURE else -1
    if emoji == _NO_EMOJI:
        return _NO_EMOJI
    if kind == JOINER and emoji == _IN_PICTURE:
        return _JOINED
    return -1 if extends else _NO_EMOJI


@kernel
def find_odd_rows(posts, tables, wanted, odd):
    """Mark the odd rows of a batch; return whether pages are wanted first."""
    waits = False
    for column in (C_TITLE, C_TEXT):
        for row in range(odd.size):
            low, high = posts.offsets[column, row], posts.offsets[column, row + 1]
            if low < high:
                answer = find_odd(posts.data, low, high, tables, wanted)
                if answer == 1:
                    odd[row] = True
                elif answer == 2:
                    waits = True
    return waits


@kernel
def hash_forms(rows, forms, hashes):
    """Hash the base forms of tokens."""
    for number in range(rows.shape[0]):
        low, size = rows[number, BASE], rows[number, BASE_SIZE]
        hashes[number] = hash_bytes(BASIS, forms, low, low + size)
