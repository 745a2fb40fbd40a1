"""How fast a stream becomes archived mentions, and what it costs at the speed of every day.

Run: python -m bench.streams [--posts N] [--small]. A day of Bluesky (2.2 million posts by
default, with what is taken back) is sent over a local socket to the runner as `auscult up`
starts it: web socket, decoding, 1,000 watches, archive. The peer gets the same frames: the
`atproto` SDK's own client, and a list of a hundred compiled regular expressions.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from auscult.engine.query.write import to_text
from auscult.engine.simulate.town import Town
from bench.listen import analysts, pattern_of
from bench.matching_watches import Watch
from bench.report import write
from bench.streams_frames import Day, write_day

POSTS = 2_200_000
WATCHES, PATTERNS = 1_000, 100
GOAL, LIVE_GOAL, MEMORY_GOAL = 20_000, 3.0, 300
LIVE = 36 * 1.12  # frames a second: the network's peak of posts, and what is taken back
PEER_POSTS = 20_000
STALL = 20.0  # seconds for which the archive takes nothing
STAGES = {
    "frames": "cut the socket's bytes into messages",
    "decode": "read their JSON",
    "columns": "make them columns",
    "match": "match",
    "store": "write mentions and tombstones",
    "commit": "commit, and the rest",
}


@dataclass(slots=True, kw_only=True)
class Followed:
    """What a run of the runner took."""

    seconds: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0  # MB at its highest
    posts: int = 0
    kept: int = 0


class Archive:
    """An archive with watches, and a source that reads from a server of this machine."""

    def __init__(self, folder: Path, host: str, watches: dict[str, str]) -> None:
        self.folder = folder
        file = folder.with_suffix(".json")
        file.write_text(json.dumps(watches))
        _module("prepare", str(folder), host, str(file))

    def read(self) -> tuple[int, int, int]:
        """Return posts received, mentions kept, and the number of the last frame stored."""
        path = f"file:{self.folder}/auscult.sqlite3?mode=ro"
        with closing(sqlite3.connect(path, uri=True)) as database:
            row = database.execute("SELECT received, kept, snapshot FROM sources_source").fetchone()
        return row[0], row[1], (json.loads(row[2]) or {}).get("seq", 0) if row[2] else 0

    @contextlib.contextmanager
    def stalled(self) -> Iterator[None]:
        """Let nobody write meanwhile."""
        with closing(sqlite3.connect(self.folder / "auscult.sqlite3", timeout=30)) as database:
            database.execute("BEGIN IMMEDIATE")
            yield
            database.rollback()


def _module(verb: str, *words: str) -> str:
    command = [sys.executable, "-m", "bench.streams_follow", verb, *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


@contextlib.contextmanager
def server(day: Day, rate: float) -> Iterator[str]:
    """Serve a day's frames; yields the address."""
    words = [sys.executable, "-m", "bench.streams_server", str(day.file), str(day.ends), str(rate)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"ws://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


@contextlib.contextmanager
def runner(archive: Archive) -> Iterator[psutil.Popen]:
    """Run the runner on an archive."""
    words = [sys.executable, "-m", "bench.streams_follow", "run", str(archive.folder)]
    with psutil.Popen(words, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def follow(archive: Archive, last: int) -> Followed:
    """Follow the whole stream; the clock runs from the first post stored to the last."""
    done = Followed()
    with runner(archive) as process:
        begun, first = 0.0, 0
        while True:
            received, done.kept, at = archive.read()
            done.memory = max(done.memory, process.memory_info().rss / 2**20)
            if received and not begun:
                begun, first, cpu = time.perf_counter(), received, _cpu(process)
            if at >= last:
                break
            time.sleep(0.02)
        done.seconds = time.perf_counter() - begun
        done.cpu, done.posts = _cpu(process) - cpu, received - first
    return done


def live(archive: Archive, seconds: float) -> Followed:
    """Follow at the network's own speed, after a start that isn't counted."""
    done = Followed()
    with runner(archive) as process:
        while archive.read()[0] < 200:
            time.sleep(0.1)
        begun, cpu, (first, _, _) = time.perf_counter(), _cpu(process), archive.read()
        while time.perf_counter() - begun < seconds:
            time.sleep(1.0)
            done.memory = max(done.memory, process.memory_info().rss / 2**20)
        done.seconds = time.perf_counter() - begun
        done.cpu, done.posts = _cpu(process) - cpu, archive.read()[0] - first
    return done


def stall(archive: Archive, seconds: float) -> tuple[float, float]:
    """Return the memory before and at its highest while the archive takes nothing, in MB."""
    with runner(archive) as process:
        while archive.read()[0] < 30_000:
            time.sleep(0.05)
        before = highest = process.memory_info().rss / 2**20
        with archive.stalled():
            until = time.perf_counter() + seconds
            while time.perf_counter() < until:
                time.sleep(0.1)
                highest = max(highest, process.memory_info().rss / 2**20)
        there = archive.read()[0]
        while archive.read()[0] <= there:  # it goes on afterwards
            time.sleep(0.05)
    return before, highest


def _cpu(process: psutil.Popen) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _row(figure: str, ours: float, unit: str, note: str = "", **more: Any) -> dict[str, Any]:
    row = dict.fromkeys(("peer", "peer_value", "ratio", "goal", "met"))
    return row | {"figure": figure, "ours": ours, "unit": unit, "note": note} | more


def measure(folder: Path, posts: int, minute: float) -> Iterator[dict[str, Any]]:
    """Yield the rows of the benchmark."""
    sample = next(iter(Town(seed=3).simulate(days=100, posts=50_000)))
    made = analysts(sample, WATCHES)
    watches = {f"w{number}": to_text(watch.tree()) for number, watch in enumerate(made)}
    day = write_day(folder, posts)
    yield from _at_full_speed(folder, day, watches, made)
    yield from _every_day(folder, day, watches, minute)
    yield from _by_stage(folder, day, watches)


def _at_full_speed(
    folder: Path, day: Day, watches: dict[str, str], made: list[Watch]
) -> Iterator[dict[str, Any]]:
    with server(day, 0) as host:
        archive = Archive(folder / "full", host, watches)
        done = follow(archive, day.frames)
        patterns = folder / "patterns.json"
        patterns.write_text(json.dumps([pattern_of(one) for one in made[:PATTERNS]]))
        count = min(PEER_POSTS, day.posts // 2)
        peer = json.loads(_module("peer", host, str(patterns), str(count)))
    speed, theirs = done.posts / done.seconds, peer["posts"] / peer["seconds"]
    yield _row(
        f"stream to archived mentions, {WATCHES:,} watches, {done.kept / day.posts:.1%} kept",
        round(speed), "posts/s",
        f"{day.posts:,} posts, {day.frames:,} frames, {day.size / 1e6:,.0f} MB; "
        f"{done.cpu / done.seconds:.2f} cores of the two, memory at its highest "
        f"{done.memory:,.0f} MB. The peer matches {PATTERNS} expressions and keeps nothing.",
        peer=f"atproto SDK + {PATTERNS} regular expressions", peer_value=round(theirs),
        ratio=round(speed / theirs, 1), goal=GOAL, met=speed >= GOAL,
    )  # fmt: skip
    yield _row("frames received", round(speed * day.size / day.posts / 1e6, 1), "MB/s")


def _every_day(
    folder: Path, day: Day, watches: dict[str, str], minute: float
) -> Iterator[dict[str, Any]]:
    with server(day, LIVE) as host:
        done = live(Archive(folder / "live", host, watches), minute)
    share = 100 * done.cpu / done.seconds
    note = f"{done.posts / done.seconds:.0f} posts a second for {done.seconds:.0f} s"
    yield _row(
        "at the network's own speed", round(share, 2), "% of a core", note,
        goal=LIVE_GOAL, met=share <= LIVE_GOAL,
    )  # fmt: skip
    yield _row(
        "memory at the network's own speed", round(done.memory), "MB", note,
        goal=MEMORY_GOAL, met=done.memory <= MEMORY_GOAL,
    )  # fmt: skip
    with server(day, 0) as host:
        before, highest = stall(Archive(folder / "stall", host, watches), min(STALL, minute))
    yield _row(
        "memory more while the archive takes nothing", round(highest - before), "MB",
        f"{before:.0f} MB before, for {min(STALL, minute):.0f} s, at a stream of full speed",
    )  # fmt: skip


def _by_stage(folder: Path, day: Day, watches: dict[str, str]) -> Iterator[dict[str, Any]]:
    archive = Archive(folder / "stages", "ws://127.0.0.1:1", watches)
    said = json.loads(_module("stages", str(archive.folder), str(day.file)))
    for stage, what in STAGES.items():
        seconds = said["spent"].get(stage, 0.0)
        yield _row(
            f"time of a post: {what}", round(seconds / said["posts"] * 1e6, 2), "us",
            "of a processor, each stage by itself, one after the other",
        )  # fmt: skip


def main(argv: list[str]) -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=POSTS)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--folder", type=Path, help="where to work; a temporary one by default")
    given = parser.parse_args(argv)
    posts = 200_000 if given.small else given.posts
    minute = 60.0 if posts == POSTS else 20.0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that no server stays behind
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as it is where it is installed
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        write("streams", list(measure(Path(folder), posts, minute)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
