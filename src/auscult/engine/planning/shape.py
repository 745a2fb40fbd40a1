"""What a problem says about bets and hours, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auscult.engine.planning.bets import Bet, Need
from auscult.engine.planning.curves import Floats
from auscult.engine.planning.problem import Problem

# A bet on which another depends has to be more than a name: so much of its largest scale.
LEAST_WHEN_AWAITED = 0.1


@dataclass(frozen=True, slots=True)
class Shape:
    """Limits of each bet, and its sources of hours: pairs of a need and a skill that will do.

    Attributes
    ----------
    most, least : array of float, shape (bets,)
        Limits of the scale of a bet that is made.
    chosen : array of bool, shape (bets,)
        Whether it is a choice to make the bet at all.
    needs : tuple of (int, Need)
        All needs, each with the place of its bet.
    need, skill, bet : array of int, shape (sources,)
    window : array of bool, shape (sources, weeks)
    peak : array of float, shape (sources,)
        Most hours in a week; not for steady sources.
    steady : array of bool, shape (sources,)
    unit_hours, unit_money : float
        The problem's largest numbers: counted in them it is the same in minutes and hours.
    """

    most: Floats
    least: Floats
    chosen: NDArray[np.bool_]
    needs: tuple[tuple[int, Need], ...]
    need: NDArray[np.intp]
    skill: NDArray[np.intp]
    bet: NDArray[np.intp]
    window: NDArray[np.bool_]
    peak: Floats
    steady: NDArray[np.bool_]
    unit_hours: float
    unit_money: float

    @classmethod
    def of(cls, problem: Problem) -> Shape:
        """Read a problem."""
        bets = problem.bets
        awaited = {key for bet in bets for key in bet.after}
        least = np.array(
            [max(b.least, LEAST_WHEN_AWAITED * b.most if b.key in awaited else 0.0) for b in bets]
        )
        fixed = [bool(b.money_fixed or any(need.fixed for need in b.needs)) for b in bets]
        bound = [bool(b.after or b.rivals or b.key in awaited) for b in bets]
        needs = tuple((at, need) for at, bet in enumerate(bets) for need in bet.needs)
        places = {name: at for at, name in enumerate(problem.skills)}
        pairs = [
            (number, places[name], at)
            for number, (at, need) in enumerate(needs)
            for name in need.skills
        ]
        need, skill, of_bet = np.array(pairs, dtype=np.intp).reshape(-1, 3).T
        weeks = np.arange(problem.weeks)
        windows = [np.isin(weeks, problem.window(bets[at])) for at in of_bet]
        hours = [n.hours * bets[at].most + n.fixed for at, n in needs]
        money = [b.money * b.most + b.money_fixed for b in bets]
        return cls(
            most=np.array([bet.most for bet in bets], dtype=float),
            least=least,
            chosen=(least > 0) | np.array(fixed, dtype=bool) | np.array(bound, dtype=bool),
            needs=needs,
            need=need,
            skill=skill,
            bet=of_bet,
            window=np.array(windows, dtype=bool).reshape(-1, problem.weeks),
            peak=np.array([_peak(problem, bets[at], needs[n][1]) for n, _, at in pairs]),
            steady=np.array([bets[at].steady for at in of_bet], dtype=bool),
            unit_hours=max([float(problem.capacity.max(initial=0.0)), *hours]) or 1.0,
            unit_money=max([problem.money, *money]) or 1.0,
        )


def _peak(problem: Problem, bet: Bet, need: Need) -> float:
    if need.peak is not None:
        return need.peak
    even = (need.fixed + need.hours * bet.most) * problem.length(bet) / len(problem.window(bet))
    return 2 * even
