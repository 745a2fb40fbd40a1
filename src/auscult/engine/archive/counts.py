"""Counts over the lake, by DuckDB on the same Parquet files."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from auscult.engine.archive.errors import LakeError
from auscult.engine.archive.layout import Manifest, Segment
from auscult.engine.archive.scan import Wanted
from auscult.engine.archive.segments import Store
from auscult.engine.kernel.posts import MOMENT

# What can be counted by, as DuckDB says it.
KEYS = {
    "hour": "epoch_us(created_at) // 3600000000 * 3600000000",
    "day": "epoch_us(created_at) // 86400000000 * 86400000000",
    "source": "source",
    "community": "community",
    "author": "author",
    "language": "language",
    "country": "country",
    "hashtag": "unnest(hashtags)",
}
_TRIES = 200  # a busy lake merges segments many times a second; each try reads a newer manifest


def counts(store: Store, by: Sequence[str], wanted: Wanted, limit: int | None) -> pa.Table:
    """Count posts; see `Lake.counts`."""
    unknown = [name for name in by if name not in KEYS]
    if unknown or not by:
        raise LakeError(
            f"Posts can't be counted by {unknown or 'nothing'}.",
            code="count-by",
            field="by",
            hint=f"Valid are {', '.join(KEYS)}.",
        )
    for attempt in range(_TRIES):
        manifest = store.folder.read()
        try:
            return _counted(store, manifest, by, wanted, limit)
        except (duckdb.IOException, FileNotFoundError):
            # A file that another process has merged away meanwhile; the new manifest
            # names its successor.
            if store.folder.read().commit == manifest.commit or attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _counted(
    store: Store, manifest: Manifest, by: Sequence[str], wanted: Wanted, limit: int | None
) -> pa.Table:
    chosen = [
        segment
        for segment in manifest.segments
        if (wanted.sources is None or segment.source in wanted.sources)
        and segment.first < wanted.until
        and segment.last >= wanted.since
    ]
    keys = ", ".join(f"{KEYS[name]} AS {name}" for name in by)
    names = ", ".join(by)
    order = "posts DESC, ALL" if limit else "ALL"
    counted: pa.Table
    with duckdb.connect() as base:
        rows = _rows(base, store, chosen)
        # Every part of the text is from the tables above or a file's own name.
        query = (
            f"SELECT {names}, count(*) AS posts FROM (SELECT {keys} FROM ({rows})"  # noqa: S608
            " WHERE epoch_us(created_at) >= $since AND epoch_us(created_at) < $until)"
            f" GROUP BY ALL ORDER BY {order.replace('ALL', names)}"
        )
        if limit:
            query += f" LIMIT {int(limit)}"
        parameters = {"since": wanted.since, "until": wanted.until}
        counted = base.sql(query, params=parameters).to_arrow_table()
    # Moments travel as integers: DuckDB's own need an extension from the network.
    for name in {"hour", "day"} & set(by):
        place = counted.column_names.index(name)
        counted = counted.set_column(place, name, counted.column(name).cast(MOMENT))
    return counted


def _rows(base: duckdb.DuckDBPyConnection, store: Store, chosen: Sequence[Segment]) -> str:
    """Return the SELECT of all rows that may be read; dead ones are joined away."""
    whole, holed, dead = [], [], []
    for number, segment in enumerate(chosen):
        rows = store.dead(segment)
        if len(rows):
            holed.append((number, segment))
            dead.append(pa.table({"segment": pa.repeat(number, len(rows)), "row": pa.array(rows)}))
        else:
            whole.append(str(store.path(segment)))
    parts = []
    if whole:
        parts.append(f"SELECT {_COLUMNS} FROM read_parquet({whole!r})")  # noqa: S608
    if dead:
        base.register("dead", pa.concat_tables(dead))
    for number, segment in holed:
        parts.append(
            f"SELECT {_COLUMNS} FROM read_parquet({str(store.path(segment))!r},"  # noqa: S608
            f" file_row_number=true) WHERE file_row_number NOT IN"
            f" (SELECT row FROM dead WHERE segment = {number})"
        )
    return " UNION ALL ".join(parts) or _NOTHING


_COLUMNS = "created_at, source, community, author, language, country, hashtags"
_NOTHING = (
    "SELECT TIMESTAMPTZ '1970-01-01' AS created_at, '' AS source, '' AS community,"
    " '' AS author, '' AS language, '' AS country, [''] AS hashtags WHERE false"
)
