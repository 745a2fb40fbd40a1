"""Where SQLite and PostgreSQL differ, apart from the full-text index.

A file of its own, so that the rest is written once.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import orjson
from django.db import connection
from django.db.backends.utils import CursorWrapper

# A page shares this number with every other user of the database's advisory locks.
LOCK_SPACE = 7_105

# Bytes of a database whose unused parts are overwritten while somebody waits: about a second.
WHILE_WAITING = 1 << 30

# How long `empty_journal` waits for readers to let go of the old pages.
PATIENCE = 10.0


def is_sqlite() -> bool:
    """Return whether the archive is a SQLite file."""
    return connection.vendor == "sqlite"


def among(column: str) -> str:
    """Return a condition: the column's value is among those of one parameter (`values`)."""
    if is_sqlite():
        return f"{column} IN (SELECT value FROM json_each(%s))"
    return f"{column} = ANY(%s)"


def among_bytes(column: str) -> str:
    """Return a condition: the column's bytes are among those of one parameter."""
    if is_sqlite():
        return f"{column} IN (SELECT unhex(value) FROM json_each(%s))"
    return f"{column} = ANY(%s)"


def byte_values(items: Iterable[bytes]) -> str | list[bytes]:
    """Return the parameter of `among_bytes`."""
    return orjson.dumps([one.hex() for one in items]).decode() if is_sqlite() else list(items)


def values(items: Sequence[int] | Sequence[str]) -> str | list[int | str]:
    """Return the parameter of `among`; names that no column can hold are left out."""
    if not is_sqlite():
        return [item for item in items if can_be_kept(item)]
    try:
        return orjson.dumps(list(items)).decode()
    except TypeError:  # half of a surrogate pair
        return orjson.dumps([item for item in items if can_be_kept(item)]).decode()


def can_be_kept(item: int | str) -> bool:
    """Return whether a column can hold it: no U+0000, and no half of a surrogate pair."""
    if isinstance(item, int):
        return True
    if "\0" in item:
        return False
    return item.isascii() or item.encode(errors="ignore").decode() == item


def lock_writers(cursor: CursorWrapper) -> None:
    """Let one transaction at a time write mentions, as SQLite does by itself.

    Keys are given out by looking for the highest, so two writers would take the same one.
    """
    if not is_sqlite():
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 1)", [LOCK_SPACE])


def empty_journal(patience: float = PATIENCE) -> bool:
    """Move the journal into the database file and cut it to nothing.

    Returns
    -------
    bool
        False inside a transaction, and where a reader kept its pages in use for longer than
        `patience` seconds. In
        PostgreSQL the journal is the server's: True at once.
    """
    if not is_sqlite():
        return True
    if connection.in_atomic_block:
        return False
    until = time.monotonic() + patience
    while True:
        with connection.cursor() as cursor:
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if not busy or time.monotonic() > until:
            return not busy
        time.sleep(0.02)


def overwrite_unused(at_most: int | None = None) -> bool:
    """Overwrite what deleted rows may have left outside every row of the database file.

    Parameters
    ----------
    at_most : int or None
        Leave a file of more bytes as it is: it takes about a second a gigabyte.

    Returns
    -------
    bool
        False where the file is larger, or was in use all the time. In PostgreSQL, whose
        files are the server's, True at once.
    """
    path = Path(str(connection.settings_dict["NAME"]))
    if not is_sqlite() or not path.is_file():
        return True
    if at_most is not None and path.stat().st_size > at_most:
        return False
    # A process of its own: see `scrubbing`.
    command = [sys.executable, "-m", "auscult.web.listening.scrubbing", str(path)]
    return not subprocess.run(command, capture_output=True, check=False).returncode  # noqa: S603
