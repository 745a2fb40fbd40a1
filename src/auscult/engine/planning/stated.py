"""From what people say about a bet to a bet and its curve.

People say for one or two levels of spending what a bet would bring: low, likely and high, and
how confident they are. The likely value is taken for the median. Low and high are taken for the
ends of a range that holds the truth as often as the confidence says; people's ranges are known
to be too narrow, so even the highest confidence is nine in ten, and the lowest a third. Between
and beyond, a normal distribution on either side; what would be below zero brings nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from auscult.engine.planning.bets import Bet, Need
from auscult.engine.planning.curves import Curves, Floats
from auscult.engine.planning.refusals import Refused

# How often the truth lies between low and high, by confidence from 1 to 5.
HOLDS = {1: 0.35, 2: 0.5, 3: 0.65, 4: 0.8, 5: 0.9}
# With one level nobody said how soon more stops to help: twice the spending brings from 1.1 to
# 1.9 times as much, 1.5 on average (a beta distribution, so that neither end is likely).
BEND = (2.0, 2.0)
BEND_ENDS = (0.1, 0.9)
# Two levels that people guess are wrong together, for the most part.
TOGETHER = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What a level of spending would bring.

    Attributes
    ----------
    hours : float
        Hours a week, of all skills together.
    money : float
        Over the cycle.
    low, likely, high : float
        Gain of attainment of the objective, by the end of the cycle.
    """

    hours: float
    money: float = 0.0
    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Hours a week of a skill at the first level, and between which the plan may choose."""

    skills: tuple[str, ...]
    hours: float
    at_least: float = 0.0
    at_most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What was said about a bet.

    Attributes
    ----------
    levels : tuple of Level
        One or two, the smaller first. Scale 1 is the first.
    confidence : int
        From 1 (a guess) to 5 (measured before).
    """

    levels: tuple[Level, ...]
    confidence: int = 3

    def __post_init__(self) -> None:
        """Refuse what can't be, naming what was said."""
        if len(self.levels) not in (1, 2):
            raise Refused("stated-levels", "levels", count=len(self.levels))
        if self.confidence not in HOLDS:
            raise Refused("stated-confidence", "confidence", confidence=self.confidence)
        for level in self.levels:
            if not 0 <= level.low <= level.likely <= level.high < np.inf:
                order = {"low": level.low, "likely": level.likely, "high": level.high}
                raise Refused("stated-order", "likely", **order)
            if not 0 <= level.hours + level.money < np.inf or min(level.hours, level.money) < 0:
                raise Refused("stated-spending", "hours", hours=level.hours, money=level.money)
        if not self.levels[0].hours and not self.levels[0].money:
            raise Refused("stated-nothing", "hours")
        if len(self.levels) == 2:
            self._second()

    def _second(self) -> None:
        first, second = self.levels
        if self.times <= 1:
            raise Refused(
                "stated-smaller",
                "levels",
                hours=second.hours,
                money=second.money,
                first_hours=first.hours,
                first_money=first.money,
            )
        if not first.likely <= second.likely <= first.likely * self.times:
            brings = {"first": first.likely, "second": second.likely}
            raise Refused("stated-bend", "likely", times=self.times, **brings)

    @property
    def times(self) -> float:
        """How many times the first level the second is: in hours, or in money without any."""
        first, second = self.levels[0], self.levels[-1]
        return second.hours / first.hours if first.hours else second.money / first.money


