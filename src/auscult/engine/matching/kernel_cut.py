"""The compiled tokeniser: the rules of `kernel/text.py`, over UTF-8 bytes.

It reads only texts in which no character's forms depend on its neighbours; `kernel_odd.py`
says which texts those are. A token is a row of `Tokens.rows` and the hash of its unsigned base form.
"""

from __future__ import annotations

import numpy as np

from auscult.engine.matching.characters import (
    APOSTROPHE,
    IDEOGRAPH,
    JOINER,
    LETTER,
    MARK,
    NUMBER,
    PICTURE,
    REGIONAL,
    SELECTOR,
    SIGN,
    SPACE,
    TONE,
    UNDERSCORE,
)
from auscult.engine.matching.compiled import inner
from auscult.engine.matching.kernel_bytes import decode, hash_bytes
from auscult.engine.matching.layout import (
    BASE,
    BASE_SIZE,
    BASIS,
    END,
    EXACT,
    FOLDED,
    FOLDED_SIZE,
    FORMS,
    FROM,
    LINKS,
    PRIME,
    START,
    TO,
    TOKEN_SIGN,
    TOKENS,
)

# Letters and digits of ASCII as their small letters; 0 for every other byte.
_SMALL = np.zeros(256, np.uint8)
for _byte in range(128):
    if chr(_byte).isalnum():
        _SMALL[_byte] = ord(chr(_byte).lower())
_HASH, _AT, _LOW_LINE, _QUOTE = 35, 64, 95, 39
# What starts at a place of the text.
_NOTHING, _JOINING, _RUN, _EMOJI, _LINK = range(5)
_NINE = np.uint8(57)
_LETTER_H, _LETTER_W = np.uint8(104), np.uint8(119)
_HTTP = np.frombuffer(b"http", np.uint8)
_WWW = np.frombuffer(b"www.", np.uint8)


@inner
def cut(data, low, high, tables, tokens):
    """Add the tokens and links of one field to `tokens`."""
    place, wide, joins = low, 0, False  # wide: bytes so far that only continue a character
    while place < high:
        byte = data[place]
        if _SMALL[byte] != 0:
            what = _LINK if not joins and starts_link(data, place, high) else _RUN
        elif byte < 0x80 and byte != _HASH and byte != _AT:
            joins = byte == _LOW_LINE
            place += 1
            continue
        else:
            code, size = decode(data, place, high)
            what = _kind(data, place, high, code, size, joins, tables)
            if what <= _JOINING:
                joins = what == _JOINING
                place += size
                wide += size - 1
                continue
        if what == _RUN:
            place, wide = _run(data, low, place, high, wide, tables, tokens)
        elif what == _EMOJI:
            place, wide = _emoji(data, low, place, high, wide, tables, tokens)
        else:
            place, wide = _cut_link(data, low, place, high, wide, tables, tokens)
        joins = what == _RUN


@inner
def _kind(data, place, high, code, size, joins, tables):
    """Tell what starts with a sign or a character beyond ASCII."""
    kind = tables.kind[code]
    if kind == LETTER or kind == NUMBER or kind == IDEOGRAPH:
        return _RUN
    if kind == PICTURE or kind == REGIONAL:
        return _EMOJI
    if kind == SIGN and not joins and _signs(data, place + size, high, tables):
        return _RUN
    return _JOINING if kind == MARK else _NOTHING


@inner
def starts_link(data, place, high):
    first = data[place] | np.uint8(32)
    if first == _LETTER_W:
        if place + 4 > high:
            return False
        for step in range(1, 4):
            if (data[place + step] | np.uint8(32)) != (_WWW[step] | np.uint8(32)):
                return False
        return data[place + 3] == _WWW[3]
    if first != _LETTER_H or place + 7 > high:
        return False
    for step in range(1, 4):
        if (data[place + step] | np.uint8(32)) != _HTTP[step]:
            return False
    place += 4
    if data[place] | np.uint8(32) == 115:  # s
        place += 1
    return place + 3 <= high and data[place] == 58 and data[place + 1] == 47 == data[place + 2]


