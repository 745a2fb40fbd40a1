"""Compaction: many small incoming segments become few settled ones, without dead rows.

A settled segment holds posts of one source, sorted by time, at most 131,072 of them, and
whole days where days fit. Settled segments that are small are merged again once as much
new has come as they hold, so that a post is written anew a few times in its life, not
once a batch. One step merges one source under the lock, some seconds at most; between
steps other writers get their turn.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from auscult.engine.archive.forget import erase, without
from auscult.engine.archive.hashing import hash_strings
from auscult.engine.archive.layout import ABSORBED_KEYS, SEGMENT_ROWS, Manifest, Segment
from auscult.engine.archive.segments import Draft, Store, microseconds, sorted_by_time
from auscult.engine.archive.tombstones import without_rows
from auscult.engine.archive.write import absorbing

# What may lie incoming before a write compacts its source by itself, and about what one
# step merges: some seconds' work and some 500 MB of memory.
INCOMING_SEGMENTS = 64
INCOMING_ROWS = 524_288
INCOMING_SIZE = 128_000_000
_DAY = 86_400_000_000
_THREADS = min(4, os.cpu_count() or 1)
_AT_A_TIME = 2 * _THREADS


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a compaction did: segments merged and written, dead rows erased, files swept."""

    merged: int = 0
    written: int = 0
    erased: int = 0
    swept: int = 0

    def __add__(self, other: Report) -> Report:
        return Report(
            merged=self.merged + other.merged,
            written=self.written + other.written,
            erased=self.erased + other.erased,
            swept=self.swept + other.swept,
        )


def compact(store: Store) -> Report:
    """Merge what is incoming and erase what is dead, everywhere. See `Lake.compact`."""
    with store.folder.writing() as manifest:
        report = Report(swept=store.folder.sweep(manifest))
        sources = sorted({s.source for s in manifest.segments if s.key})
    for source in sources:
        while (step := compact_source(store, source)).merged:
            report += step
    erase(store, at_most=0)  # so that only segments with dead rows are written anew
    while (step := _erase_some(store)).merged:
        report += step
    return report


def crowded(manifest: Manifest, source: str) -> bool:
    """Return whether so much lies incoming that it should be merged now."""
    incoming = [s for s in manifest.segments if s.key and s.source == source]
    return len(incoming) >= INCOMING_SEGMENTS or _full(incoming)


def _full(segments: list[Segment], *, times: int = 1) -> bool:
    return (
        sum(s.rows for s in segments) >= times * INCOMING_ROWS
        or sum(s.size for s in segments) >= times * INCOMING_SIZE
    )


def compact_source(store: Store, source: str) -> Report:
    """Merge what is incoming of one source, and the small settled segments it meets."""
    with store.folder.writing() as manifest:
        chosen = _chosen(manifest, source)
        if not chosen:
            return Report()
        posts = _newest([store.alive(segment) for segment in chosen])
        before = sum(segment.rows for segment in chosen)
        drafts = [
            Draft(
                posts=part,
                source=source,
                resolved=store.log.count(),
                born=manifest.commit + 1,
            )
            for part in _parts(sorted_by_time(posts))
        ]
        with ThreadPoolExecutor(_THREADS) as writers:
            new = tuple(writers.map(store.write, drafts))
        state = manifest.replacing(chosen, new)
        store.folder.commit(absorbing(state, chosen, ABSORBED_KEYS))
        return Report(merged=len(chosen), written=len(new), erased=before - len(posts))


def _chosen(manifest: Manifest, source: str) -> tuple[Segment, ...]:
    """Return the incoming segments, and settled ones while they are small beside them."""
    mine = [segment for segment in manifest.segments if segment.source == source]
    incoming = [segment for segment in mine if segment.key]
    if not incoming:
        return ()
    chosen: list[Segment] = []
    for segment in incoming:
        chosen.append(segment)
        if _full(chosen):
            break
    rows = sum(segment.rows for segment in chosen)
    for segment in sorted((s for s in mine if not s.key), key=lambda s: s.rows):
        if segment.rows > min(2 * rows, SEGMENT_ROWS // 2) or _full(chosen, times=2):
            break
        chosen.append(segment)
        rows += segment.rows
    return tuple(sorted(chosen, key=lambda s: s.born))


def _newest(tables: list[pa.Table]) -> pa.Table:
    """Return all rows of tables given from old to new; of a uri, the last one."""
    posts = pa.concat_tables(tables).combine_chunks()
    uris = posts.column("uri")
    hashes = hash_strings(uris, np.uint64(0))
    order = np.argsort(hashes, kind="stable")
    equal = hashes[order][1:] == hashes[order][:-1]
    suspects = np.unique(np.concatenate([order[1:][equal], order[:-1][equal]]))
    last: dict[str, int] = {}
    older = []
    for row, uri in zip(suspects.tolist(), uris.take(pa.array(suspects)).to_pylist(), strict=True):
        if uri in last:
            older.append(last[uri])
        last[uri] = row
    return without_rows(posts, np.array(older, dtype=np.uint32))


def _parts(posts: pa.Table) -> Iterator[pa.Table]:
    """Cut sorted posts into segments: whole days while they fit, long days in pieces."""
    days = microseconds(posts) // _DAY
    ends = np.append(np.flatnonzero(days[1:] != days[:-1]) + 1, len(posts))
    start = 0
    while start < len(posts):
        fitting = ends[(ends > start) & (ends <= start + SEGMENT_ROWS)]
        stop = int(fitting[-1]) if len(fitting) else min(start + SEGMENT_ROWS, len(posts))
        yield posts.slice(start, stop - start)
        start = stop


def _erase_some(store: Store) -> Report:
    """Write a few segments that have dead rows anew without them."""
    with store.folder.writing() as manifest:
        holed = [s for s in manifest.segments if s.dead_rows][:_AT_A_TIME]
        if not holed:
            return Report()
        rows = [store.dead(segment) for segment in holed]
        with ThreadPoolExecutor(_THREADS) as writers:
            new = [n for made in writers.map(partial(without, store), holed, rows) for n in made]
        store.folder.commit(manifest.replacing(tuple(holed), tuple(new)))
        return Report(merged=len(holed), written=len(new), erased=sum(map(len, rows)))
