"""The log of what was forgotten: keyed hashes, never a text, a uri or a name.

Records of fixed size are appended and synced. A torn last record, as a crash in the
middle of an append leaves, fails its checksum: readers stop there, the next writer cuts
it off. The records are kept for good, so that a post that arrives again stays forgotten.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from auscult.engine.archive.hashing import Hashes, hash_strings, seed_of
from auscult.engine.archive.layout import sync_folder

URI, AUTHOR = 1, 2
RECORD = np.dtype(
    [("check", "<u4"), ("kind", "<u4"), ("quick", "<u4"), ("digest", "V32")], align=False
)
Records = npt.NDArray[np.void]
Rows = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Marks:
    """Hashes of one kind, rising, and the records that they belong to."""

    quick: Hashes
    records: npt.NDArray[np.int64]

    @classmethod
    def of(cls, records: Records, kind: int, first: int = 0) -> Marks:
        """Return the marks of records that are numbered from `first` on."""
        places = np.flatnonzero(records["kind"] == kind)
        order = np.argsort(records["quick"][places], kind="stable")
        return cls(records["quick"][places][order], places[order] + first)

    def and_also(self, more: Marks) -> Marks:
        """Return these and others; what there are many of is copied and not sorted again."""
        places = np.searchsorted(self.quick, more.quick)
        return Marks(
            np.insert(self.quick, places, more.quick),
            np.insert(self.records, places, more.records),
        )

    def suspects(self, hashes: Hashes) -> npt.NDArray[np.int64]:
        """Return the places of the hashes that are among these."""
        if not len(self.quick):
            return np.empty(0, np.int64)
        places = np.minimum(np.searchsorted(self.quick, hashes), len(self.quick) - 1)
        return np.flatnonzero(self.quick[places] == hashes)

    def sharing(self, quick: int) -> npt.NDArray[np.int64]:
        """Return the records with this hash."""
        first, last = (
            np.searchsorted(self.quick, quick),
            np.searchsorted(self.quick, quick, "right"),
        )
        return self.records[first:last]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Some records of the log, ready to be looked for."""

    marks: dict[int, Marks]
    records: Records
    salt: bytes

    @property
    def uris(self) -> Hashes:
        return self.marks[URI].quick

    @property
    def authors(self) -> Hashes:
        return self.marks[AUTHOR].quick

    @property
    def empty(self) -> bool:
        return not len(self.uris) and not len(self.authors)

    def rows(self, uris: pa.ChunkedArray, authors: pa.ChunkedArray) -> Rows:
        """Return the rows, ascending, whose uri or author was forgotten."""
        found = [self._found(uris, URI), self._found(authors, AUTHOR)]
        return np.unique(np.concatenate(found)).astype(np.uint32)

    def _found(self, values: pa.ChunkedArray, kind: int) -> Rows:
        if not len(self.marks[kind].quick) or not len(values):
            return np.empty(0, dtype=np.uint32)
        hashes = hash_strings(values, seed_of(self.salt))
        suspects = self.marks[kind].suspects(hashes)
        texts = values.take(pa.array(suspects)).to_pylist()
        kept = [
            row
            for row, text in zip(suspects.tolist(), texts, strict=True)
            if text is not None and self.holds(kind, text, int(hashes[row]))
        ]
        return np.asarray(kept, dtype=np.uint32)

    def holds(self, kind: int, text: str, quick: int) -> bool:
        """Return whether a uri or an author with this hash was forgotten."""
        sharing = self.records["digest"][self.marks[kind].sharing(quick)]
        return digest(self.salt, kind, text) in {one.tobytes() for one in sharing}


def digest(salt: bytes, kind: int, text: str) -> bytes:
    """Return the keyed SHA-256 that stands for a forgotten uri or author."""
    return hashlib.sha256(salt + bytes([kind]) + text.encode()).digest()


