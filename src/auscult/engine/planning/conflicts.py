"""Names the limits that can't hold together, when bets that must be made don't fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from auscult.engine.planning.bets import Bet
from auscult.engine.planning.problem import Problem
from auscult.engine.planning.refusals import Part, Refused
from auscult.engine.planning.solving import Impossible, Solver

# More than anything needs, and few enough digits for the solver.
PLENTY = 100.0


def conflict(problem: Problem) -> Refused:
    """Say which limits can't hold together: the fewest, none of which can be left out.

    Limits are lifted one after the other; one that may be lifted without making the problem
    possible stays lifted.
    """
    if possible(problem):
        raise ValueError("nothing stands against this problem")
    named = []
    for name, lifted in limits(problem):
        without = lifted(problem)
        if possible(without):
            named.append(name)
        else:
            problem = without
    return Refused("impossible", "limits", *named)


def possible(problem: Problem) -> bool:
    """Say whether any plan keeps all limits."""
    try:
        Solver(problem).solve(gap=1.0)
    except Impossible:
        return False
    return True


Lift = Callable[[Problem], Problem]


def limits(problem: Problem) -> Iterator[tuple[Part, Lift]]:
    """Give each limit that may stand against a bet that must be made, and how to lift it."""
    if problem.reserve_hours:
        kept = Part("reserve-hours", {"share": problem.reserve_hours})
        yield kept, lambda old: replace(old, reserve_hours=0.0)
    if problem.reserve_money:
        kept = Part("reserve-money", {"share": problem.reserve_money})
        yield kept, lambda old: replace(old, reserve_money=0.0)
    for function, share in problem.fair.items():
        kept = Part("fair", {"share": share, "function": function})
        yield kept, _without_share(function)
    for at, bet in enumerate(problem.bets):
        if bet.must:
            yield from _of_bet(at, bet)
    yield Part("money", {"money": float(problem.money)}), _rich
    for at, skill in enumerate(problem.skills):
        hours = float(problem.capacity[at].sum())
        yield Part("skill", {"hours": hours, "skill": skill}), _staffed(at)


def _of_bet(at: int, bet: Bet) -> Iterator[tuple[Part, Lift]]:
    if bet.rivals:
        yield (
            Part("rivals", {"bet": bet.key, "group": bet.rivals}),
            _with_bet(at, lambda old: replace(old, rivals="")),
        )
    if bet.after:
        kept = Part("after", {"bet": bet.key, "others": ", ".join(bet.after)})
        yield kept, _with_bet(at, lambda old: replace(old, after=()))
    yield (
        Part("must", {"bet": bet.key, "least": bet.least}),
        _with_bet(at, lambda old: replace(old, must=False)),
    )


def _without_share(function: str) -> Lift:
    return lambda old: replace(
        old, fair={name: share for name, share in old.fair.items() if name != function}
    )


def _with_bet(at: int, change: Callable[[Bet], Bet]) -> Lift:
    def lift(old: Problem) -> Problem:
        bets = list(old.bets)
        bets[at] = change(bets[at])
        return replace(old, bets=tuple(bets))

    return lift


def _rich(old: Problem) -> Problem:
    wanted = sum(bet.money * bet.most + bet.money_fixed for bet in old.bets)
    return replace(old, money=(old.money + wanted) / (1 - old.reserve_money))


def _staffed(skill: int) -> Lift:
    def lift(old: Problem) -> Problem:
        needs = [(bet, need) for bet in old.bets for need in bet.needs]
        most = max(((need.hours * bet.most + need.fixed) for bet, need in needs), default=1.0)
        capacity = old.capacity.copy()
        capacity[skill] += PLENTY * max(most, float(np.max(old.capacity, initial=0.0)))
        return replace(old, capacity=capacity)

    return lift