@inner
def _cut_link(data, low, place, high, wide, tables, tokens):
    number = tokens.counts[LINKS]
    tokens.links[number, 0] = place - low - wide
    while place < high:
        code, size = decode(data, place, high)
        if tables.kind[code] == SPACE:
            break
        place += size
        wide += size - 1
    tokens.links[number, 1] = place - low - wide
    tokens.counts[LINKS] = number + 1
    return place, wide


@inner
def _signs(data, place, high, tables):
    """Tell whether a sign before this place belongs to a run that starts here."""
    if place >= high:
        return False
    if _SMALL[data[place]] != 0:
        return not starts_link(data, place, high)
    code, _ = decode(data, place, high)
    kind = tables.kind[code]
    return kind == LETTER or kind == NUMBER or kind == IDEOGRAPH


@inner
def _run(data, low, place, high, wide, tables, tokens):
    """Cut a run, from its sign if it has one, into its tokens."""
    sign, start = 0, place - low - wide
    code, size = decode(data, place, high)
    if tables.kind[code] == SIGN:
        sign = _HASH if code == _HASH or code == 0xFF03 else _AT
        place += size
        wide += size - 1
    signed = sign != 0
    while True:
        formed = tokens.counts[FORMS]
        after, wide, used, value, differs = _piece(
            data, place, high, wide, signed, tables, tokens.forms, formed
        )
        if after == place:
            return place, wide
        row = tokens.rows[tokens.counts[TOKENS]]
        row[START], row[END] = start, after - low - wide
        row[FROM], row[TO] = place, after
        row[TOKEN_SIGN] = sign
        _finish(data, row, used, value, differs, tables, tokens)
        place, sign = after, 0
        start = after - low - wide


@inner
def _finish(data, row, used, value, differs, tables, tokens):
    """Fill in a token's forms and count it."""
    number, formed = tokens.counts[TOKENS], tokens.counts[FORMS]
    row[BASE], row[BASE_SIZE] = formed, used - formed
    row[FOLDED], row[FOLDED_SIZE] = formed, used - formed
    row[EXACT] = -1
    if differs:
        end = _write_folded(data, row[FROM], row[TO], tables, tokens.forms, used)
        row[FOLDED], row[FOLDED_SIZE] = used, end - used
        used = end
    tokens.hashes[number] = value
    tokens.counts[TOKENS] = number + 1
    tokens.counts[FORMS] = used


@inner
def _piece(data, place, high, wide, signed, tables, forms, used):
    """Read one token of a run and write its base form.

    Returns where it ends, bytes that continue characters, where its base form ends, that
    form's hash, and whether the folded form differs.
    """
    value, differs, letter, first = BASIS, False, False, True
    while place < high:
        byte = data[place]
        small = _SMALL[byte]
        if small == 0:
            code, size = decode(data, place, high)
            kind = tables.kind[code]
            if kind == IDEOGRAPH:
                if not first:
                    break
                place, wide, used, value = _ideograph(data, place, high, wide, tables, forms, used)
                break
            if kind == APOSTROPHE:
                if not (letter and _is_letter(data, place + size, high, tables)):
                    break
                forms[used] = _QUOTE
                value = (value ^ np.uint64(_QUOTE)) * PRIME
                used += 1
            elif kind == LETTER or kind == NUMBER or kind == MARK:
                letter = kind == LETTER or (kind == MARK and letter)
                entry = tables.form[code]
                end = _write_base(data, place, size, entry, tables, forms, used)
                differs |= entry != 0 and tables.entries[entry, 0] != tables.entries[entry, 2]
                value = hash_bytes(value, forms, used, end)
                used = end
            elif kind == UNDERSCORE and signed:
                letter = False
                forms[used] = _LOW_LINE
                value = (value ^ np.uint64(_LOW_LINE)) * PRIME
                used += 1
            else:
                break
            place += size
            wide += size - 1
        else:
            forms[used] = small
            value = (value ^ np.uint64(small)) * PRIME
            used += 1
            place += 1
            letter = small > _NINE
        first = False
    return place, wide, used, value, differs


