"""Compiled kernels: grammar to text, an author's hand, marks in a text.

All work on bytes (UTF-8) and draw from a counter: what a post says depends on its own
keys alone, never on the posts written before it or on how many are written at once.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Arrays = tuple[NDArray[np.generic], ...]

# Words that people draw out, each after a blank.
_DRAWN_OUT = np.frombuffer(
    b" so no way love long yes wow please very aw too never really all muy tan sehr ",
    np.uint8,
)
SCRATCH = 1 << 15  # bytes of one text before its author's hand; tests hold the grammar to it
DEPTH = 64  # open rules at one time
BOUND, FACT, NUMBER = 1, 2, 4

PROPER, LOWER, UPPER = 0, 1, 2
# Columns of a style: one row a post, parts in a thousand where not said otherwise.
CASE, TYPOS, STRETCH, APOSTROPHE, ENDING, JOIN = range(6)
KEEP_END, DROP_END, BANG_END, MANY_END = range(4)
JOIN_SPACE, JOIN_PARAGRAPH, JOIN_NOTHING = range(3)


@njit(cache=True)
def mix(key: np.uint64, salt: int | np.uint64) -> np.uint64:
    """Give a new 64-bit number for a key and a salt (SplitMix64's finaliser)."""
    z = key + np.uint64(salt) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True)
def below(number: np.uint64, limit: int) -> int:
    """Scale a 64-bit number to 0 .. limit - 1; the bias is under limit / 2**32."""
    return int(((number >> np.uint64(32)) * np.uint64(limit)) >> np.uint64(32))


@njit(cache=True)
def expand(
    grammar: Arrays, rule: int, keys: NDArray[np.uint64], salt: int, out: Bytes, at: int
) -> tuple[int, np.uint32]:
    """Write one expansion of `rule` to `out` from `at`; give its end and the flags met.

    `keys` are the post's and the town's own.
    """
    pool, lit_start, ops, alt_start, rules, stack = grammar
    top = 0
    drawn = np.uint64(0)
    flags = np.uint32(0)
    state = mix(keys[0], salt)
    call = rule
    while True:
        if call >= 0:
            first, count, kind = rules[call, 0], rules[call, 1], rules[call, 2]
            flags |= np.uint32(rules[call, 4])
            number = np.uint64(rules[call, 3] + 1_000_003)
            if not kind & BOUND:
                drawn += np.uint64(1)
                number = drawn
            base = keys[1 if kind & FACT else 0] if kind & BOUND else state
            picked = first + below(mix(base, number), count)
            if kind & NUMBER:
                at = digits(picked, out, at)
            else:
                stack[top, 0] = alt_start[picked]
                stack[top, 1] = alt_start[picked + 1]
                top += 1
            call = -1
        while top > 0 and stack[top - 1, 0] == stack[top - 1, 1]:
            top -= 1
        if top == 0:
            return at, flags
        op = ops[stack[top - 1, 0]]
        stack[top - 1, 0] += 1
        if op < 0:
            call = -1 - op
            continue
        begin = lit_start[op]
        if at > 0 and pool[begin] == 46 and out[at - 1] in (33, 46, 63):
            begin += 1  # no full stop after a mark that ends the sentence already
        elif at > 0 and pool[begin] == 32 and out[at - 1] == 32:
            begin += 1  # a choice between them was left empty
        for i in range(begin, lit_start[op + 1]):
            out[at] = pool[i]
            at += 1


@njit(cache=True)
def digits(number: int, out: Bytes, at: int) -> int:
    """Write a whole number of 0 or more in decimal."""
    width = 1
    rest = number // 10
    while rest:
        width += 1
        rest //= 10
    for i in range(width):
        out[at + width - 1 - i] = 48 + number % 10
        number //= 10
    return at + width


@njit(cache=True)
def letter(byte: int) -> bool:
    return 97 <= byte <= 122 or 65 <= byte <= 90


@njit(cache=True)
def raised(text: Bytes, i: int) -> int:
    """Give how much to add to the last byte of the letter at `i` to make it a capital."""
    if 97 <= text[i] <= 122:
        return -32
    if text[i] == 0xC3 and 0xA0 <= text[i + 1] <= 0xBE and text[i + 1] != 0xB7:
        return -32
    if text[i] == 0xC4 and text[i + 1] == 0x91:  # Vietnamese d with stroke
        return -1
    return 0


@njit(cache=True)
def lowered(text: Bytes, i: int) -> int:
    if 65 <= text[i] <= 90:
        return 32
    if text[i] == 0xC3 and 0x80 <= text[i + 1] <= 0x9E and text[i + 1] != 0x97:
        return 32
    if text[i] == 0xC4 and text[i + 1] == 0x90:
        return 1
    return 0


