"""Forgotten rows are gone from the unused parts of the file, and no living row is touched."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from auscult.web.listening.scrubbing import Busy, scrub, unused

ROWS = 6_000
# Changes rows until it is killed; the sum of a row's `part` is always the same.
WRITER = """
import random, sqlite3, sys
# SQLite gives no turns: on a busy machine one of several writers waits for long.
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=600)
connection.execute("PRAGMA secure_delete=ON")
numbers = random.Random(int(sys.argv[2]))
print("ready", flush=True)
while True:
    connection.execute("BEGIN IMMEDIATE")
    for _ in range(20):
        one = numbers.randrange(10**6, 10**9)
        connection.execute("INSERT INTO said VALUES (?, ?, ?)", (one, f"new/{one}", "x" * 300))
        connection.execute("DELETE FROM said WHERE id = ? AND uri LIKE 'new/%'", (one,))
    connection.execute("UPDATE said SET words = words || 'y' WHERE id % 97 = ?", (one % 97,))
    connection.execute("UPDATE said SET words = rtrim(words, 'y') WHERE id % 97 = ?", (one % 97,))
    connection.execute("COMMIT")
"""


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    connection.execute("PRAGMA secure_delete=ON")
    return connection


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make a database whose rows came in no order, so that its pages were split often."""
    path = tmp_path / "said.sqlite3"
    connection = _open(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE said (id INTEGER PRIMARY KEY, uri TEXT, words TEXT)")
    connection.execute("CREATE INDEX said_uri ON said (uri)")
    numbers = random.Random(1)
    order = list(range(ROWS))
    numbers.shuffle(order)
    connection.execute("BEGIN")
    for one in order:
        length = 700 if one % 50 == 3 else numbers.randint(1, 60)
        words = f"words{one}! " * length  # the longest go on in pages of their own
        connection.execute("INSERT INTO said VALUES (?, ?, ?)", (one, f"u{one * 7919}!", words))
    connection.execute("COMMIT")
    connection.close()
    return path


def _rows(path: Path) -> list[tuple[int, str, str]]:
    connection = _open(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    rows: list[tuple[int, str, str]] = connection.execute("SELECT * FROM said").fetchall()
    connection.close()
    return rows


def _traces(path: Path, gone: list[int]) -> set[int]:
    held = path.read_bytes()
    found = {int(one) for one in re.findall(rb"words(\d+)! ", held)}
    found |= {int(one) // 7919 for one in re.findall(rb"u(\d+)!", held)}
    return found & set(gone)


def _forget(path: Path) -> list[int]:
    connection = _open(path)
    connection.execute("DELETE FROM said WHERE id % 7 = 3")
    connection.close()  # the last one to close empties the journal
    return list(range(3, ROWS, 7))


def test_what_secure_delete_leaves_is_overwritten(path: Path) -> None:
    gone = _forget(path)
    rows = _rows(path)
    assert _traces(path, gone), "nothing is left that could be overwritten: the test proves nothing"
    assert scrub(path).overwritten
    assert _traces(path, gone) == set()
    assert _rows(path) == rows
    assert len(rows) == ROWS - len(gone)
    assert not scrub(path).overwritten


def test_the_unused_part_is_what_sqlite_says_it_is(path: Path) -> None:
    connection = _open(path)
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    try:
        said = dict(
            connection.execute("SELECT pageno, unused FROM dbstat WHERE pagetype != 'overflow'")
        )
    except sqlite3.OperationalError:
        pytest.skip("this SQLite was built without dbstat")
    finally:
        connection.close()
    pages = np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, 4096)
    free = unused(pages, 4096).sum(axis=1)
    for page, bytes_unused in said.items():
        if page > 1:
            assert free[page - 1] + _holes(pages[page - 1]) == bytes_unused, page
    others = set(range(2, len(pages) + 1)) - said.keys()
    assert others, "no row goes on in a page of its own"
    assert not any(free[page - 1] for page in others)


def _holes(page: npt.NDArray[np.uint8]) -> int:
    """Return the bytes of a page that are free between its rows; `secure_delete` clears them."""
    content = page.tobytes()
    total, at = content[7], int.from_bytes(content[1:3])
    while at:
        total += int.from_bytes(content[at + 2 : at + 4])
        at = int.from_bytes(content[at : at + 2])
    return total


@pytest.fixture
def writers(path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(seed)], stdout=subprocess.PIPE, text=True
        )
        for seed in (1, 2)
    ]
    try:
        for one in started:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        yield started
    finally:
        for one in started:
            one.kill()
            one.communicate()


def test_others_write_meanwhile_and_nothing_breaks(
    path: Path, writers: list[subprocess.Popen[str]]
) -> None:
    gone = _forget(path)
    reader = _open(path)
    for _ in range(4):
        scrub(path, patience=60)
        assert reader.execute("SELECT count(*) FROM said WHERE uri LIKE 'u%'").fetchone()[0] > 0
    assert _traces(path, gone) == set(), "a page that a writer held came back"
    for one in writers:
        assert one.poll() is None, "a writer failed"
        one.kill()
    reader.close()
    rows = _rows(path)
    assert sorted(row[0] for row in rows) == [one for one in range(ROWS) if one % 7 != 3]
    assert all(words.rstrip("y").strip().split(" ") for _id, _uri, words in rows)


def test_a_kill_at_any_moment_leaves_a_valid_database(path: Path) -> None:
    gone = _forget(path)
    rows = _rows(path)
    command = [sys.executable, "-m", "auscult.web.listening.scrubbing", str(path)]
    numbers = random.Random(3)
    for _ in range(8):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(numbers.uniform(0.1, 0.3))  # from its start to past its end
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert _rows(path) == rows
    scrub(path)
    assert _traces(path, gone) == set()


def test_it_says_when_somebody_does_not_let_go(path: Path) -> None:
    holder = _open(path)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy, match="was in use"):
        scrub(path, patience=0.2)
    holder.close()


def test_a_foreign_kind_of_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "foreign.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA auto_vacuum=FULL")
    connection.execute("CREATE TABLE one (x)")
    connection.close()
    with pytest.raises(ValueError, match="auto_vacuum"):
        scrub(path)
