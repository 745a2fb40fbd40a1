"""Overwriting what SQLite leaves in the unused middle of its pages.

`secure_delete` overwrites a row where it stands. A copy may stand elsewhere: when a page
overflows, SQLite spreads its rows over neighbours and rebuilds each of these pages, and what
stood in the part that is now unused stays there (`rebuildPage` in SQLite's btree.c). Nothing
reads these bytes, but whoever searches the file finds them. `VACUUM` would drop them, for the
price of writing the whole database anew; this writes zeros into the unused parts alone.

It is a program of its own, `python -m auscult.web.listening.scrubbing FILE`: a process that
closes a file gives up every lock that it has on it, also those of its SQLite connections.

Why it is safe while others use the database:

- It writes only while it holds the write lock and the journal is empty. Nobody else can then
  write a page, into the journal or from it into the file.
- The bytes that it changes belong to no row; readers of the page before, after and in the
  middle of the write read the same rows. A kill at any moment leaves a valid database.
- Others may hold pages in memory with the old bytes, and would write them back with their
  next change. A commit of its own (`user_version`) makes them read anew first.

The page format is SQLite's, https://www.sqlite.org/fileformat2.html, section 1.6.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

SLICE = 256 << 20  # bytes between two turns for other writers, well under a second
AT_ONCE = 8 << 20  # bytes that are looked at in one go
PATIENCE = 10.0  # seconds to wait until readers let the journal be emptied
HEADER = 100  # bytes of the file's header, at the start of page 1

LEAVES, INNER = (0x0A, 0x0D), (0x02, 0x05)  # the first byte of a page of rows
# The first four bytes of a page that goes on with a long row are a page's number: from this
# one on they could begin like a page of rows.
PAGES_AT_MOST = 0x02000000


class Busy(Exception):
    """Somebody reads old pages, or writes, and doesn't let go."""


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What was looked at, and how many pages had something to overwrite."""

    pages: int
    overwritten: int


def unused(pages: npt.NDArray[np.uint8], usable: int, first: int = 0) -> npt.NDArray[np.bool_]:
    """Return which bytes of pages of rows belong to no row.

    Parameters
    ----------
    pages : uint8 array, shape (pages, page size)
    usable : int
        Bytes of a page that SQLite uses; the rest is reserved.
    first : int
        Where the header of a page stands: 100 for page 1 of a file, else 0.

    Returns
    -------
    bool array, shape (pages, page size)
        False throughout for pages that aren't of rows, or whose header makes no sense.
    """
    head = pages[:, first : first + 12].astype(np.int64)
    inner = np.isin(head[:, 0], INNER)
    rows = head[:, 3] << 8 | head[:, 4]
    content = head[:, 5] << 8 | head[:, 6]
    content[content == 0] = 65_536
    begin = first + np.where(inner, 12, 8) + 2 * rows
    known = inner | np.isin(head[:, 0], LEAVES)
    sound = known & (begin <= content) & (content <= usable)
    at = np.arange(pages.shape[1])
    free = (at >= begin[:, None]) & (at < content[:, None])
    free &= sound[:, None]
    return np.asarray(free, np.bool_)


def scrub(path: Path, *, patience: float = PATIENCE) -> Scrubbed:
    """Overwrite the unused parts of all pages of a database.

    Time grows with the file: about a second a gigabyte, plus what has to be overwritten.
    Other writers get a turn every 256 MiB.

    Raises
    ------
    Busy
        After `patience` seconds; what was done stays done.
    ValueError
        The database isn't of the kind that Auscult makes.
    """
    # It closes last: closing it gives up the connection's locks on the file.
    handle = os.open(path, os.O_RDWR)
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=patience)
        try:
            return _scrub_open(connection, handle, path, patience)
        finally:
            connection.close()
    finally:
        os.close(handle)


def _scrub_open(
    connection: sqlite3.Connection, handle: int, path: Path, patience: float
) -> Scrubbed:
    size = _number(connection, "page_size")
    if _number(connection, "auto_vacuum") or os.fstat(handle).st_size >= PAGES_AT_MOST * size:
        raise ValueError(f"{path}: only a database without auto_vacuum, up to 128 GiB, can be read")
    usable = size - os.pread(handle, 1, 20)[0]
    begin, pages, overwritten = 0, 0, 0
    while True:
        _take_turn(connection, path, patience)
        end = min(begin + SLICE, os.fstat(handle).st_size)
        for start in range(begin, end, AT_ONCE):
            held = os.pread(handle, min(AT_ONCE, end - start), start)
            overwritten += _overwrite(handle, held, start, size, usable)
            pages += len(held) // size
        os.fsync(handle)
        # Wraps round: it is a signed 32-bit number.
        version = (_number(connection, "user_version") + 1) % 2**31
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
        begin = end
        if begin >= os.fstat(handle).st_size:
            return Scrubbed(pages, overwritten)


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _take_turn(connection: sqlite3.Connection, path: Path, patience: float) -> None:
    """Take the write lock, with the journal empty."""
    journal = path.with_name(path.name + "-wal")
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not busy:
                connection.execute("BEGIN IMMEDIATE")
                if not journal.exists() or not journal.stat().st_size:
                    return
                connection.execute("ROLLBACK")  # somebody wrote in between
        except sqlite3.OperationalError:  # locked
            pass
        time.sleep(0.02)
    raise Busy(f"{path} was in use for {patience:.0f} s.")


def _overwrite(handle: int, held: bytes, start: int, size: int, usable: int) -> int:
    """Overwrite the unused parts of a stretch of pages; return how many pages had any."""
    pages = np.frombuffer(held, np.uint8).reshape(-1, size)
    free = unused(pages, usable)
    if start == 0:
        free[:1] = unused(pages[:1], usable, HEADER)
    dirty = np.flatnonzero((pages * free).any(axis=1))
    for page in dirty.tolist():
        # Only the unused stretch is written: a kill halfway has touched no row.
        at = np.flatnonzero(free[page])
        os.pwrite(handle, bytes(len(at)), start + page * size + int(at[0]))
    return len(dirty)


if __name__ == "__main__":
    try:
        done = scrub(Path(sys.argv[1]))
    except Busy as error:
        sys.exit(f"{error} Try again later.")
    sys.stdout.write(f"{done.overwritten} of {done.pages} pages\n")
