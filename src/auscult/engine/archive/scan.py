"""Reading the lake: bounded tables, newest first, resumable, untouched by other writers.

A scan goes through one source after the other, and in each from the newest post to the
oldest, one window of time at a time. Its position is a source and a moment, not a place
in a file, so it holds across compaction, and a scan that was cut off continues after it.
Row groups are skipped by time, language and term filter before they are opened.

No lock: a scan reads the files that a manifest names. Where one of them has vanished
since, or another manifest came, it goes on with the new manifest from its position.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from auscult.engine.archive import sidecar
from auscult.engine.archive.errors import LakeDamagedError, LakeError
from auscult.engine.archive.hashing import seed_of
from auscult.engine.archive.layout import Manifest, Segment
from auscult.engine.archive.segments import Store, microseconds
from auscult.engine.archive.tombstones import Rows, without_rows
from auscult.engine.query.nominate import Need

EVER, NEVER = -(1 << 62), 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a scan is asked for; times in microseconds, `until` not included."""

    sources: tuple[str, ...] | None = None
    since: int = EVER
    until: int = NEVER
    languages: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None
    need: Need | None = None
    rows: int = 131_072


class Group(NamedTuple):
    """A row group that a scan has to read."""

    last: int
    first: int
    number: int
    start: int
    rows: int
    segment: Segment


class Scan:
    """An iterator of tables; see `Lake.scan`.

    Attributes
    ----------
    position : str
        Where to continue, as `after` of another scan, behind the tables received so far.
        A window of time that gave several tables counts only with its last one.
    """

    def __init__(self, store: Store, wanted: Wanted, after: str) -> None:
        self._store = store
        self._wanted = wanted
        self._skipped: dict[str, int] = {}
        self._dead: dict[tuple[str, int], Rows] = {}
        self._source, self._bound = _parsed(after)
        self.position = after

    def __iter__(self) -> Iterator[pa.Table]:
        for source in self._sources():
            if source < self._source:
                continue
            bound = self._wanted.until
            if source == self._source:
                bound = min(bound, self._bound)
            yield from self._one_source(source, bound)

    @property
    def share_done(self) -> float:
        """The share, 0 to 1, of the rows in question that lie behind the position."""
        total = done = 0
        source_now, bound = _parsed(self.position)
        for source in self._sources():
            for group in self._groups(self._store.folder.read(), source, self._wanted.until):
                total += group.rows
                if source < source_now or (source == source_now and group.first >= bound):
                    done += group.rows
        return done / total if total else 1.0

    def _sources(self) -> list[str]:
        present = {segment.source for segment in self._store.folder.read().segments}
        wanted = self._wanted.sources
        return sorted(present if wanted is None else present & set(wanted))

    def _one_source(self, source: str, bound: int) -> Iterator[pa.Table]:
        while bound > EVER:
            manifest = self._store.folder.read()
            try:
                for window, reached in self._windows(manifest, source, bound):
                    yield from self._delivered(window, source, reached)
                    bound = reached
                    if self._store.folder.read().commit != manifest.commit:
                        break
            except FileNotFoundError as error:
                if self._store.folder.read().commit == manifest.commit:
                    raise LakeDamagedError(
                        f"{error.filename or error} is named by the lake's manifest but is"
                        " missing; restore it from a backup."
                    ) from error

    def _delivered(self, window: pa.Table, source: str, reached: int) -> Iterator[pa.Table]:
        rows = self._wanted.rows
        starts = range(0, len(window), rows)
        for start in starts:
            if start == starts[-1]:
                self.position = orjson.dumps([source, reached]).decode()
            yield window.slice(start, rows)
        if not starts:
            self.position = orjson.dumps([source, reached]).decode()

    def _windows(
        self, manifest: Manifest, source: str, bound: int
    ) -> Iterator[tuple[pa.Table, int]]:
        """Yield (posts, reached): all posts of the source from `reached` up to the last one.

        Row groups are opened from the newest on. What they hold of a time that an
        unopened one reaches, too, waits in `held` for the next window.
        """
        groups = sorted(self._groups(manifest, source, bound), key=_newest_first)
        # Term filters are opened as the scan comes to them: a step of a backfill ends soon.
        candidates = (group for group in groups if self._may_hit(group))
        held: list[pa.Table] = []
        rest = NEVER
        following = next(candidates, None)
        while rest > EVER:
            if following is not None:
                held.append(self._loaded(following, bound))
                following = next(candidates, None)
            rest = EVER if following is None else following.last + 1
            if rest > EVER and sum(len(posts) for posts in held) < self._wanted.rows:
                continue
            ready, held = _split(held, rest)
            if rest == EVER or ready:
                yield self._finished(ready), rest

    def _groups(self, manifest: Manifest, source: str, bound: int) -> Iterator[Group]:
        for segment in manifest.segments:
            if segment.source != source or not self._speaks(segment):
                continue
            start = 0
            for number, (first, last, rows) in enumerate(segment.groups):
                if first < bound and last >= self._wanted.since:
                    yield Group(last, first, number, start, rows, segment)
                start += rows

    def _speaks(self, segment: Segment) -> bool:
        wanted = self._wanted.languages
        if wanted is None or segment.languages is None:
            return True
        return any(_is_language(has, want) for has in segment.languages for want in wanted)

    def _may_hit(self, group: Group) -> bool:
        segment = group.segment
        if self._wanted.need is None or not segment.terms:
            return True
        bits = self._skipped.get(segment.name)
        if bits is None:
            terms = sidecar.load_terms(self._store.path(segment, ".terms"))
            bits = terms.groups_with(self._wanted.need, seed_of(self._store.folder.salt))
            self._skipped[segment.name] = bits
        return bool(bits >> group.number & 1)

    def _loaded(self, group: Group, bound: int) -> pa.Table:
        wanted = self._wanted
        columns = wanted.columns
        if columns is not None:
            extra = ["created_at", *["language"] * bool(wanted.languages)]
            columns = tuple(dict.fromkeys((*columns, *extra)))
        posts = self._store.read(group.segment, groups=[group.number], columns=columns)
        dead = self._dead_rows(group.segment)
        inside = dead[(dead >= group.start) & (dead < group.start + group.rows)]
        posts = without_rows(posts, inside - np.uint32(group.start))
        if group.first < wanted.since or group.last >= bound:
            posts = _between(posts, wanted.since, bound)
        if wanted.languages:
            posts = posts.filter(_in_languages(posts.column("language"), wanted.languages))
        return posts

    def _dead_rows(self, segment: Segment) -> Rows:
        """Return dead rows, those included that were forgotten since the manifest was read."""
        key = (segment.name, self._store.log.count())
        if key not in self._dead:
            self._dead[key] = self._store.dead(segment)
        return self._dead[key]

    def _finished(self, tables: list[pa.Table]) -> pa.Table:
        if not tables:
            return pa.table({})
        posts = pa.concat_tables(tables)
        return posts if self._wanted.columns is None else posts.select(list(self._wanted.columns))


