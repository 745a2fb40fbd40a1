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
    AUTHOR,
    C_AUTHOR,
    C_AUTHOR_NAME,
    C_COMMUNITY,
    C_COUNTRY,
    C_LANGUAGE,
    C_LINKS,
    C_RAW_URI,
    C_REGION,
    C_REPLY,
    C_ROOT,
    C_SOURCE,
    C_TAGS,
    C_URI,
    COUNTRY,
    FITS_AUTHOR,
    GUID,
    IN_RANGE,
    INSTANCE,
    IS_SET,
    LANGUAGE,
    PARENT,
    PRIME,
    REGION,
    ROOT,
    SEEDS,
    SITE,
    SOURCE,
    SUBREDDIT,
    TAGS,
)

_DOT, _DASH, _AT, _SLASH, _QUESTION, _HASH, _COLON, _BRACKET = 46, 45, 64, 47, 63, 35, 58, 93
_WEB = np.frombuffer(b"http", np.uint8)
_REDDIT = np.frombuffer(b"reddit", np.uint8)


@inner
def _look_up(form, posts, column, low, high, terms, state, stamp):
    """See the value that stands at these bytes, if a watch asks for it."""
    data = posts.data[column]
    lower = not (GUID <= form <= ROOT)
    value = SEEDS[form]
    for place in range(low, high):
        byte = data[place]
        value = (value ^ np.uint64(lowered(byte) if lower else byte)) * PRIME
    term = find(terms.terms, terms.pool, terms.table, value, form, data, low, high - low, lower)
    if term != 0:
        see(term, state, stamp)


@inner
def _beginnings(form, posts, column, row, separator, terms, state, stamp):
    """See the value and those of its beginnings that a separator follows."""
    if not posts.present[column, row]:
        return
    data = posts.data[column]
    low, high = posts.offsets[column][row], posts.offsets[column][row + 1]
    for place in range(low, high):
        if data[place] == separator:
            _look_up(form, posts, column, low, place, terms, state, stamp)
    _look_up(form, posts, column, low, high, terms, state, stamp)


@inner
def _equal(form, posts, column, row, terms, state, stamp):
    if posts.present[column, row]:
        low, high = posts.offsets[column][row], posts.offsets[column][row + 1]
        _look_up(form, posts, column, low, high, terms, state, stamp)


@inner
def _author(posts, column, row, terms, state, stamp):
    if posts.present[column, row]:
        low, high = posts.offsets[column][row], posts.offsets[column][row + 1]
        if low < high and posts.data[column][low] == _AT:
            low += 1
        _look_up(AUTHOR, posts, column, low, high, terms, state, stamp)


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
def _site(posts, row, terms, state, stamp):
    column = C_URI
    low, high = -1, -1
    if posts.present[column, row]:
        low, high = _host(
            posts.data[column], posts.offsets[column][row], posts.offsets[column][row + 1]
        )
    if low < 0:
        column = C_COMMUNITY
        if not posts.present[column, row]:
            return
        low, high = posts.offsets[column][row], posts.offsets[column][row + 1]
    data = posts.data[column]
    _look_up(SITE, posts, column, low, high, terms, state, stamp)
    for place in range(low, high):
        if data[place] == _DOT:
            _look_up(SITE, posts, column, place + 1, high, terms, state, stamp)


@inner
def _is_reddit(posts, row):
    if not posts.present[C_SOURCE, row]:
        return False
    low, high = posts.offsets[C_SOURCE][row], posts.offsets[C_SOURCE][row + 1]
    if high - low != _REDDIT.size:
        return False
    for step in range(_REDDIT.size):
        if lowered(posts.data[C_SOURCE][low + step]) != _REDDIT[step]:
            return False
    return True


@inner
def find_values(posts, row, used, terms, state, stamp):
    """Note those values of a post's fields that a watch asks for."""
    if used[AUTHOR]:
        _author(posts, C_AUTHOR, row, terms, state, stamp)
        _author(posts, C_AUTHOR_NAME, row, terms, state, stamp)
    if used[SITE]:
        _site(posts, row, terms, state, stamp)
    if used[LANGUAGE]:
        _beginnings(LANGUAGE, posts, C_LANGUAGE, row, _DASH, terms, state, stamp)
    if used[REGION]:
        _beginnings(REGION, posts, C_REGION, row, _DOT, terms, state, stamp)
    if used[COUNTRY]:
        _equal(COUNTRY, posts, C_COUNTRY, row, terms, state, stamp)
    if used[GUID]:
        _equal(GUID, posts, C_RAW_URI, row, terms, state, stamp)
    if used[PARENT]:
        _equal(PARENT, posts, C_REPLY, row, terms, state, stamp)
    if used[ROOT]:
        _equal(ROOT, posts, C_ROOT, row, terms, state, stamp)
    if used[SUBREDDIT] and _is_reddit(posts, row):
        _equal(SUBREDDIT, posts, C_COMMUNITY, row, terms, state, stamp)
    if used[INSTANCE]:
        _equal(INSTANCE, posts, C_COMMUNITY, row, terms, state, stamp)
    if used[SOURCE]:
        _equal(SOURCE, posts, C_SOURCE, row, terms, state, stamp)
    if used[TAGS]:
        for item in range(posts.lists[1, row], posts.lists[1, row + 1]):
            low, high = posts.offsets[C_TAGS][item], posts.offsets[C_TAGS][item + 1]
            _look_up(TAGS, posts, C_TAGS, low, high, terms, state, stamp)


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
    if kind == FITS_AUTHOR:
        return _fits_author(pool, at, stop, posts, C_AUTHOR, row) or _fits_author(
            pool, at, stop, posts, C_AUTHOR_NAME, row
        )
    if column == C_LINKS:
        for item in range(posts.lists[0, row], posts.lists[0, row + 1]):
            if _fits_value(pool, at, stop, posts, column, item):
                return True
        return False
    return posts.present[column, row] and _fits_value(pool, at, stop, posts, column, row)


@inner
def _fits_author(pool, at, stop, posts, column, row):
    if not posts.present[column, row]:
        return False
    low, high = posts.offsets[column][row], posts.offsets[column][row + 1]
    if low < high and posts.data[column][low] == _AT:
        low += 1
    return fits(pool, at, stop, posts.data[column], low, high, True)


@inner
def _fits_value(pool, at, stop, posts, column, item):
    low, high = posts.offsets[column][item], posts.offsets[column][item + 1]
    return fits(pool, at, stop, posts.data[column], low, high, True)
