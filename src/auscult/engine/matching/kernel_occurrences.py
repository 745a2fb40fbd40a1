"""Where phrases, NEAR and ORs of them occur, compiled.

An occurrence is an interval of positions, `start << 32 | end`, so that sorting numbers sorts
intervals. Expressions are shared between watches and remembered for the post at hand.
"""

from __future__ import annotations

import numpy as np

from auscult.engine.matching.compiled import inner, making
from auscult.engine.matching.layout import (
    ANY_OF,
    DISTANCE,
    FIRST_HIT,
    HIGH,
    HIT_COUNT,
    INTERVALS,
    IS_NEAR,
    KIND,
    LOW,
    ORDER_HIGH,
    ORDER_LOW,
    ORDERED,
    OVERFLOW,
    PHRASE,
    R_HIGH,
    R_LOW,
    R_STAMP,
    STAMP,
    TEXT_POSITION,
    TITLE_ONLY,
    WORDS,
)

_FAR = np.int64(1) << 60


@inner
def evaluate(expression, expressions, state, found, stamp):
    """Find the occurrences of an expression; return their range of `found.intervals`."""
    if found.results[expression, R_STAMP] != stamp:
        row = expressions.rows[expression]
        for place in range(row[ORDER_LOW], row[ORDER_HIGH]):
            part = expressions.orders[place]
            if found.results[part, R_STAMP] == stamp:
                continue
            low = state.counts[INTERVALS]
            high = _evaluate_one(part, expressions, state, found, stamp, low)
            if high < 0:
                state.counts[OVERFLOW] = 1
                return 0, 0
            found.results[part, R_STAMP] = stamp
            found.results[part, R_LOW], found.results[part, R_HIGH] = low, high
            state.counts[INTERVALS] = high
    return found.results[expression, R_LOW], found.results[expression, R_HIGH]


@inner
def _evaluate_one(expression, expressions, state, found, stamp, low):
    """Write the occurrences of one expression from `low` on; say where they end, -1: no room."""
    row = expressions.rows[expression]
    if row[KIND] == WORDS:
        return _words(row, expressions, state, found, stamp, low)
    if row[KIND] == PHRASE:
        return _phrases(row, expressions, state, found, stamp, low)
    if row[KIND] == ANY_OF:
        return _any_of(row, expressions, found, low)
    return _nears(row, expressions, found, low)


@inner
def _words(row, expressions, state, found, stamp, low):
    high, seen = low, 0
    for place in range(row[LOW], row[HIGH]):
        term = expressions.parts[place]
        if state.terms[term, STAMP] == stamp:
            seen += 1
            high = _word(term, row[TITLE_ONLY], state, found, stamp, high)
            if high < 0:
                return high
    return high if seen <= 1 else distinct(found.intervals, low, high)


@inner
def _word(term, title_only, state, found, stamp, low):
    entry = state.terms[term]
    if entry[STAMP] != stamp:
        return low
    if low + entry[HIT_COUNT] > found.intervals.size:
        return -1
    number = entry[FIRST_HIT]
    while number >= 0:
        position = np.int64(state.hits[number, 0])
        if not title_only or position < TEXT_POSITION:
            found.intervals[low] = (position << 32) | (position + 1)
            low += 1
        number = state.hits[number, 1]
    return low


@inner
def _phrases(row, expressions, state, found, stamp, low):
    """Keep those first words that the others follow: each part thins the list out."""
    high = _word(expressions.parts[row[LOW]], row[TITLE_ONLY], state, found, stamp, low)
    size = row[HIGH] - row[LOW]
    for step in range(1, size):
        if high <= low:
            return high
        entry = state.terms[expressions.parts[row[LOW] + step]]
        if entry[STAMP] != stamp:
            return low
        number, kept = entry[FIRST_HIT], low
        for place in range(low, high):
            wanted = (found.intervals[place] >> 32) + step
            while number >= 0 and state.hits[number, 0] < wanted:
                number = state.hits[number, 1]
            if number >= 0 and state.hits[number, 0] == wanted:
                found.intervals[kept] = found.intervals[place]
                kept += 1
        high = kept
    for place in range(low, high):
        found.intervals[place] += size - 1
    return high


