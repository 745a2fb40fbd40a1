"""How people share out hours without a solver; each gives scales that keep all limits.

Bets are steady here, so a scale fits where each skill has the hours in each week. An either-or
group gets the bet that the way likes best.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import linprog

from auscult.engine.planning.curves import Floats
from auscult.engine.planning.problem import Problem

STEP = 0.05


def _takes(problem: Problem) -> tuple[Floats, Floats]:
    """Give what each bet takes at scale 1, (bets, skills + 1), and what there is; money last."""
    takes = np.zeros((len(problem.bets), len(problem.skills) + 1))
    for at, bet in enumerate(problem.bets):
        for need in bet.needs:
            takes[at, problem.skills.index(need.skills[0])] += need.hours
        takes[at, -1] = bet.money
    there = np.append(problem.free_hours.min(axis=1), problem.free_money)
    return takes, there


def _weights(problem: Problem) -> Floats:
    weights = {each.key: each.weight for each in problem.objectives}
    return np.array([weights[bet.objective] for bet in problem.bets])


def _stated(problem: Problem) -> Floats:
    """Give what each bet is said to bring at scale 1, weighted."""
    ones = np.ones(len(problem.bets))
    return np.asarray(np.median(problem.curves.gains(ones), axis=0) * _weights(problem))


def _fill(problem: Problem, order: Sequence[int], tops: Floats) -> Floats:
    """Go through the bets and give each as much as is left, up to its top; then up to its most."""
    takes, there = _takes(problem)
    left = there.copy()
    scale = np.zeros(len(problem.bets))
    groups: set[str] = set()
    for top in (tops, np.array([bet.most for bet in problem.bets])):
        for at in order:
            bet = problem.bets[at]
            if not scale[at] and bet.rivals in groups:
                continue
            used = takes[at] > 0
            room = float((left[used] / takes[at][used]).min(initial=np.inf))
            wanted = min(top[at] - scale[at], room)
            if wanted <= 0 or scale[at] + wanted < bet.least:
                continue
            scale[at] += wanted
            left = np.maximum(left - wanted * takes[at], 0.0)
            groups |= {bet.rivals} - {""}
    return scale


def even(problem: Problem) -> Floats:
    """Divide each skill, and money, evenly among the bets that need it."""
    takes, there = _takes(problem)
    weights = _weights(problem)
    kept: list[int] = []
    for at in np.argsort(-weights, kind="stable").tolist():
        rivals = problem.bets[at].rivals
        if not rivals or all(problem.bets[other].rivals != rivals for other in kept):
            kept.append(at)
    while kept:
        sharers = np.maximum((takes[kept] > 0).sum(axis=0), 1)
        share = there / sharers
        tops = np.zeros(len(problem.bets))
        for at in kept:
            used = takes[at] > 0
            most = problem.bets[at].most
            tops[at] = min(float((share[used] / takes[at][used]).min(initial=np.inf)), most)
        short = [at for at in kept if tops[at] < problem.bets[at].least]
        if not short:
            return _fill(problem, kept, tops)
        kept.remove(short[-1])  # the one that counts least
    return np.zeros(len(problem.bets))


def by_priority(problem: Problem) -> Floats:
    """Give the bets of the highest priority what they asked for, then the next."""
    order = np.lexsort((-_stated(problem), -_weights(problem)))
    return _fill(problem, order.tolist(), np.ones(len(problem.bets)))


def by_value(problem: Problem) -> Floats:
    """Give the bets that bring most for an hour what they asked for, then the next."""
    takes, _ = _takes(problem)
    value = _stated(problem) / takes[:, :-1].sum(axis=1)
    return _fill(problem, np.argsort(-value).tolist(), np.ones(len(problem.bets)))


def by_next_hour(problem: Problem) -> Floats:
    """Give a little more, again and again, to the bet whose next hour brings most."""
    takes, there = _takes(problem)
    weights, most = _weights(problem), np.array([bet.most for bet in problem.bets])
    least = np.array([bet.least for bet in problem.bets])
    scale = np.zeros(most.size)
    left = there.copy()
    hours = takes[:, :-1].sum(axis=1)
    while True:
        steps = np.where(scale > 0, np.minimum(STEP, most - scale), np.maximum(least, STEP))
        fits = (steps > 1e-9) & (takes * steps[:, None] <= left + 1e-9).all(axis=1)
        made = {problem.bets[at].rivals for at in np.flatnonzero(scale)} - {""}
        fits &= np.array(
            [x > 0 or b.rivals not in made for x, b in zip(scale, problem.bets, strict=True)]
        )
        if not fits.any():
            return scale
        curves = problem.curves
        gains = (curves.gains(scale + steps) - curves.gains(scale)).mean(axis=0) * weights
        value = np.where(fits, gains / np.maximum(steps * hours, 1e-12), -np.inf)
        best = int(np.argmax(value))
        scale[best] += steps[best]
        left = np.maximum(left - steps[best] * takes[best], 0.0)


def spreadsheet(problem: Problem) -> Floats:
    """Solve a linear programme as in a spreadsheet: each hour of a bet brings the same."""
    takes, there = _takes(problem)
    stated = _stated(problem)
    bounds = [(0.0, bet.most) for bet in problem.bets]
    answer = linprog(-stated, A_ub=takes.T, b_ub=there, bounds=bounds)
    order = np.lexsort((-stated, -np.round(answer.x, 6)))
    return _fill(problem, order.tolist(), np.asarray(answer.x))


PEERS: dict[str, Callable[[Problem], Floats]] = {
    "even split": even,
    "by priority": by_priority,
    "greedy by value per hour": by_value,
    "spreadsheet's LP": spreadsheet,
    "greedy by the next hour": by_next_hour,
}
