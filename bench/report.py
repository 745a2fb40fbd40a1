"""Writes what a benchmark found: a table for people, `bench/results/NAME.json` for the docs.

A row has `figure`, `ours`, `unit`, `peer`, `peer_value`, `ratio` (above 1: ours is better),
`goal`, `met` and `note`; what doesn't apply is None.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
    (RESULTS / f"{name}.json").write_text(json.dumps(list(rows), indent=1) + "\n")
    for row in rows:
        met = {True: "met", False: "MISSED", None: ""}[row["met"]]
        goal = "" if row["goal"] is None else f"goal {row['goal']:,.4g} {met}"
        peer = "" if row["peer"] is None else f"{row['peer']} {row['peer_value']:,.4g}"
        ours = f"{row['ours']:,.4g} {row['unit']}"
        print(f"{row['figure']:<62} {ours:>20}  {peer:<26} {goal}")
