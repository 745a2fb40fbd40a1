"""Outcomes shared among their touches by a stated rule, which is a convention and not a cause."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.columns import Codes, Floats, by_two, sums
from auscult.engine.returns.outcomes import Outcomes, Touches
from auscult.engine.returns.reasons import Reason, Why
from auscult.engine.returns.shapley import MOST_CHANNELS, Journeys, credit_of_sets, shapley


class Rule(StrEnum):
    """How an outcome is shared among the touches before it."""

    FIRST = "first"
    LAST = "last"
    LINEAR = "linear"  # the same to each touch
    POSITION = "position"  # 40 % to the first, 40 % to the last, 20 % to those between
    BY_DATA = "by data"  # Shapley values of the observed paths


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What a channel is credited with.

    Attributes
    ----------
    channel : str
    outcomes : float
        Its share of the outcomes; below 0 only by data, where journeys with it end worse.
    value : float
        The same share of their values, of those that have one.
    touched : int
        Outcomes that it stands before at all.
    assisted : int
        Of these, those before which another channel stands last.
    """

    channel: str
    outcomes: float
    value: float
    touched: int
    assisted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Outcomes shared among channels. Credits and the dark ones add up to all.

    Attributes
    ----------
    rule : Rule
    credits : tuple of Credit
        Most outcomes first.
    outcomes : int
    dark : int
        Without any touch within the window.
    assisted : int
        With touches of at least two channels.
    reasons : tuple of Reason
    """

    rule: Rule
    credits: tuple[Credit, ...]
    outcomes: int
    dark: int
    assisted: int
    reasons: tuple[Reason, ...]

    @property
    def dark_share(self) -> float | None:
        """Share of outcomes of which nothing is known; None where there is no outcome."""
        return self.dark / self.outcomes if self.outcomes else None

    @property
    def assisted_share(self) -> float | None:
        """Share of outcomes with several channels; None where there is no outcome."""
        return self.assisted / self.outcomes if self.outcomes else None


def attribute(
    outcomes: Outcomes,
    touches: Touches,
    *,
    rule: Rule,
    window_days: float | None = 30,
    fruitless: Journeys | None = None,
) -> Attribution:
    """Share outcomes among the channels that stand before them.

    Parameters
    ----------
    outcomes : Outcomes
    touches : Touches
        Those after the outcome, or longer before it than the window, don't count.
    rule : Rule
    window_days : float or None
        None is however long.
    fruitless : Journeys, optional
        Journeys that ended in nothing, by the channels on them; used by data only.

    Raises
    ------
    Correctable
        By data, with fruitless journeys and more channels than can be reckoned with.
    """
    paths = _Paths(outcomes, touches, window_days)
    if rule is Rule.BY_DATA and fruitless is not None:
        names = _channels(touches.channels, fruitless)
        shared = _by_rates(paths, outcomes, names, fruitless)
    else:
        names = touches.channels
        shared = _by_weights(paths, outcomes, len(names), rule)
    found = _credits(names, shared, paths.counts(len(names)))
    dark = len(outcomes) - paths.lit
    return Attribution(
        rule=rule,
        credits=tuple(sorted(found, key=_rank)),
        outcomes=len(outcomes),
        dark=dark,
        assisted=paths.assisted,
        reasons=_told(rule, outcomes, dark, found, fruitless),
    )


def _credits(
    names: tuple[str, ...], shared: tuple[Floats, Floats], counts: tuple[Codes, Codes]
) -> list[Credit]:
    columns = [*shared, *counts]
    return [
        Credit(channel=name, outcomes=number, value=value, touched=touched, assisted=assisted)
        for name, number, value, touched, assisted in zip(
            names, *(column.tolist() for column in columns), strict=True
        )
    ]


def _rank(credit: Credit) -> tuple[float, str]:
    return -credit.outcomes, credit.channel


class _Paths:
    """Touches that count, sorted by outcome and time."""

    def __init__(self, outcomes: Outcomes, touches: Touches, window_days: float | None) -> None:
        before = (outcomes.at[touches.outcome] - touches.at).astype(np.int64)
        counts = before >= 0
        if window_days is not None:
            counts &= before <= window_days * 86_400
        rows = np.flatnonzero(counts)
        rows = rows[by_two(touches.outcome[rows], touches.at[rows])]
        self.outcome: Codes = touches.outcome[rows]
        self.channel: Codes = touches.channel[rows]
        changes = np.diff(self.outcome, prepend=-1) != 0
        self.starts: Codes = np.flatnonzero(changes)
        self.length: Codes = np.diff(np.append(self.starts, len(rows)))
        self.place: Codes = np.arange(len(rows)) - np.repeat(self.starts, self.length)
        self.of: Codes = np.repeat(self.length, self.length)
        self.lit = len(self.starts)
        # Each channel once before each outcome.
        many = max(len(touches.channels), 1)
        pairs = np.sort(self.outcome * many + self.channel)
        pairs = pairs[np.diff(pairs, prepend=-1) != 0]
        self.met: NDArray[np.intp] = np.column_stack([pairs // many, pairs % many])
        kinds = np.diff(np.flatnonzero(np.diff(self.met[:, 0], prepend=-1, append=-1)))
        self.different: Codes = kinds
        self.assisted = int((kinds > 1).sum())

    def weights(self, rule: Rule) -> Floats:
        """Give each touch its share of its outcome."""
        if rule is Rule.FIRST:
            return np.asarray(self.place == 0, np.float64)
        if rule is Rule.LAST:
            return np.asarray(self.place == self.of - 1, np.float64)
        if rule is Rule.LINEAR:
            return np.asarray(1 / self.of, np.float64)
        if rule is Rule.POSITION:
            at_an_end = (self.place == 0) | (self.place == self.of - 1)
            between = 0.2 / np.maximum(self.of - 2, 1)
            return np.select([self.of == 1, self.of == 2, at_an_end], [1.0, 0.5, 0.4], between)
        return self._evenly()

    def _evenly(self) -> Floats:
        """Share each outcome evenly among its channels, however often they stand before it.

        Of the game "outcomes whose channels all take part" these are the Shapley values, with
        however many channels (each path is a game of its own that only all of it wins).
        """
        order = np.lexsort((self.place, self.channel, self.outcome))
        new = (np.diff(self.outcome[order], prepend=-1) != 0) | (
            np.diff(self.channel[order], prepend=-1) != 0
        )
        once = np.zeros(len(order))
        once[order[new]] = 1
        return once / np.repeat(self.different, self.length)

    def counts(self, channels: int) -> tuple[Codes, Codes]:
        """Give for each channel the outcomes that it stands before, and those that it assists."""
        touched = np.bincount(self.met[:, 1], minlength=channels)
        last = np.bincount(self.channel[self.place == self.of - 1], minlength=channels)
        return touched, touched - last

    def sets(self) -> tuple[Codes, Codes]:
        """Give the outcomes with touches, and the channels before each as bits."""
        starts = np.flatnonzero(np.diff(self.met[:, 0], prepend=-1))
        bits = np.left_shift(1, self.met[:, 1])
        found = np.bitwise_or.reduceat(bits, starts) if len(starts) else bits
        return self.met[starts, 0], found


def _channels(known: tuple[str, ...], fruitless: Journeys) -> tuple[str, ...]:
    """Give the channels of touches, and after them those that only fruitless journeys have."""
    others = {name for path in fruitless.paths for name in path} - set(known)
    return known + tuple(sorted(others))


def _by_weights(
    paths: _Paths, outcomes: Outcomes, channels: int, rule: Rule
) -> tuple[Floats, Floats]:
    """Give each channel's outcomes and their values, as a rule shares them among touches."""
    weight = paths.weights(rule)
    value = np.nan_to_num(outcomes.value)[paths.outcome]
    return (
        sums(paths.channel, weight, channels),
        sums(paths.channel, weight * value, channels),
    )


