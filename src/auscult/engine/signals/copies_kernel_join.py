"""Texts found, compared and united; posts entered and taken out, compiled.

A text stands in the index once, however many posts say it. Texts that are alike are united in
a forest (each names one before it, the first of a group names itself).
"""

from __future__ import annotations

import numpy as np

from auscult.engine.matching.compiled import inner
from auscult.engine.matching.kernel_bytes import hash_bytes, same_bytes, spread
from auscult.engine.matching.layout import BASIS
from auscult.engine.signals.copies_compiled import kernel
from auscult.engine.signals.copies_layout import (
    BANDS,
    BITS,
    GONE,
    GROUP_POSTS,
    KEYS,
    MOST_TRIED,
    N_BYTES,
    N_LIVE,
    N_MERGED,
    N_POSTS,
    N_SHINGLES,
    N_TEXTS,
    NEXT_GROUP,
    PARENT,
    POSTS,
    SIZE,
    TRIED,
    WHOLE,
)

_HIGH = np.uint64(20)


@kernel
def join_rows(row, signed, batch, index, alike, joined, merged):
    """Enter posts from `row` on; return the row to go on with.

    Less than all where `merged` (int64, (n, 2): a group that is no more, and the one it went
    into) may run out. `joined` (int32) gets the text of each post, or -1 where it has none.
    """
    while row < joined.size:
        if index.counts[N_MERGED] + BANDS * MOST_TRIED > merged.shape[0]:
            return row
        joined[row] = _join(row, signed, batch, index, alike, merged)
        row += 1
    return row


@kernel
def find_posts(data, bounds, index, found):
    """Write the post of each uri, or -1."""
    for row in range(found.size):
        found[row], _ = _find_post(data, bounds[row], bounds[row + 1], index)


@kernel
def drop_posts(posts, index):
    """Take posts out; those that are gone already stay so."""
    for number in range(posts.size):
        _drop(posts[number], index)


@kernel
def first_texts(texts, index, firsts):
    """Write the first text of each text's group; -1 stays."""
    for number in range(texts.size):
        text = texts[number]
        firsts[number] = text if text < 0 else _first(text, index.texts)


@kernel
def enter_texts(low, index):
    """Enter the keys of texts from `low` on, those that nobody says left out."""
    for text in range(low, index.counts[N_TEXTS]):
        if index.texts[text, POSTS] > 0:
            _write_bits(text, index)
            for which in range(KEYS):
                _enter(text, which, index)


@kernel
def enter_uris(low, index):
    """Enter the uris of posts from `low` on, those that are gone left out."""
    for post in range(low, index.counts[N_POSTS]):
        if index.post_texts[post] == GONE:
            continue
        start, stop = index.uri_ends[post], index.uri_ends[post + 1]
        _, slot = _find_post(index.uris, start, stop, index)
        index.uri_slots[slot] = post + 1


@inner
def _join(row, signed, batch, index, alike, merged):
    low, high = batch.uris[row], batch.uris[row + 1]
    post, slot = _find_post(batch.data, low, high, index)
    start, size = signed.ends[row], signed.ends[row + 1] - signed.ends[row]
    text = -1
    if size > 0:
        text = _same_text(signed, row, start, size, index)
    if post >= 0:
        if text >= 0 and index.post_texts[post] == text:
            return text  # it came twice
        _drop(post, index)
        slot = _free_slot(batch.data, low, high, index)
    if size == 0:
        return -1
    if text < 0 or index.texts[text, POSTS] == 0:
        text = _new_text(signed, row, start, size, index)
        _unite_alike(text, index, alike, merged)
    _new_post(row, low, high, slot, text, batch, index)
    return text


@inner
def _find_post(data, low, high, index):
    """Find a live post by its uri: the post or -1, and the slot where it is or could be."""
    mask = index.uri_slots.size - 1
    slot = np.int64(spread(hash_bytes(BASIS, data, low, high)) >> _HIGH) & mask
    while index.uri_slots[slot] != 0:
        post = index.uri_slots[slot] - 1
        begin = index.uri_ends[post]
        if (
            index.post_texts[post] != GONE
            and index.uri_ends[post + 1] - begin == high - low
            and same_bytes(data, low, index.uris, begin, high - low)
        ):
            return post, slot
        slot = (slot + 1) & mask
    return -1, slot


@inner
def _free_slot(data, low, high, index):
    _, slot = _find_post(data, low, high, index)
    return slot


@inner
def _new_post(row, low, high, slot, text, batch, index):
    post, end = index.counts[N_POSTS], index.counts[N_BYTES]
    for step in range(high - low):
        index.uris[end + step] = batch.data[low + step]
    end += high - low
    index.counts[N_BYTES] = end
    index.uri_ends[post + 1] = end
    index.moments[post] = batch.moments[row]
    index.authors[post] = batch.authors[row]
    index.post_texts[post] = text
    index.uri_slots[slot] = post + 1
    index.counts[N_POSTS] = post + 1
    index.counts[N_LIVE] += 1
    index.texts[text, POSTS] += 1
    index.texts[_first(text, index.texts), GROUP_POSTS] += 1


@inner
def _drop(post, index):
    text = index.post_texts[post]
    if text == GONE:
        return
    index.post_texts[post] = GONE
    index.authors[post] = 0
    for place in range(index.uri_ends[post], index.uri_ends[post + 1]):
        index.uris[place] = 0
    index.counts[N_LIVE] -= 1
    index.texts[_first(text, index.texts), GROUP_POSTS] -= 1
    index.texts[text, POSTS] -= 1
    if index.texts[text, POSTS] == 0:
        for place in range(index.ends[text], index.ends[text + 1]):
            index.sets[place] = 0


