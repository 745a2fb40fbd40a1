"""Posts from decoded columns: the last step, the same for every format."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auscult.engine.connectors.base import shorten
from auscult.engine.connectors.files import values as read
from auscult.engine.connectors.files.config import FilesConfig
from auscult.engine.connectors.files.dates import DateForm, read_column
from auscult.engine.connectors.files.layout import Layout
from auscult.engine.connectors.files.names import ENGAGEMENT as COUNTS
from auscult.engine.connectors.files.pieces import Fault, Piece
from auscult.engine.connectors.files.signs import find_signs
from auscult.engine.kernel.posts import ENGAGEMENT, MEDIA, MOMENT, SCHEMA

_LISTS = ("hashtags", "mentions", "links", "tags")
_REFERENCES = ("in_reply_to", "quote_of", "repost_of", "root")
_ISO = DateForm(name="iso")
_ADDRESS = r"^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s]"


class Builder:
    """Turns the pieces of one file into posts.

    Parameters
    ----------
    layout : Layout
        How the file is read.
    config : FilesConfig
        What a person said about it.
    collected_at : datetime
        When this reading began.
    """

    def __init__(self, layout: Layout, config: FilesConfig, collected_at: datetime) -> None:
        self._layout = layout
        self._config = config
        self._collected_at = collected_at
        self._source_column = {use.target: use.column for use in layout.mapping.uses}
        self._trim = layout.format == "delimited"

    def build(self, piece: Piece, mended: read.Mended) -> tuple[pa.Table, list[Fault]]:
        """Return the posts of a piece, and the records that are none."""
        count = len(piece.lines)
        text = self._text(piece, "text", mended)
        title = self._text(piece, "title", mended) if self._has(piece, "title") else None
        moments = self._moments(piece)
        if title is not None:
            text = pc.if_else(pc.and_(text.is_null(), title.is_valid()), "", text)
        uris = self._uris(piece, text, mended)
        checks = {"created_at": moments.is_valid(), "text": text.is_valid(), "uri": uris.is_valid()}
        faults = self._faults(piece, checks, text)
        columns = {"uri": uris, "created_at": moments, "text": text, "title": title}
        for field in SCHEMA:
            if field.name not in columns:
                columns[field.name] = self._other(piece, field, mended)
        self._add_signs(columns, text)
        arrays = [
            pa.nulls(count, field.type) if columns[field.name] is None else columns[field.name]
            for field in SCHEMA
        ]
        table = pa.Table.from_arrays(arrays, schema=SCHEMA)
        if faults:
            table = table.filter(_all(list(checks.values())))
        return table, faults

    def _has(self, piece: Piece, target: str) -> bool:
        return self._source_column.get(target) in piece.columns

    def _column(self, piece: Piece, target: str) -> read.Column:
        column = self._source_column.get(target)
        if column is None or column not in piece.columns:
            return pa.nulls(len(piece.lines), pa.string())
        return piece.columns[column]

    def _text(self, piece: Piece, target: str, mended: read.Mended) -> pa.StringArray:
        found = read.texts(self._column(piece, target), mended)
        return pc.utf8_trim_whitespace(found) if self._trim else found

    def _moments(self, piece: Piece) -> pa.Array:
        form = self._layout.mapping.form
        if form is None:
            moment = pa.scalar(self._layout.modified, MOMENT)
            return pa.repeat(moment, len(piece.lines))
        column = self._column(piece, "created_at")
        if isinstance(column, list):
            column = _array(column)
        return read_column(column, form)

    def _uris(self, piece: Piece, text: pa.StringArray, mended: read.Mended) -> pa.StringArray:
        if "uri" in self._source_column:
            return read.blank_to_null(read.texts(self._column(piece, "uri"), mended))
        prefix = f"files:{self._layout.name}:"
        if "id" not in self._source_column:
            return self._line_uris(piece, text, prefix)
        ids = self._prefixed(self._text(piece, "id", mended), prefix)
        if ids.null_count:
            ids = pc.coalesce(ids, self._line_uris(piece, text, prefix))
        return ids

    def _prefixed(self, ids: pa.StringArray, prefix: str) -> pa.StringArray:
        """Make ids unique by the file's name, unless they are addresses already."""
        bare = read.blank_to_null(pc.utf8_trim(ids, characters=" '\"\t\r\n"))
        whole = pc.match_substring_regex(bare, _ADDRESS)
        return pc.if_else(whole, bare, pc.binary_join_element_wise(prefix, bare, ""))

    def _line_uris(self, piece: Piece, text: pa.StringArray, prefix: str) -> pa.StringArray:
        """Name posts without an id by their line and what they say.

        The line keeps two equal records apart; the digest keeps a post of a file from being
        taken for another that stood in the same line of an earlier file of the same name.
        """
        digest = hashlib.sha256
        says = [digest(t.encode()).hexdigest()[:8] if t else "" for t in text.to_pylist()]
        return pa.array(
            [f"{prefix}{line}-{say}" for line, say in zip(piece.lines.tolist(), says, strict=True)],
            pa.string(),
        )

    def _other(self, piece: Piece, field: pa.Field, mended: read.Mended) -> pa.Array | None:
        name = field.name
        fixed = self._fixed(piece, name)
        if fixed is not None:
            return fixed
        if name == "engagement":
            return self._engagement(piece)
        if not self._has(piece, name):
            return None
        column = self._column(piece, name)
        if name in _REFERENCES and not self._layout.mapping.ours:
            return self._prefixed(read.texts(column, mended), f"files:{self._layout.name}:")
        return _by_kind(name, field.type)(column, mended)

    def _fixed(self, piece: Piece, name: str) -> pa.Array | None:
        """Return what a person or the file's name says of every post that says nothing."""
        count = len(piece.lines)
        if name == "collected_at" and not self._has(piece, name):
            return pa.repeat(pa.scalar(self._collected_at, MOMENT), count)
        said = {
            "source": self._config.source,
            "community": self._config.community or self._layout.community,
        }.get(name)
        if said is None:
            return None
        given = read.texts(self._column(piece, name), read.Mended())
        return pc.coalesce(read.blank_to_null(given), pa.scalar(said))

    def _engagement(self, piece: Piece) -> pa.Array | None:
        if not any(self._has(piece, name) for name in COUNTS):
            return None
        parts = [read.whole_numbers(self._column(piece, name)) for name in COUNTS]
        empty = _all([part.is_null() for part in parts])
        return pa.StructArray.from_arrays(parts, fields=list(ENGAGEMENT), mask=empty)

    def _add_signs(self, columns: dict[str, Any], text: pa.StringArray) -> None:
        lacking = [n for n in _LISTS[:3] if n not in self._source_column]
        if lacking:
            found = find_signs(text)._asdict()
            columns.update({name: found[name] for name in lacking})

    def _faults(
        self, piece: Piece, checks: dict[str, pa.BooleanArray], text: pa.StringArray
    ) -> list[Fault]:
        faults = []
        good = _all(list(checks.values()))
        for row in np.flatnonzero(~good.to_numpy(zero_copy_only=False)).tolist():
            name = next(name for name, ok in checks.items() if not ok[row].as_py())
            faults.append(
                Fault(
                    line=int(piece.lines[row]),
                    reason=self._reason(piece, name, row),
                    excerpt=shorten(text[row].as_py() or ""),
                )
            )
        return faults

    def _reason(self, piece: Piece, name: str, row: int) -> str:
        column = self._column(piece, name)
        value = column[row] if isinstance(column, list) else column[row].as_py()
        if value in (None, ""):
            return f"it has no {name}"
        form = self._layout.mapping.form
        told = f" (dates are read as {form.name})" if form and name == "created_at" else ""
        return f"{name}: {shorten(repr(value), 60)} can't be read{told}"


def _all(checks: list[pa.BooleanArray]) -> pa.BooleanArray:
    good = checks[0]
    for check in checks[1:]:
        good = pc.and_(good, check)
    return good


def _by_kind(name: str, kind: pa.DataType) -> Callable[[read.Column, read.Mended], pa.Array]:
    if name in _LISTS:
        joints = read.BETWEEN_LABELS if name == "tags" else read.BETWEEN_WORDS
        return lambda column, mended: read.text_lists(column, mended, joints)
    if name == "media":
        return lambda column, _: read.structs(column, pa.list_(MEDIA))
    if kind == pa.string():
        return lambda column, mended: read.blank_to_null(read.texts(column, mended))
    if kind == MOMENT:
        return lambda column, _: read_column(_array(column), _ISO)
    simple = {pa.int64(): read.whole_numbers, pa.bool_(): read.truths}
    one = simple.get(kind, read.numbers)
    return lambda column, _: one(column)


def _array(column: read.Column) -> pa.Array:
    """Return Python values as an array, of strings where they are of several kinds."""
    if isinstance(column, pa.Array):
        return column
    try:
        return pa.array(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError):
        return read.texts(column, read.Mended())
