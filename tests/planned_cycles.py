"""Problems for tests: drawn at random, in every shape that a house may bring."""

from __future__ import annotations

import numpy as np

from auscult.engine.planning.bets import Bet, Need, Objective
from auscult.engine.planning.curves import Curves
from auscult.engine.planning.problem import Problem


def drawn(
    seed: int,
    *,
    bets: int = 30,
    skills: int = 6,
    weeks: int = 14,
    samples: int = 60,
    choices: bool = True,
    rooms: bool = True,
    worst: float = 1.0,
) -> Problem:
    """Draw a house's cycle: holidays, short windows, skills that stand in for another."""
    rng = np.random.default_rng(seed)
    objectives = tuple(
        Objective(
            key=f"o{at}",
            weight=float(rng.integers(1, 6)),
            room=float(rng.uniform(0.2, 1)) if rooms else np.inf,
        )
        for at in range(max(bets // 3, 1))
    )
    made = []
    for at in range(bets):
        needed = rng.choice(skills, size=int(rng.integers(1, min(skills, 3) + 1)), replace=False)
        needs = tuple(
            Need(
                skills=(f"s{skill}",)
                if rng.random() < 0.8
                else (f"s{skill}", f"s{(skill + 1) % skills}"),
                hours=float(rng.uniform(1, 6)),
            )
            for skill in needed
            if skills > 1 or skill == 0
        )
        made.append(
            Bet(
                key=f"b{at}",
                objective=f"o{rng.integers(len(objectives))}",
                function=f"f{at % 3}",
                needs=tuple(n for n in needs if len(set(n.skills)) == len(n.skills)),
                money=float(rng.uniform(0, 2000)) if rng.random() < 0.6 else 0.0,
                money_fixed=200.0 if choices and rng.random() < 0.2 else 0.0,
                least=float(rng.choice([0.0, 0.3, 0.6])) if choices else 0.0,
                most=float(rng.uniform(0.8, 2.0)),
                first=int(rng.integers(1, max(weeks // 3, 2))),
                steady=bool(rng.random() < 0.1),
                after=(f"b{at - 1}",) if choices and at and rng.random() < 0.15 else (),
                rivals=f"g{at // 4}" if choices and rng.random() < 0.3 else "",
            )
        )
    shape = (samples, bets)
    capacity = np.repeat(rng.uniform(5, 15, (skills, 1)) * bets / 30, weeks, axis=1)
    capacity[:, weeks // 2] = 0.0 if choices else capacity[:, weeks // 2] / 2
    return Problem(
        objectives=objectives,
        bets=tuple(made),
        curves=Curves(
            ceiling=rng.uniform(0.02, 0.3, bets) * np.exp(rng.normal(0, 0.5, shape)),
            pace=rng.uniform(0.4, 2, bets) * np.exp(rng.normal(0, 0.3, shape)),
            form="exponential" if seed % 2 else "hyperbolic",
        ),
        skills=tuple(f"s{at}" for at in range(skills)),
        capacity=capacity,
        money=250.0 * bets,
        reserve_hours=0.1,
        reserve_money=0.05,
        fair={"f1": 0.1},
        worst=worst,
    )
