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
    ENTRY_HIGH,
    ENTRY_LOW,
    FORMS,
    FULL,
    GROUP_HIGH,
    GROUP_LOW,
    LINKS,
    LINKS_AFTER_TITLE,
    MATCH_SPANS,
    MATCHES,
    NEARBY,
    NEARBY_BITS,
    NO_ROOM,
    OVERFLOW,
    PARTNERS,
    PROGRAM,
    SEEN,
    SPANS,
    TOKEN_COLUMNS,
    TOKENS,
)

_SLOT = np.uint64(NEARBY - 1)
_SHIFT = np.uint64(NEARBY_BITS)
_LOW_HALF = np.uint64(0xFFFFFFFF)


@inner
def read_tokens(row, posts, odd, tables, tokens):
    """Fill `tokens` with those of one post."""
    for place in range(tokens.counts.size):
        tokens.counts[place] = 0
    number = odd.numbers[row]
    if number >= 0:
        _copy_tokens(number, odd, tokens)
        return
    for column in (C_TITLE, C_TEXT):
        if column == C_TEXT:
            tokens.counts[AFTER_TITLE] = tokens.counts[TOKENS]
            tokens.counts[LINKS_AFTER_TITLE] = tokens.counts[LINKS]
        if posts.present[column, row]:
            low, high = posts.offsets[column, row], posts.offsets[column, row + 1]
            cut(posts.data, low, high, tables, tokens)


@inner
def _copy_tokens(number, odd, tokens):
    bounds, after = odd.bounds, number + 1
    token, form, link = bounds[number, 0], bounds[number, 2], bounds[number, 3]
    tokens.counts[TOKENS] = bounds[after, 0] - token
    tokens.counts[AFTER_TITLE] = bounds[number, 1] - token
    tokens.counts[FORMS] = bounds[after, 2] - form
    tokens.counts[LINKS] = bounds[after, 3] - link
    tokens.counts[LINKS_AFTER_TITLE] = bounds[number, 4] - link
    for step in range(tokens.counts[TOKENS]):
        tokens.hashes[step] = odd.hashes[token + step]
        for column in range(TOKEN_COLUMNS):
            tokens.rows[step, column] = odd.rows[token + step, column]
    for step in range(tokens.counts[FORMS]):
        tokens.forms[step] = odd.forms[form + step]
    for step in range(tokens.counts[LINKS]):
        tokens.links[step, 0] = odd.links[link + step, 0]
        tokens.links[step, 1] = odd.links[link + step, 1]


@kernel
def match_rows(
    low, high, posts, odd, tables, terms, programs, gates, fresh, tokens, state, found,
    spans, matches, stamp, keep,
):  # fmt: skip
    """Match rows `low` to `high`; return the row to go on with, `high` when all is done.

    Stops early when scratch space runs out: `State.counts[OVERFLOW]`, `Spans.counts[NO_ROOM]`
    or `Matches.counts[FULL]` says which. The row it names is then to be read again.
    """
    for row in range(low, high):
        stamp += 1
        for place in range(state.counts.size):
            state.counts[place] = 0
        read_tokens(row, posts, odd, tables, tokens)
        find_terms(posts.data, tokens, tables, terms, state, stamp)
        find_values(posts, row, programs.conditions.lookups, terms, state, stamp)
        number = 0
        number = _admit(gates, number, state, stamp, matches.candidates, True)
        if fresh.entries.shape[0] or fresh.always.size:
            number = _admit(fresh, number, state, stamp, matches.candidates, False)
        if number and not state.counts[OVERFLOW]:
            _judge(
                number, programs, posts, row, tokens, state, found, stamp, spans,
                matches, keep,
            )  # fmt: skip
        for place in range(state.counts[SEEN]):
            state.nearby[state.seen[place] & (NEARBY - 1)] = 0
        state.nearby[0] = 1
        if state.counts[OVERFLOW] or spans.counts[NO_ROOM] or matches.counts[FULL]:
            return row
    return high


