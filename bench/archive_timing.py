"""Timings of repeated calls, and the search for traces on the disk."""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

REPEATS = 5


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of some calls, each the median of its repeats."""

    calls: tuple[float, ...]

    @property
    def median(self) -> float:
        return float(np.median(self.calls))

    @property
    def p95(self) -> float:
        return float(np.percentile(self.calls, 95))

    @property
    def worst(self) -> float:
        return max(self.calls)


def milliseconds(calls: Sequence[Callable[[], Any]]) -> Timing:
    """Time each call five times after one that warms up."""
    medians = []
    for call in calls:
        call()
        spent = []
        for _ in range(REPEATS):
            started = time.perf_counter()
            call()
            spent.append((time.perf_counter() - started) * 1_000)
        medians.append(float(np.median(spent)))
    return Timing(tuple(medians))


def traces(folder: Path, uris: Sequence[str]) -> int:
    """Count the files in which a uri can still be read: as bytes, or in a Parquet column."""
    asked = [uri.encode() for uri in uris[:: max(1, len(uris) // 50)]]
    found = 0
    for path in folder.rglob("*"):
        if not path.is_file() or not path.stat().st_size:
            continue
        if path.suffix == ".parquet":
            held = pq.read_table(path, columns=["uri"]).column("uri")
            found += bool(pc.any(pc.is_in(held, value_set=_strings(uris))).as_py())
            continue
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
            found += any(data.find(uri) >= 0 for uri in asked)
    return found


def _strings(values: Sequence[str]) -> Any:
    return pa.array(values, pa.string())
