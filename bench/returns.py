"""What each channel brought: do the intervals hold, and is nothing claimed of what does nothing?

Worlds whose truth is known: `own` ones are drawn from the model's priors, `other` ones differ on
purpose (`bench/returns_worlds.py`), at three lengths and two levels, each without an answer to the
question which channels follow demand and with it (search does); the simulated town's year was
made for other ends. The rule by which an effect is claimed was set in worlds of one more kind
(`bench/returns_tuning.py`), which are shown, too. For some other worlds the last 28 days are hidden
and foretold.

Run: python -m bench.returns [--fits N] [--small]. Each fit is kept (`bench/returns_fits.py`), so a
run that was broken off goes on, and one with more fits adds to them; of a kind of which more are
kept all count. 200 fits of each of the fifteen kinds take some 70 minutes on two quiet cores, 60
some 20.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from auscult.engine.returns.mix.results import Code, verdict
from bench.report import write
from bench.returns_fits import Kept, fits, foretold
from bench.returns_tuning import tuning_world
from bench.returns_worlds import SEARCH, Case, asked_world, other_world, own_world, town_world

Floats = NDArray[np.float64]
Row = dict[str, object]
Between = tuple[float, float]
FITS, FEW = 200, 4
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
OWN = "own worlds, 120 days, 4 channels"
TOWN = "the simulated town, 365 days, 4 channels, 60 a day"
OWN_GOALS: tuple[Between, Between] = ((0.88, 0.92), (0.46, 0.54))
OTHER_GOAL: Between = (0.85, 0.95)
WORST, FALSE = 0.80, 0.01
# Whether it is answered which channels follow demand: how fits are kept, how it is written.
ASKED: dict[bool, tuple[str, str]] = {
    False: ("other", ""),
    True: ("asked", ", told that search follows demand"),
}
LENGTHS, LEVELS = (100, 200, 365), (40, 5)
HIDDEN = 28


def world_of(rows: int, level: int, *, asked: bool = False) -> Callable[[int], Case]:
    """Give the other worlds of a length and a level."""
    return partial(asked_world if asked else other_world, rows=rows, level=float(level))


def own(seed: int) -> Case:
    return own_world(seed, rows=120, channels=4)


def row(figure: str, value: float, *, within: Between | None = None, note: str = "",
        unit: str = "") -> Row:  # fmt: skip
    """One row; a goal is a range."""
    goal, met = None, None
    if within is not None:
        low, high = within
        goal = f"{low:g} to {high:g}"
        met = bool(low <= value <= high)
    return {"figure": figure, "ours": round(value, 4), "unit": unit, "peer": None,
            "peer_value": None, "ratio": None, "goal": goal, "met": met, "note": note}  # fmt: skip


class Cell:
    """What many fits of one kind of world found; refused ones are counted only."""

    def __init__(self, name: str, kept: Sequence[Kept]) -> None:
        self.name = name
        self.all = len(kept)
        self.kept = [one for one in kept if one.runs]
        self.truth = np.array([one.truth for one in self.kept])
        self.said = np.array([np.quantile(one.draws, QUANTILES, axis=0) for one in self.kept])
        self.claimed = np.array([_claims(one) for one in self.kept])
        self.does = self.truth[0] > 0

    def rows(self, goals: tuple[Between, Between | None], worst: float | None = None) -> list[Row]:
        """Coverage, errors, and what sampling took."""
        inside90, inside50 = self._inside(0, 4), self._inside(1, 3)
        names = f"{self.name}, {len(self.kept)} fits"
        off = np.abs(self.said[:, 2] - self.truth)[:, self.does]
        relative = off / self.truth[:, self.does]
        took = np.array([one.seconds for one in self.kept])
        first, second = goals
        return [
            row(f"{names}: 90 % intervals hold", inside90.mean(), within=first),
            row(f"{self.name}: 50 % intervals hold", inside50.mean(), within=second),
            row(f"{self.name}: 90 % intervals of the worst channel hold", inside90.min(),
                within=None if worst is None else (worst, 1.0)),
            row(f"{self.name}: the median contribution, and so return on a cost, is off by",
                100 * float(np.median(relative)), unit="% of the truth"),
            row(f"{self.name}: needed the longer run",
                float(np.mean([one.runs == 2 for one in self.kept]))),
            row(f"{self.name}: refused", 1 - len(self.kept) / self.all),
            row(f"{self.name}: one fit, the median", float(np.median(took)), unit="s of a core"),
        ]  # fmt: skip

    def claims(self, goal: float | None = FALSE) -> list[Row]:
        """How often something is claimed of channels that do nothing, and of those that do."""
        nothing = self.claimed[:, ~self.does]
        return [
            row(f"{self.name}: an effect is claimed of channels that do nothing",
                float(nothing.mean()), within=None if goal is None else (0.0, goal),
                note=f"{self.name}: {nothing.sum()} of {nothing.size}"),
            row(f"{self.name}: ... of those that do something",
                float(self.claimed[:, self.does].mean())),
        ]  # fmt: skip

    def search(self) -> list[Row]:
        """How search fares, which follows demand, and by how much it is put too high."""
        outcomes = np.array([one.outcomes for one in self.kept])
        error = (self.said[:, 2] - self.truth)[:, SEARCH] / outcomes
        too_high = f"{self.name}: search, which follows demand, is too high by"
        return [
            row(f"{self.name}: 90 % intervals of search hold", self._inside(0, 4)[SEARCH]),
            row(too_high, 100 * float(error.mean()), unit="% of all outcomes"),
        ]

    def _inside(self, low: int, high: int) -> Floats:
        """Share of fits whose interval holds the truth, by channel that does something."""
        held = (self.said[:, low] <= self.truth) & (self.truth <= self.said[:, high])
        return np.asarray(held[:, self.does].mean(axis=0))


def _claims(one: Kept) -> NDArray[np.bool_]:
    """Say of which channels an effect is claimed, by the rule of the engine as it is now."""
    told = zip(one.draws.T, one.evidence, one.grouped, strict=True)
    return np.array(
        [
            not grouped and verdict(draws, float(evidence)).code is Code.EFFECT
            for draws, evidence, grouped in told
        ]
    )


def _holdout(count: int) -> list[Row]:
    """How the last days of other worlds were foretold."""
    found = [foretold("other-200-40", world_of(200, 40), at, HIDDEN) for at in range(count)]
    held90, held50, error, naive = np.array([one for one in found if one is not None]).mean(axis=0)
    name = f"{HIDDEN} hidden days of 200, 40 a day, {count} fits"
    row_of_error = row(f"{name}: mean absolute error", error, unit="outcomes") | {
        "peer": "the four weeks before",
        "peer_value": float(naive),
        "ratio": float(naive / error),
    }
    return [
        row(f"{name}: 90 % intervals hold", held90),
        row(f"{name}: 50 % intervals hold", held50),
        row_of_error,
    ]


def measure(count: int) -> list[Row]:
    """Fit, or take what is kept, and say it all."""
    rows = Cell(OWN, list(fits("own-120", own, count))).rows(OWN_GOALS)
    for level in LEVELS:
        for length in LENGTHS:
            for asked, (kind, told) in ASKED.items():
                world = world_of(length, level, asked=asked)
                kept = list(fits(f"{kind}-{length}-{level}", world, count))
                cell = Cell(f"other worlds, {length} days, {level} a day{told}", kept)
                rows += [*cell.rows((OTHER_GOAL, None), WORST), *cell.claims(), *cell.search()]
    town = Cell(TOWN, list(fits("town-365", town_world, count)))
    rows += town.rows((OTHER_GOAL, None), WORST)
    kept = list(fits("tuning", tuning_world, count, first=5000))
    return [
        *rows,
        *Cell("worlds in which the rule was set", kept).claims(goal=None),
        *_holdout(max(count // 4, 2)),
    ]


def number_of_fits(arguments: Sequence[str], *, most: int = FITS, few: int = FEW) -> int:
    """Read --fits N and --small."""
    if "--fits" in arguments:
        return int(arguments[arguments.index("--fits") + 1])
    return few if "--small" in arguments else most


if __name__ == "__main__":
    write("returns", measure(number_of_fits(sys.argv[1:])))
