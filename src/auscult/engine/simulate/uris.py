"""Identifiers as each network writes them, all under names reserved for examples."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auscult.engine.simulate.communities import COMMUNITIES
from auscult.engine.simulate.draws import Rows
from auscult.engine.simulate.people import People
from auscult.engine.simulate.plan import Plan

SOURCES = ("bluesky", "mastodon", "forum", "feeds", "reviews")
HOST = "lakeside.example"
_SORTABLE = np.frombuffer(b"234567abcdefghijklmnopqrstuvwxyz", np.uint8)
_SOURCE_OF = np.array([SOURCES.index(community.source) for community in COMMUNITIES])


def source_rows(plan: Plan, rows: Rows) -> Rows:
    """Give each post's row in `SOURCES`."""
    return np.asarray(_SOURCE_OF[plan.community[rows]])


def timestamp_ids(micros: Rows, clock: Rows) -> pa.Array:
    """Write record keys of the AT protocol (TID): 13 letters that sort by time."""
    number = (micros.astype(np.uint64) << np.uint64(10)) | clock.astype(np.uint64)
    shifts = np.arange(60, -1, -5).astype(np.uint64)
    letters = _SORTABLE[((number[:, None] >> shifts) & np.uint64(31)).astype(np.int64)]
    offsets = np.arange(0, 13 * len(micros) + 1, 13, dtype=np.int32)
    data = pa.py_buffer(np.ascontiguousarray(letters))
    return pa.StringArray.from_buffers(len(micros), pa.py_buffer(offsets), data)


class Addresses:
    """Writes the stable names of accounts and posts."""

    def __init__(self, plan: Plan, people: People) -> None:
        self.plan = plan
        self.people = people
        instances = [c.name if c.source == "mastodon" else f"social.{HOST}" for c in COMMUNITIES]
        self.instance = pa.array(instances).take(pa.array(people.home))
        handle = people.handle
        join = pc.binary_join_element_wise
        web = join("did:web:", handle, f".{HOST}", "")
        fediverse = join(handle, self.instance, "@")
        self.accounts = pa.concat_arrays([web, fediverse, handle, handle, handle])
        places = [f"https://{c.name}/p/" for c in COMMUNITIES]
        self.fronts = pa.concat_arrays(
            [
                join("at://", web, "/app.bsky.feed.post/", ""),
                join("https://", self.instance, "/users/", handle, "/statuses/", ""),
                join("https://", handle, f".{HOST}/stories/", ""),
                pa.array(places),
            ]
        )

    def authors(self, rows: Rows) -> pa.Array:
        """Give the network's stable name of each post's author."""
        source = source_rows(self.plan, rows)
        return self.accounts.take(pa.array(source * len(self.people) + self.plan.author[rows]))

    def uris(self, rows: Rows) -> pa.Array:
        """Give each post's identifier; unique, for no two posts share a microsecond."""
        plan, size = self.plan, len(self.people)
        source = source_rows(plan, rows)
        author, micros = plan.author[rows], plan.micros[rows]
        by_place = (source == 2) | (source == 4)
        front = np.where(source == 3, 2 * size, np.minimum(source, 1) * size) + author
        front = np.where(by_place, 3 * size + plan.community[rows].astype(np.int64), front)
        flakes = ((micros // 1000) << 16) | ((micros % 1000) * 64)
        counted = np.where(source == 1, flakes, micros - int(plan.start.timestamp()) * 1_000_000)
        ids = pc.if_else(
            pa.array(source == 0),
            timestamp_ids(micros, rows & 1023),
            pa.array(counted).cast(pa.string()),
        )
        return pc.binary_join_element_wise(self.fronts.take(pa.array(front)), ids, "")

    def uris_or_null(
        self, rows: Rows, there: np.ndarray[tuple[int], np.dtype[np.bool_]]
    ) -> pa.Array:
        """Give identifiers of `rows` where `there`, null elsewhere."""
        found = np.flatnonzero(there)
        place = np.zeros(rows.size, np.int64)
        place[found] = np.arange(found.size)
        if found.size == 0:
            return pa.nulls(rows.size, pa.string())
        return self.uris(rows[found]).take(pa.array(place, mask=~there))