@inner
def _admit(gates, number, state, stamp, candidates, planned):
    """Add the watches that the post's terms admit, each once.

    A term's row says where its entries stand, if these are the `planned` gates.
    """
    asked, nearby = state.asked, state.nearby
    for place in range(gates.always.size):
        candidate = gates.always[place]
        if asked[candidate & _LOW_HALF] < stamp:
            candidates[number] = candidate
            number += 1
    entries = gates.entries
    if entries.shape[0] == 0:
        return number
    for place in range(state.counts[SEEN]):
        term = state.seen[place]
        if planned:
            low, high = state.terms[term, ENTRY_LOW], state.terms[term, ENTRY_HIGH]
        else:
            low, high = gates.starts[term], gates.starts[term + 1]
        for entry in range(low, high):
            if not _meets(entries[entry, 0], nearby):
                if entries[entry, 1] == 0 or not _meets(entries[entry, 1], nearby):
                    continue
            candidate = entries[entry, 2]
            watch = candidate & _LOW_HALF
            if asked[watch] < stamp:
                asked[watch] = stamp
                candidates[number] = candidate
                number += 1
    return number


@inner
def _meets(four, nearby):
    return (
        nearby[four & _SLOT]
        | nearby[(four >> _SHIFT) & _SLOT]
        | nearby[(four >> (_SHIFT + _SHIFT)) & _SLOT]
        | nearby[(four >> (_SHIFT + _SHIFT + _SHIFT)) & _SLOT]
    ) != 0


@inner
def _judge(number, programs, posts, row, tokens, state, found, stamp, spans, matches, keep):
    """Evaluate the candidates; write down those that are true, by watch, with their spans.

    The first time round finds out which are true, the second one, of those, where they hit.
    """
    candidates = matches.candidates
    count, used = matches.counts[MATCHES], matches.counts[MATCH_SPANS]
    for collecting in range(1 + keep):
        true = 0
        for place in range(number):
            candidate = candidates[place]
            spans.counts[SPANS] = 0
            holds = run(
                candidate >> 32, programs, posts, row, tokens, state, found, stamp, spans,
                collecting == 1,
            )  # fmt: skip
            if collecting:
                used = _write_spans(count + place, used, spans, matches)
            elif holds:
                candidates[true] = candidate
                true += 1
        if not collecting:
            number = distinct(candidates, 0, true)
            if count + number > matches.posts.size:
                matches.counts[FULL] = 1
                return
            for place in range(number):
                matches.posts[count + place] = row
                matches.watches[count + place] = candidates[place] & 0xFFFFFFFF
                matches.ends[count + place] = used
    if not (state.counts[OVERFLOW] or spans.counts[NO_ROOM] or matches.counts[FULL]):
        matches.counts[MATCHES], matches.counts[MATCH_SPANS] = count + number, used


@inner
def _write_spans(match, used, spans, matches):
    """Write the spans of one match, sorted, each once; return where they end."""
    size = distinct(spans.values, 0, spans.counts[SPANS])
    if used + size > matches.spans.size:
        matches.counts[FULL] = 1
        return used
    for step in range(size):
        matches.spans[used + step] = spans.values[step]
    matches.ends[match] = used + size
    return used + size


@kernel
def plan(low, high, watches, weights, starts):
    """Choose the gates of watches `low` to `high`.

    `weights` (float32, by term) says how often a term is expected. The cheapest group is the
    gate, the next one of at most eight terms the partners. `starts` is filled. Returns the
    groups chosen, and how many watches have no gate.
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
    return chosen, always


@kernel
def fill(low, high, watches, chosen, starts, entries, everywhere):
    """Write the entries of watches `low` to `high` where `plan` has found them room."""
    places = starts.copy()
    always = 0
    for watch in range(low, high):
        group = chosen[watch - low, 0]
        candidate = (np.uint64(watches.rows[watch, PROGRAM]) << np.uint64(32)) | np.uint64(watch)
        if group >= 0:
            first, second = _partners(chosen[watch - low, 1], watches)
            for place in range(watches.groups[group], watches.groups[group + 1]):
                term = watches.members[place]
                entry = places[term]
                entries[entry, 0], entries[entry, 1] = first, second
                entries[entry, 2] = candidate
                places[term] += 1
        elif watches.rows[watch, ALIVE]:
            everywhere[always] = candidate
            always += 1


@inner
def _choose(watch, watches, weights, chosen):
    """Choose a watch's gate and partners among its groups."""
    best = second = np.float32(1e30)
    for number in range(watches.rows[watch, GROUP_LOW], watches.rows[watch, GROUP_HIGH]):
        group, weight = number, np.float32(0)
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
