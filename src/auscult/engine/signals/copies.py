"""Copies: posts that share text, grouped as they arrive. See `docs/explanation/copies.md`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.posts import MOMENT
from auscult.engine.matching import layout as matching
from auscult.engine.matching import odd
from auscult.engine.matching.characters import characters
from auscult.engine.matching.columns import read, slices
from auscult.engine.matching.scratch import Scratch
from auscult.engine.signals import (
    copies_campaigns,
    copies_kernel_join,
    copies_kernel_sign,
    copies_state,
)
from auscult.engine.signals import copies_index as ix
from auscult.engine.signals import copies_layout as lay

_SIGNED_ROWS = 8_192
_Ints = npt.NDArray[np.int64]
_COLUMNS = {matching.C_TITLE, matching.C_TEXT, matching.C_RAW_URI, matching.C_AUTHOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Which groups posts joined.

    Attributes
    ----------
    groups : pa.Int64Array
        A number for each post, the same for all copies of one another; null for a post of
        fewer than five words and for one that is older than the window. A post without
        copies is a group of one.
    sizes : pa.Int32Array
        How many posts of the window each group has after this batch; 0 where null.
    merged : dict of int to int
        Groups that turned out to be one with another, and the number that stays. Whoever
        keeps numbers of groups replaces the first by the second.
    """

    groups: pa.Int64Array
    sizes: pa.Int32Array
    merged: dict[int, int]


