"""From an interval and its checks to a verdict and what it would take."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import special, stats

from auscult.engine.returns.intervention.findings import (
    Effect,
    Placebo,
    Question,
    Reason,
    Verdict,
    Why,
)
from auscult.engine.returns.intervention.panel import Floats

CHANCE = 0.8  # that a worthwhile change is found, where it is said what that takes
DOUBT = 0.05  # placebos that chance gives more rarely than this speak against a verdict
POOR = 0.3  # of the worthwhile change: further off, a synthetic control doesn't follow
FEW_COUNTED = 5.0  # a time: below, intervals of counts that can't be negative are rough


def effect_of(
    observed: float, expected: tuple[float, float, float], times: int, probability: float | None
) -> Effect:
    """Give the effect from what would have been (middle, low, high), for each time."""
    middle, low, high = expected
    known = low > 0
    return Effect(
        mean=observed - middle,
        low=observed - high,
        high=observed - low,
        total=(observed - middle) * times,
        total_low=(observed - high) * times,
        total_high=(observed - low) * times,
        relative=observed / middle - 1 if middle > 0 else None,
        relative_low=observed / high - 1 if known else None,
        relative_high=observed / low - 1 if known else None,
        probability=probability,
    )


def judge(effect: Effect, question: Question, *, doubted: bool = False) -> Verdict:
    """Give the verdict.

    Parameters
    ----------
    effect : Effect
    question : Question
    doubted : bool
        A check failed: nothing may be said.
    """
    low, high = _wished(effect.low, effect.high, question)
    if doubted:
        return Verdict.CANNOT_TELL
    if high < 0:
        return Verdict.BACKWARDS
    if low > 0:
        return Verdict.WORKED
    most = _most(effect, question)
    return Verdict.CANNOT_TELL if most >= question.worthwhile else Verdict.NO_SIGN


def reasons(
    verdict: Verdict, effect: Effect, question: Question, *, doubted: bool = False
) -> list[Reason]:
    """Say why the verdict is what it is; where a check failed, that check says it."""
    if doubted:
        return []
    percent = (("percent", 100 * question.worthwhile),)
    if verdict is Verdict.WORKED:
        said = [Reason(why=Why.ABOVE_CHANCE)]
        if _most(effect, question) < question.worthwhile:
            said.append(Reason(why=Why.SMALL, numbers=percent))
        return said
    why = {
        Verdict.BACKWARDS: Why.AGAINST_WISH,
        Verdict.NO_SIGN: Why.BELOW_WORTHWHILE,
        Verdict.CANNOT_TELL: Why.OPEN,
    }[verdict]
    return [Reason(why=why, numbers=percent)]


def of_placebos(
    in_time: Sequence[Placebo], in_space: Sequence[Placebo], question: Question
) -> tuple[bool, list[Reason]]:
    """Say whether more placebos found something than chance allows, and tell it."""
    loud, told = _of(in_time, question, Why.PLACEBOS_QUIET, Why.PLACEBOS_LOUD)
    if not in_space:
        return loud, [told]
    near, more = _of(in_space, question, Why.PLACES_QUIET, Why.PLACES_LOUD)
    return loud or near, [told, more]


def _of(
    placebos: Sequence[Placebo], question: Question, quiet: Why, loudly: Why
) -> tuple[bool, Reason]:
    found = sum(one.found for one in placebos)
    if not placebos:
        return False, Reason(why=Why.PLACEBOS_FEW)
    rare = float(stats.binom.sf(found - 1, len(placebos), question.level)) < DOUBT
    loud = found > 0 and rare
    numbers = (("found", found), ("of", len(placebos)))
    return loud, Reason(why=loudly if loud else quiet, numbers=numbers)


def times_needed(
    deviation: Callable[[int], float], expected: float, question: Question, have: int, most: int
) -> int | None:
    """Give how many further times it takes to tell a worthwhile change from none.

    Parameters
    ----------
    deviation : callable
        Gives the standard deviation of the mean effect over so many times since the start.
    expected : float
        What would have been, for each time.
    have, most : int
        Times since the start so far, and at which to stop looking.

    Returns
    -------
    int or None
        Further times (never from the effect seen so far); None if `most` don't do.
    """
    if expected <= 0:
        return None
    reach = question.worthwhile * expected / factor(question)
    for times in range(have, most + 1):
        if deviation(times) <= reach:
            return times - have
    return None


def factor(question: Question, freedom: float = math.inf) -> float:
    """Give how many standard errors an effect takes to be found four times in five."""
    doubt = 1 - question.level / 2
    if freedom == math.inf:
        return float(special.ndtri(doubt) + special.ndtri(CHANCE))
    return float(special.stdtrit(freedom, doubt) + special.stdtrit(freedom, CHANCE))


def of_need(needed: int | None, step_days: int | None) -> Reason:
    """Say how much longer, in weeks where times are days or weeks."""
    if needed is None:
        return Reason(why=Why.OUT_OF_REACH)
    if step_days is None:
        return Reason(why=Why.NEEDED_TIMES, numbers=(("times", needed),))
    return Reason(
        why=Why.NEEDED_WEEKS, numbers=(("weeks", math.ceil(max(needed, 1) * step_days / 7)),)
    )


def small_counts(values: Floats) -> list[Reason]:
    """Say where so little is counted each time that it should be added up first."""
    mean = float(np.mean(values))
    counted = bool((values >= 0).all() and (values == np.round(values)).all())
    if counted and mean < FEW_COUNTED:
        return [Reason(why=Why.SMALL_COUNTS, numbers=(("mean", round(mean, 1)),))]
    return []


def _wished(low: float, high: float, question: Question) -> tuple[float, float]:
    return (low, high) if question.upward else (-high, -low)


def _most(effect: Effect, question: Question) -> float:
    """Give the largest wanted change that fits, as a share; infinite where that isn't known."""
    if effect.relative_low is None or effect.relative_high is None:
        return math.inf
    return _wished(effect.relative_low, effect.relative_high, question)[1]
