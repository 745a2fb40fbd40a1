"""How fast the town of Lakeside talks: a million posts, drawn and written, on one core.

Run: python -m bench.simulate [POSTS]. The rows go to bench/results/simulate.json.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from auscult.engine.simulate.town import Town
from auscult.engine.simulate.writing import write_town
from bench.report import write


def _row(
    figure: str, ours: float, unit: str, goal: float | None = None, note: str = ""
) -> dict[str, object]:
    return {
        "figure": figure,
        "ours": round(ours, 3),
        "unit": unit,
        "peer": None,
        "peer_value": None,
        "ratio": None,
        "goal": goal,
        "met": None if goal is None else ours <= goal,
        "note": note,
    }


def measure(posts: int) -> list[dict[str, object]]:
    begin = time.process_time()
    next(iter(Town(seed=2).simulate(days=2, posts=1_000)))
    first = time.process_time() - begin
    rows = [_row("a town's first post", first, "s", note="with its code compiled or fetched")]
    for form, goal in (("parquet", 60 * posts / 1_000_000), ("jsonl", None)):
        with tempfile.TemporaryDirectory() as folder:
            wall, core = time.perf_counter(), time.process_time()
            written = write_town(Path(folder) / "town", posts=posts, seed=1, form=form)
            wall, core = time.perf_counter() - wall, time.process_time() - core
        note = f"time of one core; {wall:.1f} s by the clock, {written.bytes / 1e6:,.0f} MB"
        rows.append(_row(f"{posts:,} posts written as {form}, truth too", core, "s", goal, note))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows.append(_row(f"memory at its highest, {posts:,} posts", peak, "MB"))
    return rows


if __name__ == "__main__":
    write("simulate", measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
