"""Forgetting posts and authors, and posts that are too old.

Three steps, each durable before the next: the tombstone is in the log (from here on no
read gives the post, whatever happens); the rows are found and are listed as dead, or, if
few posts have to be written anew for it, are gone; compaction removes the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from auscult.engine.archive import sidecar
from auscult.engine.archive.layout import SEGMENT_ROWS, Manifest, Segment, write_whole
from auscult.engine.archive.segments import Draft, Store, microseconds
from auscult.engine.archive.tombstones import Rows, without_rows

# Rows that a call writes anew by itself, about a third of a second's work a segment;
# beyond that it only marks them, and compaction does the rest.
AT_ONCE = 2 * SEGMENT_ROWS
_READERS = 2


def forget(store: Store, uris: Sequence[str], authors: Sequence[str], *, erase: bool) -> int:
    """Forget; returns how many posts are gone. See `Lake.forget`."""
    if not uris and not authors:
        return 0
    with store.folder.writing() as manifest:
        before = sum(segment.rows - segment.dead_rows for segment in manifest.segments)
        store.log.append(uris, authors)
        store.folder.sweep(manifest)
        with ThreadPoolExecutor(_READERS) as readers:
            hits = list(readers.map(store.dead, manifest.segments))
        marked = list(zip(manifest.segments, hits, strict=True))
        new = commit_dead(store, manifest, marked, at_once=AT_ONCE if erase else 0)
        return before - sum(segment.rows - segment.dead_rows for segment in new.segments)


def hide(store: Store, uris: Sequence[str], authors: Sequence[str]) -> None:
    """Forget for whoever reads; `erase` finds the rows. See `Lake.hide`."""
    if uris or authors:
        with store.folder.writing():
            store.log.append(uris, authors)


def erase(store: Store, at_most: int) -> bool:
    """Find what was hidden, and write small segments anew first. See `Lake.erase`."""
    with store.folder.writing() as manifest:
        count = store.log.count()
        holed = [s for s in manifest.segments if s.dead_rows or s.resolved < count]
        with ThreadPoolExecutor(_READERS) as readers:
            dead = list(readers.map(store.dead, holed))
        old: list[Segment] = []
        new: list[Segment] = []
        left = False
        pairs = sorted(zip(holed, dead, strict=True), key=lambda pair: pair[0].rows)
        for segment, rows in pairs:
            anew = segment.rows if 0 < len(rows) < segment.rows else 0
            fits = anew <= at_most
            at_most -= anew if fits else 0
            left |= not fits
            made = _without_dead(store, segment, rows, manifest.commit + 1, now=fits)
            if made != (segment,):
                old.append(segment)
                new += made
        if old:
            store.folder.commit(manifest.replacing(tuple(old), tuple(new)))
        return not left


def _without_dead(
    store: Store, segment: Segment, rows: Rows, born: int, *, now: bool
) -> tuple[Segment, ...]:
    """Return what takes the place of a segment with these dead rows."""
    if not len(rows) or (len(rows) == segment.dead_rows and not now):
        return (replace(segment, resolved=store.log.count()),)
    return without(store, segment, rows) if now else (_marked(store, segment, rows, born),)


def expire(store: Store, source: str, before: int) -> int:
    """Drop the posts of a source that are older. See `Lake.expire`."""
    with store.folder.writing() as manifest:
        marked = []
        dropped = 0
        for segment in manifest.segments:
            if segment.source != source or segment.first >= before:
                continue
            dead = _too_old(store, segment, before)
            dropped += len(dead) - segment.dead_rows
            marked.append((segment, dead))
        if marked:
            commit_dead(store, manifest, marked, at_once=AT_ONCE)
        return dropped


def _too_old(store: Store, segment: Segment, before: int) -> Rows:
    if segment.last < before:
        return np.arange(segment.rows, dtype=np.uint32)
    old = np.flatnonzero(microseconds(store.read(segment, columns=["created_at"])) < before)
    return np.union1d(old, store.dead(segment)).astype(np.uint32)


def commit_dead(
    store: Store, manifest: Manifest, marked: Sequence[tuple[Segment, Rows]], *, at_once: int
) -> Manifest:
    """Commit that of each segment these rows are dead.

    Where no more than `at_once` rows have to be written anew for it, they are gone as well.
    """
    count = store.log.count()
    born = manifest.commit + 1
    changed = [(s, rows) for s, rows in marked if len(rows) > s.dead_rows]
    behind = [s for s, rows in marked if len(rows) == s.dead_rows and s.resolved < count]
    whole = sum(s.rows for s, rows in changed if len(rows) < s.rows)
    old = [*(s for s, _ in changed), *behind]
    new = [replace(s, resolved=count) for s in behind]
    for segment, rows in changed:
        if whole <= at_once or len(rows) == segment.rows:
            new += without(store, segment, rows)
        else:
            new.append(_marked(store, segment, rows, born))
    state = manifest.replacing(tuple(old), tuple(new)) if old else manifest
    if old:
        store.folder.commit(state)
    return state


def without(store: Store, segment: Segment, rows: npt.NDArray[Any]) -> tuple[Segment, ...]:
    """Write a segment anew without these rows and the dead ones; none if nothing is left."""
    gone = np.union1d(store.dead(segment), rows).astype(np.uint32)
    if len(gone) == segment.rows:
        return ()
    draft = Draft(
        posts=without_rows(store.read(segment), gone),
        source=segment.source,
        resolved=store.log.count(),
        born=segment.born,
        key=segment.key,
    )
    return (store.write(draft),)


def _marked(store: Store, segment: Segment, rows: Rows, born: int) -> Segment:
    name = f"{segment.name}.dead-{born}"
    write_whole(store.folder.segments / name, sidecar.pack_rows(rows))
    return replace(segment, dead=name, dead_rows=len(rows), resolved=store.log.count())