class Copies:
    """An index of the posts of the last days that finds copies.

    Two posts are copies if their likeness (Jaccard's, of their runs of three words) is at
    least `alike`; groups are what copies, copies of copies and so on make together. A pair of
    likeness J is seen with probability 1 - (1 - J**3)**16, 0.9988 at 0.7 and 0.99999 at 0.8;
    a pair below `alike` is never taken for copies. It can be used from several threads.

    Parameters
    ----------
    window : timedelta
        How long a post is remembered after it was written.
    most : int
        How many posts are remembered at most; beyond that, an eighth goes, the oldest first.
    alike : float
        From 0.5 (half of all runs of words are shared) to 1 (all are).

    Raises
    ------
    Correctable
        A parameter is out of its range.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    >>> text = "Copy and paste this if you agree that parking must be free"
    >>> posts = pa.table({"uri": ["a", "b", "c"], "author": ["x", "y", "z"],
    ...     "created_at": [now, now, now], "text": [text, f"{text} #LGH", "What a fine morning it is"]})
    >>> copies = Copies()
    >>> copies.add(posts, now=now).groups.to_pylist()
    [1, 1, 2]
    >>> copies.campaigns(at_least=2).select(["posts", "authors", "origin"]).to_pylist()
    [{'posts': 2, 'authors': 2, 'origin': 'a'}]
    """

    def __init__(
        self,
        *,
        window: timedelta = timedelta(days=14),
        most: int = 1_000_000,
        alike: float = 0.7,
    ) -> None:
        _check(window, most, alike)
        self.window, self.most, self.alike = window, most, alike
        self._cleared: int | None = None
        self._scratch = Scratch()
        self._lock = threading.Lock()
        self._index = ix.made(ix.nothing())

    def __len__(self) -> int:
        """Return how many posts are remembered."""
        return int(self._index.counts[lay.N_LIVE])

    @property
    def memory(self) -> int:
        """How many bytes the index takes."""
        return ix.memory(self._index)

    def add(self, posts: pa.Table | pa.RecordBatch, *, now: datetime) -> Joined:
        """Enter posts, and say which groups they joined.

        A uri that is known replaces what was known of it (an edit), and changes nothing where
        the text is the same. Posts later than `now` count as written now. Posts of one call
        are remembered until it ends, however many: `most` holds between calls.

        Parameters
        ----------
        posts : Table or RecordBatch
            At least `uri`, `created_at` and `text`; `title` and `author` where they are known.
        now : datetime
            The present, with its zone; when old posts are read, the time of the newest.
        """
        micros = _micros(now)
        with self._lock:
            self._clear(micros)
            self._index = ix.cleared(self._index)
            texts = [np.zeros(0, np.int32)]
            merged: list[tuple[int, int]] = []
            for large in slices(posts):
                for low in range(0, large.num_rows, _SIGNED_ROWS):
                    batch = large.slice(low, _SIGNED_ROWS)
                    texts.append(self._enter(batch, micros, merged))
            self._bound()
            return self._joined(np.concatenate(texts), merged)

    def forget(self, uris: Sequence[str] = (), *, authors: Sequence[str] = ()) -> int:
        """Forget posts, by uri or all of an author's; return how many there were.

        What met through a forgotten post stays one group.
        """
        with self._lock:
            index, before = self._index, len(self)
            if uris:
                data, bounds = _laid_out(uris)
                found = np.empty(len(uris), np.int64)
                copies_kernel_join.find_posts(data, bounds, index, found)
                copies_kernel_join.drop_posts(found[found >= 0], index)
            if authors:
                known = index.authors[: index.counts[lay.N_POSTS]]
                gone = np.isin(known, _author_hashes(authors))
                copies_kernel_join.drop_posts(np.flatnonzero(gone), index)
            return before - len(self)

    def groups(self, uris: Sequence[str]) -> pa.Int64Array:
        """Return the group of each post, null for those that aren't remembered."""
        with self._lock:
            data, bounds = _laid_out(uris)
            found = np.empty(len(uris), np.int64)
            copies_kernel_join.find_posts(data, bounds, self._index, found)
            texts = np.where(found < 0, -1, self._index.post_texts[found]).astype(np.int32)
            return _numbers(ix.groups_of(texts, self._index))

    def members(self, group: int) -> pa.StringArray:
        """Return the uris of a group's posts, the earliest first."""
        with self._lock:
            return copies_campaigns.members(self._index, group)

    def campaigns(self, *, at_least: int = 3) -> pa.Table:
        """Describe the groups of so many posts, the largest first.

        Returns
        -------
        pa.Table
            `copies_campaigns.CAMPAIGNS`: group, posts, texts (distinct ones), authors, first
            and last seen, origin (uri of the earliest post), representative (uri of the
            earliest post that says what most of them say). Of what the window holds.
        """
        with self._lock:
            return copies_campaigns.described(self._index, at_least)

    def save(self, path: Path) -> None:
        """Write all that is remembered to a file, whole or not at all."""
        with self._lock:
            copies_state.write(path, ix.parts_of(self._index))

    def load(self, path: Path) -> None:
        """Take what was saved instead of what is remembered.

        Raises
        ------
        Correctable
            The file is not one that `save` wrote, or is damaged.
        """
        parts = copies_state.read(path)
        with self._lock:
            self._index = ix.made(parts)
            self._cleared = None

    def _enter(
        self, batch: pa.RecordBatch, now: int, merged: list[tuple[int, int]]
    ) -> npt.NDArray[np.int32]:
        laid = read(batch, _COLUMNS)
        signed = self._signed(batch, laid)
        moments = np.minimum(_moments(batch), now)
        _leave_out(signed, moments < now - self.window // timedelta(microseconds=1))
        authors = np.zeros(batch.num_rows, np.uint64)
        copies_kernel_sign.hash_authors(laid, authors)
        uris = laid.offsets[matching.C_RAW_URI]
        self._index = ix.grown(
            self._index, rows=batch.num_rows, shingles=int(signed.ends[-1]),
            letters=int(uris[-1] - uris[0]),
        )  # fmt: skip
        joined = np.empty(batch.num_rows, np.int32)
        given = lay.Batch(laid.data, uris, moments, authors)
        row, found = 0, np.empty((4_096, 2), np.int64)
        while row < batch.num_rows:
            self._index.counts[lay.N_MERGED] = 0
            row = copies_kernel_join.join_rows(
                row, signed, given, self._index, self.alike, joined, found
            )
            merged += found[: self._index.counts[lay.N_MERGED]].tolist()
        return joined

    def _signed(self, batch: pa.RecordBatch, laid: matching.Posts) -> lay.Signed:
        cut = odd.cut(batch, odd.find(batch, laid))
        self._scratch.fit_posts(laid, cut)
        signed = lay.Signed(
            np.zeros(32 * batch.num_rows + lay.MOST_WORDS, np.uint32),
            np.zeros(batch.num_rows + 1, np.int64),
            np.zeros((batch.num_rows, lay.KEYS), np.uint32),
        )
        row = 0
        while row < batch.num_rows:
            row = copies_kernel_sign.sign_rows(
                row, laid, cut, characters().tables(), self._scratch.tokens, ix.scratch(), signed
            )
            if row < batch.num_rows:
                signed = signed._replace(sets=np.concatenate([signed.sets, signed.sets]))
        return signed

    def _joined(self, texts: npt.NDArray[np.int32], merged: list[tuple[int, int]]) -> Joined:
        firsts = ix.firsts_of(texts, self._index)
        sizes = self._index.texts[firsts, lay.GROUP_POSTS]
        into: dict[int, int] = {}
        for gone, kept in reversed(merged):
            into[gone] = into.get(kept, kept)
        return Joined(
            groups=_numbers(np.where(firsts < 0, -1, self._index.groups[firsts])),
            sizes=pa.array(np.where(firsts < 0, 0, sizes), pa.int32()),
            merged=into,
        )

    def _clear(self, now: int) -> None:
        """Take out what is older than the window, once a hundredth of it has passed."""
        window = self.window // timedelta(microseconds=1)
        if self._cleared is not None and 0 <= now - self._cleared < window // 100:
            return
        self._cleared = now
        old = self._index.moments[: self._index.counts[lay.N_POSTS]] < now - window
        copies_kernel_join.drop_posts(np.flatnonzero(old), self._index)

    def _bound(self) -> None:
        """Where there are more posts than `most`, take out the oldest, an eighth of them."""
        index = self._index
        too_many = len(self) - self.most
        if too_many <= 0:
            return
        live = np.flatnonzero(index.post_texts[: index.counts[lay.N_POSTS]] != lay.GONE)
        order = np.lexsort((live, index.moments[live]))
        copies_kernel_join.drop_posts(live[order[: too_many + self.most // 8]], index)


def prepare() -> None:
    """Have the kernels compiled, once a machine; see `matching.prepare`."""
    posts = pa.table(
        {"uri": ["a"], "text": ["Five words are just enough."], "created_at": pa.array([0], MOMENT)}
    )
    copies = Copies()
    copies.add(posts, now=datetime.fromisoformat("1970-01-01T00:00:00+00:00"))
    copies.forget(["b"])


def _check(window: timedelta, most: int, alike: float) -> None:
    for fits, field, value, valid in (
        (window > timedelta(0), "window", window, "longer than 0"),
        (most >= 1, "most", most, "1 or more"),
        (0.5 <= alike <= 1, "alike", alike, "from 0.5 to 1"),
    ):
        if not fits:
            raise Correctable(
                f"{field} is {value}; it must be {valid}.", field=field, code="copies-setting",
                hint="Leave it out for the usual value.",
            )  # fmt: skip


def _micros(moment: datetime) -> int:
    return int(pa.scalar(moment, MOMENT).value)


def _moments(batch: pa.RecordBatch) -> _Ints:
    moments = batch.column("created_at").cast(MOMENT).cast(pa.int64())
    return np.asarray(moments.to_numpy(zero_copy_only=False), np.int64)


def _leave_out(signed: lay.Signed, rows: npt.NDArray[np.bool_]) -> None:
    """Take the shingles from these rows, as if they had no text."""
    if not rows.any():
        return
    sizes = np.diff(signed.ends)
    kept = signed.sets[: signed.ends[-1]][np.repeat(~rows, sizes)]
    signed.sets[: kept.size] = kept
    sizes[rows] = 0
    np.cumsum(sizes, out=signed.ends[1:])


def _laid_out(values: Sequence[str]) -> tuple[npt.NDArray[np.uint8], _Ints]:
    encoded = [value.encode() for value in values]
    bounds = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(one) for one in encoded], out=bounds[1:])
    return np.frombuffer(b"".join(encoded) + b"\0", np.uint8), bounds


def _author_hashes(authors: Sequence[str]) -> npt.NDArray[np.uint64]:
    laid = read(pa.record_batch({"author": pa.array(authors, pa.string())}), {matching.C_AUTHOR})
    hashes = np.zeros(len(authors), np.uint64)
    copies_kernel_sign.hash_authors(laid, hashes)
    return hashes


def _numbers(groups: _Ints) -> pa.Int64Array:
    return pa.array(groups, pa.int64(), mask=groups < 0)
