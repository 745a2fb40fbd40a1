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
GOALS = ((1_000, 8), (100_000, 50))
WORDS_ONLY = "Hyperscan (words only)"
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
    rows = _growth(table, watches)
    rows += _changes(table, watches)
    if not options.no_peers:
        rows += _beside_peers(table, watches)
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


def _growth(table: pa.Table, watches: list[Watch]) -> list[dict[str, Any]]:
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
    return rows


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


def _beside_peers(table: pa.Table, watches: list[Watch]) -> list[dict[str, Any]]:
    """Match in batches as live networks give them, and as large as files do."""
    cluster = PostgreSQL() if has_postgres() else None
    if cluster is None:
        print("PostgreSQL is left out: its programs aren't installed")
    rows = []
    try:
        for batch, batches in ((1_000, 5), (32_768, 1)):
            ours = {size: _ours(table, watches[:size], batch) for size, _ in GOALS}
            found = {
                name: _speeds(name, ask, table, batch, batches, watches)
                for name, ask in _peers(cluster)
            }
            for size, goal in GOALS:
                rows += _ratios(size, goal, batch, ours[size], found)
    finally:
        if cluster is not None:
            cluster.close()
    return rows


def _peers(cluster: PostgreSQL | None) -> list[tuple[str, Asked]]:
    peers: list[tuple[str, Asked]] = [
        ("SQLite FTS5", fts5),
        ("Tantivy", in_tantivy),
        (WORDS_ONLY, in_hyperscan),
    ]
    return peers if cluster is None else [*peers, ("PostgreSQL", cluster.ask)]


def _ours(table: pa.Table, watches: list[Watch], batch: int) -> float:
    compiled = WatchSet({f"watch {n}": watch.tree() for n, watch in enumerate(watches)})
    compiled.match(table.slice(0, BATCH))
    posts = table.slice(BATCH, BATCH) if len(table) >= 2 * BATCH else table.slice(0, BATCH)
    begun = time.perf_counter()
    for start in range(0, len(posts), batch):
        compiled.match(posts.slice(start, batch))
    return len(posts) / (time.perf_counter() - begun)


def _speeds(
    name: str, ask: Asked, table: pa.Table, batch: int, batches: int, watches: list[Watch]
) -> dict[int, float]:
    """Return posts a second of a peer at 1,000 and, extrapolated, at 100,000 watches."""
    taken = asked = all_asked = 0.0
    matches = 0
    for number in range(batches):
        texts = table.column("text").slice(number * batch, batch).to_pylist()
        one, other, found = ask(texts, watches[:1_000])
        taken, asked, matches = taken + one, asked + other, matches + found
        if name == WORDS_ONLY and number == 0:
            all_asked = ask(texts, watches)[1] * batches
    if name != WORDS_ONLY:
        all_asked = asked * 100
    posts = batch * batches
    print(
        f"{name}, batches of {batch:,}: taking in {1e6 * taken / posts:.1f} us a post, asking"
        f" {1e6 * asked / posts:.1f}; {matches / posts:.3f} matches a post", flush=True,
    )  # fmt: skip
    return {1_000: posts / (taken + asked), 100_000: posts / (taken + all_asked)}


def _ratios(
    size: int, goal: float, batch: int, ours: float, found: dict[str, dict[int, float]]
) -> list[dict[str, Any]]:
    rows = []
    best = max((name for name in found if name != WORDS_ONLY), key=lambda name: found[name][size])
    for name, by_size in found.items():
        ratio = ours / by_size[size]
        rows.append(
            _row(
                f"{size:,} watches, batches of {batch:,} posts", ours, "posts/s",
                peer=name, peer_value=by_size[size], ratio=ratio,
                goal=f"{goal} times the best peer" if name == best else None,
                met=ratio >= goal if name == best else None,
                note=EXTRAPOLATED if size == 100_000 and name != WORDS_ONLY else LEFT_OUT,
            )
        )  # fmt: skip
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
