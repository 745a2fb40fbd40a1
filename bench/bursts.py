"""How soon a storm is seen, at the same rate of false alarms: ours, simple rules, river.

Twelve towns of Lakeside talk for a hundred days; twelve watches listen, counted by quarters of
an hour. A peer gets quarters and whole hours, and what is shown is the better of both. The first
third of the towns sets each detector's one setting (the same for all watches) so that a watch has at most the
wished number of false alarms in 30 quiet days; the others are measured. A firing
silences its watch for 24 hours. The delay runs from the planted onset to the end of the interval
that fires; a storm that isn't seen before 95 in 100 of its posts are written is missed and
counts as endless.

The floor is no detector: it is told which mentions a storm brings, and fires when the third of
them is written, the fewest that anybody calls a burst.

Run: python -m bench.bursts [TOWNS]. The rows go to bench/results/bursts.json.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import numpy as np

from bench.bursts_detectors import (
    Detector,
    Floats,
    adwin,
    fixed,
    gaussian,
    hourly,
    ours,
    page_hinkley,
    same_hour,
)
from bench.bursts_towns import Flags, Storm, Towns, simulate
from bench.report import write

THRESHOLDS = tuple(float(at) for at in (*np.arange(5.0, 13.1, 0.5), 15, 20, 30))
PEERS: dict[str, tuple[Detector, ...]] = {
    "fixed threshold": (fixed,),
    "z-score of the hour of the week": (same_hour,),
    "river PageHinkley": tuple(
        page_hinkley(delta, scored=scored) for delta in (0.005, 0.5) for scored in (False, True)
    ),
    "river ADWIN": (adwin,),
    "river GaussianScorer": (gaussian,),
}
RATES = (1.0, 0.25)
PARTS = 4


@dataclass(frozen=True, slots=True)
class Score:
    """False alarms in 30 quiet days of a watch, and hours to each storm."""

    false_alarms: float
    delays: tuple[float, ...]

    @property
    def median(self) -> float:
        return float(np.median(self.delays)) if self.delays else float("inf")

    @property
    def missed(self) -> int:
        return sum(np.isinf(delay) for delay in self.delays)


def silenced(fires: Flags, day: int) -> list[int]:
    """Give the intervals that fire, none within a day of the one before."""
    kept: list[int] = []
    for at in np.flatnonzero(fires).tolist():
        if not kept or at - kept[-1] >= day:
            kept.append(at)
    return kept


def false_alarms(fires: Flags, towns: Towns, places: range) -> Floats:
    """Count false alarms of each watch over some towns."""
    counts = np.zeros(fires.shape[1])
    for town in places:
        for watch in range(fires.shape[1]):
            found = silenced(fires[town, watch], 24 * towns.parts)
            counts[watch] += towns.quiet[town, watch, found].sum()
    return counts


def delay(fires: Flags, storm: Storm, parts: int) -> float:
    hours = (np.flatnonzero(fires[storm.town, storm.watch]) + 1) / parts
    after = hours[(hours > storm.onset) & (hours <= storm.end)]
    return float(after[0] - storm.onset) if after.size else float("inf")


def score(fires: Flags, towns: Towns, places: range) -> Score:
    months = towns.quiet[places.start : places.stop].sum() / (720 * towns.parts)
    delays = tuple(
        delay(fires, storm, towns.parts) for storm in towns.storms if storm.town in places
    )
    return Score(float(false_alarms(fires, towns, places).sum() / months), delays)


def tuned(settings: list[Flags], towns: Towns, training: range, rate: float) -> Flags:
    """Take the most sensitive setting that keeps to the rate in training, for all watches."""
    months = towns.quiet[training.start : training.stop].sum() / (720 * towns.parts)
    for fires in settings:
        if false_alarms(fires, towns, training).sum() <= rate * months:
            return fires
    return np.zeros_like(settings[0])


def tuned_each(settings: list[Flags], towns: Towns, training: range, rate: float) -> Flags:
    """The same for each watch by itself."""
    months = towns.quiet[training.start : training.stop].sum((0, 2)) / (720 * towns.parts)
    chosen = np.zeros_like(settings[0])
    left = np.ones(chosen.shape[1], bool)
    for fires in settings:
        good = left & (false_alarms(fires, towns, training) <= rate * months)
        chosen[:, good] = fires[:, good]
        left &= ~good
    return chosen


def _row(figure: str, ours: float, unit: str, peer: tuple[str, float] | None = None,
         goal: float | None = None, note: str = "") -> dict[str, object]:  # fmt: skip
    ratio = None if peer is None or not np.isfinite(peer[1]) else peer[1] / ours
    met = None if goal is None else (ratio is None or ratio >= goal)
    value = None if peer is None else peer[1] if np.isfinite(peer[1]) else "over half missed"
    if peer is None and goal is not None:
        met = ours <= goal
    return {
        "figure": figure, "ours": round(ours, 3), "unit": unit,
        "peer": None if peer is None else peer[0], "peer_value": value, "ratio": ratio,
        "goal": goal if peer is None else f"{goal:g} times as soon" if goal else None,
        "met": met, "note": note,
    }  # fmt: skip


def measure(count: int) -> list[dict[str, object]]:
    begin = time.process_time()
    towns = simulate(range(1, count + 1), PARTS)
    training, test = range(count // 3), range(count // 3, count)
    print(f"{count} towns in {time.process_time() - begin:.0f} s of one core")
    as_it_comes = score(ours(towns.counts, PARTS)[0], towns, test)
    settings = {"ours": [ours(towns.counts, PARTS, THRESHOLDS)]} | {
        name: [way(towns.counts, PARTS) for one in variants for way in (one, hourly(one))]
        for name, variants in PEERS.items()
    }
    storms = len(as_it_comes.delays)
    floor = float(np.median([storm.third for storm in towns.storms if storm.town in test]))
    rows = [
        _row("false alarms in 30 quiet days of a watch, 1 wished, nothing tuned",
             as_it_comes.false_alarms, "alarms", goal=1.0, note=f"{storms} storms in {len(test)} towns"),
        _row("median delay to a storm, nothing tuned", as_it_comes.median, "h",
             note=f"{as_it_comes.missed} of {storms} missed"),
        _row("median hours until a storm's third mention is written", floor, "h",
             note="no detector can be sooner that needs three"),
    ]  # fmt: skip
    for how, tune, goal in (
        ("one setting", tuned, 2.0),
        ("a setting for each watch", tuned_each, None),
    ):
        for rate in RATES:
            best = {
                name: min(
                    (tune(variant, towns, training, rate) for variant in variants),
                    key=lambda fires: score(fires, towns, training).median,
                )
                for name, variants in settings.items()
            }
            scores = {name: score(fires, towns, test) for name, fires in best.items()}
            rows += _compared(f"median delay, {rate:g} false alarms wished, {how}", scores, goal)
    print(f"{time.process_time() - begin:.0f} s of one core in all")
    return rows


def _compared(figure: str, scores: dict[str, Score], goal: float | None) -> list[dict[str, object]]:
    mine = scores["ours"]
    return [
        _row(figure, mine.median, "h", (name, theirs.median), goal,
             note=f"false alarms in the towns measured: {mine.false_alarms:.2f} ours,"
                  f" {theirs.false_alarms:.2f} theirs; storms missed: {mine.missed} ours,"
                  f" {theirs.missed} theirs of {len(mine.delays)}")
        for name, theirs in scores.items()
        if name != "ours"
    ]  # fmt: skip


if __name__ == "__main__":
    write("bursts", measure(int(sys.argv[1]) if len(sys.argv) > 1 else 12))
