"""Posts as the database keeps them: from an Arrow table to rows, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from django.db.backends.utils import CursorWrapper

from auscult.engine.kernel.posts import MOMENT, SCHEMA
from auscult.web.listening.database import is_sqlite, values
from auscult.web.listening.moments import KEYS_A_SECOND, SECOND_US

COLUMNS: tuple[str, ...] = tuple(SCHEMA.names)
NESTED = frozenset(field.name for field in SCHEMA if pa.types.is_nested(field.type))
MOMENTS = frozenset(field.name for field in SCHEMA if field.type == MOMENT)

Keys = npt.NDArray[np.int64]


def without_nul(posts: pa.Table) -> pa.Table:
    """Return posts without U+0000, which PostgreSQL can't keep; U+FFFD stands instead."""
    for position, field in enumerate(SCHEMA):
        if field.type == pa.string():
            column = posts.column(field.name)
            if any(_has_nul(chunk) for chunk in column.chunks):
                clean = pc.replace_substring(column, "\0", "\ufffd")
                posts = posts.set_column(position, field, clean)
    return posts


def _has_nul(chunk: pa.Array) -> bool:
    data = chunk.buffers()[2]
    return data is not None and b"\0" in bytes(data)


def moments_us(column: pa.ChunkedArray) -> Keys:
    """Return a column of moments without nulls as microseconds since 1970."""
    found: Keys = column.cast(pa.int64()).to_numpy()
    return found


def to_columns(posts: pa.Table) -> list[list[Any]]:
    """Return the values of each column of `COLUMNS`, as the database takes them."""
    return [_to_column(name, posts.column(name)) for name in COLUMNS]


def _to_column(name: str, column: pa.ChunkedArray) -> list[Any]:
    if column.null_count == len(column):
        return [None] * len(column)
    if name in MOMENTS:
        column = column.cast(pa.int64())
    found: list[Any] = column.to_pylist()
    return [_to_json(value) for value in found] if name in NESTED else found


def _to_json(value: Any) -> str | None:
    if isinstance(value, dict):
        value = {name: part for name, part in value.items() if part is not None} or None
    return None if value is None else orjson.dumps(value).decode()


def from_rows(rows: Sequence[Sequence[Any]], names: Sequence[str]) -> pa.Table:
    """Return rows of some columns as a table of the post schema; the others are null."""
    parts = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    arrays = [
        _from_column(field, parts[field.name]) if field.name in parts else _absent(field, len(rows))
        for field in SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _absent(field: pa.Field, length: int) -> pa.Array:
    if field.nullable:
        return pa.nulls(length, field.type)
    return pa.array([0 if field.type == MOMENT else ""] * length, field.type)


def _from_column(field: pa.Field, column: Sequence[Any]) -> pa.Array:
    if field.name in NESTED:
        column = [None if value is None else orjson.loads(value) for value in column]
    elif field.type == pa.bool_():
        column = [None if value is None else bool(value) for value in column]
    return pa.array(column, field.type)


def new_keys(cursor: CursorWrapper, created_us: Keys) -> Keys:
    """Return free keys for new mentions, in the order of their time.

    Where a second has no key left, its later posts take keys of the next one.
    """
    seconds = created_us // SECOND_US
    while True:
        distinct, place, counts = np.unique(seconds, return_inverse=True, return_counts=True)
        starts = _first_free(cursor, distinct)
        order = np.argsort(place, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
        keys: Keys = starts[place] + rank
        beyond = keys >= (seconds + 1) * KEYS_A_SECOND
        if not beyond.any():
            return keys
        seconds = seconds + beyond


def _first_free(cursor: CursorWrapper, seconds: Keys) -> Keys:
    """Return the first key of each second above those that are taken."""
    starts: Keys = seconds * KEYS_A_SECOND
    cursor.execute("SELECT max(id) FROM listening_mention")
    (highest,) = cursor.fetchone()
    if highest is None or not len(starts):
        return starts
    asked = starts[starts <= highest]
    taken = dict(_highest(cursor, asked.tolist()))
    return np.array([taken.get(start, start - 1) + 1 for start in starts.tolist()], np.int64)


def _highest(cursor: CursorWrapper, starts: list[int]) -> list[tuple[int, int]]:
    """Return (start, highest key of that second) for the seconds that have one."""
    listed = "json_each(%s)" if is_sqlite() else "unnest(%s::bigint[]) AS given(value)"
    cursor.execute(
        "SELECT value, key FROM (SELECT value, (SELECT id FROM listening_mention "
        f"WHERE id >= value AND id < value + {KEYS_A_SECOND} ORDER BY id DESC LIMIT 1) AS key "
        f"FROM {listed}) AS found WHERE key IS NOT NULL",
        [values(starts)],
    )
    return [(row[0], row[1]) for row in cursor.fetchall()]
