"""The one schema of a post, the same for every source and every part.

JSONL with these names is the exchange format. Times are UTC in microseconds;
in JSON they are ISO 8601 with `Z`. A value that a source doesn't give is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO

import orjson
import pyarrow as pa

from auscult.engine.kernel.arrow import leave_pandas_out
from auscult.engine.kernel.errors import Correctable

leave_pandas_out()

MEDIA = pa.struct(
    [
        pa.field("kind", pa.string()),
        pa.field("alt", pa.string()),
        pa.field("url", pa.string()),
    ]
)
ENGAGEMENT = pa.struct(
    [
        pa.field("likes", pa.int64()),
        pa.field("reposts", pa.int64()),
        pa.field("replies", pa.int64()),
        pa.field("quotes", pa.int64()),
        pa.field("views", pa.int64()),
    ]
)
MOMENT = pa.timestamp("us", tz="UTC")


def _described(name: str, kind: pa.DataType, about: str, *, required: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=not required, metadata={"about": about})


SCHEMA = pa.schema(
    [
        _described("uri", pa.string(), "the network's own identifier, the key", required=True),
        _described("source", pa.string(), "kind of network: bluesky, mastodon, feeds, files, ..."),
        _described("community", pa.string(), "instance, hashtag, subreddit, feed or list"),
        _described("author", pa.string(), "the network's stable name of the author"),
        _described("author_name", pa.string(), "the author's name as displayed"),
        _described("author_followers", pa.int64(), "followers when the post was collected"),
        _described("created_at", MOMENT, "when it was posted, UTC", required=True),
        _described("collected_at", MOMENT, "when Auscult received it, UTC"),
        _described("text", pa.string(), "the body, plain text", required=True),
        _described("title", pa.string(), "the title, plain text"),
        _described("language", pa.string(), "BCP 47, as the source or its author said"),
        _described("hashtags", pa.list_(pa.string()), "hashtags without their sign"),
        _described("mentions", pa.list_(pa.string()), "accounts mentioned, without their sign"),
        _described("links", pa.list_(pa.string()), "addresses that the post links to"),
        _described("media", pa.list_(MEDIA), "pictures, films and sound: kind, alt text, address"),
        _described("in_reply_to", pa.string(), "uri of the post that this one answers"),
        _described("quote_of", pa.string(), "uri of the post that this one quotes"),
        _described("engagement", ENGAGEMENT, "likes, reposts, replies, quotes, views so far"),
        _described("country", pa.string(), "ISO 3166-1 alpha-3, lower case"),
        _described("rating", pa.float64(), "stars of a review, as the source counts them"),
        _described("raw_hash", pa.string(), "SHA-256 of the record as received, hex"),
        _described("repost_of", pa.string(), "uri of the post that this one only repeats"),
        _described("root", pa.string(), "uri of the first post of the thread"),
        _described("author_verified", pa.bool_(), "the network vouches for the author"),
        _described("region", pa.string(), "country and part of it, dotted: usa.fl"),
        _described("tags", pa.list_(pa.string()), "labels that a source or a team gave the post"),
    ],
    metadata={"auscult.posts": "1"},
)

_ABOUT = b"about"


def describe() -> list[tuple[str, str, str]]:
    """Return name, type and meaning of each column, in order.

    >>> describe()[0]
    ('uri', 'string', "the network's own identifier, the key")
    """
    return [(f.name, str(f.type), (f.metadata or {})[_ABOUT].decode()) for f in SCHEMA]


def empty() -> pa.Table:
    """Return a table without posts."""
    return SCHEMA.empty_table()


def conform(table: pa.Table | pa.RecordBatch) -> pa.Table:
    """Bring a table with these names to `SCHEMA`: order, types, missing columns as null.

    Columns with other names are left out.

    Raises
    ------
    Correctable
        A required column is missing or has a null, or a value doesn't fit its type; the
        message names the column.
    """
    given = pa.table(table) if isinstance(table, pa.RecordBatch) else table
    twice = {name for name in given.column_names if given.column_names.count(name) > 1}
    if twice & set(SCHEMA.names):
        raise _unfit(min(twice), "it stands there more than once")
    columns = [_conform_column(given, wanted) for wanted in SCHEMA]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _conform_column(table: pa.Table, wanted: pa.Field) -> pa.ChunkedArray:
    if wanted.name not in table.column_names:
        if not wanted.nullable:
            raise _unfit(wanted.name, f"it is missing (there are: {', '.join(table.column_names)})")
        return pa.chunked_array([pa.nulls(table.num_rows, wanted.type)])
    column = table.column(wanted.name)
    if column.type != wanted.type:
        column = _cast(column, wanted)
    if not wanted.nullable and column.null_count:
        row = next(i for i, value in enumerate(column) if not value.is_valid)
        raise _unfit(wanted.name, f"row {row} has no value")
    return column


def _cast(column: pa.ChunkedArray, wanted: pa.Field) -> pa.ChunkedArray:
    try:
        if pa.types.is_struct(wanted.type) and pa.types.is_struct(column.type):
            return pa.chunked_array(
                [_cast_struct(chunk, wanted.type) for chunk in column.chunks], type=wanted.type
            )
        return column.cast(wanted.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise _unfit(
            wanted.name, f"{column.type} can't be read as {wanted.type}: {error}"
        ) from error


def _cast_struct(chunk: pa.StructArray, kind: pa.StructType) -> pa.StructArray:
    """Cast field by field, so that a struct may lack fields or have them in another order."""
    have = {field.name for field in chunk.type}
    parts = [
        chunk.field(f.name).cast(f.type) if f.name in have else pa.nulls(len(chunk), f.type)
        for f in kind
    ]
    mask = chunk.is_null() if chunk.null_count else None
    return pa.StructArray.from_arrays(parts, fields=list(kind), mask=mask)


def _unfit(column: str, why: str) -> Correctable:
    return Correctable(
        f"The column '{column}' is not that of a post: {why}.",
        field=column,
        code="not-a-post",
        hint="`auscult posts schema` prints the columns and their types.",
    )


def to_jsonl(posts: pa.Table) -> Iterator[bytes]:
    """Yield each post as one line of JSON, with its line feed; null values are left out."""
    for batch in conform(posts).to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            yield orjson.dumps(_without_nulls(row), default=str, option=_JSON)


def write_jsonl(posts: pa.Table, file: BinaryIO) -> int:
    """Write posts as JSON lines; return how many bytes were written."""
    return sum(file.write(line) for line in to_jsonl(posts))


def from_jsonl(lines: Iterable[bytes]) -> pa.Table:
    """Read what `to_jsonl` wrote. Files of uncertain origin are read by the files connector.

    Raises
    ------
    Correctable
        A line isn't a post; the message names the line.
    """
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            rows.append(_row(orjson.loads(line)))
        except (ValueError, TypeError, AttributeError) as error:
            raise Correctable(
                f"Line {number} is not a post: {error}.",
                field=f"line {number}",
                code="not-a-post",
                hint="Each line is one JSON object; `auscult posts schema` prints its names.",
            ) from error
    try:
        return conform(pa.Table.from_pylist(rows, schema=_NULLABLE))
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise _unfit("?", str(error)) from error


_JSON = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
_NULLABLE = pa.schema([field.with_nullable(nullable=True) for field in SCHEMA])
_TIMES = ("created_at", "collected_at")


def _without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _row(value: dict[str, Any]) -> dict[str, Any]:
    times = {t: datetime.fromisoformat(value[t]) for t in _TIMES if value.get(t) is not None}
    return value | times
