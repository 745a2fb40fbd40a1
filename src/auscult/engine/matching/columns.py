"""Arrow tables as the kernels read them.

The columns that a set of watches needs are laid one after the other: a copy at the speed of
memory, and the kernels know one array instead of seventeen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from auscult.engine.kernel import text
from auscult.engine.matching import layout as lay

_NAMES = {
    lay.C_TITLE: "title",
    lay.C_TEXT: "text",
    lay.C_URI: "uri",
    lay.C_COMMUNITY: "community",
    lay.C_SOURCE: "source",
    lay.C_AUTHOR: "author",
    lay.C_AUTHOR_NAME: "author_name",
    lay.C_LANGUAGE: "language",
    lay.C_COUNTRY: "country",
    lay.C_REGION: "region",
    lay.C_RAW_URI: "uri",
    lay.C_REPLY: "in_reply_to",
    lay.C_ROOT: "root",
    lay.C_QUOTE: "quote_of",
    lay.C_REPOST: "repost_of",
    lay.C_LINKS: "links",
    lay.C_TAGS: "tags",
}
_NUMBER_NAMES = {
    lay.N_FOLLOWERS: "author_followers",
    lay.N_RATING: "rating",
    lay.N_MINUTE: "created_at",
    lay.N_VERIFIED: "author_verified",
}
# Columns that are read as they are, case included.
_AS_IS = {lay.C_TITLE, lay.C_TEXT, lay.C_RAW_URI, lay.C_REPLY, lay.C_ROOT}
_NULLS_ONLY = {lay.C_QUOTE, lay.C_REPOST}
_NO_BYTES = np.zeros(0, np.uint8)
_PADDING = np.zeros(8, np.uint8)
# Where a value of each form is looked up, and how.
_LOOKUPS = {
    lay.AUTHOR: ((lay.C_AUTHOR, lay.NAME), (lay.C_AUTHOR_NAME, lay.NAME)),
    lay.SITE: ((lay.C_URI, lay.HOST),),
    lay.LANGUAGE: ((lay.C_LANGUAGE, lay.TO_DASH),),
    lay.COUNTRY: ((lay.C_COUNTRY, lay.WHOLE),),
    lay.REGION: ((lay.C_REGION, lay.TO_DOT),),
    lay.GUID: ((lay.C_RAW_URI, lay.WHOLE),),
    lay.PARENT: ((lay.C_REPLY, lay.WHOLE),),
    lay.ROOT: ((lay.C_ROOT, lay.WHOLE),),
    lay.SUBREDDIT: ((lay.C_COMMUNITY, lay.OF_REDDIT),),
    lay.INSTANCE: ((lay.C_COMMUNITY, lay.WHOLE),),
    lay.SOURCE: ((lay.C_SOURCE, lay.WHOLE),),
    lay.TAGS: ((lay.C_TAGS, lay.WHOLE),),
}
_ALSO = {lay.HOST: lay.C_COMMUNITY, lay.OF_REDDIT: lay.C_SOURCE}
_ROWS_AT_ONCE = 1 << 14
_MINUTE = 60_000_000


def slices(posts: pa.Table | pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Yield a table's rows in pieces that the scratch space is made for, in order."""
    if isinstance(posts, pa.RecordBatch):
        posts = pa.Table.from_batches([posts])
    for batch in posts.to_batches(max_chunksize=_ROWS_AT_ONCE):
        if batch.num_rows:
            yield batch


def read(batch: pa.RecordBatch, used: set[int]) -> lay.Posts:
    """Lay out the columns that are `used`: C_..., and COLUMN_COUNT + N_... for numbers.

    A column that the batch doesn't have is null throughout.
    """
    rows = batch.num_rows
    present = np.zeros((lay.COLUMN_COUNT, rows), np.bool_)
    offsets = np.zeros((lay.FIRST_LIST, rows + 1), np.int64)
    lists = np.zeros((lay.COLUMN_COUNT - lay.FIRST_LIST, rows + 1), np.int64)
    numbers = np.empty((len(_NUMBER_NAMES), rows))
    data: list[npt.NDArray[np.uint8]] = []
    items: list[npt.NDArray[np.int64]] = []
    for column in sorted(used):
        if column >= lay.COLUMN_COUNT:
            number = column - lay.COLUMN_COUNT
            _read_number(batch, number, numbers[number])
            continue
        values = _values(batch, _NAMES[column])
        if values is None:
            continue
        present[column] = _present(values)
        if column in _NULLS_ONLY:
            continue
        shift = sum(part.size for part in data)
        if column < lay.FIRST_LIST:
            part, starts = _text(values, casefold=column not in _AS_IS)
            offsets[column] = starts + shift
        else:
            values, bounds = _flat(values)
            part, starts = _text(values, casefold=True)
            lists[column - lay.FIRST_LIST] = bounds + sum(len(pairs) for pairs in items)
            items.append(np.stack([starts[:-1], starts[1:]], axis=1) + shift)
        data.append(part)
    return lay.Posts(
        np.concatenate([*data, _PADDING]),
        offsets,
        present,
        lists,
        np.concatenate([*items, np.zeros((0, 2), np.int64)]),
        numbers,
    )


