"""An experiment over Lakeside's districts: half of them, drawn by lot, see the bets of a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from auscult.engine.returns.intervention.panel import Panel
from auscult.engine.returns.intervention.places import design_places
from auscult.engine.simulate.draws import Floats, Rows, generator
from auscult.engine.simulate.economy_people import APPOINTMENT, DAY, Moved, Others
from auscult.engine.simulate.economy_series import DISTRICTS
from auscult.engine.simulate.economy_world import ANYWAY, DAILY, TRADITIONAL, Bets

PAIRS = 12  # so few that every draw can be counted
PERIODS_BEFORE = 3  # as long as the period, so that the past says what could be seen
ROWS = 5  # of a period: so that each district has some in each
UNLIKE, MOVES = 0.3, 0.04  # how sizes of districts spread, and how they change in a period
Table = dict[str, list[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """Appointments by district, before and since half of the districts see what the house posts.

    Attributes
    ----------
    past : dict of str to list
        `day`, and a column for each district: each day before, from which the lot was drawn.
    pairs : tuple of (str, str)
        The district that was drawn, and the one like it that goes without.
    table : dict of str to list
        The same in five rows before the start and five since, each named by its first day.
    start : date
        The first day.
    effect : int
        Appointments since that wouldn't have been without the bets: those of the year itself.
    """

    past: Table
    pairs: tuple[tuple[str, str], ...]
    table: Table
    start: date
    effect: int


def experiment(
    seed: int, bets: Bets, moved: Moved, others: Others, first: date, days: int
) -> Experiment:
    """Draw where those live who came: whom a bet moved where bets were seen, all others anywhere.

    Nobody is added to the period, and its other parts stay as they are.
    """
    rng = generator(seed, "economy", "districts that see it")
    names = DISTRICTS[: 2 * PAIRS]
    sizes = _shares(np.exp(rng.normal(0, UNLIKE, len(names))))
    before = rng.poisson(_without(bets, days) * sizes, (PERIODS_BEFORE * days, len(names)))
    since = [first - timedelta(days=len(before) - at) for at in range(len(before))]
    past = Panel(times=tuple(since), names=names, values=before.astype(np.float64))
    pairs = design_places(past, rng=np.random.default_rng(seed)).pairs
    length = days // ROWS
    start = days - ROWS * length  # what doesn't fit is left out at the beginning
    now = _shares(sizes * np.exp(rng.normal(0, MOVES, len(names))))
    drawn = _shares(now * np.isin(names, [one for one, _other in pairs]))
    mine = moved.kind == APPOINTMENT
    caused = moved.came[mine & moved.caused] // DAY - start
    anyway = np.concatenate([moved.came[mine & ~moved.caused], others.came[_alike(others)]])
    added = _rows(rng, caused, drawn, length)
    counts = np.vstack([
        before[-ROWS * length :].reshape(ROWS, length, -1).sum(axis=1),
        _rows(rng, anyway // DAY - start, now, length) + added,
    ])  # fmt: skip
    begins = first + timedelta(days=start)
    return Experiment(
        past=_table(since, names, before),
        pairs=pairs,
        table=_table(
            [begins + timedelta(days=length * (at - ROWS)) for at in range(2 * ROWS)], names, counts
        ),
        start=begins,
        effect=int(added.sum()),
    )


def _alike(others: Others) -> Rows:
    return np.flatnonzero(others.kind == APPOINTMENT)


def _shares(sizes: Floats) -> Floats:
    return np.asarray(sizes / sizes.sum())


def _without(bets: Bets, days: int) -> float:
    """Give appointments a day on the mean that are there without any bet."""
    met = float(bets.caused[:, APPOINTMENT].sum()) * ANYWAY / (1 - ANYWAY) / days
    channels = sum(one.caused / (1 - one.anyway) for one in TRADITIONAL) / 365
    return DAILY["appointment"] + met + channels


def _rows(rng: np.random.Generator, day: Rows, shares: Floats, length: int) -> Rows:
    """Count people by stretch of days and district, shape (rows, districts)."""
    row = day // length
    place = rng.choice(len(shares), len(day), p=shares)
    inside = (day >= 0) & (row < ROWS)
    cells = row[inside] * len(shares) + place[inside]
    counts = np.bincount(cells, minlength=ROWS * len(shares))
    return np.asarray(counts.reshape(ROWS, len(shares)), np.int64)


def _table(days: list[date], names: tuple[str, ...], counts: Rows) -> Table:
    return {"day": list(days)} | {name: counts[:, at].tolist() for at, name in enumerate(names)}
