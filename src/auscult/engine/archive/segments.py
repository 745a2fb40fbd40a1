"""One segment: how its Parquet file is encoded, and how its rows are read.

`docs/explanation/lake.md` has the measurements behind each choice. The file is plain
Parquet with the columns of `kernel.posts.SCHEMA`: DuckDB and Spark read it as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from auscult.engine.archive import sidecar
from auscult.engine.archive.errors import LakeDamagedError, LakeError
from auscult.engine.archive.hashing import seed_of
from auscult.engine.archive.layout import (
    GROUP_ROWS,
    Folder,
    Segment,
    write_whole,
)
from auscult.engine.archive.tombstones import Rows, Tombstones, without_rows
from auscult.engine.kernel.posts import SCHEMA

Terms: TypeAlias = Callable[[pa.Table], pa.Array]
MANY_LANGUAGES = 64  # a segment with more of them isn't pruned by language

_FEW_VALUES = [
    "source", "community", "author", "author_name", "language", "country", "region",
    "in_reply_to", "root",
]  # fmt: skip
_ENCODINGS = {
    "text": "DELTA_LENGTH_BYTE_ARRAY",
    "created_at": "DELTA_BINARY_PACKED",
    "collected_at": "DELTA_BINARY_PACKED",
}
# A page as long as its row group: each page is compressed by itself, and a long one better.
_PAGE = 1 << 26
INCOMING_LEVEL, SETTLED_LEVEL = 1, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Posts of one source, sorted by time, that are to become a segment."""

    posts: pa.Table
    source: str
    resolved: int
    born: int
    key: str = ""


def conformed(posts: pa.Table) -> pa.Table:
    """Return the posts with the columns and types of the schema, sorted by time.

    Raises
    ------
    LakeError
        A column that every post has is absent, or has nulls or another type.
    """
    for name in ("uri", "created_at", "text"):
        if name not in posts.column_names or posts.column(name).null_count:
            raise LakeError(
                f"The posts have no column {name!r} without gaps; they have"
                f" {', '.join(posts.column_names)}.",
                code="lake-posts",
                field=name,
                hint="Hand over a table of the schema that `auscult posts schema` prints.",
            )
    try:
        columns = [
            posts.column(f.name).cast(f.type)
            if f.name in posts.column_names
            else pa.nulls(len(posts), f.type)
            for f in SCHEMA
        ]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise LakeError(
            f"A column of the posts has another type than the schema: {error}.",
            code="lake-posts",
            hint="Hand over a table of the schema that `auscult posts schema` prints.",
        ) from error
    return sorted_by_time(pa.table(columns, schema=SCHEMA))


def sorted_by_time(posts: pa.Table) -> pa.Table:
    moments = microseconds(posts)
    if np.all(moments[1:] >= moments[:-1]):
        return posts
    return posts.take(pa.array(np.argsort(moments, kind="stable")))