def _by_rates(
    paths: _Paths, outcomes: Outcomes, names: tuple[str, ...], fruitless: Journeys
) -> tuple[Floats, Floats]:
    """Give Shapley values of outcomes and of values, in which fruitless journeys count."""
    if len(names) > MOST_CHANNELS:
        raise Correctable(
            f"There are {len(names)} channels, and by data at most {MOST_CHANNELS} can be held"
            " against each other when fruitless journeys count.",
            field="touches",
            code="many-channels",
            hint="Group channels (all newsletters as one), or leave out the fruitless journeys.",
        )
    rows, sets = paths.sets()
    ended = np.bincount(sets, minlength=2 ** len(names)).astype(np.float64)
    worth = sums(sets, np.nan_to_num(outcomes.value[rows]), 2 ** len(names))
    tried = ended + fruitless.counted(names)
    return (
        shapley(credit_of_sets(ended, tried)),
        shapley(credit_of_sets(worth, tried)),
    )


def _told(
    rule: Rule,
    outcomes: Outcomes,
    dark: int,
    found: list[Credit],
    fruitless: Journeys | None,
) -> tuple[Reason, ...]:
    said = [Reason(why=Why.CONVENTION)]
    if dark:
        percent = 100 * dark / len(outcomes)
        said.append(Reason(why=Why.DARK, numbers=(("percent", percent),)))
    if rule is Rule.BY_DATA and fruitless is None:
        said.append(Reason(why=Why.ONLY_OUTCOMES))
    lowering = sum(one.outcomes < -1e-9 for one in found)
    if lowering:
        said.append(Reason(why=Why.LOWERS, numbers=(("channels", lowering),)))
    if outcomes.unvalued and outcomes.unvalued < len(outcomes):
        numbers = (("outcomes", float(outcomes.unvalued)),)
        said.append(Reason(why=Why.WITHOUT_VALUE, numbers=numbers))
    return tuple(said)