def lookups(forms_used: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    """Return what to look up for the forms that watches use: form, column, how."""
    found = [
        (int(form), *one) for form in np.flatnonzero(forms_used) for one in _LOOKUPS[int(form)]
    ]
    return np.array(found, np.int32).reshape(-1, 3)


def columns_of(asked: npt.NDArray[np.int32]) -> set[int]:
    """Return the columns that these lookups read."""
    return {int(column) for _, column, _ in asked} | {
        _ALSO[int(how)] for _, _, how in asked if int(how) in _ALSO
    }


def _values(batch: pa.RecordBatch, name: str) -> pa.Array | None:
    place = batch.schema.get_field_index(name)
    if place < 0 or pa.types.is_null(batch.schema.field(place).type):
        return None
    return batch.column(place)


def _present(values: pa.Array) -> npt.NDArray[np.bool_] | bool:
    if values.null_count == 0 and not pa.types.is_dictionary(values.type):
        return True
    found: npt.NDArray[np.bool_] = values.is_valid().to_numpy(zero_copy_only=False)
    return found


def _flat(values: pa.Array) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """Flatten lists; return the strings, and where each row's begin, nulls left out."""
    flat = values.flatten()
    sizes = pc.fill_null(pc.list_value_length(values), 0).to_numpy(zero_copy_only=False)
    starts = np.zeros(len(values) + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    if flat.null_count:
        kept = flat.is_valid().to_numpy(zero_copy_only=False)
        before = np.zeros(len(flat) + 1, np.int64)
        np.cumsum(kept, out=before[1:])
        flat, starts = flat.drop_null(), before[starts]
    return flat, starts


def _plain(values: pa.Array) -> pa.Array:
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return values
    return values.cast(pa.large_string())


def _text(
    values: pa.Array, *, casefold: bool
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return a string array's bytes and offsets, which need not begin at 0."""
    values = _plain(values)
    data, offsets = _buffers(values)
    if casefold and data.max(initial=0) >= 0x80:
        return _buffers(_without_case(values))
    return data, offsets


def _buffers(values: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    _, starts, data = values.buffers()
    if starts is None or data is None or len(values) == 0:
        return _NO_BYTES, np.zeros(len(values) + 1, np.int64)
    kind = np.int64 if pa.types.is_large_string(values.type) else np.int32
    offsets = np.frombuffer(starts, kind)[values.offset : values.offset + len(values) + 1]
    first, last = int(offsets[0]), int(offsets[-1])
    return np.frombuffer(data, np.uint8)[first:last], offsets.astype(np.int64) - first


def _without_case(values: pa.Array) -> pa.Array:
    """Casefold those values that aren't ASCII; the kernels read ASCII in any case."""
    plain = pc.fill_null(pc.string_is_ascii(values), True)  # noqa: FBT003 - Arrow's own order
    other = pc.invert(plain)
    folded = [value.casefold() for value in values.filter(other).to_pylist()]
    return pc.replace_with_mask(values, other, pa.array(folded, values.type))


def _read_number(batch: pa.RecordBatch, number: int, out: npt.NDArray[np.float64]) -> None:
    values = _values(batch, _NUMBER_NAMES[number])
    if values is None:
        out[:] = np.nan
    else:
        convert = _CONVERTERS.get(number, _as_is)
        out[:] = convert(values).to_numpy(zero_copy_only=False)


def _as_is(values: pa.Array) -> pa.Array:
    return values.cast(pa.float64())


def _minute(values: pa.Array) -> pa.Array:
    """Minute of the day, UTC: an instant's own, whatever zone it is shown in."""
    instants = values.cast(pa.timestamp("us", values.type.tz), safe=False).cast(pa.int64())
    minutes = np.floor_divide(instants.fill_null(0).to_numpy(zero_copy_only=False), _MINUTE)
    return pc.if_else(instants.is_valid(), pa.array((minutes % 1440).astype(np.float64)), np.nan)


def _verified(values: pa.Array) -> pa.Array:
    return values.cast(pa.int8()).cast(pa.float64())


_CONVERTERS: dict[int, Callable[[pa.Array], pa.Array]] = {
    lay.N_MINUTE: _minute,
    lay.N_VERIFIED: _verified,
}


def text_of(batch: pa.RecordBatch, column: int, row: int) -> str:
    """Return one post's title or text, empty where it has none."""
    values = _values(batch, _NAMES[column])
    value = None if values is None else _plain(values.slice(row, 1))[0].as_buffer()
    return "" if value is None else text.clean(value.to_pybytes())[0]
