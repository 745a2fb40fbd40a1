"""Posts to phrases: which voices used which runs of one to three words, in columns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from auscult.engine.kernel import text
from auscult.engine.kernel.posts import MOMENT
from auscult.engine.matching import layout as matching
from auscult.engine.matching import odd
from auscult.engine.matching.characters import characters
from auscult.engine.matching.columns import read, slices
from auscult.engine.matching.scratch import Scratch
from auscult.engine.signals import novelty_kernel
from auscult.engine.signals.copies import Copies

LONGEST = 3
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)

Whole = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


class Voiced(NamedTuple):
    """Phrases of some posts, each once for each voice; ordered by phrase, then voice.

    Attributes
    ----------
    phrases : uint64
        The phrase's hash.
    voices : int64
        Number of the voice that used it, from 0.
    rows, starts, sizes : int64
        Where it stands: row of the table, number of its first word, how many words.
    first_words, last_words : uint64
        Hashes of its outermost words.
    total : int
        How many voices there are in all.
    """

    phrases: Hashes
    voices: Whole
    rows: Whole
    starts: Whole
    sizes: Whole
    first_words: Hashes
    last_words: Hashes
    total: int


def micros(posts: pa.Table) -> Whole:
    """Return when posts were written, microseconds since 1970."""
    moments = posts.column("created_at").cast(MOMENT).cast(pa.int64())
    return np.asarray(moments.to_numpy(), np.int64)


def without_copies(posts: pa.Table) -> Whole:
    """Return the rows of posts that copy none of the others: of a group its earliest."""
    moments = micros(posts)
    order = np.argsort(moments, kind="stable")
    if not order.size:
        return order
    copies = Copies(most=max(1, posts.num_rows))
    columns = ["text", *(name for name in ("title", "author") if name in posts.column_names)]
    given = posts.select(columns).append_column(
        "uri", pa.array(np.arange(posts.num_rows)).cast(pa.string())
    )
    # Copies are looked for in these posts alone, so that all count as written at one moment.
    now = pa.scalar(0, MOMENT)
    given = given.append_column("created_at", pa.repeat(now, posts.num_rows))
    joined = copies.add(given.take(order), now=now.as_py())
    groups = joined.groups.to_numpy(zero_copy_only=False)
    alone = np.isnan(groups) if groups.dtype.kind == "f" else np.zeros(groups.size, bool)
    numbers = np.where(alone, -1 - np.arange(groups.size), np.nan_to_num(groups)).astype(np.int64)
    _, firsts = np.unique(numbers, return_index=True)
    return np.sort(order[firsts])


def voices_of(posts: pa.Table, apart: Whole) -> Whole:
    """Give each post the number of who speaks: authors, in each value of `apart`; one without by itself."""
    if "author" not in posts.column_names or not posts.num_rows:
        return np.arange(posts.num_rows)
    codes = posts.column("author").combine_chunks().dictionary_encode().indices
    number = codes.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    number = np.where(number < 0, posts.num_rows + np.arange(posts.num_rows), number)
    _, voices = np.unique(np.stack([number, apart]), axis=1, return_inverse=True)
    return np.asarray(voices.ravel(), np.int64)


def voiced(posts: pa.Table, voices: Whole) -> Voiced:
    """Find the phrases of posts.

    Parameters
    ----------
    posts : Table
        `text`, and `title` where there is one.
    voices : array of int, shape (rows,)
        Who says each post, numbered from 0.
    """
    words, rows, numbers, breaks = _words(posts)
    parts = []
    run, last = words, np.arange(words.size)
    whole = words != novelty_kernel.NO_WORD
    for size in range(1, LONGEST + 1):
        if size > 1:
            # One more word: of the same post, not across from the title into the text.
            last = last[:-1] + 1
            joins = ~breaks[last]
            whole = whole[:-1] & joins & (words[last] != novelty_kernel.NO_WORD)
            run = _mixed(run[:-1]) ^ words[last]
        at = np.flatnonzero(whole)
        parts.append(
            (run[at], voices[rows[at]], rows[at], numbers[at], np.full(at.size, size),
             words[at], words[last[at]])
        )  # fmt: skip
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[2], columns[1], columns[0]))
    phrases, speakers = columns[0][order], columns[1][order]
    fresh = np.ones(order.size, bool)
    fresh[1:] = (phrases[1:] != phrases[:-1]) | (speakers[1:] != speakers[:-1])
    count = int(voices.max(initial=-1)) + 1
    kept = [column[order][fresh] for column in columns]
    return Voiced(*kept, count)  # type: ignore[arg-type, call-arg]


def written(posts: pa.Table, row: int, start: int, size: int) -> str:
    """Write out a phrase that stands in a post, in base forms."""
    title = posts.column("title")[row].as_py() if "title" in posts.column_names else None
    words = text.tokens(title or "") + text.tokens(posts.column("text")[row].as_py() or "")
    return " ".join(text.unsigned(word.base) for word in words[start : start + size])


def _mixed(value: Hashes) -> Hashes:
    return np.asarray((value ^ (value >> _SHIFT)) * _MIX)


def _words(posts: pa.Table) -> tuple[Hashes, Whole, Whole, npt.NDArray[np.bool_]]:
    """Give all words: hash, row, number in its post, and whether it begins a title or a text."""
    scratch = Scratch()
    hashes, rows, numbers, breaks = [], [], [], []
    first = 0
    for batch in slices(posts):
        words, after_title, ends = _read(batch, scratch)
        sizes = np.diff(ends)
        row = np.repeat(np.arange(batch.num_rows), sizes)
        number = np.arange(words.size) - np.repeat(ends[:-1], sizes)
        hashes.append(words)
        rows.append(row + first)
        numbers.append(number)
        breaks.append((number == 0) | (number == after_title[row]))
        first += batch.num_rows
    if not hashes:
        nothing = np.zeros(0, np.int64)
        return np.zeros(0, np.uint64), nothing, nothing, np.zeros(0, bool)
    return (
        np.concatenate(hashes), np.concatenate(rows), np.concatenate(numbers),
        np.concatenate(breaks),
    )  # fmt: skip


def _read(batch: pa.RecordBatch, scratch: Scratch) -> tuple[Hashes, Whole, Whole]:
    laid = read(batch, {matching.C_TITLE, matching.C_TEXT})
    cut = odd.cut(batch, odd.find(batch, laid))
    scratch.fit_posts(laid, cut)
    words = np.zeros(laid.data.size + 64, np.uint64)  # a word has a byte at least
    after_title, ends = np.zeros(batch.num_rows, np.int64), np.zeros(batch.num_rows + 1, np.int64)
    novelty_kernel.read_words(
        0, laid, cut, characters().tables(), scratch.tokens, words, after_title, ends
    )
    return words[: ends[-1]], after_title, ends
