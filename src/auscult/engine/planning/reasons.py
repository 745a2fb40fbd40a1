"""Why a bet gets less than it could use, as codes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from auscult.engine.planning.solving import Solved, Solver

if TYPE_CHECKING:
    from auscult.engine.planning.marginal import Marginal


class Why(StrEnum):
    """What keeps a bet from getting more."""

    SKILL = "skill"
    """Hours of a skill that it needs bring more elsewhere; `names` are the skills."""
    MONEY = "money"
    """Money brings more elsewhere."""
    RIVAL = "rival"
    """Another bet of its either-or group is made; `names` is that bet."""
    AWAITS = "awaits"
    """A bet that it depends on isn't made; `names` are those."""
    FULL = "full"
    """Its objective has no room left."""
    NOTHING = "nothing"
    """More would bring nothing."""
    LIMIT = "limit"
    """A minimum, a peak, a reserve or a fair share keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A bet that gets less than its most.

    Attributes
    ----------
    bet : str
    made : bool
        Whether it gets anything.
    missing : float
        The scale that it doesn't get.
    gain : float
        What that would bring, were it free: expected priority-weighted gain.
    why : Why
    names : tuple of str
    """

    bet: str
    made: bool
    missing: float
    gain: float
    why: Why
    names: tuple[str, ...] = ()


def undone(solver: Solver, solved: Solved, marginals: tuple[Marginal, ...]) -> tuple[Undone, ...]:
    """Give what is left undone, most valuable first."""
    scale, most = solved.answer.scale, solver.model.shape.most
    scarce = {each.skill for each in marginals if each.aim > 0}
    left = []
    for at in np.flatnonzero(scale < most * (1 - 1e-4)):
        whole = scale.copy()
        whole[at] = most[at]
        gain = float((solver.worth.values(whole) - solver.worth.values(scale)).mean())
        why, names = _why(solver, solved, int(at), gain, scarce)
        left.append(
            Undone(
                bet=solver.problem.bets[at].key,
                made=bool(solved.answer.made[at] and scale[at] > 0),
                missing=float(most[at] - scale[at]),
                gain=gain,
                why=why,
                names=names,
            )
        )
    return tuple(sorted(left, key=lambda each: -each.gain))


def _why(
    solver: Solver, solved: Solved, at: int, gain: float, scarce: set[str]
) -> tuple[Why, tuple[str, ...]]:
    bets = solver.problem.bets
    bet = bets[at]
    made = {each.key for each, yes in zip(bets, solved.answer.made, strict=True) if yes}
    rivals = [b.key for b in bets if b.rivals and b.rivals == bet.rivals and b.key != bet.key]
    skills = [name for need in bet.needs for name in need.skills if name in scarce]
    alone = float(solver.worth.curves.slopes(solved.answer.scale)[:, at].mean())
    tests = (
        (Why.RIVAL, tuple(key for key in rivals if key in made)),
        (Why.AWAITS, tuple(key for key in bet.after if key not in made)),
    )
    for why, names in tests:
        if names and bet.key not in made:
            return why, names
    if gain <= 1e-9 * solver.layers.unit:
        return (Why.FULL, (bet.objective,)) if alone > 0 else (Why.NOTHING, ())
    if skills:
        return Why.SKILL, tuple(dict.fromkeys(skills))
    asks = bet.money or bet.money_fixed
    if asks and ("" in scarce or _price(solver, solved, at) >= _left(solver, solved)):
        return Why.MONEY, ()
    return Why.LIMIT, ()


def _left(solver: Solver, solved: Solved) -> float:
    """Return the money that the plan leaves, but for what rounding may hide."""
    bets, made, scale = solver.problem.bets, solved.answer.made, solved.answer.scale
    used = sum(
        b.money_fixed + b.money * s for b, yes, s in zip(bets, made, scale, strict=True) if yes
    )
    return float(solver.problem.free_money * (1 - 1e-6) - used)


def _price(solver: Solver, solved: Solved, at: int) -> float:
    """Return what the least more of a bet costs: to begin it, where it isn't made."""
    bet = solver.problem.bets[at]
    if solved.answer.made[at]:
        return 0.0
    return float(bet.money_fixed + bet.money * bet.least)
