"""Refuses a problem that makes no sense, before anything is solved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from auscult.engine.planning.bets import Bet
from auscult.engine.planning.refusals import Part, Refused

if TYPE_CHECKING:
    from auscult.engine.planning.problem import Problem

INFINITE = float("inf")
TINY, BIG = float(np.finfo(float).tiny), float(np.finfo(float).max)


def check(problem: Problem) -> None:
    """Raise Correctable with the first thing that makes no sense."""
    _shapes(problem)
    _names(problem)
    for field, value, low, high, what in _numbers(problem):
        if not low <= value <= high:
            code = "too-small" if value < low and high >= BIG else "out-of-range"
            ends = {"low": float(low), "high": float(high)}
            raise Refused(code, field, what, value=float(value), **ends)
    for bet in problem.bets:
        _bet(problem, bet)
    _fairness(problem)


def _shapes(problem: Problem) -> None:
    shape = problem.capacity.shape
    if len(shape) != 2 or shape[0] != len(problem.skills) or shape[1] < 1:
        sizes = {"shape": str(shape), "skills": len(problem.skills)}
        raise Refused("shapes-capacity", "capacity", **sizes)
    if problem.curves.bets != len(problem.bets) or not problem.curves.samples:
        numbers = {"samples": problem.curves.samples, "curves": problem.curves.bets}
        raise Refused("shapes-curves", "curves", bets=len(problem.bets), **numbers)
    if not np.isfinite(problem.capacity).all() or (problem.capacity < 0).any():
        skill, week = np.argwhere(~(problem.capacity >= 0) | np.isinf(problem.capacity))[0]
        raise Refused(
            "capacity",
            "capacity",
            skill=problem.skills[skill],
            week=int(week) + 1,
            hours=float(problem.capacity[skill, week]),
        )


def _names(problem: Problem) -> None:
    kinds = {
        "skill": list(problem.skills),
        "objective": [objective.key for objective in problem.objectives],
        "bet": [bet.key for bet in problem.bets],
    }
    for kind, names in kinds.items():
        for name, times in Counter(names).items():
            if times > 1:
                raise Refused("twice", kind, name=name, times=times)
    for bet in problem.bets:
        _known("objective", (bet.objective,), kinds["objective"], bet)
        _known("bet", bet.after, kinds["bet"], bet)
        for need in bet.needs:
            _known("skill", need.skills or ("",), kinds["skill"], bet)


def _known(kind: str, names: Iterable[str], known: list[str], bet: Bet) -> None:
    for name in names:
        if name not in known:
            raise Refused("unknown", kind, bet=bet.key, name=name, known=", ".join(sorted(known)))


def _numbers(problem: Problem) -> Iterator[tuple[str, float, float, float, Part]]:
    """Give field, value, lowest and highest valid value, and what it is."""
    most = np.nextafter(1.0, 0.0)
    yield "money", problem.money, 0, BIG, Part("all-money", {})
    yield "reserve_hours", problem.reserve_hours, 0, most, Part("all-reserve-hours", {})
    yield "reserve_money", problem.reserve_money, 0, most, Part("all-reserve-money", {})
    yield "worst", problem.worst, 1 / problem.curves.samples, 1, Part("all-worst", {})
    for objective in problem.objectives:
        of = {"of": objective.key}
        yield "weight", objective.weight, TINY, BIG, Part("objective-weight", of)
        yield "room", objective.room, 0, INFINITE, Part("objective-room", of)
    for bet in problem.bets:
        yield from _numbers_of(problem, bet)
    for function, share in problem.fair.items():
        yield "fair", share, 0, 1, Part("fair-share", {"of": function})


def _numbers_of(problem: Problem, bet: Bet) -> Iterator[tuple[str, float, float, float, Part]]:
    of, weeks = {"of": bet.key}, problem.weeks
    yield "money", bet.money, 0, BIG, Part("bet-money", of)
    yield "money_fixed", bet.money_fixed, 0, BIG, Part("bet-money-fixed", of)
    yield "least", bet.least, 0, BIG, Part("bet-least", of)
    yield "most", bet.most, bet.least, BIG, Part("bet-most", of)
    yield "first", bet.first, 1, weeks, Part("bet-first", of)
    yield "last", bet.last or weeks, bet.first, weeks, Part("bet-last", of)
    yield "length", problem.length(bet), TINY, BIG, Part("bet-length", of)
    for need in bet.needs:
        both = {**of, "skills": ", ".join(need.skills)}
        yield "hours", need.hours, 0, BIG, Part("need-hours", both)
        yield "fixed", need.fixed, 0, BIG, Part("need-fixed", both)
        yield "peak", need.peak or 0.0, 0, BIG, Part("need-peak", both)


def _bet(problem: Problem, bet: Bet) -> None:
    if bet.key in bet.after:
        raise Refused("itself", "after", bet=bet.key)
    length, weeks = problem.length(bet), len(problem.window(bet))
    for need in bet.needs:
        wanted = (need.fixed + need.hours * bet.least) * length
        if need.peak is not None and need.peak * weeks < wanted * (1 - 1e-12):
            raise Refused(
                "peak",
                "peak",
                bet=bet.key,
                hours=float(wanted),
                skills=", ".join(need.skills),
                peak=need.peak,
                weeks=weeks,
            )


def _fairness(problem: Problem) -> None:
    total = sum(problem.fair.values())
    if total > 1 + 1e-12:
        raise Refused("fair-too-much", "fair", functions=", ".join(problem.fair), total=total)
    functions = {bet.function for bet in problem.bets}
    for function, share in problem.fair.items():
        if share and function not in functions:
            raise Refused("fair-without-bet", "fair", function=function, share=share)
