"""How many comparisons a test takes, and how often it will see an effect."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.planning.claims.evidence import BETS, Units, gain
from auscult.engine.planning.claims.features import Floats

MOST = 10_000_000  # units; beyond that nobody waits
_QUANTILES = 400


def power(seen: Units, effect: float, units: int, *, level: float = 0.05) -> float:
    """Give the probability that so many units show an effect to be above none.

    Each bet's evidence is a sum over units, so nearly normal; the best bet alone has to bear
    the price of all. So the answer is a little too low rather than too high.

    Parameters
    ----------
    seen : Units
        Units as they are; their spread is kept, and their effect taken as `effect`.
    effect : float
        Logarithm of the ratio, above 0.
    units : int
    level : float
        How often the interval may miss.

    Raises
    ------
    Correctable
        The effect isn't above 0, there is no unit, or the level isn't between 0 and 1.
    """
    _check(seen, effect, level, level)
    return _reached(*_growth(seen, effect), units, level)


def units_needed(
    seen: Units, effect: float, *, level: float = 0.05, chance: float = 0.8
) -> int | None:
    """Give the number of units that show an effect with probability `chance`.

    Returns None where even ten million would not do.

    Raises
    ------
    Correctable
        The effect isn't above 0, there is no unit, or a share isn't between 0 and 1.
    """
    _check(seen, effect, level, chance)
    mean, spread = _growth(seen, effect)
    low, high = 0, 1
    while _reached(mean, spread, high, level) < chance:
        low, high = high, high * 2
        if high > MOST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if _reached(mean, spread, middle, level) < chance:
            low = middle
        else:
            high = middle
    return high


def normal_units(spread: float) -> Units:
    """Give units with a known standard deviation, for planning before there are any."""
    steps = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    values = np.array([NormalDist().inv_cdf(step) for step in steps]) * spread
    return Units(values=values, weights=np.ones(_QUANTILES))


def _growth(seen: Units, effect: float) -> tuple[Floats, Floats]:
    """Give mean and standard deviation of one unit's gain by bet, at that effect."""
    rest = seen.values - seen.weights * (seen.values @ seen.weights) / (seen.weights @ seen.weights)
    moved = np.concatenate([rest, -rest]) + effect * np.tile(seen.weights, 2)
    found = gain(BETS[:, None], moved)
    return found.mean(axis=1), found.std(axis=1)


def _reached(mean: Floats, spread: Floats, units: int, level: float) -> float:
    doubt = math.log(2 / level) + math.log(len(BETS))
    ahead = (units * mean - doubt) / np.maximum(math.sqrt(units) * spread, 1e-12)
    return NormalDist().cdf(float(ahead.max()))


def _check(seen: Units, effect: float, level: float, chance: float) -> None:
    if not effect > 0:
        raise _refused("effect", effect, "Give a logarithm above 0, as log(1.2).")
    if seen.size == 0:
        raise _refused("seen", "empty", "Give at least one unit, or `normal_units`.")
    for name, share in (("level", level), ("chance", chance)):
        if not 0 < share < 1:
            raise _refused(name, share, "Give a number between 0 and 1.")


def _refused(field: str, value: object, hint: str) -> Correctable:
    return Correctable(f"{field} is {value}.", field=field, code="bad-power", hint=hint)
