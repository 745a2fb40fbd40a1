"""What a budget recommended by a model is worth, where the truth is known.

In each of the other worlds (`bench/returns_worlds.py`, 200 days, 40 outcomes a day, 7 channels) a
unit of money buys the same of each channel's total activity, and as much is spent as was. The best
plan is made from the mean of the posterior's response curves, channels from none to three times of
what was done; then the true curves say what it brings. Regret is what it lacks to the best plan of
somebody who knew the truth, as a share of what that plan brings. Beside it: PyMC-Marketing's posterior means in
the same optimiser, the even split (each channel as much money), and to leave all as it was.

Run: python -m bench.returns_budget [--fits N] [--small]. Ours is fitted to 100 worlds, the peer to N
of them (12). All fits are kept; the peer takes some two minutes a world on two quiet cores.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

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
WORLDS, FITS, FEW = 100, 12, 2
ECHO = 28
FINE = np.linspace(0, SCALES[-1], 301)
PEER = "PyMC-Marketing by nutpie"
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one way to plan found in each world."""

    lacks: list[float] = field(default_factory=list)
    held: list[Floats] = field(default_factory=list)  # by channel that does something
    off: list[Floats] = field(default_factory=list)

    def plan(self, case: Case, cost: Floats, scale: Floats) -> None:
        """Hold a plan beside the best one."""
        self.lacks.append(1 - brings(case, scale) / brings(case, best(case.curves, cost)))

    def say(self, case: Case, said: Floats) -> None:
        """Hold quantiles beside the truth."""
        does = case.truth > 0
        truth, told = case.truth[does], said[:, does]
        self.held.append((told[0] <= truth) & (truth <= told[4]))
        self.off.append(np.abs(told[2] - truth) / truth)

    def numbers(self, count: int) -> tuple[float, float, float]:
        """Mean regret, median error and coverage in the first worlds, in %, % and as a share."""
        off = 100 * float(np.median(np.concatenate(self.off[:count]))) if self.off else 0.0
        held = float(np.mean(self.held[:count])) if self.held else 0.0
        return 100 * float(np.mean(self.lacks[:count])), off, held


def measure(worlds: int, with_peer: int) -> list[Row]:
    """Plan in each world by each way, in the first ones by the peer's, too."""
    ours, theirs, split, same = Found(), Found(), Found(), Found()
    for seed in range(FIRST_SEED, FIRST_SEED + worlds):
        case, cost = world_of(200, 40)(seed), prices(seed)
        mine = one("other-200-40", world_of(200, 40), seed)
        if not mine.runs:
            continue
        ours.plan(case, cost, best(mine.curves, cost))
        ours.say(case, np.quantile(mine.draws, QUANTILES, axis=0))
        split.plan(case, cost, even(cost))
        same.plan(case, cost, np.ones(cost.size))
        if seed < FIRST_SEED + with_peer:
            found = peer(case, seed)
            theirs.plan(case, cost, best(found["curves"], cost))
            theirs.say(case, found["said"])
    return rows(ours, theirs, {"even split": split, "as it was": same})


def rows(ours: Found, theirs: Found, others: dict[str, Found]) -> list[Row]:
    """Regret beside each other way; error and coverage beside the peer's."""
    world = "other worlds, 200 days, 40 a day"
    count, few = len(ours.lacks), len(theirs.lacks)
    regret = ours.numbers(count)[0]
    found = [
        row(f"{world}, {count} fits: regret of the budget", regret, "%", name,
            other.numbers(count)[0])
        for name, other in others.items()
    ]  # fmt: skip
    if few:
        name = f"{world}, {few} fits"
        mine, peers = ours.numbers(few), theirs.numbers(few)
        found += [
            row(f"{name}: regret of the budget", mine[0], "%", PEER, peers[0]),
            row(f"{name}: contributions are off by", mine[1], "% of the truth", PEER, peers[1]),
            row(f"{name}: 90 % intervals hold", mine[2], "", PEER, peers[2]) | {"ratio": None},
        ]
    return found


def row(figure: str, ours: float, unit: str, other: str, theirs: float) -> Row:
    """One row; a ratio above 1 says that the other's is larger."""
    return {"figure": figure, "ours": ours, "unit": unit, "peer": other, "peer_value": theirs,
            "ratio": theirs / ours, "goal": None, "met": None, "note": ""}  # fmt: skip


def main(arguments: Sequence[str]) -> None:
    count = number_of_fits(arguments, most=FITS, few=FEW)
    worlds = count if "--small" in arguments else max(WORLDS, count)
    write("returns_budget", measure(worlds, count))


if __name__ == "__main__":
    main(sys.argv[1:])
