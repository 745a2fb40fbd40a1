"""The question of an allocation: bets, what there is, and what else has to hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from auscult.engine.planning.bets import Bet, Objective
from auscult.engine.planning.curves import Curves, Floats
from auscult.engine.planning.problem_checks import check


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What asks for hours and money by bet.

    Attributes
    ----------
    objectives : tuple of Objective
    bets : tuple of Bet
    curves : Curves
        What each bet may bring, its columns in the order of the bets.
    skills : tuple of str
        Names of the skills.
    capacity : array of float, shape (skills, weeks)
        Hours that people have.
    money : float
        For the whole cycle, in the unit of the bets.
    reserve_hours, reserve_money : float
        Share of capacity and money that is kept for what nobody foresaw, from 0 to below 1.
    fair : mapping of str to float
        Of all hours that are given out, the share that the bets of a business function get at
        least.
    worst : float
        1 plans for the expected value; 0.2 for the mean of the worst 20 % of the samples (the
        conditional value at risk).

    Raises
    ------
    Correctable
        If a name is unknown or used twice, a number is outside of its range, or shapes differ.
    """

    objectives: tuple[Objective, ...]
    bets: tuple[Bet, ...]
    curves: Curves
    skills: tuple[str, ...]
    capacity: Floats
    money: float = 0.0
    reserve_hours: float = 0.0
    reserve_money: float = 0.0
    fair: Mapping[str, float] = field(default_factory=dict)
    worst: float = 1.0

    def __post_init__(self) -> None:
        """Take arrays for what they are, and refuse what makes no sense."""
        object.__setattr__(self, "capacity", np.asarray(self.capacity, dtype=float))
        check(self)

    @property
    def weeks(self) -> int:
        """How many weeks the cycle (or what is left of it) has."""
        return int(self.capacity.shape[1])

    @property
    def free_hours(self) -> Floats:
        """Hours that may be given out, shape (skills, weeks)."""
        return self.capacity * (1 - self.reserve_hours)

    @property
    def free_money(self) -> float:
        """Money that may be given out."""
        return self.money * (1 - self.reserve_money)

    def window(self, bet: Bet) -> range:
        """Give the weeks of a bet, counted from 0."""
        return range(bet.first - 1, bet.last or self.weeks)

    def length(self, bet: Bet) -> float:
        """Give for how many weeks its hours are meant."""
        return float(len(self.window(bet))) if bet.length is None else bet.length
