"""Days and places of Lakeside in numbers: channels that echo, a campaign, an experiment, all planted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from scipy.signal import lfilter

from auscult.engine.simulate.draws import Floats, generator

SINCE_DAYS = 40  # days of the planted campaigns, the last ones of the period
PANEL_DAYS = 150  # days of the tables of places and services, the last ones of the period
TRIAL_DAYS = 28
TRIAL_LIFT = 0.15
DISTRICT_LIFT = 0.35
SERVICE_LIFT = 0.25
ENQUIRIES = 60.0  # a day
DISTRICTS = tuple(
    f"{side} {what}"
    for what in ("Harbour", "Mill", "Orchard", "Quarry", "Lido", "Chapel", "Foundry", "Meadow",
                 "Station", "Bridge")
    for side in ("Upper", "Lower", "Old", "New")
)  # fmt: skip
SERVICES = ("knee clinic", "eye clinic", "skin clinic", "heart clinic", "ear clinic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """A channel of the mix: its half-life in days, its share of all enquiries, its bend."""

    name: str
    half_life: float
    share: float
    bend: float  # the mean activity as a multiple of the pace of saturation


CHANNELS = (
    Echo(name="posts", half_life=1.0, share=0.10, bend=1.0),
    Echo(name="television", half_life=6.0, share=0.09, bend=0.8),
    Echo(name="print", half_life=2.0, share=0.05, bend=0.6),
    Echo(name="mail", half_life=8.0, share=0.06, bend=1.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A table with what was done to it.

    Attributes
    ----------
    table : dict of str to list
        `day`, and a column for each place or service.
    treated : tuple of str
        Where something was done.
    untreated : tuple of str
        In an experiment the partner of each; else empty.
    start : date
        The first day of it.
    effect : float
        What it brought in all since, on the mean of what chance might have done.
    """

    table: dict[str, list[object]]
    treated: tuple[str, ...]
    untreated: tuple[str, ...]
    start: date
    effect: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """Daily enquiries with what the channels did, and what each truly brought.

    Attributes
    ----------
    table : dict of str to array, each of the shape (days,)
        `enquiries`, and the activity of each channel.
    brought : dict of str to float
    """

    table: dict[str, Floats]
    brought: dict[str, float]


def mixed(seed: int, days: int) -> Mixed:
    """Draw the enquiries of a period: season, weekdays, drift, chance, and four channels."""
    rng = generator(seed, "economy", "mix")
    day = np.arange(days)
    base = 1 - sum(one.share for one in CHANNELS)
    season = 0.10 * np.sin(2 * np.pi * (day / 365 + rng.random()))
    week = rng.normal(0, 0.08, 7)[day % 7]
    drift = np.cumsum(rng.normal(0, 0.008, days))
    memory = lfilter([1.0], [1.0, -0.5], rng.normal(0, 0.04, days))
    mean = ENQUIRIES * base * np.maximum(1 + season + week + drift + memory, 0.1)
    table: dict[str, Floats] = {}
    brought: dict[str, float] = {}
    for one in CHANNELS:
        active = _activity(one.name, days, rng)
        carried = lfilter([1.0], [1.0, -(0.5 ** (1 / one.half_life))], active)
        response = 1 - np.exp(-one.bend * carried / carried.mean())
        effect = ENQUIRIES * one.share * response / response.mean() * rng.uniform(0.6, 1.4)
        table[one.name], brought[one.name] = active, float(effect.sum())
        mean = mean + effect
    return Mixed(
        table={"enquiries": rng.poisson(mean).astype(np.float64), **table}, brought=brought
    )


def _activity(name: str, days: int, rng: np.random.Generator) -> Floats:
    """Give what a channel did: minutes of posts, flights of television and print, days of mail."""
    if name == "posts":
        return (rng.gamma(2, 40, days) * (rng.random(days) < 0.5)).round()
    if name == "mail":
        copies = np.zeros(days)
        copies[rng.integers(0, 25) :: 35] = 4_000
        return copies
    on = np.zeros(days)
    at = int(rng.integers(0, 20))
    while at < days:
        length = int(rng.integers(7, 22))
        on[at : at + length] = 1
        at += length + int(rng.integers(14, 40))
    return np.asarray((on * rng.gamma(8, 25, days)).round())


