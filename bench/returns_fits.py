"""Fits of worlds whose truth is known, each kept in a file, so that a broken-off run goes on.

They lie under AUSCULT_BENCH_KEPT (var/bench/returns), by a fingerprint of the model's code: what
was fitted by another model isn't taken. Verdicts are read anew from what is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import auscult.engine.returns.mix
from auscult.engine.returns.mix.evidence import evidence
from auscult.engine.returns.mix.model import Fit, fit
from auscult.engine.returns.mix.predict import holdout
from auscult.engine.returns.mix.response import SCALES, response_curves
from auscult.engine.returns.mix.results import thinned, together, total_draws
from auscult.engine.returns.mix.sampling import NotConverged
from bench.returns_worlds import Case

Floats = NDArray[np.float64]
KEPT = Path(os.environ.get("AUSCULT_BENCH_KEPT", Path(__file__).parents[1] / "var/bench/returns"))
MODEL = ("design", "kernel", "model", "questions", "twins")
PARTS, FIRST_SEED = 200, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of a fit."""

    truth: Floats  # (channels,)
    draws: Floats  # (draws, channels): what each brought in all
    curves: Floats  # (channels, scales): what it would have brought, the mean over draws
    evidence: Floats  # (channels,): see `mix.evidence`
    grouped: NDArray[np.bool_]  # (channels,): told apart from others too badly
    outcomes: float
    seconds: float  # of processor
    runs: int  # 0: refused


def fits(
    name: str, world: Callable[[int], Case], count: int, *, first: int = FIRST_SEED
) -> Iterator[Kept]:
    """Fit so many worlds of a kind, or take what is kept of them; more that are kept count, too."""
    while file_of(name, first + count).exists():
        count += 1
    for seed in range(first, first + count):
        yield one(name, world, seed)


def file_of(name: str, seed: int) -> Path:
    """Say where the fit of a world is kept."""
    return KEPT / fingerprint() / f"{name}-{seed}.npz"


def one(name: str, world: Callable[[int], Case], seed: int) -> Kept:
    """Fit one world, or take what is kept of it."""
    file = file_of(name, seed)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        found = _fit(world(seed), seed)
        part = file.with_suffix(".part.npz")
        np.savez_compressed(
            part,
            truth=found.truth,
            draws=found.draws.astype(np.float32),
            curves=found.curves,
            evidence=found.evidence,
            grouped=found.grouped,
            numbers=np.array([found.outcomes, found.seconds, found.runs]),
        )
        part.replace(file)
    with np.load(file) as read:
        outcomes, seconds, runs = (float(value) for value in read["numbers"])
        return Kept(
            truth=read["truth"],
            draws=read["draws"].astype(float),
            curves=read["curves"],
            evidence=read["evidence"],
            grouped=read["grouped"],
            outcomes=outcomes,
            seconds=seconds,
            runs=int(runs),
        )


def _fit(case: Case, seed: int) -> Kept:
    series = case.series
    channels = len(series.channels)
    began = time.process_time()
    try:
        found = fit(series, seed=seed)
    except NotConverged:
        return Kept(
            truth=case.truth,
            draws=np.zeros((0, channels)),
            curves=np.zeros((channels, SCALES.size)),
            evidence=np.zeros(channels),
            grouped=np.zeros(channels, dtype=bool),
            outcomes=float(series.outcome.sum()),
            seconds=time.process_time() - began,
            runs=0,
        )
    seconds = time.process_time() - began
    totals = total_draws(found)
    return Kept(
        truth=case.truth,
        draws=totals,
        curves=response_curves(found).outcomes.mean(axis=0),
        evidence=evidence(found.tables, thinned(found, PARTS))[:channels],
        grouped=_grouped(found, totals),
        outcomes=float(series.outcome.sum()),
        seconds=seconds,
        runs=found.draws.runs,
    )


def _grouped(found: Fit, totals: Floats) -> NDArray[np.bool_]:
    names = {name for group in together(found, totals) for name in group.channels}
    return np.array([channel.name in names for channel in found.series.channels])


def foretold(
    name: str, world: Callable[[int], Case], at: int, rows: int
) -> tuple[float, float, float, float] | None:
    """Hide the last rows and foretell them, or take what is kept of it.

    Gives shares within 90 % and 50 % intervals, the mean absolute error and the naive one; None
    where the fit was refused.
    """
    seed = FIRST_SEED + at
    file = KEPT / fingerprint() / f"{name}-{seed}-foretold.json"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            found = holdout(world(seed).series, rows=rows, seed=seed)
            values = (found.inside90, found.inside50, found.error, found.naive)
        except NotConverged:
            values = None
        file.write_text(json.dumps(values))
    read = json.loads(file.read_text())
    return None if read is None else (read[0], read[1], read[2], read[3])


@cache
def fingerprint() -> str:
    """Say by which model: a digest of its code."""
    (folder,) = auscult.engine.returns.mix.__path__
    code = b"".join(Path(folder, f"{name}.py").read_bytes() for name in MODEL)
    return hashlib.sha256(code).hexdigest()[:12]
