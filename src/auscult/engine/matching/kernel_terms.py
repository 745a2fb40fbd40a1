"""Which terms of the watches a post holds, compiled.

A term is a form that some watch asks for, or a value of a field. Unsigned base forms and
values are *anchors*, found by hash; what asks for more (a sign, an accent, a case) hangs in
a chain on the anchor of its base form. Wildcards hang on the literal text before their first
`*` or `?`, which is looked up for every beginning of a token.
"""

from __future__ import annotations

import numpy as np

from auscult.engine.matching.compiled import inner, kernel
from auscult.engine.matching.kernel_bytes import fits, hash_bytes, lowered, same_bytes, spread
from auscult.engine.matching.kernel_cut import write_exact
from auscult.engine.matching.layout import (
    AFTER_TITLE,
    BASE,
    BASE_FORM,
    BASE_PATTERN,
    BASE_SIZE,
    BASIS,
    BETWEEN,
    CHAIN,
    DOCUMENTS,
    EXACT,
    EXACT_FORM,
    EXACT_SIZE,
    FIRST_HIT,
    FOLDED,
    FOLDED_FORM,
    FOLDED_PATTERN,
    FOLDED_SIZE,
    FORM,
    FORMS,
    HIT_COUNT,
    HITS,
    LAST_HIT,
    NEARBY,
    NEXT,
    OFFSET,
    OVERFLOW,
    PAIR,
    PRIME,
    SEEDS,
    SEEN,
    SIZE,
    STAMP,
    TERM_SIGN,
    TEXT_POSITION,
    TOKEN_SIGN,
    TOKENS,
)


@kernel
def enter(entries, pool, table, low, high, pairs):
    """Enter anchors and values, stems, or pairs from `low` to `high` into a table with room."""
    mask = np.uint64(table.slots.shape[0] - 1)
    bits = np.uint64(table.filter.size * 8 - 1)
    for number in range(low, high):
        row = entries[number]
        form, start, stop = row[FORM], row[OFFSET], row[OFFSET] + row[SIZE]
        if row[TERM_SIGN] != 0 or form == FOLDED_FORM or form == EXACT_FORM:
            continue
        if row[CHAIN] < 0 or (form == PAIR) != pairs:  # a pattern hangs on its stem
            continue
        if pairs:
            middle = start
            while pool[middle] != BETWEEN:
                middle += 1
            value = hash_pair(
                hash_bytes(BASIS, pool, start, middle), hash_bytes(BASIS, pool, middle + 1, stop)
            )
        else:
            value = hash_bytes(SEEDS[form], pool, start, stop)
        mixed = spread(value) >> np.uint64(20)
        slot = mixed & mask
        while table.slots[slot, 1] != 0:
            slot = (slot + np.uint64(1)) & mask
        table.slots[slot, 0], table.slots[slot, 1] = value, number
        bit = mixed & bits
        table.filter[bit >> np.uint64(3)] |= np.uint8(1 << (bit & np.uint64(7)))


@inner
def hash_pair(one, other):
    """Hash two forms that follow each other."""
    return spread(one) ^ other


@inner
def find_pair(table, value):
    """Find a pair by its hash alone: what it admits is evaluated anyway; 0: none."""
    mixed = spread(value) >> np.uint64(20)
    bit = mixed & np.uint64(table.filter.size * 8 - 1)
    if table.filter[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7)) & 1:
        mask = np.uint64(table.slots.shape[0] - 1)
        slot = mixed & mask
        while table.slots[slot, 1] != 0:
            if table.slots[slot, 0] == value:
                return np.int64(table.slots[slot, 1])
            slot = (slot + np.uint64(1)) & mask
    return np.int64(0)


@inner
def find(entries, pool, table, value, form, data, low, size, lower):
    """Find the anchor, value or stem with these bytes; 0 if there is none."""
    mixed = spread(value) >> np.uint64(20)
    bit = mixed & np.uint64(table.filter.size * 8 - 1)
    if not table.filter[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7)) & 1:
        return np.int64(0)
    mask = np.uint64(table.slots.shape[0] - 1)
    slot = mixed & mask
    while table.slots[slot, 1] != 0:
        if table.slots[slot, 0] == value:
            number = np.int64(table.slots[slot, 1])
            row = entries[number]
            if row[FORM] == form and row[SIZE] == size:
                same = True
                at = row[OFFSET]
                for step in range(size):
                    byte = data[low + step]
                    if (lowered(byte) if lower else byte) != pool[at + step]:
                        same = False
                        break
                if same:
                    return number
        slot = (slot + np.uint64(1)) & mask
    return np.int64(0)


