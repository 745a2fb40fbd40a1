"""Who came to Lakeside General, why in truth, and what the house could see of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from auscult.engine.simulate.draws import Floats, Rows, generator
from auscult.engine.simulate.economy_world import (
    ALSO_BY_PHONE,
    ANOTHER_BET,
    ANYWAY,
    DAILY,
    DO_NOT_TRACK,
    DONATION_LOG_MEAN,
    DONATION_LOG_SPREAD,
    KINDS,
    LONGEST_ECHO,
    NEWSLETTER_FIRST,
    SEARCH_LAST,
    TRACKED,
    TRADITIONAL,
    Bets,
)

Columns = dict[str, NDArray[np.generic]]
Truths = NDArray[np.bool_]
TRACKED_FATE, UNTRACKED_FATE, DARK_FATE = 0, 1, 2
DAY = 86_400
DONATION = KINDS.index("donation")
APPOINTMENT = KINDS.index("appointment")
LONGEST_DELAY = 0.8 * LONGEST_ECHO  # days from being moved to coming


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """People who met a bet and came; arrays of the shape (people,).

    Attributes
    ----------
    bet, kind : array of int
    caused : array of bool
        Whether they came because of it; the others would have come anyway.
    fate : array of int
        0 tracked, 1 asked not to be tracked, 2 by a way that nobody saw.
    met, came : array of int
        Seconds since the first day began.
    """

    bet: Rows
    kind: Rows
    caused: Truths
    fate: Rows
    met: Rows
    came: Rows


def draw_moved(seed: int, bets: Bets) -> Moved:
    """Draw all who met a bet and came."""
    rng = generator(seed, "economy", "moved")
    caused = rng.poisson(bets.caused)
    anyway = rng.poisson(bets.caused * ANYWAY / (1 - ANYWAY))
    cells = np.concatenate([caused.ravel(), anyway.ravel()])
    cell = np.repeat(np.arange(len(cells)), cells)
    place = cell % caused.size
    bet, kind = place // len(KINDS), place % len(KINDS)
    luck = rng.random(len(cell))
    fate = np.where(luck < TRACKED, 0, np.where(luck < TRACKED + DO_NOT_TRACK, 1, 2))
    met = ((bets.begins[bet] + rng.random(len(cell)) * bets.lasts[bet]) * DAY).astype(np.int64)
    delay = np.minimum(rng.exponential(3.0, len(cell)), LONGEST_DELAY)
    return Moved(
        bet=bet,
        kind=kind,
        caused=cell < caused.size,
        fate=fate,
        met=met,
        came=met + 60 + (delay * DAY).astype(np.int64),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """People who came without a bet; arrays of the shape (people,).

    Attributes
    ----------
    channel : array of int
        Which of `TRADITIONAL`, or -1: nothing that anybody did.
    kind : array of int
    caused, told : array of bool
    came : array of int
        Seconds since the first day began.
    """

    channel: Rows
    kind: Rows
    caused: Truths
    told: Truths
    came: Rows


def draw_others(seed: int, days: int) -> Others:
    """Draw those whom a traditional channel brought or met, and those who met nothing."""
    parts = [_of_channel(seed, days, at) for at in range(len(TRADITIONAL))]
    rng = generator(seed, "economy", "nothing")
    week = np.array([1.1, 1.15, 1.1, 1.1, 1.05, 0.8, 0.7])[np.arange(days) % 7]
    for kind, name in enumerate(KINDS):
        counts = rng.poisson(DAILY[name] * week)
        day = np.repeat(np.arange(days), counts)
        came = (day + rng.uniform(0.3, 0.8, len(day))) * DAY
        nobody = np.zeros(len(day), np.bool_)
        parts.append((np.full(len(day), -1), np.full(len(day), kind), nobody, nobody, came))
    channel, kind_of, caused, told, came = (
        np.concatenate(columns) for columns in zip(*parts, strict=True)
    )
    return Others(channel=channel, kind=kind_of, caused=caused, told=told, came=came.astype(int))


def _of_channel(seed: int, days: int, at: int) -> tuple[Rows, Rows, Truths, Truths, Floats]:
    """Draw the appointments of a traditional channel."""
    one = TRADITIONAL[at]
    rng = generator(seed, "economy", one.name)
    mean = one.caused * days / 365
    caused, anyway = rng.poisson(mean), rng.poisson(mean * one.anyway / (1 - one.anyway))
    count = caused + anyway
    return (
        np.full(count, at),
        np.full(count, APPOINTMENT),
        np.arange(count) < caused,
        rng.random(count) < one.told,
        rng.random(count) * days * DAY,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the house could see: outcomes with their touches, as columns.

    Attributes
    ----------
    outcomes : dict of str to array
        `kinds`, `at` (seconds), `only_day`, `count`, `values` (of each, not a number where none),
        `order`, `visitor`, `caller` (texts that name nobody), `origin`.
    touches : dict of str to array
        `outcome` (row), `channels`, `bets` and `links` (empty where none), `ambassadors`, `at`.
    doubles : int
        Rows that tell an outcome a second time.
    """

    outcomes: Columns
    touches: Columns
    doubles: int


