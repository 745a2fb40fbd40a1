"""A batch that is put together post by post, for sources with hundreds of posts, not millions."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from auscult.engine.connectors.aside import Aside, as_json
from auscult.engine.connectors.base import Batch, Covered, Deletion, Snapshot
from auscult.engine.connectors.files.signs import find_signs
from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.kernel.text import clean

SKEW = timedelta(minutes=5)  # a post may be so much later than its receipt; clocks differ
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
UNFIT = (pa.ArrowException, TypeError, ValueError, OverflowError, UnicodeError)
_SIGNS = ("hashtags", "mentions", "links")


@dataclass(slots=True)
class Rows:
    """Collects what is in one batch; `deleted`, `confirmed` and `coverage` are filled directly.

    Parameters
    ----------
    now : datetime
        When they were received. A post that says it is later than that is taken to have been
        written now: somebody's clock is wrong.
    """

    now: datetime
    deleted: list[Deletion] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    coverage: list[Covered] = field(default_factory=list)
    _rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    _aside: Aside = field(default_factory=Aside)
    _repeated: int = 0
    _replaced: int = 0

    def add(self, record: Any, *, created_at: datetime, **columns: Any) -> None:
        """Add a post.

        Parameters
        ----------
        record : Any
            What was received, as JSON's types; its digest becomes `raw_hash`.
        created_at : datetime
            Aware.
        **columns
            Of `kernel.posts.SCHEMA`; what isn't valid text is mended and counted.
        """
        uri = columns["uri"]
        if uri in self._rows:
            self._repeated += 1
        row = {name: self._mended(value) for name, value in columns.items()}
        late = created_at > self.now + SKEW
        row["created_at"] = self.now if late else created_at
        row["collected_at"] = self.now
        row["raw_hash"] = digest(record)
        self._rows[uri] = row

    def set_aside(self, location: str, reason: str, record: Any = "", *, line: int = 0) -> None:
        """Count a record that can't be read; the first ones are kept with their start."""
        self._aside.add(location, reason, record, line=line)

    def __len__(self) -> int:
        """How many things there are to tell."""
        told = len(self.deleted) + len(self.confirmed) + len(self.coverage)
        return len(self._rows) + self._aside.count + told

    def batch(self, snapshot: Snapshot) -> Batch:
        """Return everything that was collected."""
        posts = self._table()
        return Batch(
            posts=posts,
            snapshot=snapshot,
            deleted=tuple(self.deleted),
            confirmed=tuple(self.confirmed),
            broken=tuple(self._aside.kept),
            broken_more=self._aside.more,
            records=posts.num_rows + self._aside.count + self._repeated,
            repeated=self._repeated,
            replaced=self._replaced,
            coverage=tuple(self.coverage),
        )

    def _table(self) -> pa.Table:
        try:
            return _as_table(list(self._rows.values()))
        except UNFIT:
            # A value is of another kind than its column: those records are set aside.
            self._rows = {uri: row for uri, row in self._rows.items() if self._fits(row)}
            return _as_table(list(self._rows.values()))

    def _fits(self, row: dict[str, Any]) -> bool:
        try:
            _as_table([row])
        except UNFIT as error:
            self.set_aside(str(row["uri"]), f"a field is of another kind: {error}", repr(row))
            return False
        return True

    def _mended(self, value: Any) -> Any:
        if isinstance(value, str):
            valid, replaced = clean(value)
            bare, controls = _CONTROLS.subn("\ufffd", valid)
            self._replaced += replaced + controls
            return bare
        if isinstance(value, dict):
            return {key: self._mended(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._mended(inner) for inner in value]
        return value


def _as_table(rows: list[dict[str, Any]]) -> pa.Table:
    if not rows:
        return SCHEMA.empty_table()
    found = find_signs(pa.array([row["text"] for row in rows], pa.string()))._asdict()
    for name in _SIGNS:
        for row, signs in zip(rows, found[name].to_pylist(), strict=True):
            row[name] = list(dict.fromkeys([*(row.get(name) or ()), *signs]))
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    table.validate(full=True)
    return table


def digest(record: Any) -> str:
    """Return the SHA-256 of a record, the same whatever the order of its fields."""
    return hashlib.sha256(as_json(record)).hexdigest()