@inner
def _any_of(row, expressions, found, low):
    high = low
    for place in range(row[LOW], row[HIGH]):
        result = found.results[expressions.parts[place]]
        if high + result[R_HIGH] - result[R_LOW] > found.intervals.size:
            return -1
        for number in range(result[R_LOW], result[R_HIGH]):
            found.intervals[high] = found.intervals[number]
            high += 1
    return distinct(found.intervals, low, high)


@inner
def _sort(values, low, high):
    """Sort a part of an array: by insertion where it is short, else as a heap."""
    if high - low <= 32:
        for place in range(low + 1, high):
            value, back = values[place], place
            while back > low and values[back - 1] > value:
                values[back] = values[back - 1]
                back -= 1
            values[back] = value
        return
    size = high - low
    for step in range(size // 2 + size - 1):
        if step < size // 2:  # make the heap, from its last parent up
            hole, last = size // 2 - 1 - step, size
        else:  # take its greatest, which belongs at the end
            hole, last = 0, size - 1 - (step - size // 2)
            values[low], values[low + last] = values[low + last], values[low]
        value = values[low + hole]
        while 2 * hole + 1 < last:
            child = 2 * hole + 1
            if child + 1 < last and values[low + child + 1] > values[low + child]:
                child += 1
            if values[low + child] <= value:
                break
            values[low + hole] = values[low + child]
            hole = child
        values[low + hole] = value


@making
def _by_end(ends, mirrored):
    """Return the places of ends in rising order, or in falling order."""
    keys = np.empty(ends.size, np.int64)
    for place in range(ends.size):
        key = (np.int64(1) << 31) - ends[place] if mirrored else ends[place]
        keys[place] = (key << 32) | place
    _sort(keys, 0, ends.size)
    for place in range(ends.size):
        keys[place] &= 0xFFFFFFFF
    return keys


@inner
def distinct(values, low, high):
    """Sort a part of an array and drop what stands there twice; say where it ends now."""
    _sort(values, low, high)
    kept = low
    for place in range(low, high):
        if kept == low or values[kept - 1] != values[place]:
            values[kept] = values[place]
            kept += 1
    return kept


@making
def _nears(row, expressions, found, low):
    """Find a NEAR's occurrences; of an IS_NEAR only whether there is one."""
    starts, ends, owners = _gather(row, expressions, found)
    if starts.size == 0:
        return low
    count, limit = row[HIGH] - row[LOW], row[DISTANCE]
    every = (1 << count) - 1
    if row[KIND] == IS_NEAR:
        gaps = _least_gaps(starts, ends, owners, count, row[ORDERED], -1)
        for place in range(starts.size):
            if gaps[place, every] <= limit:
                if low >= found.intervals.size:
                    return -1
                found.intervals[low] = 0
                return low + 1
        return low
    high, reach = low, limit + _lengths(starts, ends, owners, count)
    for first in range(starts.size):
        stop = first + 1
        while stop < starts.size and starts[stop] <= starts[first] + reach:
            stop += 1
        gaps = _least_gaps(
            starts[first:stop], ends[first:stop], owners[first:stop], count, row[ORDERED], 0
        )
        for place in range(stop - first):
            if gaps[place, every] <= limit:
                if high >= found.intervals.size:
                    return -1
                found.intervals[high] = (starts[first] << 32) | ends[first + place]
                high += 1
    return distinct(found.intervals, low, high)


@making
def _lengths(starts, ends, owners, count):
    """Add up the longest occurrence of each operand: how far a NEAR may reach, gaps aside."""
    longest = np.zeros(count, np.int64)
    total = np.int64(0)
    for place in range(starts.size):
        length = ends[place] - starts[place]
        if length > longest[owners[place]]:
            total += length - longest[owners[place]]
            longest[owners[place]] = length
    return total


@making
def _gather(row, expressions, found):
    """Merge the occurrences of a NEAR's operands, by start; none if one operand has none."""
    total, empty = 0, False
    for place in range(row[LOW], row[HIGH]):
        result = found.results[expressions.parts[place]]
        empty |= result[R_LOW] == result[R_HIGH]
        total += result[R_HIGH] - result[R_LOW]
    if empty:
        total = 0
    starts, ends = np.empty(total, np.int64), np.empty(total, np.int64)
    owners, places = np.empty(total, np.int32), np.empty(row[HIGH] - row[LOW], np.int32)
    for part in range(places.size):
        places[part] = found.results[expressions.parts[row[LOW] + part], R_LOW]
    for number in range(total):
        best, least = -1, np.int64(0)
        for part in range(places.size):
            if places[part] < found.results[expressions.parts[row[LOW] + part], R_HIGH]:
                value = found.intervals[places[part]]
                if best < 0 or value < least:
                    best, least = part, value
        places[best] += 1
        starts[number], ends[number], owners[number] = least >> 32, least & 0xFFFFFFFF, best
    return starts, ends, owners


@making
def _least_gaps(starts, ends, owners, count, ordered, only):
    """For each occurrence and set of operands: the fewest other tokens of a chain that ends
    in this occurrence and takes one occurrence of each operand of the set, none overlapping.

    Occurrences come by start. `only` >= 0 names the one occurrence that chains start with.
    Takes time and space of occurrences times 2 ** operands.
    """
    size = starts.size
    gaps = np.empty((size, 1 << count), np.int64)
    best = np.empty(1 << count, np.int64)  # least gaps minus end, of what ended so far
    for members in range(1 << count):
        best[members] = _FAR
        for place in range(size):
            gaps[place, members] = _FAR
    by_end = _by_end(ends, False)
    ended = 0
    for place in range(size):
        while ended < size and ends[by_end[ended]] <= starts[place]:
            done = by_end[ended]
            for members in range(1, 1 << count):
                best[members] = min(best[members], gaps[done, members] - ends[done])
            ended += 1
        bit = 1 << owners[place]
        if only < 0 or only == place:
            if not ordered or bit == 1:
                gaps[place, bit] = 0
        for members in range(1, 1 << count):
            if members & bit or (ordered and members != bit - 1):
                continue
            gaps[place, members | bit] = min(
                gaps[place, members | bit], best[members] + starts[place]
            )
    return gaps


@making
def taking_part(row, expressions, found):
    """Return the operands' occurrences that take part in a NEAR, as intervals.

    An occurrence takes part when a chain that ends in it and one that starts with it, of
    the other operands, leave no more than the distance between them.
    """
    starts, ends, owners = _gather(row, expressions, found)
    count = row[HIGH] - row[LOW]
    every = (1 << count) - 1
    before = _least_gaps(starts, ends, owners, count, row[ORDERED], -1)
    # The same in a mirror, where chains that start with an occurrence end in it.
    turn = _by_end(ends, True)
    one, other = np.empty(turn.size, np.int64), np.empty(turn.size, np.int64)
    turned = np.empty(turn.size, np.int32)
    for mirrored in range(turn.size):
        place = turn[mirrored]
        one[mirrored], other[mirrored] = -ends[place], -starts[place]
        turned[mirrored] = count - 1 - owners[place] if row[ORDERED] else owners[place]
    after = _least_gaps(one, other, turned, count, row[ORDERED], -1)
    kept = 0
    taking = np.empty(starts.size, np.int64)
    for mirrored in range(starts.size):
        place = turn[mirrored]
        bit = 1 << owners[place]
        for members in range(1, every + 1):
            rest = (every ^ members) | bit
            if row[ORDERED]:
                rest = _mirrored(rest, count)
            if members & bit and before[place, members] + after[mirrored, rest] <= row[DISTANCE]:
                taking[kept] = (starts[place] << 32) | ends[place]
                kept += 1
                break
    return taking[:kept]


@inner
def _mirrored(members, count):
    turned = 0
    for bit in range(count):
        if members >> bit & 1:
            turned |= 1 << (count - 1 - bit)
    return turned