class Tombstones:
    """The log in one lake's folder."""

    def __init__(self, folder: Path, salt: bytes) -> None:
        self._path = folder / "tombstones.log"
        self._salt = salt
        self._room: Records = np.empty(0, dtype=RECORD)  # records, and place for more
        self._count = 0
        self._marks = {kind: Marks.of(self._room, kind) for kind in (URI, AUTHOR)}
        self._marked = 0  # records that stand in the marks
        self._reading = Lock()

    def count(self) -> int:
        """Return the number of whole records."""
        return len(self._refreshed())

    def since(self, start: int) -> Forgotten:
        """Return the records from number `start` on."""
        records = self._refreshed()
        if start:
            return self._prepared(records[start:])
        with self._reading:
            if self._marked < len(records):
                fresh = records[self._marked :]
                self._marks = {
                    kind: marks.and_also(Marks.of(fresh, kind, self._marked))
                    for kind, marks in self._marks.items()
                }
                self._marked = len(records)
            return Forgotten(marks=self._marks, records=self._room, salt=self._salt)

    def append(self, uris: Iterable[str], authors: Iterable[str]) -> None:
        """Record what is forgotten, durably; what is in the log already is not repeated."""
        known = self.since(0)
        fresh = np.concatenate(
            [self._new(list(uris), URI, known), self._new(list(authors), AUTHOR, known)]
        )
        whole = self.count() * RECORD.itemsize
        created = not self._path.exists()
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(handle, whole)
            os.pwrite(handle, fresh.tobytes(), whole)
            os.fsync(handle)
        finally:
            os.close(handle)
        if created:
            sync_folder(self._path.parent)

    def _new(self, texts: Sequence[str], kind: int, known: Forgotten) -> Records:
        distinct = list(dict.fromkeys(texts))
        hashes = hash_strings(pa.array(distinct, pa.string()), seed_of(self._salt))
        fresh = [
            (text, quick)
            for text, quick in zip(distinct, hashes.tolist(), strict=True)
            if not known.holds(kind, text, quick)
        ]
        records = np.zeros(len(fresh), dtype=RECORD)
        records["kind"] = kind
        records["digest"] = np.array([digest(self._salt, kind, text) for text, _ in fresh], "V32")
        records["quick"] = [quick for _, quick in fresh]
        records["check"] = [zlib.crc32(record.tobytes()[4:]) for record in records]
        return records

    def _refreshed(self) -> Records:
        with self._reading:  # several threads may ask at once
            try:
                size = self._path.stat().st_size // RECORD.itemsize
            except FileNotFoundError:
                return self._room[: self._count]
            if size > self._count:
                with self._path.open("rb") as file:
                    file.seek(self._count * RECORD.itemsize)
                    data = file.read((size - self._count) * RECORD.itemsize)
                whole = len(data) // RECORD.itemsize * RECORD.itemsize
                added = np.frombuffer(data[:whole], dtype=RECORD)
                self._take_in(added[: _intact(added)])
            return self._room[: self._count]

    def _take_in(self, added: Records) -> None:
        count = self._count + len(added)
        if count > len(self._room):
            # In a new place: what was handed out before stays as it is.
            room = np.empty(2 * count, dtype=RECORD)
            room[: self._count] = self._room[: self._count]
            self._room = room
        self._room[self._count : count] = added
        self._count = count

    def _prepared(self, records: Records) -> Forgotten:
        marks = {kind: Marks.of(records, kind) for kind in (URI, AUTHOR)}
        return Forgotten(marks=marks, records=records, salt=self._salt)


def _intact(records: Records) -> int:
    """Return how many records stand before the first whose checksum fails."""
    for number, record in enumerate(records):
        if zlib.crc32(record.tobytes()[4:]) != int(record["check"]):
            return number
    return len(records)


def without_rows(table: pa.Table, rows: Rows) -> pa.Table:
    """Return the table without the rows of these numbers."""
    if not len(rows):
        return table
    kept = np.ones(len(table), dtype=bool)
    kept[rows] = False
    return pc.filter(table, pa.array(kept))
