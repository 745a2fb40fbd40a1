"""Several places with the campaign beside several without: how differently they changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.intervention import verdicts
from auscult.engine.returns.intervention.changes import (
    Scale,
    Window,
    changes,
    effect_of,
    worthwhile,
)
from auscult.engine.returns.intervention.findings import (
    USUAL,
    Arrangement,
    Chance,
    Course,
    Finding,
    Method,
    Placebo,
    Question,
    Reason,
    Verdict,
    Why,
)
from auscult.engine.returns.intervention.panel import Floats, Moment, Panel
from auscult.engine.returns.intervention.randomisation import Judged, contrasts, judge

PLACEBOS = 4  # in time
FEWEST_TREND = 4  # times before the start, for a slope


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """Who was treated, and which other draws there might have been."""

    data: Panel
    treated: NDArray[np.bool_]
    weights: Floats
    start: int
    scale: Scale
    level: float

    def judged(self, window: Window) -> Judged:
        """Judge the changes over a window."""
        return judge(changes(self.data, window, self.scale), self.treated, self.weights, self.level)


def difference(
    data: Panel,
    *,
    treated: Sequence[str],
    start: Moment,
    rng: np.random.Generator,
    scale: Scale = Scale.RATIO,
    question: Question = USUAL,
) -> Finding:
    """Ask whether treated places or service lines changed more than others.

    Parameters
    ----------
    data : Panel
        All that aren't treated are held against them.
    treated : sequence of str
    start : date or int
        The first time with the campaign; all times before it are compared with all since.
    rng : Generator
        Used only where there are more than 5,000 ways to choose the treated.
    scale : Scale
        Whether the effect is the same as a ratio or as a difference.
    question : Question

    Returns
    -------
    Finding

    Raises
    ------
    Correctable
        There are fewer than two others, a name is unknown, or a ratio is asked of nothing.
    """
    ours = np.isin(np.arange(len(data.names)), data.places(treated, "treated"))
    if (~ours).sum() < 2:
        raise Correctable(
            _("There are {places} places without the campaign.").format(places=(~ours).sum()),
            field="treated",
            code="too-few-places",
            hint=_("It takes at least two, better six or more, to know how places differ."),
        )
    case = _Case(
        data=data,
        treated=ours,
        weights=contrasts(np.zeros(ours.size, np.intp), ours, rng),
        start=data.before(start),
        scale=scale,
        level=question.level,
    )
    return _answer(case, question)


def _answer(case: _Case, question: Question) -> Finding:
    end = len(case.data.times)
    judged = case.judged(Window(first=0, start=case.start, end=end))
    observed = float(case.data.values[case.start :, case.treated].mean())
    count = int(case.treated.sum()) * (end - case.start)
    effect = effect_of(judged, case.scale, observed, count)
    expected = observed - effect.mean
    apart, trend = _trend(case, expected)
    in_time = _in_time(case)
    loud, checks = verdicts.of_placebos(in_time, (), question)
    verdict = verdicts.judge(effect, question, doubted=loud or apart)
    ask = verdict is Verdict.CANNOT_TELL and not (loud or apart)
    needed = _needed(case, question, expected) if ask else None
    few = [Reason(why=Why.FEW_DRAWS, numbers=_few(judged))] if judged.least > case.level else []
    chance = Chance(kind=Arrangement.PLACES, p=judged.p, arrangements=judged.draws)
    return Finding(
        method=Method.DIFFERENCE,
        verdict=verdict,
        question=question,
        effect=effect,
        course=_course(case),
        chances=(chance,),
        in_time=in_time,
        needed=needed,
        reasons=(
            *verdicts.reasons(verdict, effect, question, doubted=loud or apart),
            *([_need(needed)] if ask else []),
            *few,
            trend,
            *checks,
            Reason(why=Why.NOTHING_ELSE),
            Reason(why=Why.CONTROLS_UNTOUCHED),
            *verdicts.small_counts(case.data.values[: case.start, case.treated]),
        ),
    )


def _few(judged: Judged) -> tuple[tuple[str, float], ...]:
    return (("draws", judged.draws), ("percent", round(100 * judged.least, 1)))


def _need(needed: int | None) -> Reason:
    if needed is None:
        return Reason(why=Why.OUT_OF_REACH)
    return Reason(why=Why.NEEDED_PLACES, numbers=(("places", needed),))


def _trend(case: _Case, expected: float) -> tuple[bool, Reason]:
    """Compare slopes before the start, and say what of it might have gone unseen."""
    if case.start < FEWEST_TREND:
        return False, Reason(why=Why.TRENDS_UNKNOWN)
    before = case.data.values[: case.start]
    times = np.arange(case.start) - (case.start - 1) / 2
    slopes = times @ before / (times @ times)
    if case.scale is Scale.RATIO:
        slopes = slopes / before.mean(axis=0)
    # From the middle of the times before to the middle of those since.
    distance = len(case.data.times) / 2
    judged = judge(distance * slopes, case.treated, case.weights, case.level)
    unit = 1.0 if case.scale is Scale.RATIO else abs(expected)
    if not unit or not math.isfinite(judged.low + judged.high):
        return False, Reason(why=Why.TRENDS_UNKNOWN)
    if judged.p <= case.level:
        drift = round(100 * judged.middle / unit, 1)
        return True, Reason(why=Why.TRENDS_APART, numbers=(("drift", drift),))
    unseen = round(100 * max(-judged.low, judged.high) / unit, 1)
    return False, Reason(why=Why.TRENDS_ALIKE, numbers=(("unseen", unseen),))


def _in_time(case: _Case) -> tuple[Placebo, ...]:
    """Move the start back, by as long as the campaign ran, where nothing began."""
    span = len(case.data.times) - case.start
    placebos = []
    for back in range(1, PLACEBOS + 1):
        start = case.start - back * span
        if start < span:
            break
        judged = case.judged(Window(first=0, start=start, end=start + span))
        placebos.append(
            Placebo(
                of=str(case.data.times[start]),
                effect=judged.middle,
                low=judged.low,
                high=judged.high,
                found=judged.p <= case.level,
            )
        )
    return tuple(placebos)


def _needed(case: _Case, question: Question, expected: float) -> int | None:
    """Say how many further treated places it takes, from how differently places changed."""
    window = Window(first=0, start=case.start, end=len(case.data.times))
    found = changes(case.data, window, case.scale)
    inside, outside = found[case.treated], found[~case.treated]
    freedom = max(inside.size - 1, 0) + outside.size - 1
    squares = ((inside - inside.mean()) ** 2).sum() + ((outside - outside.mean()) ** 2).sum()
    reach = worthwhile(case.scale, question, expected)
    if freedom < 1 or not reach:
        return None
    # The variance of a difference of means: s^2 (1 / treated + 1 / others), the others as they are.
    allowed = (reach / verdicts.factor(question)) ** 2 * freedom / max(float(squares), 1e-300)
    left = allowed - 1 / outside.size
    return max(math.ceil(1 / left) - inside.size, 1) if left > 0 else None


def _course(case: _Case) -> Course:
    """Give the treated, and what they would have been had they moved like the others."""
    values = case.data.values
    before = values[: case.start].mean(axis=0)
    ours, others = case.treated, ~case.treated
    if case.scale is Scale.RATIO:
        moved = (values[:, others] / before[others]).mean(axis=1)
        expected = before[ours].mean() * moved
    else:
        expected = before[ours].mean() + (values[:, others] - before[others]).mean(axis=1)
    unknown = np.full(len(values), np.nan)
    return Course(
        times=case.data.times,
        start=case.start,
        observed=values[:, ours].mean(axis=1),
        expected=expected,
        low=unknown,
        high=unknown,
    )
