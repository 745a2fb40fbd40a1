"""Copies: posts a second by posts in the window, and what is found against exact likeness.

Times are those of the processor, of one core, for the peer as well: what else a machine does
is not counted.

python -m bench.copies [--small] [--no-peers]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from datasketch import MinHash, MinHashLSH

from auscult.engine.signals.copies import Copies, prepare
from bench import report
from bench.copies_exact import Run, likenesses, mixed, real_texts, runs, simhashes, table

NOW = datetime(2026, 11, 21, tzinfo=UTC)
FOREVER = timedelta(days=365 * 100)
WINDOWS = (10_000, 100_000, 1_000_000)
MEASURED = 50_000
BATCH = 1_000
ALIKE = 0.7
PEER_POSTS = 5_000
LSH = "datasketch MinHashLSH"
PEER_NOTE = (
    "The peer gets its runs of words ready-made and, as here, 48 hashes in 16 bands of 3; it "
    "answers candidates and compares none."
)
SIMHASH_BITS = 3


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="windows of 10,000 and 100,000 posts")
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args(argv)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    prepare()
    windows = WINDOWS[:2] if options.small else WINDOWS
    posts = mixed(windows[-1] + MEASURED)
    rows = _growth(posts, windows, peers=not options.no_peers)
    for name, texts in real_texts().items():
        rows += _found(name, texts, peers=not options.no_peers)
    report.write("copies", rows)
    return 0


def _row(figure: str, ours: float, unit: str, **others: Any) -> dict[str, Any]:
    return dict.fromkeys(report.KEYS) | {"figure": figure, "ours": ours, "unit": unit} | others


def _growth(posts: pa.Table, windows: tuple[int, ...], *, peers: bool) -> list[dict[str, Any]]:
    """Fill a window, then measure the posts that come next, a thousand at a time."""
    rows = []
    speeds = []
    for size in windows:
        copies = Copies(window=FOREVER, most=2 * size + MEASURED)
        copies.add(posts.slice(0, size), now=NOW)
        taken = []
        for low in range(size, size + MEASURED, BATCH):
            begun = time.process_time()
            copies.add(posts.slice(low, BATCH), now=NOW)
            taken.append(time.process_time() - begun)
        speeds.append(MEASURED / sum(taken))
        note = (
            f"{copies.memory / len(copies):,.0f} bytes a post; slowest batch of {BATCH:,}: "
            f"{1_000 * max(taken):.0f} ms, the median {1_000 * float(np.median(taken)):.1f} ms; "
            "of processor time"
        )
        row = _row(
            f"posts grouped beside {size:,} others", speeds[-1], "posts/s",
            goal=50_000, met=speeds[-1] >= 50_000, note=note,
        )  # fmt: skip
        if peers and size == WINDOWS[0]:
            peer = _peer_speed(posts.column("text").slice(0, size + PEER_POSTS).to_pylist(), size)
            row |= {"peer": LSH, "peer_value": peer, "ratio": speeds[-1] / peer}
            row["note"] += f". {PEER_NOTE}"
        rows.append(row)
        print(f"{size:>9,}: {speeds[-1]:>9,.0f} posts/s, {note}", flush=True)
    times = windows[-1] // windows[0]
    growth = speeds[0] / speeds[-1]
    rows.append(_row(f"cost of {times:,} times more posts in the window", growth, "times", note=""))
    return rows + _kept(copies)


def _kept(copies: Copies) -> list[dict[str, Any]]:
    """Save and load the index: loading makes it anew, as clearing away does."""
    with tempfile.TemporaryDirectory(prefix="bench-copies-") as folder:
        path = Path(folder) / "copies.npz"
        begun = time.process_time()
        copies.save(path)
        saved = time.process_time()
        Copies(window=FOREVER).load(path)
        loaded = time.process_time()
        note = f"{path.stat().st_size / len(copies):,.0f} bytes a post in the file"
    begun_at = time.process_time()
    copies.campaigns()
    told = time.process_time() - begun_at
    posts = f"{len(copies):,} posts"
    return [
        _row(f"{posts} saved", saved - begun, "s", note=note),
        _row(f"{posts} loaded, or cleared of what is gone", loaded - saved, "s", note=""),
        _row(f"campaigns among {posts} described", told, "s", note=""),
    ]


def _hashed(one: frozenset[Run]) -> MinHash:
    hashed = MinHash(num_perm=48)
    hashed.update_batch([" ".join(run).encode() for run in one])
    return hashed


def _peer_speed(texts: list[str], size: int) -> float:
    sets = [runs(one) for one in texts]
    index = MinHashLSH(num_perm=48, params=(16, 3))
    begun = 0.0
    for number, one in enumerate(sets):
        if number == size:
            begun = time.process_time()
        if one:
            hashed = _hashed(one)
            index.query(hashed)
            index.insert(number, hashed, check_duplication=False)
    return (len(sets) - size) / (time.process_time() - begun)


def _found(name: str, texts: list[str], *, peers: bool) -> list[dict[str, Any]]:
    """Hold what is found against the exact likeness of all pairs."""
    sets = [runs(one) for one in texts]
    pairs = list(likenesses(sets, ALIKE))
    groups = Copies(window=FOREVER).add(table(texts), now=NOW).groups.to_pylist()
    together = sum(groups[one] == groups[two] for one, two in pairs)
    exact = _united(len(texts), pairs)
    firsts: dict[int, int] = {}
    right = sum(
        exact[firsts.setdefault(group, number)] == exact[number]
        for number, group in enumerate(groups)
        if group is not None
    )
    grouped = sum(group is not None for group in groups)
    recall = together / len(pairs)
    equal = sum(sets[one] == sets[two] for one, two in pairs) / len(pairs)
    note = f"{len(texts):,} posts, {len(pairs):,} pairs of a likeness of {ALIKE} or more"
    rows = [
        _row(f"{name}: pairs of copies in one group", 100 * recall, "%", goal="99.7 %",
             met=recall >= 0.997, note=note, peer="equal words only", peer_value=100 * equal,
             ratio=recall / equal),
        _row(f"{name}: posts that are with exact copies only", 100 * right / grouped, "%",
             goal="100 %", met=right == grouped, note=note),
    ]  # fmt: skip
    return rows + (_peers_found(name, sets, set(pairs), recall) if peers else [])


def _peers_found(
    name: str, sets: list[frozenset[Run]], pairs: set[tuple[int, int]], recall: float
) -> list[dict[str, Any]]:
    index = MinHashLSH(num_perm=48, params=(16, 3))
    asked = hits = 0
    for number, one in enumerate(sets):
        if one:
            hashed = _hashed(one)
            answers = index.query(hashed)
            asked += len(answers)
            hits += sum((other, number) in pairs for other in answers)
            index.insert(number, hashed, check_duplication=False)
    bits = simhashes(sets)
    ends = np.array(sorted(pairs))
    close = (bits[ends[:, 0]] != bits[ends[:, 1]]).sum(axis=1) <= SIMHASH_BITS
    lsh, sim = hits / len(pairs), float(close.mean())
    precise = f"of what it answers, {100 * hits / asked:.1f} % are copies. {PEER_NOTE}"
    near = f"64 bits, at most {SIMHASH_BITS} of them different, as is usual"
    figure = f"{name}: pairs of copies found"
    return [
        _row(figure, 100 * recall, "%", peer=LSH, peer_value=100 * lsh, ratio=recall / lsh,
             note=precise),
        _row(figure, 100 * recall, "%", peer="SimHash", peer_value=100 * sim, ratio=recall / sim,
             note=near),
    ]  # fmt: skip


def _united(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    parents = list(range(count))

    def first(one: int) -> int:
        while parents[one] != one:
            parents[one] = parents[parents[one]]
            one = parents[one]
        return one

    for one, two in pairs:
        low, high = sorted((first(one), first(two)))
        parents[high] = low
    return [first(one) for one in range(count)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