@inner
def see(term, state, stamp):
    """Note that the post holds a term; tell whether it is the first time."""
    row = state.terms[term]
    if row[STAMP] == stamp:
        return False
    row[STAMP] = stamp
    row[FIRST_HIT] = row[LAST_HIT] = -1
    row[HIT_COUNT] = 0
    state.seen[state.counts[SEEN]] = term
    state.counts[SEEN] += 1
    state.nearby[term & (NEARBY - 1)] = 1
    row[DOCUMENTS] += 1
    return True


@inner
def hit(term, position, state, stamp):
    """Note that the token at a position is one of this term's."""
    number = state.counts[HITS]
    if number >= state.hits.shape[0]:
        state.counts[OVERFLOW] = 1
        return
    state.counts[HITS] = number + 1
    see(term, state, stamp)
    row = state.terms[term]
    if row[FIRST_HIT] < 0:
        row[FIRST_HIT] = number
    else:
        state.hits[row[LAST_HIT], 1] = number
    row[LAST_HIT] = number
    row[HIT_COUNT] += 1
    state.hits[number, 0] = position
    state.hits[number, 1] = -1


@inner
def find_terms(data, tokens, tables, terms, state, stamp):
    """Note the terms of a post's tokens."""
    shift, patterns = 0, terms.stems.shape[0] > 1
    for number in range(tokens.counts[TOKENS]):
        if number == tokens.counts[AFTER_TITLE]:
            shift = TEXT_POSITION - number
        row = tokens.rows[number]
        at, size = np.int64(row[BASE]), np.int64(row[BASE_SIZE])
        anchor = find(
            terms.terms, terms.pool, terms.table, tokens.hashes[number], BASE_FORM, tokens.forms,
            at, size, False,
        )  # fmt: skip
        if anchor != 0:
            hit(anchor, number + shift, state, stamp)
            if terms.terms[anchor, CHAIN] > 0:
                _follow(data, tokens, row, anchor, number + shift, tables, terms, state, stamp)
        if patterns:
            _patterns(tokens, row, number + shift, terms, state, stamp)
        if number > 0 and number != tokens.counts[AFTER_TITLE]:
            value = hash_pair(tokens.hashes[number - 1], tokens.hashes[number])
            pair = find_pair(terms.pair_table, value)
            if pair != 0:
                see(pair, state, stamp)


@inner
def _follow(data, tokens, row, anchor, position, tables, terms, state, stamp):
    """Note the terms that hang on an anchor and hold for a token."""
    term = terms.terms[anchor, CHAIN]
    while term > 0:
        entry = terms.terms[term]
        if entry[TERM_SIGN] == 0 or entry[TERM_SIGN] == row[TOKEN_SIGN]:
            if entry[FORM] == BASE_FORM:
                at, size = row[BASE], row[BASE_SIZE]
            elif entry[FORM] == FOLDED_FORM:
                at, size = row[FOLDED], row[FOLDED_SIZE]
            else:
                if row[EXACT] < 0:
                    start = tokens.counts[FORMS]
                    end = write_exact(data, row, tables, tokens.forms, start)
                    row[EXACT], row[EXACT_SIZE] = start, end - start
                    tokens.counts[FORMS] = end
                at, size = row[EXACT], row[EXACT_SIZE]
            if size == entry[SIZE] and same_bytes(
                tokens.forms, at, terms.pool, entry[OFFSET], size
            ):
                hit(term, position, state, stamp)
        term = entry[NEXT]


@inner
def _patterns(tokens, row, position, terms, state, stamp):
    """Note the wildcards that fit a token: look up each beginning of its forms."""
    forms = tokens.forms
    for form in range(BASE_PATTERN, FOLDED_PATTERN + terms.has_folded_stems):
        at, size = np.int64(row[BASE]), np.int64(row[BASE_SIZE])
        if form == FOLDED_PATTERN:
            at, size = np.int64(row[FOLDED]), np.int64(row[FOLDED_SIZE])
        value, characters = BASIS, 0
        for length in range(size + 1):
            if length == size or forms[at + length] & 0xC0 != 0x80:  # not inside a character
                if characters >= terms.shortest_stem:
                    stem = find(
                        terms.stems, terms.pool, terms.stem_table, value, form, forms, at,
                        length, False,
                    )  # fmt: skip
                    if stem != 0:
                        _try_patterns(
                            stem, length, tokens, row, at, size, position, terms, state, stamp
                        )
                characters += 1
            if length < size:
                value = (value ^ np.uint64(forms[at + length])) * PRIME


@inner
def _try_patterns(stem, length, tokens, row, at, size, position, terms, state, stamp):
    term = terms.stems[stem, CHAIN]
    while term > 0:
        entry = terms.terms[term]
        stop = entry[OFFSET] + entry[SIZE]
        if (entry[TERM_SIGN] == 0 or entry[TERM_SIGN] == row[TOKEN_SIGN]) and fits(
            terms.pool, entry[OFFSET] + length, stop, tokens.forms, at + length, at + size, False
        ):
            hit(term, position, state, stamp)
        term = entry[NEXT]
