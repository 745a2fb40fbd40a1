"""Many readers and writers of one lake at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from auscult.engine.archive import Lake
from auscult.engine.archive.tests.made import make_small, numbers_in, posts_of, words_of


def churn(folder: Path, stop: Any) -> None:
    patch = pytest.MonkeyPatch()
    make_small(patch.setattr)
    lake = Lake(folder, terms=words_of)
    turn = 0
    while not stop.is_set():
        turn += 1
        lake.write(
            posts_of(list(range(1000 + turn * 7, 1007 + turn * 7))), source="town", key=str(turn)
        )
        lake.forget([f"at://town/{1000 + turn * 7}"])
        if turn % 5 == 0:
            lake.compact()


def test_readers_need_no_lock(lake: Lake, tmp_path: Path) -> None:
    """While a writer writes, forgets and compacts, each scan gives every settled post once."""
    lake.write(posts_of(list(range(200))), source="town", key="first")
    stop = threading.Event()
    writer = threading.Thread(target=churn, args=(tmp_path / "lake", stop))
    writer.start()
    reader = Lake(tmp_path / "lake")
    try:
        for _ in range(15):
            seen = numbers_in(reader, rows=16)
            assert [n for n in seen if n < 1000] == list(range(200))
            assert len(seen) == len(set(seen))
            assert sum(reader.counts(["source"])["posts"].to_pylist()) >= 200
    finally:
        stop.set()
        writer.join()


def test_the_log_is_read_once_by_many_threads(lake: Lake, tmp_path: Path) -> None:
    lake.write(posts_of(list(range(9))), source="town", key="1")
    for n in range(30):
        lake.forget([f"at://town/{n}"])
        log = Lake(tmp_path / "lake")._store.log
        with ThreadPoolExecutor(8) as readers:
            counts = set(readers.map(lambda _: log.count(), range(8)))  # noqa: B023
        assert counts == {n + 1}


def batch(folder: Path, number: int) -> None:
    lake = Lake(folder)
    for key in range(5):
        start = number * 100 + key * 20
        lake.write(posts_of(list(range(start, start + 20))), source=f"s{number}", key=str(key))


def test_writers_take_turns(tmp_path: Path) -> None:
    threads = [threading.Thread(target=batch, args=(tmp_path / "lake", n)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers_in(Lake(tmp_path / "lake")) == list(range(400))
