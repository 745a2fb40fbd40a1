"""Writes what a benchmark found: a table for people, `bench/results/NAME.json` for the docs.

A row has `figure`, `ours`, `unit`, `peer`, `peer_value`, `ratio` (above 1: ours is better),
`goal`, `met` and `note`; what doesn't apply is None. The file names the machine and the day.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results")
KEYS = ("figure", "ours", "unit", "peer", "peer_value", "ratio", "goal", "met", "note")


def write(name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the rows and keep them under a benchmark's name."""
    for row in rows:
        if set(row) != set(KEYS):
            raise ValueError(f"a row has {sorted(row)}; it must have {sorted(KEYS)}")
    RESULTS.mkdir(exist_ok=True)
    document = {"name": name, "date": today(), "machine": machine(), "rows": list(rows)}
    (RESULTS / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")
    for row in rows:
        met = {True: "met", False: "MISSED", None: ""}[row["met"]]
        goal = "" if row["goal"] is None else f"goal {number(row['goal'])} {met}"
        peer = "" if row["peer"] is None else f"{row['peer']} {number(row['peer_value'])}"
        ours = f"{number(row['ours'])} {row['unit']}"
        print(f"{row['figure']:<62} {ours:>20}  {peer:<26} {goal}")


def number(value: float | str | None) -> str:
    """Write a number short: four digits that count, none after the point of a big one."""
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:,.4g}"


def today() -> str:
    return os.environ.get("AUSCULT_BENCH_DATE") or datetime.now(UTC).date().isoformat()


def machine() -> str:
    """Say on what it ran: processor, cores, memory, system, Python."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()},"
        f" Python {platform.python_version()}"
    )
