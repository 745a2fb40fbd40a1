"""Runs the kernels: keeps their tables up to date with the watches, and feeds them batches."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from auscult.engine.matching import kernel_match, kernel_terms, odd
from auscult.engine.matching import layout as lay
from auscult.engine.matching.arena import Arena
from auscult.engine.matching.characters import characters
from auscult.engine.matching.columns import columns_of, lookups, read, slices
from auscult.engine.matching.programs import Compiler
from auscult.engine.matching.scratch import Scratch

# Watches that came since the gates were planned are planned apart until they are so many.
_FRESH = 1000
_FRESH_SHARE = 0.05
# A set learns from so many posts how frequent its terms are before it first plans its gates;
# afterwards whenever it has read eight times as many, and as many as it has watches.
_SAMPLE = 2048
_SAMPLE_OF = 8 * _SAMPLE
_PLAN_AGAIN = 8
# What was guessed weighs as much as so many posts that were read.
_GUESS_WEIGHS = 500.0

_FIELDS = pa.array(["title", "text"])

Found = tuple[pa.Array, npt.NDArray[np.int32], pa.Array]


class _Entered:
    """A hash table over terms or stems that grows with them."""

    def __init__(self, *, pairs: bool = False) -> None:
        self._size = 1
        self._pairs = pairs
        self.table = lay.Table(np.zeros((64, 2), np.uint64), np.zeros(64, np.uint8))

    def update(self, entries: Arena, pool: Arena) -> None:
        rows = entries.rows()
        if 2 * len(rows) > len(self.table.slots):
            room = 1 << (2 * len(rows)).bit_length()
            self.table = lay.Table(np.zeros((room, 2), np.uint64), np.zeros(room, np.uint8))
            self._size = 1
        kernel_terms.enter(rows, pool.rows(), self.table, self._size, len(rows), self._pairs)
        self._size = len(rows)


class Matcher:
    """The compiled side of a set of watches; not for several threads at once."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler
        self._scratch = Scratch()
        self._terms = _Entered()
        self._stems = _Entered()
        self._pairs = _Entered(pairs=True)
        self.forget_gates()

    def forget_gates(self) -> None:
        """Plan all gates anew before the next post: watches have moved."""
        self._gates = self._fresh = _no_gates(1)
        self._planned = self._fresh_end = 0
        self._plan_at = -1
        self._scratch.forget_watches()

    def match(
        self,
        posts: pa.Table | pa.RecordBatch,
        code: npt.NDArray[np.int32],
        watches: lay.Watches,
        *,
        depth: int,
        spans: bool,
    ) -> Found:
        """Hold watches against posts; return posts, watches and spans of the matches."""
        compiler = self._compiler
        self._terms.update(compiler.vocabulary.terms, compiler.vocabulary.pool)
        self._pairs.update(compiler.vocabulary.terms, compiler.vocabulary.pool)
        self._stems.update(compiler.vocabulary.stems, compiler.vocabulary.pool)
        self._scratch.fit(
            compiler.vocabulary.terms.rows(),
            expressions=compiler.expressions.size,
            watches=len(watches.rows),
            depth=depth + 2,
        )
        programs = self._programs(code)
        self._scratch.mark_gone(np.flatnonzero(watches.rows[:, lay.ALIVE] == 0))
        used = {lay.C_TITLE, lay.C_TEXT, *compiler.columns_used}
        used |= columns_of(programs.conditions.lookups)
        self._scratch.matches.counts[:] = 0
        first = 0
        for batch in slices(posts):
            laid = read(batch, used)
            cut = odd.cut(batch, odd.find(batch, laid))
            self._scratch.fit_posts(laid, cut)
            self._plan(laid, cut, programs, watches)
            found = int(self._scratch.matches.counts[lay.MATCHES])
            self._run(0, batch.num_rows, laid, cut, programs, keep=spans)
            matches = self._scratch.matches
            matches.posts[found : matches.counts[lay.MATCHES]] += first
            first += batch.num_rows
        return _result(self._scratch.matches)

    def _run(
        self,
        low: int,
        high: int,
        posts: lay.Posts,
        cut: lay.OddTokens,
        programs: lay.Programs,
        *,
        keep: bool,
    ) -> None:
        terms = self._lookup()
        scratch = self._scratch
        while low < high:
            low = kernel_match.match_rows(
                low, high, posts, cut, characters().tables(), terms, programs,
                self._gates, self._fresh, scratch.tokens, scratch.state, scratch.found,
                scratch.spans, scratch.matches, scratch.stamps(high - low), keep,
            )  # fmt: skip
            scratch.grow()
        scratch.seen_posts += high

    def _plan(
        self, posts: lay.Posts, cut: lay.OddTokens, programs: lay.Programs, watches: lay.Watches
    ) -> None:
        """See to it that every watch has a gate, chosen by what is known of its terms."""
        count, scratch = len(watches.rows), self._scratch
        rows = posts.present.shape[1]
        if scratch.seen_posts < _SAMPLE and rows >= _SAMPLE_OF:
            self._gates = self._fresh = _no_gates(len(scratch.state.terms))
            scratch.state.terms[:, [lay.ENTRY_LOW, lay.ENTRY_HIGH]] = 0
            self._run(0, _SAMPLE, posts, cut, programs, keep=False)
            self._plan_at = -1
        if self._plan_at < 0 or scratch.seen_posts >= self._plan_at or self._many_fresh(count):
            self._gates = self._planned_gates(0, count, watches)
            scratch.state.terms[:, lay.ENTRY_LOW] = self._gates.starts[:-1]
            scratch.state.terms[:, lay.ENTRY_HIGH] = self._gates.starts[1:]
            self._fresh = _no_gates(len(scratch.state.terms))
            self._planned = self._fresh_end = count
            self._plan_at = max(_SAMPLE_OF, count, _PLAN_AGAIN * scratch.seen_posts)
        elif self._fresh_end < count:
            self._fresh = self._planned_gates(self._planned, count, watches)
            self._fresh_end = count
        self._fresh = _extended(self._fresh, len(scratch.state.terms))

    def _many_fresh(self, count: int) -> bool:
        return count - self._planned > max(_FRESH, int(_FRESH_SHARE * count))

    def _planned_gates(self, low: int, high: int, watches: lay.Watches) -> lay.Gates:
        scratch = self._scratch
        guessed = self._compiler.vocabulary.shares.rows()
        counted = scratch.state.terms[:, lay.DOCUMENTS]
        shares = (counted + guessed * _GUESS_WEIGHS) / (scratch.seen_posts + _GUESS_WEIGHS)
        starts = np.zeros(len(scratch.state.terms) + 1, np.int32)
        weights = shares.astype(np.float32)
        chosen, everywhere = kernel_match.plan(low, high, watches, weights, starts)
        # Made by NumPy, which asks for big pages: finding small ones takes longer than reading.
        entries = np.zeros((int(starts[-1]), 3), np.uint64)
        always = np.zeros(everywhere, np.uint64)
        kernel_match.fill(low, high, watches, chosen, starts, entries, always)
        return lay.Gates(starts, entries, always)

    def _lookup(self) -> lay.Terms:
        vocabulary = self._compiler.vocabulary
        return lay.Terms(
            vocabulary.terms.rows(),
            vocabulary.stems.rows(),
            vocabulary.pool.rows(),
            self._terms.table,
            self._stems.table,
            self._pairs.table,
            vocabulary.shortest_stem,
            vocabulary.has_folded_stems,
        )

    def _programs(self, code: npt.NDArray[np.int32]) -> lay.Programs:
        compiler = self._compiler
        expressions = lay.Expressions(
            compiler.expressions.rows(), compiler.parts.rows(), compiler.orders.rows()
        )
        conditions = lay.Conditions(
            compiler.conditions.rows(), compiler.ranges.rows(), lookups(compiler.forms_used)
        )
        return lay.Programs(code, compiler.vocabulary.pool.rows(), expressions, conditions)


