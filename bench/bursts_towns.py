"""Counts of Lakeside's starter watches over many seeds, and what was planted in them.

A storm of a watch is a planted event that brings it, in its fullest 24 hours, 10 mentions or
more and at least as many as an ordinary day. It counts if it begins in quiet. An hour is
quiet for a watch if none of its mentions of the last 48 hours was planted.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from auscult.engine.matching import WatchSet
from auscult.engine.query.parse import parse
from auscult.engine.simulate.plan import HOUR
from auscult.engine.simulate.town import START, Simulation, Town
from auscult.engine.simulate.truth import planted_events

DAYS = 100
HOURS = DAYS * 24
LEARN = 14 * 24  # hours before anything is held against a detector
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """An event in a watch of a town; hours from the start of the simulation.

    `third` is how many hours after the onset the third of its mentions had been written, to the
    end of an interval.
    """

    town: int
    watch: int
    event: str
    onset: float
    end: float
    third: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Towns:
    """Counts of shape (towns, watches, intervals), where they are quiet, and the storms.

    `parts` intervals make an hour.
    """

    parts: int
    watches: tuple[str, ...]
    counts: Whole
    quiet: Flags
    storms: tuple[Storm, ...]


def watches() -> WatchSet:
    text = resources.files("auscult.engine.simulate").joinpath("watches.toml").read_text()
    return WatchSet(
        {name: parse(query).tree for name, query in tomllib.loads(text)["watches"].items()}
    )


def simulate(seeds: range, parts: int = 1) -> Towns:
    """Let each seed's town talk for a hundred days and match what it says."""
    listening = watches()
    names: dict[str, int] = {}
    counts, quiet, storms = [], [], []
    for place, seed in enumerate(seeds):
        town = Town(seed).simulate(days=DAYS, start=START)
        seen, planted = _counted(town, listening, names, parts)
        counts.append(seen)
        calm = ~_recent(planted.sum(1), 48 * parts)
        storms += _storms(place, town, seen, planted, calm[:, parts - 1 :: parts])
        calm[:, : LEARN * parts] = False
        quiet.append(calm)
    return Towns(
        parts=parts, watches=tuple(names), counts=np.stack(counts), quiet=np.stack(quiet),
        storms=tuple(storms),
    )  # fmt: skip


def _hourly(counts: Whole, parts: int) -> Whole:
    summed: Whole = counts.reshape(*counts.shape[:-1], -1, parts).sum(-1)
    return summed


def _counted(
    town: Simulation, listening: WatchSet, names: dict[str, int], parts: int
) -> tuple[Whole, Whole]:
    """Give counts (watches, intervals), and those planted (watches, events, intervals)."""
    plan = town.plan
    rows: list[Whole] = []
    found: list[Whole] = []
    first = 0
    for posts in town:
        matches = listening.match(posts, spans=False)
        watch = matches["watch"].combine_chunks()
        number = [names.setdefault(name, len(names)) for name in watch.dictionary.to_pylist()]
        found.append(np.array(number, np.int64)[watch.indices.to_numpy()])
        rows.append(matches["post"].to_numpy() + first)
        first += posts.num_rows
    row, which = np.concatenate(rows), np.concatenate(found)
    at = (plan.micros[row] - int(plan.start.timestamp() * 1e6)) // (HOUR // parts)
    counts = np.zeros((len(names), HOURS * parts), np.int64)
    np.add.at(counts, (which, at), 1)
    planted = np.zeros((len(names), len(plan.events), HOURS * parts), np.int64)
    event = plan.event[row]
    np.add.at(planted, (which[event >= 0], event[event >= 0], at[event >= 0]), 1)
    return counts, planted


def _recent(counts: Whole, hours: int) -> Flags:
    total = np.cumsum(counts, axis=1)
    return np.asarray(total - np.pad(total, ((0, 0), (hours, 0)))[:, :-hours] > 0)


def _storms(
    place: int, town: Simulation, counts: Whole, planted: Whole, calm: Flags
) -> list[Storm]:
    begin, parts = town.plan.start, counts.shape[1] // HOURS
    events = {event.key: event for event in planted_events(town.plan, {})}
    ordinary = (counts - planted.sum(1)).sum(1) / DAYS
    storms = []
    for number, drawn in enumerate(town.plan.events):
        event = events[drawn.key]
        onset, end = (
            (moment - begin).total_seconds() / 3600 for moment in (event.onset, event.end)
        )
        total = np.cumsum(_hourly(planted[:, number], parts), axis=1)
        fullest = (total[:, 24:] - total[:, :-24]).max(1)
        if onset > LEARN:
            big = np.flatnonzero(fullest >= np.maximum(10, ordinary))
            third = ((np.cumsum(planted[:, number], axis=1) >= 3).argmax(1) + 1) / parts - onset
            storms += [
                Storm(town=place, watch=int(watch), event=drawn.key, onset=onset, end=end,
                      third=float(third[watch]))
                for watch in big[calm[big, int(onset) - 1]]
            ]  # fmt: skip
    return storms
