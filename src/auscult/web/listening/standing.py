"""An organisation's watches, compiled once and kept, with changes taken in as they come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
from django.db import connection

from auscult.engine.matching import WatchSet
from auscult.engine.query.parse import parse
from auscult.web.accounts.models import Actor
from auscult.web.listening.models import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """Which post was found by which watch, and where.

    Attributes
    ----------
    post : int64 array
        Row of the post.
    watch : int64 array
        Number of the watch.
    spans : list of str
        `[[field, start, end], ...]` as JSON.
    version : int
        Of the watch list that was asked.
    """

    post: npt.NDArray[np.int64]
    watch: npt.NDArray[np.int64]
    spans: list[str]
    version: int

    def where(self, keep: npt.NDArray[np.bool_]) -> Hits:
        """Return the hits that a mask, one value a hit, keeps."""
        if keep.all():
            return self
        chosen = np.flatnonzero(keep)
        return Hits(
            post=self.post[chosen],
            watch=self.watch[chosen],
            spans=[self.spans[at] for at in chosen.tolist()],
            version=self.version,
        )


class StandingWatches:
    """The watches of one organisation, ready for batches.

    It belongs to one thread. `refresh` compiles only what changed since the last call.
    """

    def __init__(self, actor: Actor) -> None:
        self.organisation_id = actor.organisation_id
        self.version = -1
        self._set = WatchSet({})
        self._revisions: dict[int, int] = {}

    def refresh(self) -> bool:
        """Take in what changed; return whether anything did."""
        version = list_version(self.organisation_id)
        if version == self.version:
            return False
        rows = Watch.objects.filter(organisation_id=self.organisation_id)
        current = dict(rows.values_list("pk", "revision"))
        for gone in self._revisions.keys() - current.keys():
            self._set.remove(str(gone))
        changed = [pk for pk, revision in current.items() if self._revisions.get(pk) != revision]
        for pk, query in rows.filter(pk__in=changed).values_list("pk", "query"):
            self._set.put(str(pk), parse(query).tree)
        self._revisions = current
        self.version = version
        return True

    def match(self, posts: pa.Table) -> Hits:
        """Return what the watches find in posts, as of the last `refresh`."""
        return hits_of(self._set.match(posts), self.version)


def list_version(organisation_id: int) -> int:
    """Return the number that changes with each watch of an organisation."""
    # Written out, because it is asked with every batch, twice.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version FROM listening_watchlist WHERE organisation_id = %s", [organisation_id]
        )
        found = cursor.fetchone()
    return found[0] if found else 0


def hits_of(matches: pa.Table, version: int) -> Hits:
    """Return the matcher's table, whose watches are named by their numbers, as Hits."""
    matches = matches.combine_chunks()
    watch = matches.column("watch").combine_chunks()
    if isinstance(watch, pa.ChunkedArray):
        watch = (
            watch.chunk(0) if watch.num_chunks else pa.array([], matches.schema.field("watch").type)
        )
    numbers = np.array([int(name) for name in watch.dictionary.to_pylist()], np.int64)
    return Hits(
        post=matches.column("post").to_numpy(),
        watch=numbers[watch.indices.to_numpy()] if len(watch) else np.empty(0, np.int64),
        spans=spans_json(matches.column("spans")),
        version=version,
    )


def spans_json(spans: pa.ChunkedArray) -> list[str]:
    """Return each match's spans as `[[field, start, end], ...]`."""
    written: list[str] = []
    for chunk in spans.chunks:
        flat = chunk.flatten()
        fields = flat.field("field").to_pylist()
        starts, ends = flat.field("start").to_pylist(), flat.field("end").to_pylist()
        pieces = [f'["{f}",{s},{e}]' for f, s, e in zip(fields, starts, ends, strict=True)]
        cuts = chunk.offsets.to_numpy() - chunk.offsets[0].as_py()
        written += [
            "[" + ",".join(pieces[low:high]) + "]"
            for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)
        ]
    return written


def spans_from_json(written: str) -> tuple[tuple[str, int, int], ...]:
    """Return spans as (field, start, end)."""
    return tuple((field, start, end) for field, start, end in orjson.loads(written))
