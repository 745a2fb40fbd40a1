"""The loop over posts: cut, look up, find candidates, evaluate, note matches. And the gates.

A watch is posted under one *gate*: terms of which a post must hold one for the watch to be
true. Where it needs one of further terms as well, up to eight of them are kept beside the
entry as *partners*, so that most entries are dismissed without looking at the watch.
"""

from __future__ import annotations

import numpy as np

from auscult.engine.matching.compiled import inner, kernel
from auscult.engine.matching.kernel_cut import cut
from auscult.engine.matching.kernel_evaluate import run
from auscult.engine.matching.kernel_fields import find_values
from auscult.engine.matching.kernel_occurrences import distinct
from auscult.engine.matching.kernel_terms import find_terms
from auscult.engine.matching.layout import (
    AFTER_TITLE,
    ALIVE,
    C_TEXT,
    C_TITLE,
    FORMS,
    FULL,
    GROUP_HIGH,
    GROUP_LOW,
    LINKS,
    LINKS_AFTER_TITLE,
    MATCH_SPANS,
    MATCHES,
    NEARBY,
    NO_ROOM,
    OVERFLOW,
    PARTNERS,
    PROGRAM,
    SEEN,
    SPANS,
    TEXT_POSITION,
    TOKENS,
)

_SLOT = np.uint64(NEARBY - 1)
_SHIFT = np.uint64(16)


@inner
def read_tokens(row, posts, odd, tables, tokens):
    """Fill `tokens` with those of one post."""
    tokens.counts[:] = 0
    number = odd.numbers[row]
    if number >= 0:
        _copy_tokens(number, odd, tokens)
        return
    if posts.present[C_TITLE, row]:
        offsets = posts.offsets[C_TITLE]
        cut(posts.data[C_TITLE], offsets[row], offsets[row + 1], tables, tokens)
    tokens.counts[AFTER_TITLE] = tokens.counts[TOKENS]
    tokens.counts[LINKS_AFTER_TITLE] = tokens.counts[LINKS]
    if posts.present[C_TEXT, row]:
        offsets = posts.offsets[C_TEXT]
        cut(posts.data[C_TEXT], offsets[row], offsets[row + 1], tables, tokens)


@inner
def _copy_tokens(number, odd, tokens):
    first, after = odd.bounds[number], odd.bounds[number + 1]
    for step in range(after[0] - first[0]):
        tokens.rows[step] = odd.rows[first[0] + step]
        tokens.hashes[step] = odd.hashes[first[0] + step]
    for step in range(after[2] - first[2]):
        tokens.forms[step] = odd.forms[first[2] + step]
    for step in range(after[3] - first[3]):
        tokens.links[step] = odd.links[first[3] + step]
    tokens.counts[TOKENS] = after[0] - first[0]
    tokens.counts[AFTER_TITLE] = first[1] - first[0]
    tokens.counts[FORMS] = after[2] - first[2]
    tokens.counts[LINKS] = after[3] - first[3]
    tokens.counts[LINKS_AFTER_TITLE] = first[4] - first[3]


@kernel
def match_rows(
    low, high, posts, odd, tables, terms, programs, watches, gates, fresh, tokens, state, found,
    spans, matches, stamp, keep,
):  # fmt: skip
    """Match rows `low` to `high`; return the row to go on with, `high` when all is done.

    Stops early when scratch space runs out: `State.counts[OVERFLOW]`, `Spans.counts[NO_ROOM]`
    or `Matches.counts[FULL]` says which. The row it names is then to be read again.
    """
    for row in range(low, high):
        stamp += 1
        state.counts[:] = 0
        read_tokens(row, posts, odd, tables, tokens)
        middle, last = tokens.counts[AFTER_TITLE], tokens.counts[TOKENS]
        data = posts.data[C_TITLE]
        find_terms(data, tokens, 0, middle, 0, tables, terms, state, stamp)
        data = posts.data[C_TEXT]
        shift = TEXT_POSITION - middle
        find_terms(data, tokens, middle, last, shift, tables, terms, state, stamp)
        find_values(posts, row, programs.conditions.used, terms, state, stamp)
        number = 0
        for place in range(gates.always.size):
            number = _consider(
                gates.always[place], number, programs, watches, posts, row, tokens, state, found,
                stamp, spans, matches,
            )  # fmt: skip
        number = _admit(
            gates, number, programs, watches, posts, row, tokens, state, found, stamp, spans,
            matches,
        )  # fmt: skip
        for place in range(fresh.always.size):
            number = _consider(
                fresh.always[place], number, programs, watches, posts, row, tokens, state, found,
                stamp, spans, matches,
            )  # fmt: skip
        if fresh.watches.size:
            number = _admit(
                fresh, number, programs, watches, posts, row, tokens, state, found, stamp, spans,
                matches,
            )  # fmt: skip
        if number and not state.counts[OVERFLOW]:
            _note(
                number, programs, watches, posts, row, tokens, state, found, stamp, spans,
                matches, keep,
            )  # fmt: skip
        for place in range(state.counts[SEEN]):
            state.nearby[state.seen[place] & (NEARBY - 1)] = 0
        state.nearby[0] = 1
        if state.counts[OVERFLOW] or spans.counts[NO_ROOM] or matches.counts[FULL]:
            return row
    return high