def _no_gates(terms: int) -> lay.Gates:
    return lay.Gates(
        np.zeros(terms + 1, np.int32),
        np.zeros((0, 3), np.uint64),
        np.zeros(0, np.uint64),
    )


def _extended(gates: lay.Gates, terms: int) -> lay.Gates:
    """Give terms that came later no entries."""
    missing = terms + 1 - len(gates.starts)
    if missing <= 0:
        return gates
    return gates._replace(starts=np.pad(gates.starts, (0, missing), mode="edge"))


def _result(matches: lay.Matches) -> Found:
    count, size = (int(number) for number in matches.counts[: lay.MATCH_SPANS + 1])
    ends = np.zeros(count + 1, np.int32)
    ends[1:] = matches.ends[:count]
    spans = matches.spans[:size]
    fields = _FIELDS.take(arrow((spans >> 62).astype(np.int8), pa.int8()))
    mask = (1 << 31) - 1
    places = [arrow(((spans >> shift) & mask).astype(np.int32), pa.int32()) for shift in (31, 0)]
    names = ["field", "start", "end"]
    return (
        arrow(matches.posts[:count].copy(), pa.int64()),
        matches.watches[:count].copy(),
        pa.ListArray.from_arrays(
            arrow(ends, pa.int32()), pa.StructArray.from_arrays([fields, *places], names)
        ),
    )


def arrow(values: npt.NDArray[Any], kind: pa.DataType) -> pa.Array:
    """Hand an array over to Arrow as it is; `pa.array` looks for pandas each time."""
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])
