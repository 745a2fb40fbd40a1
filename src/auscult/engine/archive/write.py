"""Taking a batch into the lake, and the share of posts that a sample keeps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auscult.engine.archive.errors import LakeError
from auscult.engine.archive.forget import without
from auscult.engine.archive.hashing import hash_strings
from auscult.engine.archive.layout import Manifest, Segment
from auscult.engine.archive.segments import Draft, Store, conformed, microseconds
from auscult.engine.archive.tombstones import without_rows

_SAMPLE_SEED = np.uint64(0x5851F42D4C957F2D)  # the same in every lake: shares nest


def sampled(posts: pa.Table, share: float) -> pa.Table:
    """Return about `share` of the posts, chosen by their uris alone.

    The same uri is always in or always out, and a smaller share is part of a larger one.

    Parameters
    ----------
    posts : pyarrow.Table
        With a column `uri`.
    share : float
        From 0 (none) to 1 (all).
    """
    if not 0 <= share <= 1:
        raise LakeError(
            f"A sample's share is a number from 0 to 1, not {share!r}.",
            code="sample-share",
            field="sample_share",
            hint="0.1 keeps every tenth post.",
        )
    if share == 1:
        return posts
    hashes = hash_strings(posts.column("uri"), _SAMPLE_SEED)
    return posts.filter(pa.array(hashes < share * 2.0**32))


def write(store: Store, posts: pa.Table, *, source: str, key: str) -> int:
    """Write a batch as one segment; returns the rows kept. See `Lake.write`."""
    posts = conformed(posts)
    with store.folder.writing() as manifest:
        forgotten = store.log.since(0)
        if not forgotten.empty:
            posts = without_rows(posts, forgotten.rows(posts["uri"], posts["author"]))
        old, new = _replaced(store, manifest, posts, source, key)
        if len(posts):
            draft = Draft(
                posts=posts,
                source=source,
                resolved=store.log.count(),
                born=manifest.commit + 1,
                key=key,
            )
            new = (*new, store.write(draft))
        if old or new:
            store.folder.commit(manifest.replacing(old, new))
    return len(posts)


def _replaced(
    store: Store, manifest: Manifest, posts: pa.Table, source: str, key: str
) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """Return the segments that hold an earlier delivery of this batch, and what stays of them.

    Where compaction has merged the batch already, its posts are found by their uris.
    """
    incoming = tuple(s for s in manifest.segments if s.key == key and s.source == source)
    if incoming or key not in manifest.absorbed.get(source, ()) or not len(posts):
        return incoming, ()
    moments = microseconds(posts)
    settled = [
        segment
        for segment in manifest.segments
        if segment.source == source
        and not segment.key
        and segment.first <= moments[-1]
        and segment.last >= moments[0]
    ]
    old: list[Segment] = []
    new: list[Segment] = []
    for segment in settled:
        uris = store.read(segment, columns=["uri"]).column("uri")
        rows = np.flatnonzero(pc.is_in(uris, posts.column("uri")).to_numpy())
        if len(rows):
            old.append(segment)
            new += without(store, segment, rows)
    return tuple(old), tuple(new)


def absorbing(manifest: Manifest, merged: tuple[Segment, ...], limit: int) -> Manifest:
    """Return the manifest that remembers the keys of batches that were merged."""
    absorbed = dict(manifest.absorbed)
    for segment in sorted(merged, key=lambda s: s.born):
        if segment.key:
            kept = (*absorbed.get(segment.source, ()), segment.key)
            absorbed[segment.source] = kept[-limit:]
    return replace(manifest, absorbed=absorbed)
