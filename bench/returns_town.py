"""How often the ledger's intervals hold the truth planted in Lakeside, over years that differ in luck.

Run: python -m bench.returns_town [--small]. The rows go to bench/results/returns_town.json.
"""

from __future__ import annotations

import sys
from collections import defaultdict

import numpy as np

from auscult.engine.simulate.economy import Economy
from auscult.engine.simulate.economy_figures import Beside, effects, figures, survey, ways
from bench.report import write

YEARS, FEW = 200, 10
LEAST, MOST = 0.85, 0.95
Told = dict[str, list[Beside]]
COUNTED, CAUSED, HAPPENED = "as counted", "as caused", "as it happened"


def told_of(years: int) -> Told:
    """Give each figure of each year beside the truth that it is held against."""
    found: Told = defaultdict(list)
    for seed in range(years):
        year = Economy(seed).simulate()
        truth = year.truth()
        against = {COUNTED: truth.counted(), CAUSED: truth.caused(), HAPPENED: truth.happened()}
        for name, one in against.items():
            for beside in figures(year, one):
                found[f"{beside.name}, {name}"].append(beside)
        for beside in (*ways(year), survey(year), *effects(year)):
            found[beside.name].append(beside)
    return found


def row(name: str, told: list[Beside]) -> dict[str, object]:
    """Give the row of a figure; what it doesn't claim to hold has no goal."""
    share = float(np.mean([one.holds for one in told]))
    above, below = (sum(getattr(one, side) for one in told) for side in ("above", "below"))
    claimed = not name.endswith((CAUSED, HAPPENED))
    return {
        "figure": f"90 % interval of {name}",
        "ours": share,
        "unit": "hold the truth",
        "peer": None,
        "peer_value": None,
        "ratio": None,
        "goal": LEAST if claimed else None,
        "met": LEAST <= share <= MOST if claimed else None,
        "note": f"{len(told)} years of Lakeside; truth higher in {above}, lower in {below}",
    }


def main() -> None:
    told = told_of(FEW if "--small" in sys.argv else YEARS)
    write("returns_town", [row(name, one) for name, one in told.items()])


if __name__ == "__main__":
    main()