@inner
def _admit(
    gates, number, programs, watches, posts, row, tokens, state, found, stamp, spans, matches
):
    """Consider the watches that the post's terms admit."""
    starts, partners, nearby = gates.starts, gates.partners, state.nearby
    for place in range(state.counts[SEEN]):
        term = state.seen[place]
        for entry in range(starts[term], starts[term + 1]):
            if not _meets(partners[entry, 0], nearby):
                if partners[entry, 1] == 0 or not _meets(partners[entry, 1], nearby):
                    continue
            number = _consider(
                gates.watches[entry], number, programs, watches, posts, row, tokens, state, found,
                stamp, spans, matches,
            )  # fmt: skip
    return number


@inner
def _meets(four, nearby):
    return (
        nearby[four & _SLOT]
        | nearby[(four >> _SHIFT) & _SLOT]
        | nearby[(four >> (_SHIFT + _SHIFT)) & _SLOT]
        | nearby[four >> (_SHIFT + _SHIFT + _SHIFT)]
    ) != 0


@inner
def _consider(
    watch, number, programs, watches, posts, row, tokens, state, found, stamp, spans, matches
):
    """Evaluate a candidate, once; note it if it is true."""
    if state.asked[watch] == stamp:
        return number
    state.asked[watch] = stamp
    if not watches.rows[watch, ALIVE]:
        return number
    spans.counts[SPANS] = 0
    at = watches.rows[watch, PROGRAM]
    if run(at, programs, posts, row, tokens, state, found, stamp, spans, False):
        matches.matched[number] = watch
        number += 1
    return number


@inner
def _note(number, programs, watches, posts, row, tokens, state, found, stamp, spans, matches, keep):
    """Write down the post's matches, by watch, with their spans."""
    distinct(matches.matched, 0, number)
    count, used = matches.counts[MATCHES], matches.counts[MATCH_SPANS]
    if count + number > matches.posts.size:
        matches.counts[FULL] = 1
        return
    for place in range(number):
        watch = matches.matched[place]
        if keep:
            spans.counts[SPANS] = 0
            at = watches.rows[watch, PROGRAM]
            run(at, programs, posts, row, tokens, state, found, stamp, spans, True)
            size = distinct(spans.values, 0, spans.counts[SPANS])
            if used + size > matches.spans.size:
                matches.counts[FULL] = 1
                return
            for step in range(size):
                matches.spans[used + step] = spans.values[step]
            used += size
        matches.posts[count], matches.watches[count] = row, watch
        matches.ends[count] = used
        count += 1
    if not (state.counts[OVERFLOW] or spans.counts[NO_ROOM]):
        matches.counts[MATCHES], matches.counts[MATCH_SPANS] = count, used


@kernel
def plan(low, high, watches, weights, starts):
    """Choose the gates of watches `low` to `high`.

    `weights` (float32, by term) says how often a term is expected. The cheapest group is the
    gate, the next one of at most eight terms the partners. `starts` is filled.
    """
    size = high - low
    chosen = np.full((size, 2), -1, np.int32)
    always = 0
    for watch in range(low, high):
        if not watches.rows[watch, ALIVE]:
            continue
        _choose(watch, watches, weights, chosen[watch - low])
        group = chosen[watch - low, 0]
        if group < 0:
            always += 1
            continue
        for place in range(watches.groups[group], watches.groups[group + 1]):
            starts[watches.members[place] + 1] += 1
    for term in range(1, starts.size):
        starts[term] += starts[term - 1]
    owners = np.zeros(starts[-1], np.int32)
    partners = np.zeros((starts[-1], 2), np.uint64)
    everywhere = np.zeros(always, np.int32)
    places = starts.copy()
    always = 0
    for watch in range(low, high):
        group = chosen[watch - low, 0]
        if group >= 0:
            first, second = _partners(chosen[watch - low, 1], watches)
            for place in range(watches.groups[group], watches.groups[group + 1]):
                term = watches.members[place]
                owners[places[term]] = watch
                partners[places[term], 0], partners[places[term], 1] = first, second
                places[term] += 1
        elif watches.rows[watch, ALIVE]:
            everywhere[always] = watch
            always += 1
    return owners, partners, everywhere


@inner
def _choose(watch, watches, weights, chosen):
    """Choose a watch's gate and partners among its groups."""
    best = second = np.float32(1e30)
    for group in range(watches.rows[watch, GROUP_LOW], watches.rows[watch, GROUP_HIGH]):
        weight = np.float32(0)
        for place in range(watches.groups[group], watches.groups[group + 1]):
            weight += weights[watches.members[place]]
        if weight < best:
            previous, before = chosen[0], best
            best, chosen[0] = weight, group
            weight, group = before, previous
        if group >= 0 and weight < second:
            if watches.groups[group + 1] - watches.groups[group] <= PARTNERS:
                second, chosen[1] = weight, group


@inner
def _partners(group, watches):
    """Pack a group's terms as places of `State.nearby`, four and four."""
    first = second = np.uint64(0)
    if group < 0:
        return first, second
    low, high = watches.groups[group], watches.groups[group + 1]
    for step in range(4):
        member = watches.members[low + min(step, high - low - 1)]
        first = (first << _SHIFT) | (np.uint64(member) & _SLOT)
    if high - low > 4:
        for step in range(4, 8):
            member = watches.members[low + min(step, high - low - 1)]
            second = (second << _SHIFT) | (np.uint64(member) & _SLOT)
    return first, second
