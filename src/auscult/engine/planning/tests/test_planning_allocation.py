"""The answer keeps its limits and says how good it is."""

from __future__ import annotations

import numpy as np
import pytest

from auscult.engine.planning.bets import Bet, Need, Objective
from auscult.engine.planning.curves import Curves
from auscult.engine.planning.plan import allocate
from auscult.engine.planning.problem import Problem


def test_one_budget_is_shared_until_the_last_hour_brings_the_same_everywhere() -> None:
    ceiling, pace = np.array([0.3, 0.2, 0.5]), np.array([0.5, 0.3, 2.0])
    problem = Problem(
        objectives=(Objective(key="aim"),),
        bets=tuple(
            Bet(key=key, objective="aim", needs=(Need(skills=("s",), hours=5.0),)) for key in "abc"
        ),
        curves=Curves(ceiling=ceiling[None], pace=pace[None]),
        skills=("s",),
        capacity=np.full((1, 10), 6.0),
    )
    plan = allocate(problem)
    # The oracle: bisection on the price of an hour.
    low, high = 1e-9, 10.0
    for _ in range(200):
        price = (low + high) / 2
        scale = np.clip(pace * np.log(ceiling / pace / price), 0.0, 1.0)
        low, high = (price, high) if scale.sum() * 5 > 6 else (low, price)
    best = float((ceiling * -np.expm1(-scale / pace)).sum())
    assert plan.aim == pytest.approx(best, rel=1e-5)
    assert plan.bound >= best - 1e-12
    assert plan.hours.sum() == pytest.approx(60.0)
