"""The archive at 10 million posts: mentions and lake, beside PostgreSQL and plain FTS5.

    python -m bench.archive [--posts 10000000] [--peer-posts 2000000] [--small]

The same seeded posts go into each. `docs/explanation/lake.md` says what they are like.
"""

from __future__ import annotations

import argparse
import gc
import shutil
import tempfile
import time
from pathlib import Path

from bench.archive_ours import Ours, chosen, queries_of
from bench.archive_peers import Fts5, Peer, PostgreSQL, postgres_folder
from bench.archive_peers import queries_of as peer_queries
from bench.archive_posts import Town
from bench.archive_real import health_news, size_of
from bench.archive_rows import Figures, rows_of_report
from bench.report import write

FORGOTTEN = 1_000


def main() -> None:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="bench-archive-"))
    started = time.perf_counter()
    try:
        figures = {"ours": _ours(folder, options.posts)}
        for peer in _peers():
            try:
                figures[peer.name] = _peer(peer, options.peer_posts)
            finally:
                peer.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    write("archive", rows_of_report(figures, options.posts, options.peer_posts))
    print(f"\n{time.perf_counter() - started:,.0f} s in all")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000_000)
    parser.add_argument("--peer-posts", type=int, default=2_000_000)
    parser.add_argument("--small", action="store_true", help="200,000 posts each")
    options = parser.parse_args()
    if options.small:
        options.posts = options.peer_posts = 200_000
    return options


def _ours(folder: Path, posts: int) -> Figures:
    town = Town(posts)
    ours = Ours(folder, town)
    spent = ours.fill()
    print(f"ours: {posts:,} posts taken in, {spent}", flush=True)
    compacted = ours.compact()
    size = ours.size()
    w = town.words
    figures: Figures = {
        "lake ingest": 1 / spent["one write"],
        "lake settled": posts / (spent["lake"] + compacted),
        "mentions ingest": posts / spent["mentions"],
        "lake size": size["lake"] / posts,
        "mentions size": size["mentions"] / posts,
        "latest": ours.latest().median,
        "latest filtered": ours.latest_filtered().median,
        "search": ours.search(list(queries_of(town))).p95,
    }
    figures["count hits"], timing = ours.count(f"{w[3]} AND {w[8]}")
    figures["count"] = timing.median
    figures["hourly hits"], timing = ours.hourly()
    figures["hourly"] = timing.median
    for name, text in (
        ("backfill", f'("{w[5]} {w[300]}" OR {w[2_000]} NEAR/5 {w[30]}) NOT {w[0]}'),
        ("backfill rare", f"{w[60_000]} AND ({w[70_000]} OR {w[900]})"),
    ):
        _, seen, seconds = ours.backfill(text)
        figures[name] = seen / seconds
    if news := health_news():
        figures["lake size real"] = size_of(news)
    _forget(ours, figures)
    return figures


def _forget(ours: Ours, figures: Figures) -> None:
    spread = chosen(ours.uris, FORGOTTEN)
    one_day = [uri for uri in ours.neighbours if uri not in set(spread)][:FORGOTTEN]
    figures["forget"] = ours.forget(spread)
    figures["forget erased"] = figures["forget"] + ours.compact()
    figures["traces"] = ours.traces(spread)
    figures["forget day"] = ours.forget(one_day)
    figures["traces day"] = ours.traces(one_day)


def _peers() -> list[Peer]:
    if postgres_folder() is None:
        print("PostgreSQL is left out: its programs aren't here (apt install postgresql).")
        return [Fts5()]
    return [Fts5(), PostgreSQL()]


def _peer(peer: Peer, posts: int) -> Figures:
    gc.collect()
    town = Town(posts)
    w = town.words
    watch = [w[40], w[90], w[200]]
    figures: Figures = {"mentions ingest": posts / peer.fill(town)}
    print(f"{peer.name}: {posts:,} posts taken in", flush=True)
    figures["mentions size"] = peer.size() / posts
    figures["latest"] = peer.latest(watch, None).median
    figures["latest filtered"] = peer.latest(watch, "de").median
    figures["search"] = peer.search(peer_queries(town)).p95
    figures["count hits"], timing = peer.count([w[3], w[8]])
    figures["count"] = timing.median
    figures["hourly hits"], timing = peer.hourly(watch)
    figures["hourly"] = timing.median
    figures["forget"] = peer.forget(chosen(peer.uris, FORGOTTEN))
    return figures


if __name__ == "__main__":
    main()
