"""Values of a file's column as values of a post's: whole columns where that works, else one
by one. What can't be read is null; what isn't valid text is mended and counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from auscult.engine.connectors.files.blocks import valid_utf8

Column: TypeAlias = "pa.Array | list[Any]"

# C0 controls but tab and line breaks, and DEL: databases and pages choke on some of them.
_CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_is_control = np.zeros(256, bool)
_is_control[[*range(9), 11, 12, *range(14, 32), 127]] = True
_SURROGATES = re.compile("[\ud800-\udfff]")
_LIST_ENDS = re.compile(r"^\s*[\[({]|[\])}]\s*$")
# Words, like hashtags, may be separated by spaces, too; labels may hold them.
BETWEEN_WORDS = re.compile(r"\s*[,;|]\s*|\s+")
BETWEEN_LABELS = re.compile(r"\s*[,;|]\s*")
_TRUE = frozenset(("true", "t", "1", "yes", "y", "ja", "wahr"))
_FALSE = frozenset(("false", "f", "0", "no", "n", "nein", "falsch"))
_THOUSANDS = re.compile(r"(?<=\d)[.,' ](?=\d{3}(?!\d))")
_SCALES = {"k": 1_000, "m": 1_000_000, "b": 1_000_000_000}


class Mended:
    """Counts the invalid sequences that became U+FFFD."""

    def __init__(self) -> None:
        self.count = 0


def texts(values: Column, mended: Mended) -> pa.StringArray:
    """Read strings; numbers become their digits."""
    if isinstance(values, list):
        return _clean(pa.array([_text(value, mended) for value in values], pa.string()), mended)
    kind = values.type
    if pa.types.is_dictionary(kind):
        values, kind = values.cast(kind.value_type), kind.value_type
    if pa.types.is_string(kind) and not _is_valid(values):
        values, kind = values.view(pa.binary()), pa.binary()
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return texts([_decoded(value, mended) for value in values.to_pylist()], mended)
    if pa.types.is_list(kind) or pa.types.is_struct(kind):
        return texts(values.to_pylist(), mended)
    return _clean(values.cast(pa.string()), mended)


def _is_valid(values: pa.StringArray) -> bool:
    """Return whether strings are UTF-8; a Parquet file may say so and hold others."""
    try:
        values.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def text_lists(values: Column, mended: Mended, joints: re.Pattern[str]) -> pa.ListArray:
    """Read lists of strings; one string may hold several, separated or as JSON."""
    kind = pa.list_(pa.string())
    if isinstance(values, pa.Array):
        if values.null_count == len(values):
            return pa.nulls(len(values), kind)
        if pa.types.is_list(values.type) and pa.types.is_string(values.type.value_type):
            before = mended.count
            _clean(values.values, mended)
            if mended.count == before:
                return values.cast(kind)
            mended.count = before
    rows = values if isinstance(values, list) else values.to_pylist()
    lists = [_text_list(row, mended, joints) for row in rows]
    return pa.array(lists, kind)


def whole_numbers(values: Column) -> pa.Array:
    """Read counts: `1,234`, `1.2K`."""
    return _cast(values, pa.int64(), _whole)


def numbers(values: Column) -> pa.Array:
    """Read numbers, with a decimal point or comma."""
    return _cast(values, pa.float64(), _number)


def truths(values: Column) -> pa.Array:
    """Read yes and no in their usual spellings."""
    return _cast(values, pa.bool_(), _truth)


def structs(values: Column, kind: pa.DataType) -> pa.Array:
    """Read nested values of our own format; what doesn't fit is null."""
    if isinstance(values, pa.Array):
        if values.null_count == len(values):
            return pa.nulls(len(values), kind)
        if values.type == kind:
            return values
    rows = values if isinstance(values, list) else values.to_pylist()
    return pa.array([_fitting(row, kind) for row in rows], kind)


def blank_to_null(values: pa.StringArray) -> pa.StringArray:
    """Return strings with null for those that are empty."""
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)


def _cast(values: Column, kind: pa.DataType, one: Callable[[Any], Any]) -> pa.Array:
    if isinstance(values, pa.Array):
        try:
            return values.cast(kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            values = values.to_pylist()
    return pa.array([one(value) for value in values], kind)


def _clean(values: pa.StringArray, mended: Mended) -> pa.StringArray:
    """Replace control characters; a look at the bytes spares most columns the search."""
    data = values.buffers()[2]
    if data is None or not _is_control[np.frombuffer(data, np.uint8)].any():
        return values
    found = pc.sum(pc.count_substring_regex(values, _CONTROLS)).as_py() or 0
    mended.count += found
    return pc.replace_substring_regex(values, _CONTROLS, "\ufffd") if found else values


def _text(value: Any, mended: Mended) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return _decoded(value, mended)
    text = value if isinstance(value, str) else _shown(value)
    if _SURROGATES.search(text) is None:
        return text
    mended.count += len(_SURROGATES.findall(text))
    return _SURROGATES.sub("\ufffd", text)


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    return str(value)


def _decoded(value: bytes | None, mended: Mended) -> str | None:
    if value is None:
        return None
    data, count = valid_utf8(value)
    mended.count += count
    return data.decode()


def _text_list(value: Any, mended: Mended, joints: re.Pattern[str]) -> list[str] | None:
    if value is None:
        return None
    if isinstance(value, str):
        value = _split(value, joints)
    items: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
    kept = (_text(item, mended) for item in items if not isinstance(item, dict | list))
    cleaned = [item for item in kept if item]
    return [_without_controls(item, mended) for item in cleaned]


def _without_controls(text: str, mended: Mended) -> str:
    mended_text, count = re.subn(_CONTROLS, "\ufffd", text)
    mended.count += count
    return mended_text


def _split(text: str, joints: re.Pattern[str]) -> list[str]:
    """Split `a, b`, `a;b`, `["a", "b"]` or `['a', 'b']`."""
    bare = _LIST_ENDS.sub("", text)
    return [part.strip(" \"'") for part in joints.split(bare) if part.strip(" \"'")]


def _whole(value: Any) -> int | None:
    number = _number(value)
    return round(number) if number is not None and abs(number) < 2**63 else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e300 else None
    text = str(value).strip().lower()
    scale = _SCALES.get(text[-1:], 1)
    digits = text[:-1] if scale > 1 else text
    digits = _THOUSANDS.sub("", digits) if scale == 1 else digits
    try:
        number = float(digits.replace(",", ".")) * scale
    except ValueError:
        return None
    return number if abs(number) < 1e300 else None


def _truth(value: Any) -> bool | None:
    word = str(value).strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _fitting(row: Any, kind: pa.DataType) -> Any:
    try:
        return pa.scalar(row, kind).as_py()
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError, OverflowError):
        return None