def services(seed: int, last: date) -> Planted:
    """Draw appointments of five clinics of which one had a campaign, for a series with controls."""
    rng = generator(seed, "economy", "services")
    sizes = rng.uniform(40, 90, len(SERVICES))
    own = lfilter([1.0], [1.0, -0.6], rng.normal(0, 0.03, (PANEL_DAYS, len(SERVICES))), axis=0)
    mean = sizes * np.exp(_shared(rng, 0.02)[:, None] + own)
    return _planted(rng, mean, SERVICES, _Deed((0,), SERVICE_LIFT, SINCE_DAYS), last)


def districts(seed: int, last: date) -> Planted:
    """Draw appointments of forty districts of which one had a campaign, for a synthetic control."""
    rng = generator(seed, "economy", "districts")
    mean, sizes = _places(rng)
    chosen = int(np.argsort(sizes)[-6])  # large enough for its days to be told from chance
    return _planted(rng, mean, DISTRICTS, _Deed((chosen,), DISTRICT_LIFT, SINCE_DAYS), last)


def trial(seed: int, last: date) -> Planted:
    """Draw an experiment: of twenty pairs of districts alike in size, one of each was drawn."""
    rng = generator(seed, "economy", "trial")
    mean, sizes = _places(rng)
    pairs = np.argsort(sizes).reshape(-1, 2)
    turned = rng.random(len(pairs)) < 0.5
    drawn = np.where(turned, pairs[:, 0], pairs[:, 1])
    others = np.where(turned, pairs[:, 1], pairs[:, 0])
    deed = _Deed(tuple(drawn.tolist()), TRIAL_LIFT, TRIAL_DAYS)
    found = _planted(rng, mean, DISTRICTS, deed, last)
    return replace(found, untreated=tuple(DISTRICTS[at] for at in others.tolist()))


def _shared(rng: np.random.Generator, drift: float) -> Floats:
    """Give the mood that all places share: a week, and a way that wanders."""
    week = rng.normal(0, 0.1, 7)[np.arange(PANEL_DAYS) % 7]
    return np.asarray(week + np.cumsum(rng.normal(0, drift, PANEL_DAYS)))


def _places(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Give the mean of each day and district, and how large districts are."""
    count = len(DISTRICTS)
    sizes = np.exp(rng.normal(2.6, 0.5, count))
    load = rng.uniform(0.6, 1.4, (2, count))
    shared = _shared(rng, 0.015)[:, None] * load[0] + _shared(rng, 0.015)[:, None] * (load[1] - 1)
    own = lfilter([1.0], [1.0, -0.6], rng.normal(0, 0.02, (PANEL_DAYS, count)), axis=0)
    return np.asarray(sizes * np.exp(shared + own)), sizes


@dataclass(frozen=True, slots=True)
class _Deed:
    """What is done: in which columns, how much it lifts them, on how many of the last days."""

    columns: tuple[int, ...]
    lift: float
    since: int


def _planted(
    rng: np.random.Generator, mean: Floats, names: tuple[str, ...], deed: _Deed, last: date
) -> Planted:
    """Draw counts, and let something happen in some columns on the last days."""
    begin = last - timedelta(days=PANEL_DAYS - 1)
    raised = mean.copy()
    for column in deed.columns:
        raised[-deed.since :, column] *= 1 + deed.lift
    counts = rng.poisson(raised)
    table: dict[str, list[object]] = {
        "day": [begin + timedelta(days=at) for at in range(PANEL_DAYS)]
    }
    return Planted(
        table=table | {name: counts[:, at].tolist() for at, name in enumerate(names)},
        treated=tuple(names[at] for at in deed.columns),
        untreated=(),
        start=last - timedelta(days=deed.since - 1),
        effect=float((raised - mean).sum()),
    )