@njit(cache=True)
def set_case(text: Bytes, end: int, style: int) -> None:
    """Give sentences their capitals, or take all capitals away, in place."""
    fresh = True
    i = 0
    text[end] = 0
    while i < end:
        byte = text[i]
        if byte == 104 and i + 8 < end and text[i + 4] in (58, 115) and text[i + 1] == 116:
            while i < end and text[i] > 32:  # a link keeps its case
                i += 1
            fresh = False
            continue
        opening = byte == 0xC2 and text[i + 1] in (0xA1, 0xBF)  # inverted marks of Spanish
        wide = 1 if byte in (0xC3, 0xC4) or opening else 0
        if style == LOWER:
            text[i + wide] += lowered(text, i)
        elif style == UPPER or fresh:
            text[i + wide] += raised(text, i)
        seen = letter(byte) or byte >= 0x80 or 48 <= byte <= 57 or byte in (35, 64)
        if seen and not opening:
            fresh = False
        elif byte == 10 or (byte in (33, 46, 63) and i + 1 < end and text[i + 1] <= 32):
            fresh = True
        i += 1 + wide


@njit(cache=True)
def is_drawn_out(text: Bytes, start: int, size: int) -> bool:
    """Say whether a word is one of those that people draw out."""
    for i in range(_DRAWN_OUT.size - size - 1):
        same = _DRAWN_OUT[i] == 32 and _DRAWN_OUT[i + size + 1] == 32
        for j in range(size):
            same = same and _DRAWN_OUT[i + 1 + j] == text[start + j]
        if same:
            return True
    return False


@njit(cache=True)
def put_word(
    text: Bytes,
    start: int,
    end: int,
    typos: int,
    stretch: int,
    draw: np.uint64,
    out: Bytes,
    at: int,
) -> int:
    """Copy a word, now and then with a slip of the finger or a drawn-out vowel."""
    plain = True
    for i in range(start, end):
        plain = plain and 97 <= text[i] <= 122
    chance = below(draw, 1000)
    size = end - start
    spot = start + 1 + below(mix(draw, 1), max(size - 2, 1))
    slip = -1
    if plain and size >= 5 and chance < typos:
        slip = below(mix(draw, 2), 3)
    drawn_out = plain and 1000 - chance <= stretch and is_drawn_out(text, start, size)
    last = -1
    for i in range(start, end):
        if text[i] in (97, 101, 111, 117):
            last = i
    for i in range(start, end):
        if slip == 0 and i == spot:
            continue
        if slip == 1 and i == spot:
            out[at] = text[i + 1]
        elif slip == 1 and i == spot + 1:
            out[at] = text[i - 1]
        else:
            out[at] = text[i]
        at += 1
        more = 0
        if slip == 2 and i == spot:
            more = 1
        if drawn_out and i == last:
            more = 2 + below(mix(draw, 3), 4)
        for _ in range(more):
            out[at] = text[i]
            at += 1
    return at


@njit(cache=True)
def put_styled(
    text: Bytes, end: int, style: NDArray[np.int16], key: np.uint64, out: Bytes, at: int
) -> int:
    """Copy a body word by word in its author's hand."""
    i = 0
    words = np.uint64(0)
    while i < end:
        start = i
        while i < end and text[i] > 32:
            i += 1
        words += np.uint64(1)
        marked = i > start and (text[start] in (35, 64) or i - start > 12)
        stop = i
        while stop > start and not letter(text[stop - 1]) and text[stop - 1] < 0x80:
            stop -= 1
        if marked:
            stop = start
        at = put_word(text, start, stop, style[TYPOS], style[STRETCH], mix(key, words), out, at)
        for j in range(stop, i):
            out[at] = text[j]
            at += 1
        while i < end and text[i] <= 32:
            out[at] = text[i]
            at += 1
            i += 1
    return at


@njit(cache=True)
def drop_apostrophes(text: Bytes, end: int) -> int:
    kept = 0
    for i in range(end):
        inside = 0 < i < end - 1 and letter(text[i - 1]) and letter(text[i + 1])
        if text[i] == 39 and inside:
            continue
        text[kept] = text[i]
        kept += 1
    return kept


@njit(cache=True)
def set_ending(out: Bytes, at: int, ending: int, key: np.uint64) -> int:
    """Drop a last full stop, or make it a bang, or several."""
    if ending == KEEP_END or at == 0 or out[at - 1] not in (33, 46):
        return at
    if ending == DROP_END:
        return at - 1 if out[at - 1] == 46 and out[at - 2] != 46 else at
    out[at - 1] = 33
    if ending == MANY_END:
        for _ in range(1 + below(mix(key, 77), 3)):
            out[at] = 33
            at += 1
    return at


@njit(cache=True)
def put_body(
    grammar: Arrays, rules: NDArray[np.int32], pair: NDArray[np.uint64], join: int, body: Bytes
) -> tuple[int, np.uint32]:
    """Write the sentences of one text; give their end and the flags met."""
    end = 0
    flags = np.uint32(0)
    for column in range(rules.size):
        if rules[column] < 0:
            continue
        if end and (letter(body[end - 1]) or 48 <= body[end - 1] <= 57):
            body[end] = 46  # a sentence that nobody closed
            end += 1
        if end and join == JOIN_PARAGRAPH:
            body[end] = 10
            body[end + 1] = 10
            end += 2
        elif end and join == JOIN_SPACE:
            body[end] = 32
            end += 1
        end, met = expand(grammar, rules[column], pair, column, body, end)
        while end and body[end - 1] == 32:
            end -= 1
        flags |= met
    return end, flags


