"""What the data say of a bet, as the planner takes it: in the place of what people guessed.

An estimate is of the same form as what is drawn from guesses: samples of a curve that rises ever
more slowly. A page that shows levels gets the middle of the samples and the ends of eight in ten.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auscult.engine.planning.curves import Curves
from auscult.engine.planning.stated import Level, Stated
from auscult.web.planning.estimate_models import CurveForm, Estimate
from auscult.web.planning.models import Bet

SCALES = (1.0, 2.0)  # of spending; a study says little of what lies beyond
ENDS = (0.1, 0.5, 0.9)
CONFIDENCE = 4  # eight in ten, as `engine.planning.stated` takes it
Floats = NDArray[np.float64]


def estimate_of(bet: Bet) -> Estimate | None:
    """Return what the data say of a bet; None: nothing."""
    found: Estimate | None = getattr(bet, "estimate", None)
    return found


def exponential(form: str, ceiling: Floats, pace: Floats) -> tuple[Floats, Floats]:
    """Return a curve as an exponential one: through what once and twice as much brings."""
    if form == CurveForm.EXPONENTIAL:
        return ceiling, pace
    once, bend = ceiling / (1 + pace), pace / (2 + pace)
    same = -1 / np.log(bend)
    return once / -np.expm1(-1 / same), same


def stated(estimate: Estimate) -> Stated:
    """Return an estimate as levels, so that what reckons with levels can reckon with it."""
    ceiling, pace = exponential(
        estimate.form, np.array(estimate.ceiling, float), np.array(estimate.pace, float)
    )
    levels = []
    for scale in SCALES:
        low, likely, high = np.quantile(-ceiling * np.expm1(-scale / pace), ENDS).tolist()
        spent = {"hours": scale * estimate.hours, "money": scale * estimate.money}
        levels.append(Level(**spent, low=low, likely=likely, high=high))
    return Stated(levels=tuple(levels), confidence=CONFIDENCE)


def plain(estimate: Estimate) -> dict[str, Any]:
    """Return an estimate as a question to the planner holds it."""
    names = ("form", "ceiling", "pace", "source", "source_address")
    return {name: getattr(estimate, name) for name in names}


def with_estimates(drawn: Curves, bets: Sequence[dict[str, Any]], seed: int) -> Curves:
    """Return curves with those of the data where there are some.

    Samples are put into an order of their own, since what isn't known of one bet has nothing to
    do with what isn't known of another.
    """
    known = {at: one["estimate"] for at, one in enumerate(bets) if one.get("estimate")}
    if not known:
        return drawn
    rng = np.random.default_rng(seed)
    ceilings, paces = drawn.ceiling.copy(), drawn.pace.copy()
    for at, one in known.items():
        ceiling, pace = exponential(
            one["form"], np.array(one["ceiling"], float), np.array(one["pace"], float)
        )
        chosen = rng.permutation(np.resize(np.arange(ceiling.size), drawn.samples))
        ceilings[:, at], paces[:, at] = ceiling[chosen], pace[chosen]
    return Curves(ceiling=ceilings, pace=paces, form=drawn.form)