def see(seed: int, bets: Bets, moved: Moved, others: Others, first: date) -> Seen:
    """Give what the house could see of those who came."""
    rng = generator(seed, "economy", "seen")
    by_form = np.flatnonzero(moved.fate != DARK_FATE)
    known = moved.fate[by_form] == TRACKED_FATE
    doubled = by_form[
        known & (moved.kind[by_form] == APPOINTMENT) & (rng.random(len(by_form)) < ALSO_BY_PHONE)
    ]
    called = np.flatnonzero(others.told)
    unseen_kind = np.concatenate([moved.kind[moved.fate == DARK_FATE], others.kind[~others.told]])
    unseen_came = np.concatenate([moved.came[moved.fate == DARK_FATE], others.came[~others.told]])
    later = (rng.random(len(doubled)) * 1.5 * DAY).astype(np.int64)
    blocks = [
        _rows(moved.kind[by_form], moved.came[by_form], "site",
              visitor=np.where(known, _named("visitor", by_form), ""),
              caller=np.where(known, _named("caller", by_form), "")),
        _rows(moved.kind[doubled], moved.came[doubled] + later, "phone",
              caller=_named("caller", doubled)),
        _rows(others.kind[called], others.came[called], "phone", caller=_named("line", called)),
        _by_day(unseen_kind, unseen_came),
    ]  # fmt: skip
    outcomes = {name: np.concatenate([one[name] for one in blocks]) for name in blocks[0]}
    gave = outcomes["kinds"] == "donation"
    amounts = np.exp(DONATION_LOG_MEAN + DONATION_LOG_SPREAD * rng.standard_normal(len(gave)))
    outcomes["values"] = np.where(gave, amounts.round(2), np.nan)
    start = np.datetime64(first, "s")
    outcomes["at"] = start + outcomes["at"].astype("timedelta64[s]")
    touches = _touches(rng, bets, moved, by_form[known], np.flatnonzero(known))
    lines = _line_touches(others, called, len(by_form) + len(doubled))
    both = {name: np.concatenate([touches[name], lines[name]]) for name in touches}
    both["at"] = start + both["at"].astype("timedelta64[s]")
    return Seen(outcomes=outcomes, touches=both, doubles=len(doubled))


def _named(what: str, rows: Rows) -> NDArray[np.str_]:
    return np.char.add(f"{what}-", rows.astype(np.str_))


def _rows(
    kind: Rows,
    came: Rows,
    origin: str,
    *,
    visitor: NDArray[np.str_] | None = None,
    caller: NDArray[np.str_] | None = None,
    count: Rows | None = None,
) -> Columns:
    """Give rows of outcomes; with a count only their day is known."""
    nothing = np.full(len(kind), "")
    return {
        "kinds": np.array(KINDS)[kind],
        "at": came,
        "only_day": np.full(len(kind), count is not None),
        "count": np.ones(len(kind), np.int64) if count is None else count,
        "order": nothing,
        "visitor": nothing if visitor is None else visitor,
        "caller": nothing if caller is None else caller,
        "origin": np.full(len(kind), origin),
    }


def _by_day(kind: Rows, came: Rows) -> Columns:
    """Give what the front desk counted: a number for each day and kind; each donation by itself."""
    day = came // DAY
    gave = kind == DONATION
    cells, counts = np.unique(day[~gave] * len(KINDS) + kind[~gave], return_counts=True)
    days = np.concatenate([cells // len(KINDS), day[gave]])
    kinds = np.concatenate([cells % len(KINDS), kind[gave]])
    count = np.concatenate([counts, np.ones(int(gave.sum()), np.int64)])
    return _rows(kinds, days * DAY, "typed", count=count)


def _touches(rng: np.random.Generator, bets: Bets, moved: Moved, who: Rows, row: Rows) -> Columns:
    """Give the touches of those whose way is known: what moved them, and what else they met."""
    met, came, bet = moved.met[who], moved.came[who], moved.bet[who]
    other = rng.integers(0, len(bets), len(who))
    earlier = met - (rng.random(len(who)) * 8 * DAY).astype(np.int64) - 60
    runs = (bets.begins[other] * DAY <= earlier) & (
        earlier <= (bets.begins[other] + bets.lasts[other]) * DAY
    )
    again = (rng.random(len(who)) < ANOTHER_BET * 2) & runs & (other != bet)
    news = (rng.random(len(who)) < NEWSLETTER_FIRST) & (earlier > DAY)
    search = rng.random(len(who)) < SEARCH_LAST
    between = met + (rng.random(len(who)) * (came - met)).astype(np.int64)
    return _joined(
        _bet_touches(bets, row, bet, met),
        _bet_touches(bets, row[again], other[again], earlier[again]),
        _plain_touches(row[news], "newsletter", earlier[news] - DAY),
        _plain_touches(row[search], "search", between[search]),
    )


def _bet_touches(bets: Bets, row: Rows, bet: Rows, at: Rows) -> Columns:
    names = np.array(bets.names)[bet]
    return {
        "outcome": row,
        "channels": np.array(bets.networks)[bet],
        "bets": names,
        "links": np.char.add("lakeside-", (bet + 1).astype(np.str_)),
        "ambassadors": bets.ambassadors[bet],
        "at": at,
    }


def _plain_touches(row: Rows, channel: str, at: Rows) -> Columns:
    nothing = np.full(len(row), "")
    return {
        "outcome": row,
        "channels": np.full(len(row), channel),
        "bets": nothing,
        "links": nothing,
        "ambassadors": np.zeros(len(row), np.bool_),
        "at": at,
    }


def _line_touches(others: Others, called: Rows, before: int) -> Columns:
    """Give the touch that a call by a channel's own number tells."""
    row = before + np.arange(len(called))
    names = np.array([one.name for one in TRADITIONAL])[others.channel[called]]
    return _plain_touches(row, "", others.came[called]) | {"channels": names}


def _joined(*parts: Columns) -> Columns:
    return {name: np.concatenate([one[name] for one in parts]) for name in parts[0]}