@inner
def _is_letter(data, place, high, tables):
    if place >= high:
        return False
    code, _ = decode(data, place, high)
    return tables.kind[code] == LETTER


@inner
def _ideograph(data, place, high, wide, tables, forms, used):
    """Read one ideograph or kana and its marks, which are their own base forms."""
    begin = used
    while True:
        code, size = decode(data, place, high)
        end = _write_base(data, place, size, tables.form[code], tables, forms, used)
        used = end
        place += size
        wide += size - 1
        if place >= high:
            break
        code, _ = decode(data, place, high)
        if tables.kind[code] != MARK:
            break
    return place, wide, used, hash_bytes(BASIS, forms, begin, used)


@inner
def _write_base(data, place, size, entry, tables, forms, used):
    if entry == 0:
        for step in range(size):
            forms[used + step] = data[place + step]
        return used + size
    at, length = tables.entries[entry, 2], tables.entries[entry, 3]
    for step in range(length):
        forms[used + step] = tables.pool[at + step]
    return used + length


@inner
def _write_folded(data, place, stop, tables, forms, used):
    while place < stop:
        code, size = decode(data, place, stop)
        kind = tables.kind[code]
        entry = tables.form[code]
        if kind == APOSTROPHE:
            forms[used] = _QUOTE
            used += 1
        elif kind == SELECTOR:
            pass
        elif size == 1:
            small = _SMALL[data[place]]
            forms[used] = small if small != 0 else data[place]
            used += 1
        elif entry == 0:
            for step in range(size):
                forms[used + step] = data[place + step]
            used += size
        else:
            at, length = tables.entries[entry, 0], tables.entries[entry, 1]
            for step in range(length):
                forms[used + step] = tables.pool[at + step]
            used += length
        place += size
    return used


@inner
def _emoji(data, low, place, high, wide, tables, tokens):
    """Cut one emoji: a flag, or pictures with their tones, selectors and joiners."""
    row = tokens.rows[tokens.counts[TOKENS]]
    row[START], row[FROM], row[TOKEN_SIGN] = place - low - wide, place, 0
    used = begin = tokens.counts[FORMS]
    code, size = decode(data, place, high)
    flag, left, joined, differs = tables.kind[code] == REGIONAL, 2, True, False
    while place < high:
        code, size = decode(data, place, high)
        kind = tables.kind[code]
        if flag:
            if kind != REGIONAL or left == 0:
                break
            left -= 1
        elif (kind == PICTURE and not joined) or kind not in (PICTURE, SELECTOR, TONE, JOINER):
            break
        joined = kind == JOINER
        if kind == TONE:
            differs = True
        elif kind != SELECTOR:
            entry = tables.form[code]
            end = _write_base(data, place, size, entry, tables, tokens.forms, used)
            differs |= entry != 0 and tables.entries[entry, 0] != tables.entries[entry, 2]
            used = end
        place += size
        wide += size - 1
    row[END], row[TO] = place - low - wide, place
    value = hash_bytes(BASIS, tokens.forms, begin, used)
    _finish(data, row, used, value, differs, tables, tokens)
    return place, wide


@inner
def write_exact(data, row, tables, forms, used):
    """Write a token's unsigned exact form; return where it ends."""
    place, stop = row[FROM], row[TO]
    while place < stop:
        code, size = decode(data, place, stop)
        kind = tables.kind[code]
        if kind == APOSTROPHE:
            forms[used] = _QUOTE
            used += 1
        elif kind != SELECTOR:
            for step in range(size):
                forms[used + step] = data[place + step]
            used += size
        place += size
    return used
