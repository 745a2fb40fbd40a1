"""What a budget recommended by a model is worth, where the truth is known.

In each of the other worlds (`bench/returns_worlds.py`, 200 days, 40 outcomes a day, 7 channels) a
unit of money buys the same of each channel's total activity, and as much is spent as was. The best
plan is made from the mean of the posterior's response curves, channels from none to three times of
what was done; then the true curves say what it brings. Regret is what it lacks to the best plan of
somebody who knew the truth, as a share of what that plan brings. Beside it: PyMC-Marketing's posterior means in
the same optimiser, the even split (each channel as much money), and to leave all as it was.

Run: python -m bench.returns_budget [--fits N] [--small]. Fits of ours and of the peer are kept; the
peer takes some two minutes a world on two quiet cores, so 12 worlds some 25.
"""

from __future__ import annotations

import json
import sys

import numpy as np
from numpy.typing import NDArray

from auscult.engine.returns.mix.response import SCALES
from bench.report import write
from bench.returns import number_of_fits, world_of
from bench.returns_environments import ask
from bench.returns_fits import FIRST_SEED, KEPT, one
from bench.returns_speed import table
from bench.returns_worlds import KINDS, Case

Floats = NDArray[np.float64]
Row = dict[str, object]
FITS, FEW = 12, 2
ECHO = 28
FINE = np.linspace(0, SCALES[-1], 301)
PEER = "PyMC-Marketing by nutpie"
OURS = "ours"
# Money is rounded to so many parts of all of it.
UNITS = 2000


def prices(seed: int) -> Floats:
    """Draw what each channel cost in all: some dear and some cheap; 1 on average."""
    drawn = np.random.default_rng((seed, 1)).lognormal(0, 0.7, len(KINDS))
    return np.asarray(drawn / drawn.mean())


def best(curves: Floats, cost: Floats) -> Floats:
    """Give the scale of each channel that brings most for what all channels cost together.

    Exact but for rounding: a table of the most that so many units of money bring, one channel after
    the other. True curves have a foot, so no shadow price would do.
    """
    needs = np.rint(UNITS * cost[:, None] * FINE / cost.sum()).astype(int)
    reach, chosen = np.where(np.arange(UNITS + 1) == 0, 0.0, -np.inf), []
    for curve, need in zip(curves, needs, strict=True):
        found = np.full((FINE.size, UNITS + 1), -np.inf)
        for at, brings in enumerate(np.interp(FINE, SCALES, curve)):
            if need[at] <= UNITS:
                found[at, need[at] :] = reach[: UNITS + 1 - need[at]] + brings
        chosen.append(found.argmax(axis=0))
        reach = found.max(axis=0)
    left, scale = int(reach.argmax()), np.zeros(len(curves))
    for channel in reversed(range(len(curves))):
        at = chosen[channel][left]
        scale[channel] = FINE[at]
        left -= needs[channel, at]
    return scale


def even(cost: Floats) -> Floats:
    """Give each channel as much money; what is beyond three times goes to the others."""
    scale = np.zeros(cost.size)
    for _ in range(cost.size):
        room = scale < SCALES[-1]
        left = cost.sum() - scale @ cost
        if left <= 0 or not room.any():
            break
        more = scale + np.where(room, left / room.sum() / cost, 0.0)
        scale = np.minimum(more, SCALES[-1])
    return scale


def brings(case: Case, scale: Floats) -> float:
    """What channels at these scales truly bring."""
    pairs = zip(scale, case.curves, strict=True)
    return float(sum(np.interp(at, SCALES, curve) for at, curve in pairs))


def peer(case: Case, seed: int) -> dict[str, Floats]:
    """Fit by the peer, or take what is kept of it."""
    kept = KEPT / "peers" / f"other-200-40-{seed}.json"
    if not kept.exists():
        text, controls = table(case.series)
        settings = {
            "channels": [channel.name for channel in case.series.channels],
            "controls": controls,
            "sampler": "nutpie",
            "echo": ECHO,
            "scales": SCALES.tolist(),
        }
        kept.parent.mkdir(parents=True, exist_ok=True)
        told = ask("pymc-marketing", "returns_peer.py", text, settings)
        kept.write_text(json.dumps(told))
    found = json.loads(kept.read_text())
    return {name: np.array(found[name]) for name in ("said", "curves")}


def measure(count: int) -> list[Row]:
    """Plan in each world by each way, and compare with the truth."""
    lacks: dict[str, list[float]] = {name: [] for name in (OURS, PEER, "even split", "as it was")}
    held: dict[str, list[Floats]] = {OURS: [], PEER: []}
    off: dict[str, list[Floats]] = {OURS: [], PEER: []}
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        case, cost = world_of(200, 40)(seed), prices(seed)
        mine, theirs = one("other-200-40", world_of(200, 40), seed), peer(case, seed)
        does = case.truth > 0
        said = {OURS: np.quantile(mine.draws, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)}
        said[PEER] = theirs["said"]
        for name, found in said.items():
            inside = (found[0] <= case.truth) & (case.truth <= found[4])
            held[name].append(inside[does])
            off[name].append((np.abs(found[2] - case.truth) / np.maximum(case.truth, 1))[does])
        top = brings(case, best(case.curves, cost))
        ways = {
            OURS: best(mine.curves, cost),
            PEER: best(theirs["curves"], cost),
            "even split": even(cost),
            "as it was": np.ones(cost.size),
        }
        for name, scale in ways.items():
            lacks[name].append(1 - brings(case, scale) / top)
    return rows(lacks, held, off)


def rows(
    lacks: dict[str, list[float]], held: dict[str, list[Floats]], off: dict[str, list[Floats]]
) -> list[Row]:
    """Regret beside each other way; coverage and error beside the peer's."""
    count = len(lacks[OURS])
    name = f"other worlds, 200 days, 40 a day, {count} fits"
    mine = 100 * float(np.mean(lacks[OURS]))
    found = [
        row(f"{name}: regret of the budget", mine, "%", other, 100 * float(np.mean(theirs)))
        for other, theirs in lacks.items()
        if other != OURS
    ]
    covers = [float(np.mean(held[way])) for way in (OURS, PEER)]
    error = [100 * float(np.median(np.concatenate(off[way]))) for way in (OURS, PEER)]
    return [
        *found,
        row(f"{name}: contributions are off by", error[0], "% of the truth", PEER, error[1]),
        row(f"{name}: 90 % intervals hold", covers[0], "", PEER, covers[1]) | {"ratio": None},
    ]


def row(figure: str, ours: float, unit: str, other: str, theirs: float) -> Row:
    """One row; a ratio above 1 says that the other's is larger."""
    return {"figure": figure, "ours": ours, "unit": unit, "peer": other, "peer_value": theirs,
            "ratio": theirs / ours, "goal": None, "met": None, "note": ""}  # fmt: skip


if __name__ == "__main__":
    write("returns_budget", measure(number_of_fits(sys.argv[1:], most=FITS, few=FEW)))
