"""Writes, forgets, expires and compacts a lake, and is killed at random instants meanwhile.

Run as a script by `test_killed.py`, `killing.py FOLDER SEED KILLS`: a quick start by fork
makes a hundred kills cheap. Call number i is the same in every life; a life begins with
the call that its predecessor did not acknowledge, as a caller does after a crash.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pyarrow as pa

from auscult.engine.archive import Lake, compact, forget, hashing, segments
from auscult.engine.kernel.posts import MOMENT

START = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 25
AUTHORS = 997


def terms(posts: pa.Table) -> pa.Array:
    return posts.column("text").combine_chunks()


def posts_of(numbers: range) -> pa.Table:
    return pa.table(
        {
            "uri": [f"at://town/{n}" for n in numbers],
            "author": [f"author-{n % AUTHORS}" for n in numbers],
            "created_at": pa.array([START + timedelta(minutes=n) for n in numbers], MOMENT),
            "text": [f"number{n} of the town" for n in numbers],
        }
    )


def call(number: int) -> tuple[str, int, list[int], list[int]]:
    """Return what call `number` does: its name, a start, posts and authors to forget."""
    rng = random.Random(number)
    names = ["write", "forget", "hide", "erase", "expire", "compact"]
    name = rng.choices(names, [60, 15, 10, 5, 5, 10])[0]
    posts = [rng.randrange(number * BATCH + 1) for _ in range(rng.randrange(6))]
    authors = [rng.randrange(AUTHORS)] if rng.random() < 0.2 else []
    return name, number * BATCH, posts, authors


def act(lake: Lake, number: int) -> None:
    name, start, posts, authors = call(number)
    if name == "write":
        lake.write(posts_of(range(start, start + BATCH)), source="town", key=str(number))
    elif name == "forget":
        lake.forget([f"at://town/{n}" for n in posts], [f"author-{n}" for n in authors])
    elif name == "hide":
        lake.hide([f"at://town/{n}" for n in posts], [f"author-{n}" for n in authors])
    elif name == "erase":
        lake.erase(96)
    elif name == "expire":
        lake.expire("town", START + timedelta(minutes=start // 4))
    else:
        lake.compact()


def expected(calls: int) -> set[int]:
    """Return the posts that a lake holds after so many calls."""
    held: set[int] = set()
    forgotten: set[int] = set()
    authors: set[int] = set()
    for number in range(calls):
        name, start, gone, by = call(number)
        if name == "write":
            held |= set(range(start, start + BATCH))
        elif name in {"forget", "hide"}:
            forgotten |= set(gone)
            authors |= set(by)
        elif name == "expire":
            held = {n for n in held if n >= start // 4}
        held = {n for n in held if n not in forgotten and n % AUTHORS not in authors}
    return held


def acknowledged(folder: Path) -> int:
    try:
        return (folder / "acknowledged").stat().st_size
    except FileNotFoundError:
        return 0


def live(folder: Path, stop_after: int | None) -> None:
    lake = Lake(folder / "lake", terms=terms)
    with (folder / "acknowledged").open("ab", buffering=0) as log:
        number = acknowledged(folder)
        while stop_after is None or number < stop_after:
            act(lake, number)
            log.write(b".")
            number += 1


def small() -> None:
    """Make borders near, so that few posts meet them all."""
    patch.object(segments, "GROUP_ROWS", 16).start()
    for module in (compact, forget):
        patch.object(module, "SEGMENT_ROWS", 64).start()
    patch.object(forget, "AT_ONCE", 128).start()
    patch.object(compact, "INCOMING_SEGMENTS", 8).start()


def born(folder: Path, stop_after: int | None) -> int:
    child = os.fork()
    if child == 0:
        try:
            live(folder, stop_after)
        except BaseException:  # noqa: BLE001 - a child must not return into its parent's code
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return child


def main() -> None:
    folder, seed, kills = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    small()
    # Compiled code is loaded once, here, and not in each short life.
    hashing.hash_strings(pa.array(["a"]), hashing.seed_of(b""))
    hashing.hash_terms(pa.array(["a"]), hashing.seed_of(b""))
    rng = random.Random(seed)
    begun = time.monotonic()
    os.waitpid(born(folder, 4), 0)
    longest = max(0.25, time.monotonic() - begun)  # a few calls, on a loaded machine, too
    for _ in range(kills):
        child = born(folder, None)
        time.sleep(rng.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            sys.exit("a life ended before it was killed")
    child = born(folder, acknowledged(folder) + 1)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    main()
