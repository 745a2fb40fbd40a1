"""Posts by number, and how to read their numbers back: what the lake's tests are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from auscult.engine.archive import Lake, compact, forget
from auscult.engine.archive import segments as segments_module
from auscult.engine.kernel.posts import SCHEMA

START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = (
    "nurse",
    "ward",
    "clinic",
    "flu",
    "vaccine",
    "waiting",
    "parking",
    "kind",
    "doctor",
    "queue",
)


def words_of(posts: pa.Table) -> pa.Array:
    return pc.utf8_lower(posts.column("text")).combine_chunks()


def posts_of(numbers: list[int]) -> pa.Table:
    """Post n: made n hours after the start by author n % 7, and says so."""
    return pa.table(
        {
            "uri": [f"at://town/{n}" for n in numbers],
            "author": [f"author-{n % 7}" for n in numbers],
            "created_at": pa.array(
                [START + timedelta(hours=n) for n in numbers], SCHEMA.field("created_at").type
            ),
            "text": [f"{WORDS[n % 10]} number{n} in town" for n in numbers],
            "language": [("en", "en-GB", "de", None)[n % 4] for n in numbers],
            "hashtags": [["health"] if n % 2 else None for n in numbers],
        },
        schema=pa.schema(
            [
                SCHEMA.field(n)
                for n in ("uri", "author", "created_at", "text", "language", "hashtags")
            ]
        ),
    )


def numbers_in(lake: Lake, **how: Any) -> list[int]:
    return sorted(
        int(uri.removeprefix("at://town/"))
        for table in lake.scan(columns=["uri"], **how)
        for uri in table.column("uri").to_pylist()
    )


def make_small(setattr_: Any) -> None:
    setattr_(segments_module, "GROUP_ROWS", 8)
    setattr_(compact, "SEGMENT_ROWS", 32)
    setattr_(forget, "AT_ONCE", 64)
    setattr_(compact, "INCOMING_ROWS", 100)
    setattr_(compact, "INCOMING_SEGMENTS", 6)
