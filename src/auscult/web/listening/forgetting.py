"""Forgetting: what it takes to be gone from every file, and to stay gone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa
from django.db.backends.utils import CursorWrapper

from auscult.web.listening.database import among, values
from auscult.web.listening.models import Tombstone
from auscult.web.listening.standing import Hits
from auscult.web.sources.models import BrokenLine


def digest(kind: str, name: str) -> bytes:
    """Return what is kept of a forgotten uri or author: SHA-256, so not the name itself."""
    return hashlib.sha256(f"{kind}\0{name}".encode("utf-8", "surrogatepass")).digest()


def digests(uris: Iterable[str], authors: Iterable[str]) -> list[bytes]:
    """Return the digests of uris and authors."""
    return [digest("uri", uri) for uri in uris] + [digest("author", name) for name in authors]


def bury(organisation_id: int, buried: Sequence[bytes], *, at: datetime, reason: str) -> None:
    """Keep tombstones, so that what comes again isn't kept again."""
    Tombstone.objects.bulk_create(
        [
            Tombstone(organisation_id=organisation_id, digest=one, at=at, reason=reason[:200])
            for one in buried
        ],
        ignore_conflicts=True,
        batch_size=5_000,
    )


def living(organisation_id: int, posts: pa.Table, hits: Hits) -> Hits:
    """Return the hits on posts whose uri and author were not forgotten."""
    tombstones = Tombstone.objects.filter(organisation_id=organisation_id)
    rows = np.unique(hits.post)
    if not len(rows) or not tombstones.exists():
        return hits
    chosen = posts.select(["uri", "author"]).take(rows)
    of_uri = [digest("uri", uri) for uri in chosen.column("uri").to_pylist()]
    of_author = [digest("author", author or "") for author in chosen.column("author").to_pylist()]
    asked = list({*of_uri, *of_author})
    buried: set[bytes] = set()
    for start in range(0, len(asked), 10_000):  # below SQLite's limit of parameters
        found = tombstones.filter(digest__in=asked[start : start + 10_000])
        buried |= {bytes(one) for one in found.values_list("digest", flat=True)}
    alive = np.zeros(posts.num_rows, bool)
    alive[rows] = [buried.isdisjoint(pair) for pair in zip(of_uri, of_author, strict=True)]
    return hits.where(alive[hits.post])


def keys_of(
    cursor: CursorWrapper, organisation_id: int, uris: Sequence[str], authors: Sequence[str]
) -> list[int]:
    """Return the mentions of these uris and authors."""
    keys: set[int] = set()
    for column, names in (("uri", uris), ("author", authors)):
        cursor.execute(
            f"SELECT id FROM listening_mention WHERE organisation_id = %s AND {among(column)}",
            [organisation_id, values(names)],
        )
        keys.update(row[0] for row in cursor.fetchall())
    return sorted(keys)


def drop_excerpts(organisation_id: int, names: Sequence[str]) -> int:
    """Remove the excerpts of unreadable records that name a forgotten uri or author."""
    lines = BrokenLine.objects.filter(source__organisation_id=organisation_id).exclude(excerpt="")
    naming = [
        pk
        for pk, excerpt in lines.values_list("pk", "excerpt").iterator()
        if any(name in excerpt for name in names)
    ]
    return BrokenLine.objects.filter(pk__in=naming).update(excerpt="") if naming else 0
