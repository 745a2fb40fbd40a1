"""A compiled set of standing queries."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from auscult.engine.matching import layout as lay
from auscult.engine.matching.arena import Arena
from auscult.engine.matching.programs import Compiler
from auscult.engine.query.tree import Node

if TYPE_CHECKING:
    from auscult.engine.matching.matcher import Matcher

MATCHES = pa.schema(
    [
        pa.field("post", pa.int64(), nullable=False),
        pa.field("watch", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field(
            "spans",
            pa.list_(
                pa.struct(
                    [
                        pa.field("field", pa.string()),
                        pa.field("start", pa.int32()),
                        pa.field("end", pa.int32()),
                    ]
                )
            ),
            nullable=False,
        ),
    ]
)
_NONE: Mapping[str, Node] = MappingProxyType({})
# Watches that were taken out stay as rows until so many, and more than stand, are gone.
_MOST_GONE = 1000
_FEW = 8


class WatchSet:
    """Standing queries, held against batches of posts.

    A set may be used from several threads; one of them works at a time.

    Parameters
    ----------
    watches : mapping of str to Node
        Names and syntax trees.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from auscult.engine.query.tree import Word
    >>> watches = WatchSet({"flu": Word(text="flu")})
    >>> watches.match(pa.table({"text": ["Flu season is here", "No news"]})).to_pylist()
    [{'post': 0, 'watch': 'flu', 'spans': [{'field': 'text', 'start': 0, 'end': 3}]}]
    """

    def __init__(self, watches: Mapping[str, Node] = _NONE) -> None:
        self._lock = threading.Lock()
        self._compiler = Compiler()
        self._slots: dict[str, int] = {}
        self._names: list[str] = []
        self._dictionary: pa.Array | None = None
        self._matcher: Matcher | None = None
        self._depth = 1
        self._empty()
        for name, tree in watches.items():
            self.put(name, tree)

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, name: object) -> bool:
        return name in self._slots

    def put(self, name: str, tree: Node) -> None:
        """Add a watch, or change the one of this name. Takes time by the size of the tree."""
        with self._lock:
            program = self._compiler.compile(tree)
            if name in self._slots:
                self._drop(name)
            code = self._code.add(program.code)
            first = self._groups.size - 1
            for group in program.groups:
                self._members.add(group.terms)
                self._groups.add([self._members.size])
            row = (code, len(program.code), first, first + len(program.groups), 1)
            self._slots[name] = self._rows.add([row])
            self._names.append(name)
            self._depth = max(self._depth, program.depth)
            self._dictionary = None

    def remove(self, name: str) -> None:
        """Take a watch out; `KeyError` if there is none of this name."""
        with self._lock:
            self._drop(name)

    def match(self, posts: pa.Table | pa.RecordBatch, *, spans: bool = True) -> pa.Table:
        """Hold all watches against posts.

        Parameters
        ----------
        posts : table or record batch
            Posts with a `text` column, and any others of `engine.kernel.posts.SCHEMA`. A
            column that is absent is null throughout.
        spans : bool
            Whether to say where each match hit; lists of spans are empty if not.

        Returns
        -------
        table
            `post` (row of `posts`), `watch` (name), `spans` (list of field, start, end; in
            code points of the field, `end` is the first after it), as `MATCHES` says. Sorted by
            post, then by when the watch was put.
        """
        with self._lock:
            if self._matcher is None:
                # The compiler's import takes half a second: only who matches waits for it.
                from auscult.engine.matching.matcher import Matcher  # noqa: PLC0415

                self._matcher = Matcher(self._compiler)
            watches = lay.Watches(self._rows.rows(), self._groups.rows(), self._members.rows())
            found = self._matcher.match(
                posts, self._code.rows(), watches, depth=self._depth, spans=spans
            )
            return pa.table([found[0], self._named(found[1]), found[2]], schema=MATCHES)

    def _named(self, slots: npt.NDArray[np.int32]) -> pa.Array:
        """Name the watches of matches; few matches don't wait for all names to be written."""
        if len(slots) * _FEW < len(self._names):
            distinct, places = np.unique(slots, return_inverse=True)
            names = pa.array([self._names[slot] for slot in distinct], pa.string())
            return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), names)
        if self._dictionary is None:
            self._dictionary = pa.array(self._names, pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(slots), self._dictionary)

    def _drop(self, name: str) -> None:
        self._rows.rows()[self._slots.pop(name), lay.ALIVE] = 0
        if len(self._names) - len(self._slots) > max(_MOST_GONE, len(self._slots)):
            self._compact()

    def _compact(self) -> None:
        """Lay the watches that stand out anew, without those that are gone."""
        rows, groups, members = self._rows.rows(), self._groups.rows(), self._members.rows()
        code, names = self._code.rows(), self._names
        slots = sorted(self._slots.values())
        self._empty()
        self._names = [names[slot] for slot in slots]
        self._slots = {name: slot for slot, name in enumerate(self._names)}
        self._code.add(_joined(code, rows[slots, lay.PROGRAM], rows[slots, lay.PROGRAM_SIZE]))
        low, high = rows[slots, lay.GROUP_LOW], rows[slots, lay.GROUP_HIGH]
        kept = _joined(np.arange(len(groups) - 1), low, high - low)
        sizes = groups[kept + 1] - groups[kept]
        self._members.add(_joined(members, groups[kept], sizes))
        self._groups.add(np.cumsum(sizes))
        moved = rows[slots]
        moved[:, lay.PROGRAM] = _starts(moved[:, lay.PROGRAM_SIZE])
        moved[:, lay.GROUP_LOW] = _starts(high - low)
        moved[:, lay.GROUP_HIGH] = moved[:, lay.GROUP_LOW] + (high - low)
        self._rows.add(moved)
        if self._matcher is not None:
            self._matcher.forget_gates()

    def _empty(self) -> None:
        self._rows = Arena(np.int32, lay.WATCH_COLUMNS)
        self._code = Arena(np.int32)
        self._groups = Arena(np.int32)
        self._members = Arena(np.int32)
        self._groups.add([0])
        self._names = []
        self._dictionary = None


def _starts(sizes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    starts: npt.NDArray[Any] = np.cumsum(sizes) - sizes
    return starts


def _joined(
    values: npt.NDArray[Any], starts: npt.NDArray[Any], sizes: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """Join the ranges of `values` that begin at `starts` and have these sizes."""
    places = np.repeat(starts - _starts(sizes), sizes) + np.arange(int(sizes.sum()))
    joined: npt.NDArray[Any] = values[places]
    return joined