def curves(stated: Sequence[Stated], *, samples: int, rng: np.random.Generator) -> Curves:
    """Draw response curves that agree with what was said.

    Parameters
    ----------
    stated : sequence of Stated
        One for each bet.
    samples : int
        How many; 500 put a mean within some 3 % of what more of them would give.
    rng : numpy.random.Generator

    Returns
    -------
    Curves
        Exponential ones. Bets are wrong independently of one another.

    Examples
    --------
    >>> said = Stated(levels=(Level(hours=4, low=0.05, likely=0.1, high=0.2),), confidence=4)
    >>> drawn = curves([said], samples=10_000, rng=np.random.default_rng(1))
    >>> np.quantile(drawn.gains([1.0]), [0.1, 0.5, 0.9]).round(2).tolist()
    [0.05, 0.1, 0.2]
    """
    if samples < 1:
        raise Refused("samples", "samples", samples=samples)
    pairs = [_drawn(each, samples, rng) for each in stated]
    if not pairs:
        return Curves(ceiling=np.zeros((samples, 0)), pace=np.ones((samples, 0)))
    return Curves(
        ceiling=np.stack([ceiling for ceiling, _ in pairs], axis=1),
        pace=np.stack([pace for _, pace in pairs], axis=1),
    )


def _drawn(said: Stated, samples: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw ceilings and paces of one bet."""
    shared = rng.standard_normal(samples)
    first = _effects(said.levels[0], said.confidence, shared)
    if len(said.levels) == 1:
        low, high = BEND_ENDS
        bend = low + (high - low) * rng.beta(*BEND, samples)
        pace = -1 / np.log(bend)
    else:
        own = rng.standard_normal(samples)
        mixed = TOGETHER * shared + np.sqrt(1 - TOGETHER**2) * own
        second = _effects(said.levels[1], said.confidence, mixed)
        ratio = np.divide(second, first, out=np.ones(samples), where=first > 0)
        pace = _pace(ratio, said.times)
    return first / -np.expm1(-1 / pace), pace


def _effects(level: Level, confidence: int, normal: Floats) -> Floats:
    edge = NormalDist().inv_cdf(0.5 + HOLDS[confidence] / 2)
    up, down = level.high - level.likely, level.likely - level.low
    effects = level.likely + normal / edge * np.where(normal > 0, up, down)
    return np.maximum(effects, 0.0)


def _pace(ratio: Floats, times: float) -> Floats:
    """Find the pace at which `times` the spending brings `ratio` times the gain, by bisection.

    The ratio rises with the pace, from 1 to `times`; it is kept a little away from both ends.
    """
    wanted = np.clip(ratio, 1 + 0.01 * (times - 1), 1 + 0.99 * (times - 1))
    low, high = np.full(ratio.size, 1e-3), np.full(ratio.size, 1e4)
    for _ in range(60):
        middle = np.sqrt(low * high)
        less = np.expm1(-times / middle) / np.expm1(-1 / middle) < wanted
        low, high = np.where(less, middle, low), np.where(less, high, middle)
    return np.asarray(np.sqrt(low * high))


def bet_of(stated: Stated, asked: Sequence[Asked], bet: Bet) -> Bet:
    """Fill in what a bet takes, from its levels and what was asked of each skill.

    Parameters
    ----------
    stated : Stated
    asked : sequence of Asked
        Hours a week by skill at the first level.
    bet : Bet
        Its other fields; needs, money, least and most are replaced.

    Returns
    -------
    Bet
        With scale 1 at the first level. It takes at least so much that each skill has its
        minimum, and at most so much that none is above its maximum; without one, the last level.
        Money between and beyond two levels lies on the line through them; if that would begin
        below 0, each step takes what the dearer one does, so that a plan never runs out of money.
    """
    least = max((need.at_least / need.hours for need in asked if need.hours), default=0.0)
    tops = [need.at_most / need.hours for need in asked if need.hours and need.at_most is not None]
    first, last = stated.levels[0], stated.levels[-1]
    fixed, rate = 0.0, first.money
    if len(stated.levels) == 2:
        rate = (last.money - first.money) / (stated.times - 1)
        fixed = first.money - rate
        if fixed < 0 or rate < 0:
            fixed, rate = 0.0, max(first.money, last.money / stated.times)
    return replace(
        bet,
        needs=tuple(Need(skills=need.skills, hours=need.hours) for need in asked),
        money=rate,
        money_fixed=fixed,
        least=least,
        most=max(min(tops, default=stated.times), least),
    )
