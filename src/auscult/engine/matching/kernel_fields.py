"""The fields of a post, compiled: values as terms, and conditions that are asked for.

Equality needs no asking: the post's author, site, language and so on are looked up like its
words. What can't be looked up (wildcards, parts of an address, ranges) is asked of the posts
for which a watch gets that far.
"""

from __future__ import annotations

import numpy as np

from auscult.engine.matching.compiled import inner
from auscult.engine.matching.kernel_bytes import fits, lowered
from auscult.engine.matching.kernel_terms import find, see
from auscult.engine.matching.layout import (
    C_COMMUNITY,
    C_LINKS,
    C_SOURCE,
    C_TAGS,
    C_URI,
    FITS_AUTHOR,
    GUID,
    HOST,
    IN_RANGE,
    IS_SET,
    NAME,
    OF_REDDIT,
    PRIME,
    ROOT,
    SEEDS,
    TO_DASH,
    TO_DOT,
)

_DOT, _DASH, _AT, _SLASH, _QUESTION, _HASH, _COLON, _BRACKET = 46, 45, 64, 47, 63, 35, 58, 93
_WEB = np.frombuffer(b"http", np.uint8)
_REDDIT = np.frombuffer(b"reddit", np.uint8)


@inner
def _is_reddit(posts, row):
    if not posts.present[C_SOURCE, row]:
        return False
    low, high = posts.offsets[C_SOURCE, row], posts.offsets[C_SOURCE, row + 1]
    if high - low != _REDDIT.size:
        return False
    for step in range(_REDDIT.size):
        if lowered(posts.data[low + step]) != _REDDIT[step]:
            return False
    return True


@inner
def _host(data, low, high):
    """Find the host of a web address; -1 where the address is none of the web."""
    place = low + 4
    if high < low + 7:
        return -1, -1
    for step in range(4):
        if lowered(data[low + step]) != _WEB[step]:
            return -1, -1
    if lowered(data[place]) == 115:  # s
        place += 1
    if (
        place + 3 > high
        or data[place] != _COLON
        or not data[place + 1] == _SLASH == data[place + 2]
    ):
        return -1, -1
    start = end = place + 3
    while end < high and data[end] not in (_SLASH, _QUESTION, _HASH):
        end += 1
    for place in range(start, end):
        if data[place] == _AT:
            start = place + 1
    for place in range(end - 1, start - 1, -1):
        if data[place] == _COLON:
            return start, place
        if data[place] == _BRACKET:
            break
    return start, end


@inner
def find_values(posts, row, lookups, terms, state, stamp):
    """Note those values of a post's fields that a watch asks for."""
    for number in range(lookups.shape[0]):
        form, column, how = lookups[number, 0], lookups[number, 1], lookups[number, 2]
        if how == OF_REDDIT and not _is_reddit(posts, row):
            continue
        if column == C_TAGS:
            first, last = posts.lists[1, row], posts.lists[1, row + 1]
        else:
            first, last = 0, 1
        for item in range(first, last):
            if column == C_TAGS:
                low, high = posts.items[item, 0], posts.items[item, 1]
            else:
                low, high = _bounds(posts, column, how, row)
            if low >= 0:
                _look_up_parts(form, how, posts.data, low, high, terms, state, stamp)


@inner
def _bounds(posts, column, how, row):
    """Find the bytes to look up: of a name without its @, of an address its host; -1: none."""
    if how == HOST:
        if posts.present[C_URI, row]:
            offsets = posts.offsets
            low, high = _host(posts.data, offsets[C_URI, row], offsets[C_URI, row + 1])
            if low >= 0:
                return low, high
        column = C_COMMUNITY
    if not posts.present[column, row]:
        return np.int64(-1), np.int64(-1)
    low, high = posts.offsets[column, row], posts.offsets[column, row + 1]
    if how == NAME and low < high and posts.data[low] == _AT:
        low += 1
    return low, high


@inner
def _look_up_parts(form, how, data, low, high, terms, state, stamp):
    """See the value, and what else it is: a region's country, a host's domain."""
    mark = _DASH if how == TO_DASH else _DOT
    for place in range(low, high + 1):
        if place == high or ((how == TO_DASH or how == TO_DOT) and data[place] == mark):
            start, end = low, place
        elif how == HOST and data[place] == _DOT:
            start, end = place + 1, high
        else:
            continue
        _look_up(form, data, start, end, terms, state, stamp)


@inner
def _look_up(form, data, low, high, terms, state, stamp):
    """See the value that stands at these bytes, if a watch asks for it."""
    lower = not (GUID <= form <= ROOT)
    value = SEEDS[form]
    for place in range(low, high):
        byte = data[place]
        value = (value ^ np.uint64(lowered(byte) if lower else byte)) * PRIME
    term = find(
        terms.terms, terms.pool, terms.table, value, np.int64(form), data, low, high - low, lower
    )
    if term != 0:
        see(term, state, stamp)


@inner
def holds(condition, conditions, pool, posts, row):
    """Ask one condition of one post."""
    asked = conditions.rows[condition]
    kind, column, at, stop = asked[0], asked[1], asked[2], asked[3]
    if kind == IS_SET:
        return posts.present[column, row]
    if kind == IN_RANGE:
        number = posts.numbers[column, row]
        return conditions.ranges[condition, 0] <= number <= conditions.ranges[condition, 1]
    if column == C_LINKS:
        for item in range(posts.lists[0, row], posts.lists[0, row + 1]):
            if fits(pool, at, stop, posts.data, posts.items[item, 0], posts.items[item, 1], True):
                return True
        return False
    if not posts.present[column, row]:
        return False
    low, high = posts.offsets[column, row], posts.offsets[column, row + 1]
    if kind == FITS_AUTHOR and low < high and posts.data[low] == _AT:
        low += 1
    return fits(pool, at, stop, posts.data, low, high, True)
