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
class Forgotten:
    """Some records of the log, ready to be looked for."""

    uris: Hashes
    authors: Hashes
    digests: frozenset[bytes]
    salt: bytes

    @property
    def empty(self) -> bool:
        return not self.digests

    def rows(self, uris: pa.ChunkedArray, authors: pa.ChunkedArray) -> Rows:
        """Return the rows, ascending, whose uri or author was forgotten."""
        found = [
            self._found(uris, self.uris, URI),
            self._found(authors, self.authors, AUTHOR),
        ]
        return np.unique(np.concatenate(found)).astype(np.uint32)

    def _found(self, values: pa.ChunkedArray, quick: Hashes, kind: int) -> Rows:
        if not len(quick) or not len(values):
            return np.empty(0, dtype=np.uint32)
        suspects = np.flatnonzero(np.isin(hash_strings(values, seed_of(self.salt)), quick))
        texts = values.take(pa.array(suspects)).to_pylist()
        kept = [
            row
            for row, text in zip(suspects.tolist(), texts, strict=True)
            if text is not None and digest(self.salt, kind, text) in self.digests
        ]
        return np.asarray(kept, dtype=np.uint32)


def digest(salt: bytes, kind: int, text: str) -> bytes:
    """Return the keyed SHA-256 that stands for a forgotten uri or author."""
    return hashlib.sha256(salt + bytes([kind]) + text.encode()).digest()


class Tombstones:
    """The log in one lake's folder."""

    def __init__(self, folder: Path, salt: bytes) -> None:
        self._path = folder / "tombstones.log"
        self._salt = salt
        self._records: Records = np.empty(0, dtype=RECORD)
        self._all: tuple[int, Forgotten] | None = None
        self._reading = Lock()

    def count(self) -> int:
        """Return the number of whole records."""
        return len(self._refreshed())

    def since(self, start: int) -> Forgotten:
        """Return the records from number `start` on."""
        records = self._refreshed()
        if start:
            return self._prepared(records[start:])
        known = self._all
        if known is None or known[0] != len(records):
            known = self._all = (len(records), self._prepared(records))
        return known[1]

    def append(self, uris: Iterable[str], authors: Iterable[str]) -> None:
        """Record what is forgotten, durably; what is in the log already is not repeated."""
        known = self.since(0).digests
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

    def _new(self, texts: Sequence[str], kind: int, known: frozenset[bytes]) -> Records:
        digests = {digest(self._salt, kind, text): text for text in texts}
        fresh = {key: text for key, text in digests.items() if key not in known}
        records = np.zeros(len(fresh), dtype=RECORD)
        records["kind"] = kind
        records["digest"] = np.array(list(fresh), dtype="V32")
        records["quick"] = hash_strings(
            pa.array(list(fresh.values()), pa.string()), seed_of(self._salt)
        )
        records["check"] = [zlib.crc32(record.tobytes()[4:]) for record in records]
        return records

    def _refreshed(self) -> Records:
        with self._reading:  # several threads may ask at once
            try:
                size = self._path.stat().st_size // RECORD.itemsize
            except FileNotFoundError:
                return self._records
            have = len(self._records)
            if size > have:
                with self._path.open("rb") as file:
                    file.seek(have * RECORD.itemsize)
                    data = file.read((size - have) * RECORD.itemsize)
                whole = len(data) // RECORD.itemsize * RECORD.itemsize
                added = np.frombuffer(data[:whole], dtype=RECORD)
                self._records = np.concatenate([self._records, added[: _intact(added)]])
            return self._records

    def _prepared(self, records: Records) -> Forgotten:
        return Forgotten(
            uris=np.unique(records["quick"][records["kind"] == URI]),
            authors=np.unique(records["quick"][records["kind"] == AUTHOR]),
            digests=frozenset(value.tobytes() for value in records["digest"]),
            salt=self._salt,
        )


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
