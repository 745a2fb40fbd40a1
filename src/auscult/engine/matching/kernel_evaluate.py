"""Whether a watch is true of a post, and where it hit: its program, run.

A program is a list of numbers, an operation and its operands in turn. Its register says
whether what was read last is true. AND, OR and NOT stand around their children, so that
what decides early is left early, and the spans of what is not true are taken back.
"""

from __future__ import annotations

import numpy as np

from auscult.engine.matching.compiled import inner, making
from auscult.engine.matching.kernel_bytes import same_bytes
from auscult.engine.matching.kernel_fields import holds
from auscult.engine.matching.kernel_occurrences import evaluate, taking_part
from auscult.engine.matching.layout import (
    AFTER_TITLE,
    AND,
    AND_END,
    AND_NEXT,
    ANY_TERM,
    ASK,
    AT_LEAST,
    C_TEXT,
    C_TITLE,
    DONE,
    END,
    FIRST_HIT,
    IS_NEAR,
    IS_RAW,
    KIND,
    LINKS,
    LINKS_AFTER_TITLE,
    NO_ROOM,
    NOT,
    NOT_END,
    OR,
    OR_END,
    OR_NEXT,
    SPANS,
    STAMP,
    START,
    TEXT_POSITION,
    TOKENS,
)

_FIELD_BIT = 62
_START_BIT = 31
_PLACE = (1 << 31) - 1


@inner
def run(at, programs, posts, row, tokens, state, found, stamp, spans, keep):
    """Run the program that starts at `at`; with `keep`, collect its spans."""
    code, stack = programs.code, spans.stack
    top, true = 0, False
    while True:
        operation = code[at]
        if operation == ANY_TERM:
            number = code[at + 2]
            true = _any_term(code, at + 3, number, code[at + 1], state, stamp)
            if keep and true:
                _keep_terms(code, at + 3, number, code[at + 1], tokens, state, stamp, spans)
            at += 3 + number
        elif operation == AND or operation == NOT or operation == OR:
            stack[top] = 0 if operation == OR else spans.counts[SPANS]
            top += 1
            at += 1
        elif operation == AND_NEXT:
            if true:
                at += 2
            else:
                top -= 1
                spans.counts[SPANS] = stack[top]
                at += code[at + 1]
        elif operation == AND_END:
            top -= 1
            if not true:
                spans.counts[SPANS] = stack[top]
            at += 1
        elif operation == OR_NEXT:
            if true and not keep:
                top -= 1
                at += code[at + 1]
            else:
                stack[top - 1] |= true
                at += 2
        elif operation == OR_END:
            top -= 1
            true = true or stack[top] != 0
            at += 1
        elif operation == NOT_END:
            top -= 1
            spans.counts[SPANS] = stack[top]
            true = not true
            at += 1
        elif operation == DONE:
            return true
        else:
            true, at = _occurs(at, programs, posts, row, tokens, state, found, stamp, spans, keep)


@inner
def _occurs(at, programs, posts, row, tokens, state, found, stamp, spans, keep):
    """Run ASK, OCCURS, AT_LEAST or IS_RAW; return its truth and where to go on."""
    code = programs.code
    if code[at] == ASK:
        true = holds(code[at + 1], programs.conditions, programs.pool, posts, row)
        return true, at + 2
    if code[at] == IS_RAW:
        true = False
        for text in range(1 if code[at + 1] else 2):
            true |= _raw(
                programs.pool, code[at + 2], code[at + 3], posts, row, text, tokens, spans, keep
            )
            if true and not keep:
                break
        return true, at + 4
    expression = code[at + 1]
    low, high = evaluate(expression, programs.expressions, state, found, stamp)
    if code[at] == AT_LEAST:
        true, at = high - low >= code[at + 2], at + 3
    else:
        true, at = high > low, at + 2
    if keep and true:
        entry = programs.expressions.rows[expression]
        if entry[KIND] == IS_NEAR:
            _keep_near(entry, programs.expressions, found, tokens, spans)
        else:
            _keep_intervals(found.intervals, low, high, tokens, spans)
    return true, at


@inner
def _any_term(code, at, number, title_only, state, stamp):
    for place in range(at, at + number):
        entry = state.terms[code[place]]
        if entry[STAMP] == stamp:
            if not title_only:
                return True
            first = entry[FIRST_HIT]
            if first >= 0 and state.hits[first, 0] < TEXT_POSITION:
                return True
    return False


@inner
def _keep_terms(code, at, number, title_only, tokens, state, stamp, spans):
    for place in range(at, at + number):
        entry = state.terms[code[place]]
        if entry[STAMP] == stamp:
            where = entry[FIRST_HIT]
            while where >= 0:
                position = np.int64(state.hits[where, 0])
                if not title_only or position < TEXT_POSITION:
                    _keep(position, position + 1, tokens, spans)
                where = state.hits[where, 1]


@making
def _keep_near(entry, expressions, found, tokens, spans):
    intervals = taking_part(entry, expressions, found)
    _keep_intervals(intervals, 0, intervals.size, tokens, spans)


@inner
def _keep_intervals(intervals, low, high, tokens, spans):
    for place in range(low, high):
        interval = intervals[place]
        _keep(interval >> 32, interval & 0xFFFFFFFF, tokens, spans)


@inner
def _keep(first, after, tokens, spans):
    """Keep the span of the tokens at positions `first` to before `after`."""
    text = np.int64(0)
    if first >= TEXT_POSITION:
        text = np.int64(1)
        shift = tokens.counts[AFTER_TITLE] - TEXT_POSITION
        first += shift
        after += shift
    _keep_span(text, tokens.rows[first, START], tokens.rows[after - 1, END], spans)


@inner
def _keep_span(text, start, end, spans):
    number = spans.counts[SPANS]
    if number >= spans.values.size:
        spans.counts[NO_ROOM] = 1
        return
    spans.values[number] = (
        (np.int64(text) << _FIELD_BIT) | (np.int64(start) << _START_BIT) | np.int64(end)
    )
    spans.counts[SPANS] = number + 1


@inner
def _raw(pool, at, size, posts, row, text, tokens, spans, keep):
    """Look for exact characters in one field: outside links, cutting no token."""
    column = C_TEXT if text else C_TITLE
    if not posts.present[column, row]:
        return False
    data = posts.data
    low, high = posts.offsets[column, row], posts.offsets[column, row + 1]
    length = 0
    for place in range(at, at + size):
        length += pool[place] & 0xC0 != 0x80
    true, start = False, 0
    for place in range(low, high - size + 1):
        if data[place] & 0xC0 == 0x80:
            continue
        if same_bytes(data, place, pool, at, size) and _whole(start, start + length, text, tokens):
            true = True
            if not keep:
                break
            _keep_span(text, start, start + length, spans)
        start += 1
    return true


@inner
def _whole(start, end, text, tokens):
    """Tell whether a span cuts no token in two and touches no link."""
    low, high = 0, tokens.counts[AFTER_TITLE]
    if text:
        low, high = high, tokens.counts[TOKENS]
    for number in range(low, high):
        one, other = tokens.rows[number, START], tokens.rows[number, END]
        if one < start < other or one < end < other:
            return False
        if one >= end:
            break
    low, high = 0, tokens.counts[LINKS_AFTER_TITLE]
    if text:
        low, high = high, tokens.counts[LINKS]
    for number in range(low, high):
        if tokens.links[number, 0] < end and start < tokens.links[number, 1]:
            return False
    return True
