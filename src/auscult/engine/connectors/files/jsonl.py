"""JSON lines: a whole block at once where it is clean, else line by line where it isn't.

Arrow's parser reads columns several times faster than Python reads lines, but it gives a
block up at the first line that it doesn't like. Such a block is halved until the rest is
small enough to be read with care.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from auscult.engine.connectors.base import shorten
from auscult.engine.connectors.files.blocks import Numbers
from auscult.engine.connectors.files.pieces import CAREFUL_RECORDS, Decoded, Fault, Piece

_FEW = 64  # lines that are not worth another try at once
_DEPTH = 4  # levels of nested objects whose parts count as columns
_BLANK = b" \t\r\n"

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonPlan:
    """Which parts of the objects are wanted, and of what type they are.

    Attributes
    ----------
    paths : dict
        A column's name to the keys that lead to it.
    kinds : dict
        A column's name to its Arrow type, as the sample has it; None: of several types.
    """

    paths: dict[str, Path]
    kinds: dict[str, pa.DataType | None]

    @property
    def uniform(self) -> bool:
        """Whether Arrow can read all wanted columns."""
        return all(kind is not None for kind in self.kinds.values())


def flatten(record: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Yield the leaves of nested objects with the keys that lead to them."""
    stack: list[tuple[Path, Any]] = [((key,), value) for key, value in record.items()]
    while stack:
        path, value = stack.pop(0)
        if isinstance(value, dict) and value and len(path) < _DEPTH:
            stack[:0] = [((*path, key), inner) for key, inner in value.items()]
        else:
            yield path, value


def load(line: bytes) -> dict[str, Any] | str:
    """Return the object of a line, or why there is none."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        try:
            # Python's own parser takes what orjson refuses though it can be read: control
            # characters in strings, lone surrogates, NaN.
            value = json.loads(line, strict=False)
        except (ValueError, RecursionError):
            return f"not JSON: {error.msg}, column {error.colno}"
    return value if isinstance(value, dict) else "not a JSON object"


def kind_of(values: Iterable[Any]) -> pa.DataType | None:
    """Return the Arrow type that holds all of these JSON values; None: there isn't one."""
    given = {type(value) for value in values if value is not None}
    simple = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    if len(given) == 1 and (only := next(iter(given))) in simple:
        return simple[only]
    if given == {int, float}:
        return pa.float64()
    if given == {list}:
        inner = kind_of(item for value in values if value is not None for item in value)
        return pa.list_(inner) if inner is not None else None
    return pa.string() if not given else None


def decode(data: bytes, ends: Numbers, first_line: int, plan: JsonPlan) -> Decoded:
    """Decode the lines of a block, all or as many as may be read with care at once."""
    starts = np.concatenate(([0], ends[:-1]))
    decoded = Decoded()
    budget = CAREFUL_RECORDS
    todo = [(0, len(ends))]
    while todo and budget > 0:
        low, high = todo.pop()
        lines = data if high - low == len(ends) else data[starts[low] : ends[high - 1]]
        piece = _at_once(lines, ends[low:high] - starts[low], first_line + low, plan)
        if piece is not None:
            decoded.pieces.append(piece)
        elif high - low > _FEW:
            middle = (low + high) // 2
            todo += [(middle, high), (low, middle)]
            continue
        else:
            _one_by_one(lines, first_line + low, plan, decoded)
            budget -= high - low
        decoded.lines = high
    return decoded


def _at_once(data: bytes, ends: Numbers, first_line: int, plan: JsonPlan) -> Piece | None:
    present = _filled_lines(data, ends)
    if present is None or not plan.uniform:
        return None
    wanted = {name: path for name, path in plan.paths.items() if _occurs(path[0], data)}
    schema = _schema([(path, plan.kinds[name]) for name, path in wanted.items()])
    try:
        table = pyarrow.json.read_json(
            pa.BufferReader(data),
            read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(data) + 1),
            parse_options=pyarrow.json.ParseOptions(
                explicit_schema=schema, unexpected_field_behavior="ignore"
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    if table.num_rows != len(present) or not wanted:
        return None
    columns = {name: _leaf(table, path) for name, path in wanted.items()}
    return Piece(columns=columns, lines=present + first_line)


def _occurs(key: str, data: bytes) -> bool:
    """Whether a key may be in the data; columns that aren't would only cost time."""
    return not key.isascii() or f'"{key}"'.encode() in data


def _filled_lines(data: bytes, ends: Numbers) -> Numbers | None:
    """Return which lines hold something; None if one doesn't start with an object.

    Arrow reads values that follow each other on one line, and crashes on a file that starts
    with `null`: only lines that start with a brace are handed to it.
    """
    codes = np.frombuffer(data, np.uint8)
    starts = np.concatenate(([0], ends[:-1]))
    first = codes[starts]
    objects = first == ord("{")
    blank = (first == 10) | ((first == 13) & (ends - starts == 2))
    if not (objects | blank).all():
        return None
    return np.flatnonzero(objects).astype(np.int64)


def _schema(leaves: Sequence[tuple[Path, pa.DataType | None]]) -> pa.Schema:
    return pa.schema(_fields(leaves))


def _fields(leaves: Sequence[tuple[Path, pa.DataType | None]]) -> list[pa.Field]:
    groups: dict[str, list[tuple[Path, pa.DataType | None]]] = {}
    for path, kind in leaves:
        groups.setdefault(path[0], []).append((path[1:], kind))
    return [
        pa.field(key, inner[0][1] if not inner[0][0] else pa.struct(_fields(inner)))
        for key, inner in groups.items()
    ]


def _leaf(table: pa.Table, path: Path) -> pa.Array:
    column = table.column(path[0]).combine_chunks()
    return pc.struct_field(column, list(path[1:])) if len(path) > 1 else column


def _one_by_one(data: bytes, first_line: int, plan: JsonPlan, into: Decoded) -> None:
    records: list[dict[str, Any]] = []
    lines: list[int] = []
    for number, line in enumerate(data.split(b"\n")[:-1], start=first_line):
        if not line.strip(_BLANK):
            continue
        record = load(line)
        if isinstance(record, str):
            shown = shorten(line[:1000].decode("utf-8", "replace"))
            into.faults.append(Fault(line=number, reason=record, excerpt=shown))
        else:
            records.append(record)
            lines.append(number)
    if records:
        columns: dict[str, Any] = {
            name: [_follow(record, path) for record in records] for name, path in plan.paths.items()
        }
        into.pieces.append(Piece(columns=columns, lines=np.array(lines, np.int64)))


def _follow(record: Any, path: Path) -> Any:
    for key in path:
        if not isinstance(record, dict):
            return None
        record = record.get(key)
    return record
