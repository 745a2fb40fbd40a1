"""The mix of channels on worlds whose truth is known, and its speed on a peer's own example.

Coverage: `own` worlds are drawn from the model's priors, `other` ones differ on purpose; see
`bench/returns_worlds.py`. Speed is effective draws by second of processor, so that other work of
the machine doesn't count. The peer runs where AUSCULT_BENCH_PYMC names a Python with
pymc-marketing; it is no dependency.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auscult.engine.returns.mix.model import fit
from auscult.engine.returns.mix.questions import Answers
from auscult.engine.returns.mix.results import Code, total_draws, verdict
from auscult.engine.returns.mix.sampling import NotConverged
from auscult.engine.returns.mix.series import Channel, Series
from bench.returns_worlds import Case, other_world, own_world

Floats = NDArray[np.float64]
DATA = Path(os.environ.get("AUSCULT_DATA", Path(__file__).parents[2] / "shared" / "data"))
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What many fits of one kind of world found."""

    truth: Floats  # (fits, channels)
    said: Floats  # (fits, quantiles, channels)
    claimed: NDArray[np.bool_]  # (fits, channels)
    outcomes: Floats  # (fits,)
    seconds: Floats  # (fits,) of processor
    longer: int
    refused: int

    def inside(self, low: int, high: int) -> Floats:
        """Share of fits whose interval holds the truth, by channel that does something."""
        held = (self.said[:, low] <= self.truth) & (self.truth <= self.said[:, high])
        return np.asarray(held[:, self.truth.max(axis=0) > 0].mean(axis=0))


def cell(world: Callable[[int], Case], fits: int) -> Cell:
    """Fit so many worlds."""
    truth, said, claimed, outcomes, seconds = [], [], [], [], []
    longer = refused = 0
    for seed in range(fits):
        case = world(1000 + seed)
        began = time.process_time()
        try:
            found = fit(case.series, seed=seed)
        except NotConverged:
            refused += 1
            continue
        seconds.append(time.process_time() - began)
        longer += found.draws.runs > 1
        draws = total_draws(found)
        truth.append(case.truth)
        said.append(np.quantile(draws, QUANTILES, axis=0))
        claimed.append([verdict(one).code is Code.EFFECT for one in draws.T])
        outcomes.append(case.series.outcome.sum())
    return Cell(
        truth=np.array(truth),
        said=np.array(said),
        claimed=np.array(claimed),
        outcomes=np.array(outcomes),
        seconds=np.array(seconds),
        longer=longer,
        refused=refused,
    )


def row(figure: str, ours: float, unit: str = "") -> dict[str, object]:
    """One row of the report, without a peer."""
    empty = {"peer": None, "peer_value": None, "ratio": None, "goal": None, "met": None}
    return {"figure": figure, "ours": round(ours, 4), "unit": unit, "note": "", **empty}


def rows_of(name: str, found: Cell) -> list[dict[str, object]]:
    """Say how often intervals held, which channel held least, and what was claimed of nothing."""
    inside90, inside50 = found.inside(0, 4), found.inside(1, 3)
    fits = len(found.truth)
    rows = [
        row(f"{name} ({fits} fits): 90 % intervals hold", float(inside90.mean())),
        row(f"{name}: 50 % intervals hold", float(inside50.mean())),
        row(f"{name}: 90 % intervals of the worst channel hold", float(inside90.min())),
        row(f"{name}: needed the longer run", found.longer / (fits + found.refused)),
        row(f"{name}: refused", found.refused / (fits + found.refused)),
        row(f"{name}: one fit, median, of a core", float(np.median(found.seconds)), "s"),
    ]
    nothing = found.truth.max(axis=0) == 0
    if nothing.any():
        rows.append(
            row(f"{name}: a null channel is claimed", float(found.claimed[:, nothing].mean()))
        )
        error = (found.said[:, 2] - found.truth) / found.outcomes[:, None]
        at = 2  # search follows demand
        rows.append(row(f"{name}: search is too high by (of all)", float(error[:, at].mean())))
    return rows


def example() -> Series:
    """PyMC-Marketing's own example: 179 weeks, two channels."""
    with (DATA / "marketing" / "mmm_example.csv").open() as file:
        lines = list(csv.DictReader(file))
    days = [date.fromisoformat(line["date_week"]) for line in lines]
    events = {
        name: [day for day, line in zip(days, lines, strict=True) if float(line[name])]
        for name in ("event_1", "event_2")
    }
    echo = Answers(echo=(1, 14))
    channels = tuple(
        Channel(name=name, activity=np.array([float(line[name]) for line in lines]), answers=echo)
        for name in ("x1", "x2")
    )
    outcome = np.array([float(line["y"]) for line in lines])
    return Series(first=days[0], step=7, outcome=outcome, channels=channels, holidays=events)


def speed() -> list[dict[str, object]]:
    """Effective draws (the least of all parameters) by second of processor, warm."""
    series = example()
    fit(series, seed=1, form="logistic")
    began, wall = time.process_time(), time.perf_counter()
    found = fit(series, seed=2, form="logistic")
    used, wall = time.process_time() - began, time.perf_counter() - wall
    least = float(found.draws.ess.min())
    peer = _peer()
    mine = least / used
    name = "mmm_example: effective draws by second of a core"
    if peer is None:
        first = row(name, mine)
    else:
        ratio = round(mine / peer, 2)
        first = row(name, mine) | {
            "peer": "PyMC-Marketing",
            "peer_value": round(peer, 3),
            "ratio": ratio,
            "goal": 50.0,
            "met": ratio >= 50,
        }
    return [first, row("mmm_example: one fit", wall, "s"), row("mmm_example: of a core", used, "s")]


def _peer() -> float | None:
    """Run PyMC-Marketing's default sampling in its own Python, where there is one."""
    python = os.environ.get("AUSCULT_BENCH_PYMC")
    if not python:
        return None
    script = Path(__file__).with_name("returns_peer.py")
    file = DATA / "marketing" / "mmm_example.csv"
    told = subprocess.run(
        [python, str(script), str(file)], check=True, capture_output=True, text=True
    )
    found = json.loads(told.stdout.splitlines()[-1])
    return float(found["ess"] / found["seconds"])


def rows(fits: int) -> list[dict[str, object]]:
    """All rows of the mix."""
    return [
        *speed(),
        *rows_of("the model's own worlds", cell(_own, fits)),
        *rows_of("other worlds, 40 a day", cell(other_world, fits)),
        *rows_of("other worlds, 5 a day", cell(_rare, fits)),
    ]


def _own(seed: int) -> Case:
    return own_world(seed, rows=120, channels=4)


def _rare(seed: int) -> Case:
    return other_world(seed, level=5.0)