def microseconds(posts: pa.Table) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return `created_at` as microseconds since 1970."""
    moments: np.ndarray[Any, np.dtype[np.int64]] = (
        posts.column("created_at").cast(pa.int64()).to_numpy()
    )
    return moments


class Store:
    """Writes and reads the segments of one lake."""

    def __init__(self, folder: Folder, terms: Terms | None) -> None:
        self.folder = folder
        self._terms = terms
        self._log: Tombstones | None = None

    @property
    def log(self) -> Tombstones:
        if self._log is None:
            salt = self.folder.salt
            made = Tombstones(self.folder.path, salt)
            if not salt:
                return made
            self._log = made
        return self._log

    def write(self, draft: Draft) -> Segment:
        """Write one segment, durably; no manifest names it yet."""
        settled = not draft.key
        name = self.folder.new_name(draft.source, int(microseconds(draft.posts)[0]), draft.born)
        path = self.folder.segments / name
        write_whole(path.with_name(path.name + ".parquet"), _encoded(draft.posts, settled=settled))
        segment = Segment(
            name=name,
            source=draft.source,
            groups=_groups(draft.posts),
            languages=_languages(draft.posts),
            size=path.with_name(path.name + ".parquet").stat().st_size,
            resolved=draft.resolved,
            born=draft.born,
            key=draft.key,
            indexed=settled,
            terms=settled and self._terms is not None,
        )
        if settled:
            self._write_indexes(segment, draft.posts)
        return segment

    def _write_indexes(self, segment: Segment, posts: pa.Table) -> None:
        seed = seed_of(self.folder.salt)
        made = sidecar.identities(posts.column("uri"), posts.column("author"), seed)
        write_whole(self.path(segment, ".ids"), sidecar.pack_identities(made))
        if self._terms is not None:
            groups = [
                self._terms(posts.slice(start, GROUP_ROWS))
                for start in range(0, len(posts), GROUP_ROWS)
            ]
            packed = sidecar.pack_terms(sidecar.term_filter(groups, seed))
            write_whole(self.path(segment, ".terms"), packed)

    def path(self, segment: Segment, end: str = ".parquet") -> Path:
        return self.folder.segments / (segment.name + end)

    def identities(self, segment: Segment) -> sidecar.Identities:
        """Return the hashes of a segment's uris and authors."""
        if segment.indexed:
            return sidecar.load_identities(self.path(segment, ".ids"))
        posts = self.read(segment, columns=["uri", "author"])
        seed = seed_of(self.folder.salt)
        return sidecar.identities(posts.column("uri"), posts.column("author"), seed)

    def read(
        self,
        segment: Segment,
        *,
        groups: Sequence[int] | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Return rows of a segment as written, dead ones included."""
        chosen = list(range(len(segment.groups))) if groups is None else list(groups)
        names = None if columns is None else list(columns)
        try:
            with pq.ParquetFile(self.path(segment)) as file:
                return file.read_row_groups(chosen, columns=names, use_threads=False)
        except pa.ArrowInvalid as error:
            raise LakeDamagedError(
                f"{self.path(segment)} can't be read ({error}); restore it from a backup."
            ) from error

    def dead(self, segment: Segment) -> Rows:
        """Return the rows that must not be read, those of pending tombstones included."""
        known = (
            sidecar.load_rows(self.folder.segments / segment.dead)
            if segment.dead
            else np.empty(0, dtype=np.uint32)
        )
        if segment.resolved >= self.log.count():
            return known
        return np.union1d(known, self.forgotten_rows(segment)).astype(np.uint32)

    def forgotten_rows(self, segment: Segment) -> Rows:
        """Return the rows that the tombstones since the segment was written hit."""
        forgotten = self.log.since(segment.resolved)
        if forgotten.empty or not self.identities(segment).may_hold(
            forgotten.uris, forgotten.authors
        ):
            return np.empty(0, dtype=np.uint32)
        columns = ["uri", *["author"] * bool(len(forgotten.authors))]
        posts = self.read(segment, columns=columns)
        return forgotten.rows(posts.column("uri"), posts.column(columns[-1]))

    def alive(self, segment: Segment, columns: Sequence[str] | None = None) -> pa.Table:
        """Return all rows of a segment that may be read."""
        return without_rows(self.read(segment, columns=columns), self.dead(segment))


def _encoded(posts: pa.Table, *, settled: bool) -> memoryview:
    buffer = pa.BufferOutputStream()
    pq.write_table(
        posts,
        buffer,
        row_group_size=GROUP_ROWS,
        compression="zstd",
        compression_level=SETTLED_LEVEL if settled else INCOMING_LEVEL,
        use_dictionary=_FEW_VALUES,
        column_encoding=_ENCODINGS,
        data_page_size=_PAGE,
        max_rows_per_page=GROUP_ROWS,
        write_statistics=["created_at", "source", "language"],
    )
    return memoryview(buffer.getvalue())


def _groups(posts: pa.Table) -> tuple[tuple[int, int, int], ...]:
    moments = microseconds(posts)
    return tuple(
        (int(part[0]), int(part[-1]), len(part))
        for part in (moments[at : at + GROUP_ROWS] for at in range(0, len(moments), GROUP_ROWS))
    )


def _languages(posts: pa.Table) -> tuple[str, ...] | None:
    found = pc.unique(posts.column("language")).to_pylist()
    if len(found) > MANY_LANGUAGES:
        return None
    return tuple(sorted(language for language in found if language is not None))
