"""How long until the mix of channels is known as surely as by its peers, in the same run.

The measure is seconds for 400 effective draws (the lowest bulk effective sample size of all that is
sampled, all chains, compiling and starting included for all), of a clock and of processor: on a
machine with other work on it only the second counts. Two series: PyMC-Marketing's own example (179
weeks, 2 channels) and a drawn one of 365 days with 8 channels. Each of the three is run as its
makers have it, with four chains on two cores, each in a process of its own; ours twice, since the
first one on a machine compiles.

Run: python -m bench.returns_speed [--small] [--fresh]. What peers took is kept (see
`bench/returns_fits.py`) until --fresh; --small leaves out the 365 days of PyMC-Marketing. Some 15
minutes, or 3.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auscult.engine.returns.mix.model import fit
from auscult.engine.returns.mix.questions import Answers, Form
from auscult.engine.returns.mix.response import SCALES
from auscult.engine.returns.mix.sampling import CHAINS
from auscult.engine.returns.mix.series import Channel, Series
from bench.report import write
from bench.returns_environments import ask
from bench.returns_fits import KEPT
from bench.returns_worlds import own_world

Floats = NDArray[np.float64]
Row = dict[str, object]
DATA = Path(os.environ.get("AUSCULT_DATA", Path(__file__).parents[2] / "shared" / "data"))
ENOUGH, DAYS, CHANNELS = 400.0, 365, 8
NOTE = (
    f"{CHAINS} chains on 2 cores, from nothing compiled in the process (ours: kept on disk from the"
    " run before); as much of the run as gives 400 effective draws of the worst parameter"
)
EXAMPLE = "PyMC-Marketing's example, 179 weeks, 2 channels"
DAILY = f"{DAYS} days, {CHANNELS} channels"


def example() -> Series:
    """PyMC-Marketing's own example."""
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


def table(series: Series) -> tuple[str, list[str]]:
    """Give a series as peers read it, and the names of what they control for.

    Holidays, a trend, and weekdays where rows are days; they have waves of the year themselves.
    """
    controls = {"t": np.linspace(0, 1, series.rows)}
    for name, days in series.holidays.items():
        controls[name] = np.array([float(day in set(days)) for day in series.days])
    if series.step == 1:
        weekday = np.array([day.weekday() for day in series.days])
        controls |= {f"weekday {at}": (weekday == at).astype(float) for at in range(1, 7)}
    columns = {channel.name: channel.activity[0] for channel in series.channels} | controls
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["date", "y", *columns])
    for at, day in enumerate(series.days):
        row = [float(values[at]) for values in columns.values()]
        lines.writerow([day.isoformat(), float(series.outcome[0, at]), *row])
    return text.getvalue(), list(controls)


def peer(name: str, series: Series, *, sampler: str = "pymc", echo: int = 8) -> dict[str, float]:
    """Run a peer, or take what is kept of its run."""
    text, controls = table(series)
    settings = {
        "channels": [channel.name for channel in series.channels],
        "controls": controls,
        "sampler": sampler,
        "echo": echo,
        "scales": SCALES.tolist(),
    }
    kept = KEPT / "peers" / f"{name}-{sampler}-{series.rows}.json"
    if "--fresh" in sys.argv or not kept.exists():
        script = "returns_meridian.py" if name == "meridian" else "returns_peer.py"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(ask(name, script, text, settings)))
    found: dict[str, float] = json.loads(kept.read_text())
    return found


def ours(series: Series, *, seed: int, form: Form) -> dict[str, float]:
    """Fit, and say how surely and in what time."""
    used, wall = time.process_time(), time.perf_counter()
    found = fit(series, seed=seed, form=form)
    return {
        "wall": time.perf_counter() - wall,
        "seconds": time.process_time() - used,
        "ess": float(found.draws.ess.min()),
        "rhat": float(found.draws.rhat.max()),
    }


def beside(series: str, mine: dict[str, float], name: str, other: dict[str, float],
           goal: float | None = None) -> list[Row]:  # fmt: skip
    """Two rows: seconds for enough draws, of processor and of a clock."""
    rows = []
    for key, unit in (("seconds", "s of a core"), ("wall", "s")):
        took, theirs = (one[key] * ENOUGH / one["ess"] for one in (mine, other))
        ratio = theirs / took
        rows.append(
            row(f"{series}: {ENOUGH:.0f} effective draws", took, unit)
            | {
                "peer": name,
                "peer_value": theirs,
                "ratio": ratio,
                "goal": None if goal is None else f"{goal:g} times as fast",
                "met": None if goal is None else ratio >= goal,
                "note": f"{NOTE}. {name}: {other['ess']:.0f} effective draws, R-hat"
                f" {other['rhat']:.3f}; ours: {mine['ess']:.0f}, {mine['rhat']:.3f}",
            }
        )
    return rows


def row(figure: str, value: float, unit: str, *, below: float | None = None,
        above: float | None = None) -> Row:  # fmt: skip
    """One row without a peer."""
    goal = above if below is None else below
    met = None if goal is None else (value >= goal if below is None else value <= goal)
    empty: Row = {"peer": None, "peer_value": None, "ratio": None, "note": ""}
    return {"figure": figure, "ours": value, "unit": unit, "goal": goal, "met": met, **empty}


def measure(*, small: bool) -> list[Row]:
    """Ours first, then each peer."""
    _cold()  # so that what is compiled is on disk, as theirs is after their first run
    weekly, daily = example(), daily_series()
    first, warm = (ours(weekly, seed=seed, form="logistic") for seed in (1, 2))
    begun, again = (ours(daily, seed=seed, form="exponential") for seed in (1, 2))
    rows = [
        *beside(EXAMPLE, first, "PyMC-Marketing", peer("pymc-marketing", weekly), 50.0),
        *beside(EXAMPLE, first, "PyMC-Marketing by nutpie",
                peer("pymc-marketing", weekly, sampler="nutpie")),
        *beside(EXAMPLE, first, "Meridian", peer("meridian", weekly)),
        row(f"{EXAMPLE}: effective draws by second, warm", warm["ess"] / warm["wall"], "",
            above=1000.0),
        row(f"{EXAMPLE}: the same, of a core", warm["ess"] / warm["seconds"], ""),
    ]  # fmt: skip
    if not small:
        other = peer("pymc-marketing", daily, sampler="nutpie", echo=28)
        rows += beside(DAILY, begun, "PyMC-Marketing by nutpie", other, 25.0)
    return [
        *rows,
        row(f"{DAILY}: a fit, warm", again["wall"], "s", below=2.0),
        row(f"{DAILY}: the same, of a core", again["seconds"], "s of a core"),
        row(f"{DAILY}: a fit in a new process, with starting it", _cold(), "s", below=5.0),
    ]


def daily_series() -> Series:
    return own_world(7, rows=DAYS, channels=CHANNELS).series


def _cold() -> float:
    """Start Python and fit once; what was compiled is on disk."""
    code = "from bench.returns_speed import *; ours(daily_series(), seed=1, form='exponential')"
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[1])
    return time.perf_counter() - begun


def main(arguments: Sequence[str]) -> None:
    write("returns_speed", measure(small="--small" in arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
