"""Standing queries: posts a second at 10 to 100,000 watches, beside the peers, on one core.

python -m bench.matching [--posts 1000000] [--small] [--no-peers]
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from typing import Any

import pyarrow as pa

from auscult.engine.matching import WatchSet
from bench import report
from bench.matching_peers import (
    Asked,
    PostgreSQL,
    fts5,
    has_postgres,
    in_hyperscan,
    in_tantivy,
)
from bench.matching_posts import Language, posts
from bench.matching_watches import Analyst, Watch

SIZES = (10, 100, 1_000, 10_000, 100_000)
BATCH = 65_536
LEFT_OUT = (
    "Fields are left out for all peers, NEAR is AND for PostgreSQL and Tantivy, Hyperscan only "
    "finds words; the peers say which posts, not where."
)
EXTRAPOLATED = LEFT_OUT + " 1,000 of the watches were asked and the time taken times 100."


def main(argv: list[str]) -> int:
    options = _options(argv)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    table = posts(options.posts)
    language = Language(table.slice(0, 50_000))
    analyst = Analyst(language)
    watches = list(analyst.watches(SIZES[-1]).values())
    terms = [len(w.subject) + len(w.context) + len(w.without) for w in watches[:1_000]]
    print(f"{len(table):,} posts, {table.column('text').nbytes / len(table):.0f} bytes each")
    print(f"watches of {min(terms)} to {max(terms)} terms from {len(language.words):,} words")
    speeds, rows = _growth(table, watches)
    rows += _changes(table, watches)
    if not options.no_peers:
        rows += _beside_peers(table, watches, speeds)
    report.write("matching", rows)
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--small", action="store_true", help="100,000 posts")
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args(argv)
    if options.small:
        options.posts = 100_000
    return options


def _row(figure: str, ours: float, unit: str, **others: Any) -> dict[str, Any]:
    row = dict.fromkeys(report.KEYS) | {"figure": figure, "ours": ours, "unit": unit, "note": ""}
    return row | others


def _growth(table: pa.Table, watches: list[Watch]) -> tuple[dict[int, float], list[dict[str, Any]]]:
    """Match all posts at each size; the first batch is read once before, as in a long run."""
    speeds: dict[int, float] = {}
    rows = []
    for size in SIZES:
        before = _memory()
        begun = time.perf_counter()
        trees = {f"watch {n}": watch.tree() for n, watch in enumerate(watches[:size])}
        made = time.perf_counter()
        compiled = WatchSet(trees)
        spent = time.perf_counter() - made
        del trees
        compiled.match(table.slice(0, BATCH))
        taken = _memory() - before
        begun, matches = time.perf_counter(), 0
        for start in range(0, len(table), BATCH):
            matches += compiled.match(table.slice(start, BATCH)).num_rows
        speeds[size] = len(table) / (time.perf_counter() - begun)
        goal = {1_000: 500_000, 100_000: 100_000}.get(size)
        note = f"{matches / len(table):.3f} matches a post; {taken / 2**20:,.0f} MiB more memory"
        rows.append(
            _row(
                f"posts matched with {size:,} watches", speeds[size], "posts/s", goal=goal,
                met=None if goal is None else speeds[size] >= goal, note=note,
            )
        )  # fmt: skip
        rows.append(_row(f"{size:,} watches compiled in", spent, "s"))
        print(f"{size:>7,} watches: {speeds[size]:>11,.0f} posts/s, {note}", flush=True)
    growth = speeds[1_000] / speeds[100_000]
    rows.append(
        _row("cost of 100 times more watches, from 1,000", growth, "times", goal=5, met=growth <= 5)
    )
    return speeds, rows


def _memory() -> int:
    with open("/proc/self/statm") as file:  # noqa: PTH123 - no file on a disk
        return int(file.read().split()[1]) * resource.getpagesize()


def _changes(table: pa.Table, watches: list[Watch]) -> list[dict[str, Any]]:
    """Change one watch among 100,000, and match a post with it at once."""
    compiled = WatchSet({f"watch {n}": watch.tree() for n, watch in enumerate(watches)})
    compiled.match(table.slice(0, BATCH))
    one, puts, matched = table.slice(0, 1), [], []
    for number in range(200):
        tree = watches[(7 * number + 3) % len(watches)].tree()
        begun = time.perf_counter()
        compiled.put(f"watch {number}", tree)
        puts.append(time.perf_counter() - begun)
        compiled.match(one)
        matched.append(time.perf_counter() - begun)
    worst = 1_000 * max(matched)
    return [
        _row("one watch changed among 100,000, the worst of 200", 1_000 * max(puts), "ms"),
        _row("the same, until a post was matched with it", worst, "ms", goal=50, met=worst <= 50),
    ]


def _beside_peers(
    table: pa.Table, watches: list[Watch], speeds: dict[int, float]
) -> list[dict[str, Any]]:
    found: dict[str, dict[int, float]] = {}
    texts = table.column("text").to_pylist()
    peers: list[tuple[str, Asked, int]] = [
        ("SQLite FTS5", fts5, 50_000),
        ("Tantivy", in_tantivy, 50_000),
        ("Hyperscan (words only)", in_hyperscan, 20_000),
    ]
    cluster = PostgreSQL() if has_postgres() else None
    if cluster is None:
        print("PostgreSQL is left out: its programs aren't installed")
    else:
        peers.append(("PostgreSQL", cluster.ask, 50_000))
    try:
        for name, ask, count in peers:
            found[name] = _speeds(name, ask, texts[:count], watches)
    finally:
        if cluster is not None:
            cluster.close()
    return [
        row
        for size, goal in ((1_000, 8), (100_000, 50))
        for row in _ratios(size, goal, speeds, found)
    ]


def _speeds(name: str, ask: Asked, texts: list[str], watches: list[Watch]) -> dict[int, float]:
    """Return posts a second of a peer at 1,000 and, extrapolated, at 100,000 watches."""
    taken, asked, matches = ask(texts, watches[:1_000])
    if ask is in_hyperscan:
        _, all_asked, _ = ask(texts, watches)
    else:
        all_asked = asked * 100
    speeds = {
        1_000: len(texts) / (taken + asked),
        100_000: len(texts) / (taken + all_asked),
    }
    print(
        f"{name}: {speeds[1_000]:,.0f} posts/s at 1,000 (taking in {taken:.2f} s, asking"
        f" {asked:.2f} s, {matches / len(texts):.3f} matches a post)", flush=True,
    )  # fmt: skip
    return speeds


def _ratios(
    size: int, goal: float, speeds: dict[int, float], found: dict[str, dict[int, float]]
) -> list[dict[str, Any]]:
    rows = []
    whole = {name: by_size for name, by_size in found.items() if "only" not in name}
    best = max(whole, key=lambda name: whole[name][size])
    for name, by_size in found.items():
        ratio = speeds[size] / by_size[size]
        is_best = name == best
        rows.append(
            _row(
                f"posts matched with {size:,} watches, beside {name}", speeds[size], "posts/s",
                peer=name, peer_value=by_size[size], ratio=ratio, goal=goal if is_best else None,
                met=ratio >= goal if is_best else None,
                note=EXTRAPOLATED if size == 100_000 and "only" not in name else LEFT_OUT,
            )
        )  # fmt: skip
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
