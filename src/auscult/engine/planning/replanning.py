"""Plans anew in the middle of a cycle, and says what changed for each bet, and why.

A new plan differs from the rest of the old one for several causes at once. They are let in one
after the other, each on top of those before it, and a plan is made after each: what a cause did
to a bet is the difference that it made. So the parts sum to the whole change.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from auscult.engine.planning.bets import Bet, Objective
from auscult.engine.planning.curves import Curves, Floats
from auscult.engine.planning.learning import Learned, Reading, learn
from auscult.engine.planning.marginal import More
from auscult.engine.planning.plan import Plan, given, solve, told
from auscult.engine.planning.problem import Problem
from auscult.engine.planning.refusals import Refused
from auscult.engine.planning.solving import GAP

# Less than this part of what a bet gets isn't worth telling.
SAME = 1e-3


class Cause(StrEnum):
    """Why a bet gets more or less than the rest of the old plan."""

    SPENT = "spent"
    """Time has passed, and more or less was spent than planned."""
    LEARNED = "learned"
    """Bets have brought more or less than expected."""
    RESOURCES = "resources"
    """There is more or less time or money than was thought."""
    AIMS = "aims"
    """Objectives count differently, or are nearer or farther."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What has happened with a bet.

    Attributes
    ----------
    hours : float
        Spent since the cycle began, of all skills.
    money : float
        Spent since the cycle began.
    reading : Reading or None
        What it has brought, where that is known.
    ended : bool
        It is done or given up: it gets nothing more.
    """

    hours: float = 0.0
    money: float = 0.0
    reading: Reading | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is different from when the plan was made.

    Attributes
    ----------
    weeks : int
        Weeks that have passed.
    bets : mapping of str to Happened
        By key; a bet that isn't named got nothing so far.
    capacity : array of float, shape (skills, weeks left), or None
        Hours from now on; None where they are as planned.
    money : float or None
        Money left; None is that of the plan less what was spent.
    objectives : tuple of Objective or None
        As they count from now on, with the room that is left; None takes what the bets have
        brought off the rooms of the plan.
    """

    weeks: int
    bets: Mapping[str, Happened] = field(default_factory=dict)
    capacity: ArrayLike | None = None
    money: float | None = None
    objectives: tuple[Objective, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a new plan changes for a bet, in the weeks that are left.

    Attributes
    ----------
    bet : str
    hours_before, hours_after : float
    money_before, money_after : float
    because : tuple of (Cause, float)
        Hours that each cause added or took, those that did nothing left out; they sum to the
        difference. For a bet without hours it is money.
    learned : Learned or None
        What its reading showed.
    """

    bet: str
    hours_before: float
    hours_after: float
    money_before: float
    money_after: float
    because: tuple[tuple[Cause, float], ...]
    learned: Learned | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replan:
    """A new plan for the weeks that are left, and what it changes.

    Attributes
    ----------
    plan : Plan
    changes : tuple of Change
        In the order of the bets; those that stay as they were have no `because`.
    """

    plan: Plan
    changes: tuple[Change, ...]


def replan(
    before: Plan,
    news: News,
    *,
    rng: np.random.Generator,
    gap: float = GAP,
    seconds: float = math.inf,
) -> Replan:
    """Plan the rest of a cycle.

    Parameters
    ----------
    before : Plan
    news : News
    rng : numpy.random.Generator
    gap, seconds : float
        For each of the plans, as in `allocate`.

    Raises
    ------
    Correctable
        If the news name an unknown bet or no week is left, or if what must still be done no
        longer fits.
    """
    bits = replanned(before, news, rng=rng, gap=gap, seconds=seconds)
    return next(each for each in bits if each is not None)


def replanned(
    before: Plan, news: News, *, rng: np.random.Generator, gap: float, seconds: float
) -> Iterator[Replan | None]:
    """Do what `replan` does bit by bit: None after each plan on the way, and at last the answer."""
    problem = before.problem
    _check(problem, news)
    happened = [news.bets.get(bet.key, Happened()) for bet in problem.bets]
    done = np.array([_done(problem, *each) for each in zip(problem.bets, happened, strict=True)])
    readings = {at: h.reading for at, h in enumerate(happened) if h.reading is not None}
    curves, learned = learn(problem.curves, done, readings, rng=rng)
    stages = _stages(problem, news, happened, done, curves)
    made, amounts = before.made, []
    for _cause, stage in stages:
        # Bets aren't exchanged for a gain that is less than how closely plans are told apart.
        solver, solved = solve(stage, gap=gap, seconds=seconds, stay=made)
        made = solved.answer.made
        amounts.append(given(solver, solved))
        yield None
    plan = told(solver, solved, More())
    given_by = {cause: each for (cause, _stage), each in zip(stages, amounts, strict=True)}
    yield Replan(plan=plan, changes=_changes(before, news, plan, given_by, learned))


def _changes(
    before: Plan,
    news: News,
    plan: Plan,
    given_by: Mapping[Cause, tuple[Floats, Floats]],
    learned: Mapping[int, Learned],
) -> tuple[Change, ...]:
    """Say what changes for each bet, from hours and money after each cause."""
    bets = before.problem.bets
    spent = [news.bets.get(bet.key, Happened()).money for bet in bets]
    old_hours = before.hours[:, :, news.weeks :].sum(axis=(1, 2))
    old_money = np.maximum(before.money - spent, 0.0)
    hours = np.array([old_hours, *(each for each, _ in given_by.values())])
    money = np.array([old_money, *(each for _, each in given_by.values())])
    return tuple(
        Change(
            bet=bet.key,
            hours_before=float(old_hours[at]),
            hours_after=float(plan.hours[at].sum()),
            money_before=float(old_money[at]),
            money_after=float(plan.money[at]),
            because=_because(list(given_by), (hours if bet.needs else money)[:, at]),
            learned=learned.get(at),
        )
        for at, bet in enumerate(bets)
    )


def _because(causes: list[Cause], amounts: Floats) -> tuple[tuple[Cause, float], ...]:
    steps = np.diff(amounts)
    least = SAME * max(float(amounts.max()), np.finfo(float).tiny)
    return tuple(
        (cause, float(step)) for cause, step in zip(causes, steps, strict=True) if abs(step) > least
    )


def _check(problem: Problem, news: News) -> None:
    if not 0 <= news.weeks < problem.weeks:
        passed = {"passed": news.weeks, "weeks": problem.weeks, "last": problem.weeks - 1}
        raise Refused("no-week-left", "weeks", **passed)
    known = {bet.key for bet in problem.bets}
    for key, each in news.bets.items():
        if key not in known:
            raise Refused("news-unknown", "bets", bet=key, known=", ".join(sorted(known)))
        if not (0 <= each.hours < np.inf and 0 <= each.money < np.inf):
            raise Refused("news-spent", "bets", bet=key, hours=each.hours, money=each.money)


def _done(problem: Problem, bet: Bet, happened: Happened) -> float:
    """Give the scale that has been spent: by hours, or by money where it takes no hours."""
    rate = sum(need.hours for need in bet.needs) * problem.length(bet)
    if rate:
        fixed = sum(need.fixed for need in bet.needs) * problem.length(bet)
        return max(happened.hours - fixed, 0.0) / rate
    return max(happened.money - bet.money_fixed, 0.0) / bet.money if bet.money else 0.0


def _stages(
    problem: Problem, news: News, happened: list[Happened], done: Floats, curves: Curves
) -> list[tuple[Cause, Problem]]:
    """Give the problem after each cause that there is; the first always is."""
    spent = float(sum(each.money for each in happened))
    rest = replace(
        problem,
        bets=tuple(
            _rest(problem, bet, news.weeks, each, float(scale))
            for bet, each, scale in zip(problem.bets, happened, done, strict=True)
        ),
        objectives=_rooms(problem, problem.curves, done),
        curves=problem.curves.after(done),
        capacity=problem.capacity[:, news.weeks :],
        money=max(problem.money - spent, 0.0),
    )
    stages = [(Cause.SPENT, rest)]
    if any(each.reading for each in happened):
        rest = replace(rest, curves=curves.after(done), objectives=_rooms(problem, curves, done))
        stages.append((Cause.LEARNED, rest))
    if news.capacity is not None or news.money is not None:
        capacity = rest.capacity if news.capacity is None else np.asarray(news.capacity, float)
        money = rest.money if news.money is None else news.money
        rest = replace(rest, capacity=capacity, money=money)
        stages.append((Cause.RESOURCES, rest))
    if news.objectives is not None:
        rest = replace(rest, objectives=news.objectives)
        stages.append((Cause.AIMS, rest))
    return stages


def _rooms(problem: Problem, curves: Curves, done: Floats) -> tuple[Objective, ...]:
    """Take what was brought so far off the rooms, by its mean."""
    gains = curves.gains(done).mean(axis=0)
    return tuple(
        replace(
            each,
            room=max(
                each.room
                - sum(
                    float(gain)
                    for gain, bet in zip(gains, problem.bets, strict=True)
                    if bet.objective == each.key
                ),
                0.0,
            ),
        )
        for each in problem.objectives
    )


def _rest(problem: Problem, bet: Bet, passed: int, happened: Happened, done: float) -> Bet:
    """Give what is left of a bet; its scale goes on counting what was counted before."""
    last = (bet.last or problem.weeks) - passed
    if happened.ended or last < 1:
        return replace(
            bet, first=1, last=None, least=0.0, most=0.0, money_fixed=0.0, must=False, after=(),
            needs=tuple(replace(need, fixed=0.0, peak=None) for need in bet.needs),
            length=problem.length(bet), rivals="",
        )  # fmt: skip
    begun = done > 0
    first = max(bet.first - passed, 1)
    left = (last - first + 1) / len(problem.window(bet))
    most = max(bet.most - done, 0.0)
    # A minimum is so many hours a week: it goes on at that rate at least, or stops.
    return replace(
        bet,
        first=first,
        last=last,
        length=problem.length(bet),
        least=min(bet.least * left, most),
        most=most,
        money_fixed=0.0 if begun else bet.money_fixed,
        needs=tuple(replace(need, fixed=need.fixed * left) for need in bet.needs),
        must=bet.must and most > 0,
        after=() if begun else bet.after,
    )
