"""How fast `auscult listen` is from files to archived mentions: one core, 100 watches.

Run: python -m bench.listen [--posts N] [--small]. The peer is what one would write by hand:
json, a compiled regular expression for each watch, and an FTS5 table.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from random import Random

import pyarrow as pa

from auscult.engine.query.write import to_text
from auscult.engine.simulate.town import Town
from auscult.engine.simulate.writing import write_town
from bench.matching_posts import Language
from bench.matching_watches import Analyst, Watch
from bench.report import write

COMMAND = Path(sys.executable).with_name("auscult")
WATCHES = 100
GOAL = 100_000  # posts a second
PEER_POSTS = 20_000
STARTERS = {"few": ("danger", "parking", "money"), "many": ("hospital", "waiting", "vaccine")}


def analysts(posts: pa.Table, count: int) -> list[Watch]:
    """Return watches of an analyst's size, made of the posts' own words."""
    analyst = Analyst(Language(posts), seed=7)
    # The town speaks Chinese, too, where a word's first letters are words of their own.
    ascii_only = (one for one in iter(analyst.watch, None) if to_text(one.tree()).isascii())
    return list(islice(ascii_only, count))


def watch_file(folder: Path, kept: str, made: list[Watch]) -> Path:
    """Write a TOML file of 100 watches: three of the town's own, the others an analyst's."""
    own = tomllib.loads((folder / "town" / "watches.toml").read_text())["watches"]
    written = {name: own[name] for name in STARTERS[kept]}
    written |= {f"w{n}": to_text(watch.tree()) for n, watch in enumerate(made)}
    file = folder / f"{kept}.toml"
    lines = [f"{name} = {json.dumps(query)}\n" for name, query in written.items()]
    file.write_text("[watches]\n" + "".join(lines))
    return file


def listen(posts: Path, watches: Path, archive: Path) -> tuple[float, dict[str, object], float]:
    """Run the command on one core; return seconds, what it printed, and its highest memory."""
    words = [COMMAND, "listen", posts, "--watches", watches, "--archive", archive, "--json"]
    begin = time.perf_counter()
    answer = subprocess.run(
        list(map(str, words)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # warnings of made-up watches
        check=True,
        # An installed program keeps its compiled modules.
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
        preexec_fn=lambda: os.sched_setaffinity(0, {0}),
    )
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return seconds, json.loads(answer.stdout), peak


def kept_in(archive: Path) -> int:
    """Return how many mentions an archive holds."""
    with closing(sqlite3.connect(f"file:{archive}/auscult.sqlite3?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT count(*) FROM listening_mention").fetchone()[0])


def by_hand(posts: Path, watches: list[Watch], archive: Path) -> float:
    """Return posts a second of a loop as one would write it, words and phrases alone."""
    patterns = [re.compile(pattern_of(watch), re.IGNORECASE) for watch in watches]
    lines = list(islice(_lines(posts), PEER_POSTS))
    begin = time.perf_counter()
    with closing(sqlite3.connect(archive)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE VIRTUAL TABLE mention USING fts5(uri, text)")
        for first in range(0, len(lines), 1_000):
            rows = [json.loads(line) for line in lines[first : first + 1_000]]
            found = [
                (row["uri"], row["text"])
                for row in rows
                if any(pattern.search(row["text"]) for pattern in patterns)
            ]
            database.executemany("INSERT INTO mention VALUES (?, ?)", found)
            database.commit()
    return len(lines) / (time.perf_counter() - begin)


def pattern_of(watch: Watch) -> str:
    """Return the regular expression that one would write for a watch: words and phrases alone."""
    terms = [
        r"\s+".join(map(re.escape, term.words)) + (r"\w*" if term.wildcard else "")
        for term in watch.subject
    ]
    return rf"\b(?:{'|'.join(terms)})\b"


def _lines(posts: Path) -> Iterator[bytes]:
    for file in sorted(posts.iterdir()):
        with file.open("rb") as lines:
            yield from lines


def measure(count: int, folder: Path) -> Iterator[dict[str, object]]:
    """Yield the rows of the benchmark."""
    sample = next(iter(Town(seed=3).simulate(days=100, posts=50_000)))
    made = analysts(sample, WATCHES - 3)
    Random(7).shuffle(made)
    write_town(folder / "town", posts=count, seed=1, form="parquet")
    write_town(folder / "lines", posts=count, seed=1, form="jsonl")
    hand = by_hand(folder / "lines" / "posts", made, folder / "hand.sqlite3")
    # Once before the clock runs, so that compiling the kernels isn't measured.
    listen(folder / "town" / "posts", watch_file(folder, "few", made[:2]), folder / "warm")
    for form, place in (("JSONL", "lines"), ("Parquet", "town")):
        for kept in STARTERS:
            archive = folder / f"{form}-{kept}"
            file = watch_file(folder, kept, made)
            seconds, said, peak = listen(folder / place / "posts", file, archive)
            share = kept_in(archive) / count
            speed = count / seconds
            matches = sum(row["matches"] for row in said["watches"])  # type: ignore[attr-defined]
            yield {
                "figure": f"{form} to archived matches, 100 watches, {share:.1%} kept",
                "ours": round(speed),
                "unit": "posts/s",
                "peer": "json + re + FTS5 by hand",
                "peer_value": round(hand),
                "ratio": round(speed / hand, 1),
                "goal": GOAL,
                "met": speed >= GOAL,
                "note": f"{count:,} posts, {matches:,} matches, one core, start-up included; "
                f"memory at its highest {peak:,.0f} MB",
            }


def main(argv: list[str]) -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=2_000_000)
    parser.add_argument("--small", action="store_true")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        write("listen", list(measure(100_000 if given.small else given.posts, Path(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