@njit(cache=True)
def write_texts(
    grammar: Arrays,
    parts: NDArray[np.int32],
    plain_from: int,
    keys: NDArray[np.uint64],
    hands: NDArray[np.uint64],
    fact: np.uint64,
    styles: NDArray[np.int16],
) -> tuple[Bytes, NDArray[np.int64], NDArray[np.uint32]]:
    """Write one text a row; give all bytes, int64 offsets (n + 1,) and flags.

    `grammar` is `grammar.Compiled.arrays`; `parts` int32 (n, p) are rules in order, -1 for
    none, copied as they are from column `plain_from` on (emoji, hashtags). `keys` say what is
    said and `hands` how the hand slips (a copy shares the first with its original), both
    uint64 (n,); `fact` is the town's own key; `styles` int16 (n, 6).
    """
    n, columns = parts.shape
    data = np.empty(n * 300 + 2 * SCRATCH, np.uint8)
    offsets = np.zeros(n + 1, np.int64)
    flags = np.zeros(n, np.uint32)
    body = np.empty(SCRATCH, np.uint8)
    pair = np.array([fact, fact])
    at = 0
    for row in range(n):
        if at + SCRATCH > data.size:
            data = np.concatenate((data, np.empty(data.size, np.uint8)))
        style = styles[row]
        pair[0] = keys[row]
        end, flags[row] = put_body(grammar, parts[row, :plain_from], pair, style[JOIN], body)
        set_case(body, end, style[CASE])
        if style[APOSTROPHE]:
            end = drop_apostrophes(body, end)
        at = put_styled(body, end, style, hands[row], data, at)
        at = set_ending(data, at, style[ENDING], hands[row])
        pair[0] = hands[row]
        for column in range(plain_from, columns):
            if parts[row, column] >= 0:
                if at > offsets[row]:
                    data[at] = 32
                    at += 1
                at, met = expand(grammar, parts[row, column], pair, column, data, at)
                flags[row] |= met
        offsets[row + 1] = at
    return data[:at].copy(), offsets, flags


@njit(cache=True)
def end_of_mark(data: Bytes, start: int, stop: int, sign: int) -> int:
    """Give the end of a name or tag that starts at `start`, within a word that ends at `stop`."""
    end = start
    while end < stop and (
        letter(data[end])
        or 48 <= data[end] <= 57
        or data[end] in (95, 45)
        or (data[end] >= 0x80 and not closing(data, end))
        or (sign == 64 and data[end] in (46, 64) and end + 1 < stop)
    ):
        end += 1
    return end


@njit(cache=True)
def find_marked(
    data: Bytes, offsets: NDArray[np.int64], sign: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Find words that start with `sign` (35 '#', 64 '@'; 0 for a link) in each text.

    Returns
    -------
    starts, ends : int64
        Bytes of each finding, sign left out (a link whole).
    lists : int32 (n + 1,)
        Where each text's findings begin.
    """
    n = offsets.size - 1
    found = 0
    places = np.empty((1024, 2), np.int64)
    lists = np.zeros(n + 1, np.int32)
    for row in range(n):
        i = offsets[row]
        while i < offsets[row + 1]:
            start = i
            while i < offsets[row + 1] and data[i] > 32:
                i += 1
            if sign == 0:
                hit = i - start > 8 and data[start] == 104 and data[start + 6] == 47
                end = i
            else:
                hit = i - start > 1 and data[start] == sign
                start += 1
                end = end_of_mark(data, start, i, sign)
            if hit and end > start:
                if found == len(places):
                    places = np.concatenate((places, np.empty_like(places)))
                places[found, 0] = start
                places[found, 1] = end
                found += 1
            while i < offsets[row + 1] and data[i] <= 32:
                i += 1
        lists[row + 1] = found
    return places[:found, 0].copy(), places[:found, 1].copy(), lists


@njit(cache=True)
def closing(data: Bytes, i: int) -> bool:
    """Say whether the bytes at `i` are punctuation of East Asia or general punctuation."""
    return bool(data[i] == 0xE2 or (data[i] == 0xE3 and data[i + 1] == 0x80) or data[i] == 0xEF)


@njit(cache=True)
def gather(
    data: Bytes, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[Bytes, NDArray[np.int32]]:
    """Copy stretches of bytes into one buffer; give it and its offsets."""
    offsets = np.zeros(starts.size + 1, np.int32)
    for i in range(starts.size):
        offsets[i + 1] = offsets[i] + ends[i] - starts[i]
    out = np.empty(offsets[starts.size], np.uint8)
    for i in range(starts.size):
        out[offsets[i] : offsets[i + 1]] = data[starts[i] : ends[i]]
    return out, offsets
