"""Refuses a problem that makes no sense, before anything is solved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.planning.bets import Bet

if TYPE_CHECKING:
    from auscult.engine.planning.problem import Problem

INFINITE = float("inf")


def check(problem: Problem) -> None:
    """Raise Correctable with the first thing that makes no sense."""
    _shapes(problem)
    _names(problem)
    for field, value, low, high, what in _numbers(problem):
        if not low <= value <= high:
            upper = "" if high == INFINITE else f" to {high:g}"
            raise Correctable(
                f"{what} is {value:g}.",
                code="out-of-range",
                field=field,
                hint=f"Give a number from {low:g}{upper or ' up'}.",
            )
    for bet in problem.bets:
        _bet(problem, bet)
    _fairness(problem)


def _shapes(problem: Problem) -> None:
    shape = problem.capacity.shape
    if len(shape) != 2 or shape[0] != len(problem.skills) or shape[1] < 1:
        raise Correctable(
            f"The capacity has the shape {shape}, and there are {len(problem.skills)} skills.",
            code="shapes",
            field="capacity",
            hint="Give hours by skill and week, at least one week.",
        )
    if problem.curves.bets != len(problem.bets) or not problem.curves.samples:
        raise Correctable(
            f"There are {problem.curves.samples} samples of curves for {problem.curves.bets} bets,"
            f" and {len(problem.bets)} bets.",
            code="shapes",
            field="curves",
            hint="Give at least one sample, with a curve for each bet.",
        )
    if not np.isfinite(problem.capacity).all() or (problem.capacity < 0).any():
        skill, week = np.argwhere(~(problem.capacity >= 0) | np.isinf(problem.capacity))[0]
        raise Correctable(
            f"The capacity of {problem.skills[skill]!r} in week {week + 1} is"
            f" {problem.capacity[skill, week]:g} hours.",
            code="out-of-range",
            field="capacity",
            hint="Give a number from 0 up.",
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
                raise Correctable(
                    f"There are {times} {kind}s called {name!r}.",
                    code="twice",
                    field=kind,
                    hint="Give each a name of its own.",
                )
    for bet in problem.bets:
        _known("objective", (bet.objective,), kinds["objective"], bet)
        _known("bet", bet.after, kinds["bet"], bet)
        for need in bet.needs:
            _known("skill", need.skills or ("",), kinds["skill"], bet)


def _known(kind: str, names: Iterable[str], known: list[str], bet: Bet) -> None:
    for name in names:
        if name not in known:
            raise Correctable(
                f"The bet {bet.key!r} names the {kind} {name!r}, which isn't there.",
                code="unknown",
                field=kind,
                hint=f"Take one of {', '.join(sorted(known)) or 'those that you add first'}.",
            )


def _numbers(problem: Problem) -> Iterator[tuple[str, float, float, float, str]]:
    """Give field, value, lowest and highest valid value, and what it is."""
    tiny = np.finfo(float).tiny
    most = np.nextafter(1.0, 0.0)
    big = np.finfo(float).max
    yield "money", problem.money, 0, big, "The money"
    yield "reserve_hours", problem.reserve_hours, 0, most, "The reserve of hours"
    yield "reserve_money", problem.reserve_money, 0, most, "The reserve of money"
    yield "worst", problem.worst, 1 / problem.curves.samples, 1, "The share of the worst"
    for objective in problem.objectives:
        yield "weight", objective.weight, tiny, big, f"The weight of {objective.key!r}"
        yield "room", objective.room, 0, INFINITE, f"The room of {objective.key!r}"
    for bet in problem.bets:
        of = f"of the bet {bet.key!r}"
        yield "money", bet.money, 0, big, f"The money {of}"
        yield "money_fixed", bet.money_fixed, 0, big, f"The fixed money {of}"
        yield "least", bet.least, 0, big, f"The least scale {of}"
        yield "most", bet.most, bet.least, big, f"The largest scale {of}"
        yield "first", bet.first, 1, problem.weeks, f"The first week {of}"
        yield "last", bet.last or problem.weeks, bet.first, problem.weeks, f"The last week {of}"
        yield "length", problem.length(bet), tiny, big, f"The length {of}"
        for need in bet.needs:
            hours = f"hours of {' or '.join(need.skills)} {of}"
            yield "hours", need.hours, 0, big, f"The {hours}"
            yield "fixed", need.fixed, 0, big, f"The fixed {hours}"
            yield "peak", need.peak or 0.0, 0, big, f"The peak {hours}"
    for function, share in problem.fair.items():
        yield "fair", share, 0, 1, f"The share of {function!r}"


def _bet(problem: Problem, bet: Bet) -> None:
    if bet.key in bet.after:
        raise Correctable(
            f"The bet {bet.key!r} depends on itself.",
            code="itself",
            field="after",
            hint="Name another bet, or none.",
        )
    length, weeks = problem.length(bet), len(problem.window(bet))
    for need in bet.needs:
        wanted = (need.fixed + need.hours * bet.least) * length
        if need.peak is not None and need.peak * weeks < wanted * (1 - 1e-12):
            raise Correctable(
                f"The bet {bet.key!r} takes at least {wanted:g} hours of"
                f" {' or '.join(need.skills)}, and at most {need.peak:g} in each of {weeks} weeks.",
                code="peak",
                field="peak",
                hint="Raise the peak, lower the minimum, or give it more weeks.",
            )


def _fairness(problem: Problem) -> None:
    total = sum(problem.fair.values())
    if total > 1 + 1e-12:
        raise Correctable(
            f"The shares of {', '.join(map(repr, problem.fair))} sum to {total:g}.",
            code="fair-too-much",
            field="fair",
            hint="Lower them until they sum to 1 at most.",
        )
    functions = {bet.function for bet in problem.bets}
    for function, share in problem.fair.items():
        if share and function not in functions:
            raise Correctable(
                f"{function!r} should get at least {share:.0%} of the hours and has no bet.",
                code="fair-without-bet",
                field="fair",
                hint="Give it a bet, or no share.",
            )
