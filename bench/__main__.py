"""Runs all benchmarks, each in a process of its own, and writes docs/benchmarks.md.

python -m bench [--small] [--page]      (--page: only the page, from the last results)
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.report import RESULTS, number

NAMES = (
    "matching",
    "archive",
    "listen",
    "streams",
    "simulate",
    "bursts",
    "copies",
    "forecast",
    "allocation",
    "intervention",
    "returns",
    "returns_speed",
    "returns_budget",
    "returns_town",
    "web",
    "load",
)
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench` from what `bench/` measured; each peer was measured in the same
run, on the same machine, with the same posts. A goal that was missed says so.
"""


def page(results: list[dict[str, Any]]) -> str:
    """Write the page of all results."""
    parts = [HEAD]
    for result in results:
        parts.append(f"\n## {result['name'].replace('_', ' ').capitalize()}\n")
        parts.append(f"{result['date']}, {result['machine']}.\n")
        parts.append(
            "| figure | Auscult | peer | ratio | goal |\n| --- | ---: | ---: | ---: | --- |"
        )
        notes: list[str] = []
        parts += [_line(row, notes) for row in result["rows"]]
        parts += [f"\n[{at}] {note}" for at, note in enumerate(notes, 1)]
    return "\n".join(parts) + "\n"


def _line(row: dict[str, Any], notes: list[str]) -> str:
    mark = ""
    if row["note"]:
        if row["note"] not in notes:
            notes.append(row["note"])
        mark = f" [{notes.index(row['note']) + 1}]"
    met = {True: ", met", False: ", **missed**", None: ""}[row["met"]]
    peer = "" if row["peer"] is None else f"{row['peer']}: {number(row['peer_value'])}"
    ratio = "" if row["ratio"] is None else number(row["ratio"])
    goal = number(row["goal"])
    ours = f"{number(row['ours'])} {row['unit']}"
    return f"| {row['figure']}{mark} | {ours} | {peer} | {ratio} | {goal}{met} |"


def main(argv: list[str]) -> int:
    failed = 0
    if "--page" not in argv:
        for name in NAMES:
            failed |= subprocess.run(
                [sys.executable, "-m", f"bench.{name}", *argv], check=False
            ).returncode
    files = [RESULTS / f"{name}.json" for name in NAMES]
    results = [json.loads(file.read_text()) for file in files if file.exists()]
    PAGE.write_text(page(results))
    print(f"wrote {PAGE.name}: {len(results)} benchmarks")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
