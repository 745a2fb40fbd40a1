"""Scratch space of the kernels: made once for a set of watches, grown when it runs out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from auscult.engine.matching import layout as lay

_Rows = npt.NDArray[np.int32]
# Stamps tell posts apart; before they run out, everything that bears one is wiped.
_LAST_STAMP = 2**31 - 2**22


class Scratch:
    """Everything that kernels write to while they match."""

    def __init__(self) -> None:
        self._stamp = 0
        self.seen_posts = 0
        self.tokens = _tokens(512)
        self.state = lay.State(
            np.zeros((0, lay.TERM_COLUMNS), np.int32),
            np.zeros(0, np.int32),
            np.zeros((1024, 2), np.int32),
            np.zeros(lay.NEARBY, np.uint8),
            np.zeros(0, np.int32),
            np.zeros(4, np.int64),
        )
        self.state.nearby[0] = 1
        self.found = lay.Found(
            np.zeros((0, lay.RESULT_COLUMNS), np.int32), np.zeros(1024, np.int64)
        )
        self.spans = lay.Spans(
            np.zeros(1024, np.int64), np.zeros(8, np.int64), np.zeros(2, np.int64)
        )
        self.matches = _matches(1024, 4096, 0)

    def fit(self, terms: _Rows, *, expressions: int, watches: int, depth: int) -> None:
        """Make room for a set of this size; the state of its terms stands in their rows."""
        state = self.state._replace(terms=terms)
        if len(state.seen) < len(terms):
            state = state._replace(seen=np.zeros(2 * len(terms), np.int32))
        if len(state.asked) < watches:
            state = state._replace(asked=_grown(state.asked, 2 * watches))
            self.matches = self.matches._replace(candidates=np.zeros(2 * watches, np.int64))
        self.state = state
        if len(self.found.results) < expressions:
            self.found = self.found._replace(results=_grown(self.found.results, 2 * expressions))
        if len(self.spans.stack) < depth:
            self.spans = self.spans._replace(stack=np.zeros(2 * depth, np.int64))

    def fit_posts(self, posts: lay.Posts, odd: lay.OddTokens) -> None:
        """Make room for the longest post of a batch."""
        size = longest(posts)
        if len(odd.bounds) > 1:
            size = max(size, int(np.diff(odd.bounds[:, [0, 2, 3]], axis=0).max()))
        if len(self.tokens.rows) < size + 1:
            self.tokens = _tokens(2 * size)

    def mark_gone(self, slots: npt.NDArray[np.int64]) -> None:
        """Never ask these watches again."""
        self.state.asked[slots] = lay.GONE

    def forget_watches(self) -> None:
        """Forget which watches are gone: they have moved."""
        self.state.asked[:] = 0

    def stamps(self, rows: int) -> int:
        """Reserve stamps for so many rows; return the one before the first."""
        if self._stamp > _LAST_STAMP - rows:
            self.state.terms[:, lay.STAMP] = 0
            self.state.terms[:, lay.DOCUMENTS] //= 2
            self.seen_posts //= 2
            self.state.asked[self.state.asked != lay.GONE] = 0
            self.found.results[:] = 0
            self._stamp = 0
        first = self._stamp
        self._stamp += rows
        return first

    def grow(self) -> bool:
        """Double what has run out, so that the row can be read again; False where nothing has."""
        state, counts = self.state, self.state.counts
        grown = False
        if counts[lay.OVERFLOW]:
            self.state = state._replace(hits=np.zeros((2 * len(state.hits), 2), np.int32))
            self.found = self.found._replace(
                intervals=np.zeros(2 * len(self.found.intervals), np.int64)
            )
            grown = True
        if self.spans.counts[lay.NO_ROOM]:
            self.spans = self.spans._replace(values=np.zeros(2 * len(self.spans.values), np.int64))
            self.spans.counts[:] = 0
            grown = True
        if self.matches.counts[lay.FULL]:
            self.matches = _more_matches(self.matches)
            grown = True
        return grown


def longest(posts: lay.Posts) -> int:
    """Return the most bytes that a post's title and text have together."""
    sizes = [np.diff(posts.offsets[column]) for column in (lay.C_TITLE, lay.C_TEXT)]
    return sum(int(size.max()) if size.size else 0 for size in sizes)


def _tokens(size: int) -> lay.Tokens:
    # A character's forms take up to three times its bytes each: base, folded, exact.
    return lay.Tokens(
        np.zeros((size + 1, lay.TOKEN_COLUMNS), np.int32),
        np.zeros(size + 1, np.uint64),
        np.zeros(9 * size + 64, np.uint8),
        np.zeros((size + 1, 2), np.int32),
        np.zeros(5, np.int64),
    )


def _matches(rows: int, spans: int, watches: int) -> lay.Matches:
    return lay.Matches(
        np.zeros(rows, np.int64),
        np.zeros(rows, np.int32),
        np.zeros(rows, np.int64),
        np.zeros(spans, np.int64),
        np.zeros(watches, np.int64),
        np.zeros(3, np.int64),
    )


def _more_matches(matches: lay.Matches) -> lay.Matches:
    rows, spans = matches.posts.size, matches.spans.size
    matches.counts[lay.FULL] = 0
    return matches._replace(
        posts=_grown(matches.posts, 2 * rows),
        watches=_grown(matches.watches, 2 * rows),
        ends=_grown(matches.ends, 2 * rows),
        spans=_grown(matches.spans, 2 * spans),
    )


def _grown(array: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    bigger = np.zeros((size, *array.shape[1:]), array.dtype)
    bigger[: len(array)] = array
    return bigger