@inner
def _new_text(signed, row, start, size, index):
    text, end = index.counts[N_TEXTS], index.counts[N_SHINGLES]
    for step in range(size):
        index.sets[end + step] = signed.sets[start + step]
    index.ends[text + 1] = end + size
    for which in range(KEYS):
        index.keys[text, which] = signed.keys[row, which]
    index.texts[text, PARENT] = text
    index.texts[text, POSTS] = 0
    index.texts[text, TRIED] = -1
    index.texts[text, GROUP_POSTS] = 0
    index.groups[text] = -1
    _write_bits(text, index)
    index.counts[N_TEXTS] = text + 1
    index.counts[N_SHINGLES] = end + size
    return text


@inner
def _write_bits(text, index):
    """Note a text's size, and for each shingle the bit that its last six bits name."""
    low = high = np.uint32(0)
    start, stop = index.ends[text], index.ends[text + 1]
    for place in range(start, stop):
        bit = np.uint32(1) << (index.sets[place] & np.uint32(31))
        if index.sets[place] & np.uint32(32):
            high |= bit
        else:
            low |= bit
    index.texts[text, SIZE] = stop - start
    index.texts[text, BITS] = np.int32(low)
    index.texts[text, BITS + 1] = np.int32(high)


@inner
def _slot_of(key, which, index):
    """Find the slot of a key: it holds the newest text under that key, or nothing."""
    mask = index.slots.size - 1
    slot = np.int64(spread(np.uint64(key) * np.uint64(KEYS) + np.uint64(which)) >> _HIGH) & mask
    while index.slots[slot] != 0:
        text, other = divmod(index.slots[slot] - 1, KEYS)
        if other == which and index.keys[text, which] == key:
            break
        slot = (slot + 1) & mask
    return slot


@inner
def _enter(text, which, index):
    slot = _slot_of(index.keys[text, which], which, index)
    held = index.slots[slot]
    index.following[text, which] = -1 if held == 0 else (held - 1) // KEYS
    index.slots[slot] = text * KEYS + which + 1


@inner
def _same_text(signed, row, start, size, index):
    """Find the live text of the same shingles, or -1."""
    held = index.slots[_slot_of(signed.keys[row, WHOLE], WHOLE, index)]
    text = -1 if held == 0 else (held - 1) // KEYS
    while text >= 0:
        begin = index.ends[text]
        if index.texts[text, POSTS] > 0 and index.ends[text + 1] - begin == size:
            if same_bytes(signed.sets, start, index.sets, begin, size):
                return text
        text = index.following[text, WHOLE]
    return -1


@inner
def _unite_alike(text, index, alike, merged):
    """Unite a new text with all that are alike, and enter it."""
    for which in range(KEYS):
        _enter(text, which, index)
    for band in range(BANDS):
        other, tried = index.following[text, band], 0
        while other >= 0 and tried < MOST_TRIED:
            tried += 1
            if index.texts[other, TRIED] != text and index.texts[other, POSTS] > 0:
                index.texts[other, TRIED] = text
                one, two = _first(text, index.texts), _first(other, index.texts)
                if one != two and _may_be_alike(text, other, index.texts, alike):
                    if _likeness(text, other, index) >= alike:
                        _unite(one, two, index, merged)
            other = index.following[other, band]
    first = _first(text, index.texts)
    if index.groups[first] < 0:
        index.groups[first] = index.counts[NEXT_GROUP]
        index.counts[NEXT_GROUP] += 1


@inner
def _may_be_alike(one, two, texts, alike):
    """Tell from their bits whether two texts could be alike; True where they are.

    Of `total` shingles at most `spare` may be without a partner, and each changes one bit.
    """
    total = texts[one, SIZE] + texts[two, SIZE]
    spare = np.int64(total * (1 - alike) / (1 + alike)) + 1  # one more, whatever is rounded
    different = 0
    for column in (BITS, BITS + 1):
        bits = np.uint32(texts[one, column] ^ texts[two, column])
        while bits:
            bits &= bits - np.uint32(1)
            different += 1
    return different <= spare


@inner
def _likeness(one, two, index):
    """Jaccard's likeness of two texts: shared shingles by all shingles."""
    at, at_end = index.ends[one], index.ends[one + 1]
    to, to_end = index.ends[two], index.ends[two + 1]
    total, shared = at_end - at + to_end - to, 0
    while at < at_end and to < to_end:
        left, right = index.sets[at], index.sets[to]
        shared += left == right
        at += left <= right
        to += right <= left
    return shared / (total - shared)


@inner
def _first(text, texts):
    """Follow a text to the first of its group, and shorten the way."""
    while texts[text, PARENT] != text:
        texts[text, PARENT] = texts[texts[text, PARENT], PARENT]
        text = texts[text, PARENT]
    return text


@inner
def _unite(one, two, index, merged):
    """Unite two groups: the older text leads, the smaller number stays."""
    lead, other = min(one, two), max(one, two)
    index.texts[other, PARENT] = lead
    index.texts[lead, GROUP_POSTS] += index.texts[other, GROUP_POSTS]
    kept, gone = index.groups[lead], index.groups[other]
    if kept >= 0 and gone >= 0:
        low, high = min(kept, gone), max(kept, gone)
        number = index.counts[N_MERGED]
        merged[number, 0], merged[number, 1] = high, low
        index.counts[N_MERGED] = number + 1
        index.groups[lead] = low
    else:
        index.groups[lead] = max(kept, gone)