def _newest_first(group: Group) -> tuple[int, int]:
    return -group.last, -group.first


def _split(held: list[pa.Table], rest: int) -> tuple[list[pa.Table], list[pa.Table]]:
    """Return the posts from `rest` on, and those before."""
    ready, kept = [], []
    for posts in held:
        moments = microseconds(posts)
        if not len(moments):
            continue
        # A row group is sorted by time.
        at = int(np.searchsorted(moments, rest))
        if at < len(moments):
            ready.append(posts.slice(at))
        if at > 0:
            kept.append(posts.slice(0, at))
    return ready, kept


def _between(posts: pa.Table, since: int, bound: int) -> pa.Table:
    first, stop = np.searchsorted(microseconds(posts), [since, bound])
    return posts.slice(int(first), int(stop - first))


def _is_language(has: str, want: str) -> bool:
    return has.lower() == want.lower() or has.lower().startswith(want.lower() + "-")


def _in_languages(column: pa.ChunkedArray, wanted: Sequence[str]) -> pa.Array:
    present = [
        has
        for has in pc.unique(column).to_pylist()
        if has is not None and any(_is_language(has, want) for want in wanted)
    ]
    return pc.is_in(column, pa.array(present, pa.string()))


def _parsed(position: str) -> tuple[str, int]:
    if not position:
        return "", NEVER
    try:
        source, reached = orjson.loads(position)
    except (orjson.JSONDecodeError, ValueError, TypeError) as error:
        raise LakeError(
            f"{position!r} is not a position of a scan.",
            code="scan-position",
            field="after",
            hint="Hand over the `position` of an earlier scan, or nothing.",
        ) from error
    return str(source), int(reached)
