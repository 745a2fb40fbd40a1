"""A few treated places beside a double of them, put together from places without the campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.intervention import verdicts
from auscult.engine.returns.intervention.findings import (
    USUAL,
    Arrangement,
    Chance,
    Course,
    Effect,
    Finding,
    Method,
    Placebo,
    Question,
    Reason,
    Verdict,
    Why,
)
from auscult.engine.returns.intervention.panel import Floats, Moment, Panel
from auscult.engine.returns.intervention.structural_model import Design, Prior, posterior
from auscult.engine.returns.intervention.synthetic_weights import simplex_weights

FEWEST = 10  # times before the start
FEWEST_OTHERS = 3
DRAWS = 1000  # of any order
BLOCKS = 3
PLACEBOS = 4  # in time
FURTHER = 2  # as many times as lie before the start: as far as "how much longer" looks


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """The treated places' mean, the others, and where the campaign began."""

    treated: Floats  # (times,)
    others: Floats  # (times, others)
    known: int
    levels: bool
    keys: Floats  # (draws, times), at random
    orders: NDArray[np.intp]  # (draws, times since the start): times in the order of their keys


def synthetic_control(
    data: Panel,
    *,
    treated: Sequence[str],
    start: Moment,
    rng: np.random.Generator,
    levels: bool = True,
    question: Question = USUAL,
) -> Finding:
    """Ask whether treated places did better than a weighted mean of others that moved like them.

    Parameters
    ----------
    data : Panel
        All places that aren't treated are controls; leave out others by `Panel.without`.
    treated : sequence of str
        Places with the campaign; their mean is explained.
    start : date or int
        The first time with the campaign.
    rng : Generator
        For the permutations in any order.
    levels : bool
        Take out each place's mean before the start: only movements have to be alike.
    question : Question

    Returns
    -------
    Finding
        With both p values, the rank among places, and placebos in time and space.

    Raises
    ------
    Correctable
        Fewer than ten times lie before the start, there are fewer than three other places, or
        a name is unknown.
    """
    known = data.before(start)
    ours = data.places(treated, "treated")
    others = np.setdiff1d(np.arange(len(data.names)), ours)
    _check(known, others.size)
    keys = rng.random((DRAWS, len(data.times)))
    case = _Case(
        treated=data.values[:, ours].mean(axis=1),
        others=data.values[:, others],
        known=known,
        levels=levels,
        keys=keys,
        orders=_orders(keys, known),
    )
    return _answer(case, data, others, question)


def _answer(case: _Case, data: Panel, others: NDArray[np.intp], question: Question) -> Finding:
    weights, expected = _double(case)
    gap = case.treated - expected
    effect = _effect(case, expected, len(data.names) - others.size, question.level)
    in_time = _in_time(case, data.times, question)
    in_space = _in_space(case, [data.names[at] for at in others], question)
    loud, checks = verdicts.of_placebos(in_time, in_space, question)
    chances = _chances(case, gap)
    likely = max(chances[0].p, chances[1].p) > question.level
    verdict = verdicts.judge(effect, question, doubted=loud)
    surprising = verdict in {Verdict.WORKED, Verdict.BACKWARDS}
    said = verdicts.reasons(verdict, effect, question, doubted=loud)
    if surprising and likely:
        verdict, said = Verdict.CANNOT_TELL, [Reason(why=Why.CHANCE_DOES_IT)]
    ask = verdict is Verdict.CANNOT_TELL and not loud and not surprising
    needed = _needed(case, gap, float(expected[case.known :].mean()), question) if ask else None
    need = [verdicts.of_need(needed, data.step_days)] if ask else []
    return Finding(
        method=Method.SYNTHETIC,
        verdict=verdict,
        question=question,
        effect=effect,
        course=_course(case, expected, data.times),
        chances=chances,
        in_time=in_time,
        in_space=in_space,
        weights=_named(data, others, weights),
        needed=needed,
        reasons=(
            *said,
            *need,
            *_of_chances(chances),
            *checks,
            *_conditions(case, gap, expected, question),
        ),
    )


def _check(known: int, others: int) -> None:
    if known < FEWEST:
        raise Correctable(
            _("Only {before} times lie before the start.").format(before=known),
            field="start",
            code="too-short",
            hint=_(
                "Bring at least {fewest}, better 60: add earlier ones, or finer ones (days)."
            ).format(fewest=FEWEST),
        )
    if others < FEWEST_OTHERS:
        raise Correctable(
            _("There are {places} places without the campaign.").format(places=others),
            field="controls",
            code="too-few-places",
            hint=_(
                "It takes at least {fewest}, better a dozen; with fewer, ask `interrupted`, which takes"
                " them as controls."
            ).format(fewest=FEWEST_OTHERS),
        )


def _orders(keys: Floats, known: int) -> NDArray[np.intp]:
    """Give which times come to stand after the start if they are ordered by the keys."""
    return np.argsort(keys, axis=1)[:, known:]


def _double(case: _Case, fitted: NDArray[np.intp] | None = None) -> tuple[Floats, Floats]:
    """Fit on some times (those before the start); give weights and what would have been."""
    at = np.arange(case.known) if fitted is None else fitted
    level = float(case.treated[at].mean()) if case.levels else 0.0
    levels = case.others[at].mean(axis=0) if case.levels else np.zeros(case.others.shape[1])
    weights = simplex_weights(case.others[at] - levels, case.treated[at] - level)
    return weights, level + (case.others - levels) @ weights


def _p_values(case: _Case) -> tuple[float, float]:
    """Give how often chance does as much if there is no effect: in any order, and by blocks.

    The double is fitted to all times (Chernozhukov, Wüthrich and Zhu, *An exact and robust
    conformal inference method for counterfactual and synthetic controls*, Journal of the American
    Statistical Association 116, 2021); so without an effect, residuals before and after are alike.
    """
    times = len(case.treated)
    residuals = np.abs(case.treated - _double(case, np.arange(times))[1])
    actual = residuals[case.known :].sum()
    # What is equal up to the last digits counts as equal: the actual order is one of them.
    least = actual - 1e-9 * residuals.sum()
    drawn = (residuals[case.orders].sum(axis=1) >= least).sum()
    twice = np.concatenate([residuals, residuals])
    sums = np.convolve(twice, np.ones(times - case.known), "valid")[:times]
    return float((1 + drawn) / (1 + len(case.orders))), float((sums >= least).mean())


def _interval(case: _Case, level: float) -> tuple[float, float]:
    """Give the interval of the effect by leaving out one block before the start after the other.

    What a double misses on days that it wasn't fitted to is its bias, and how that differs between
    blocks says how unsure the effect is (Chernozhukov, Wüthrich and Zhu, *A t-test for synthetic
    controls*, 2018): three blocks, so a t distribution with two degrees of freedom.
    """
    known, span = case.known, len(case.treated) - case.known
    size = min(known // BLOCKS, span)
    found = np.empty(BLOCKS)
    for at in range(BLOCKS):
        block = np.arange(known - (at + 1) * size, known - at * size)
        gap = case.treated - _double(case, np.setdiff1d(np.arange(known), block))[1]
        found[at] = gap[known:].mean() - gap[block].mean()
    error = np.sqrt((1 + BLOCKS * size / span) / BLOCKS) * found.std(ddof=1)
    reach = float(special.stdtrit(BLOCKS - 1, 1 - level / 2) * error)
    middle = float(found.mean())
    return middle - reach, middle + reach


def _effect(case: _Case, expected: Floats, places: int, level: float) -> Effect:
    observed = float(case.treated[case.known :].mean())
    low, high = _interval(case, level)
    bounds = (float(expected[case.known :].mean()), observed - high, observed - low)
    return verdicts.effect_of(observed, bounds, (len(case.treated) - case.known) * places, None)


def _placebo(name: str, case: _Case, question: Question) -> Placebo:
    low, high = _interval(case, question.level)
    gap = case.treated - _double(case)[1]
    return Placebo(
        of=name,
        effect=float(gap[case.known :].mean()),
        low=low,
        high=high,
        found=(low > 0 or high < 0) and max(_p_values(case)) <= question.level,
    )


def _in_time(case: _Case, times: tuple[Moment, ...], question: Question) -> tuple[Placebo, ...]:
    """Move the start back, by as long as the campaign ran, where nothing began."""
    span = len(case.treated) - case.known
    placebos = []
    for back in range(1, PLACEBOS + 1):
        start = case.known - back * span
        if start < FEWEST:
            break
        end = start + span
        moved = replace(
            case,
            treated=case.treated[:end],
            others=case.others[:end],
            known=start,
            keys=case.keys[:, :end],
            orders=_orders(case.keys[:, :end], start),
        )
        placebos.append(_placebo(str(times[start]), moved, question))
    return tuple(placebos)


def _in_space(case: _Case, names: Sequence[str], question: Question) -> tuple[Placebo, ...]:
    """Take each other place as if it had had the campaign."""
    return tuple(
        _placebo(
            name,
            replace(case, treated=case.others[:, at], others=np.delete(case.others, at, axis=1)),
            question,
        )
        for at, name in enumerate(names)
    )


def _chances(case: _Case, gap: Floats) -> tuple[Chance, ...]:
    iid, block = _p_values(case)
    ratio = _ratio(gap, case.known)
    count = case.others.shape[1]
    as_large = 1
    for at in range(count):
        other = replace(case, treated=case.others[:, at], others=np.delete(case.others, at, axis=1))
        as_large += _ratio(other.treated - _double(other)[1], case.known) >= ratio
    return (
        Chance(kind=Arrangement.ANY_ORDER, p=iid, arrangements=len(case.orders) + 1),
        Chance(kind=Arrangement.BLOCKS, p=block, arrangements=len(gap)),
        Chance(kind=Arrangement.PLACES, p=as_large / (count + 1), arrangements=count + 1),
    )


def _ratio(gap: Floats, known: int) -> float:
    """Give how much larger the gap is after the start than before (Abadie and others, 2010)."""
    before = float((gap[:known] ** 2).mean())
    return float((gap[known:] ** 2).mean()) / before if before else np.inf


def _of_chances(chances: tuple[Chance, ...]) -> list[Reason]:
    iid, block, places = chances
    said = [
        Reason(
            why=Why.BOTH_P_VALUES,
            numbers=(("iid", round(100 * iid.p, 1)), ("block", round(100 * block.p, 1))),
        )
    ]
    numbers = (("as_large", round(places.p * places.arrangements)), ("of", places.arrangements))
    return [*said, Reason(why=Why.PLACES_RANK, numbers=numbers)]


def _needed(case: _Case, gap: Floats, expected: float, question: Question) -> int | None:
    """Say how long it takes, from how the gap walked before the start."""
    before = gap[: case.known]
    span = len(gap) - case.known
    spread = float(before.std())
    if not spread:
        return 0
    found = posterior(
        Design(
            outcome=(before - before.mean()) / spread,
            columns=np.zeros((len(gap), 0)),
            groups=(),
            controls=0,
            candidates=0,
        ),
        Prior.wide(),
    ).rescaled(0.0, spread)
    wider = verdicts.factor(question, BLOCKS - 1) / verdicts.factor(question)
    return verdicts.times_needed(
        lambda times: wider * found.deviation_over(times),
        expected,
        question,
        span,
        span + FURTHER * case.known,
    )


def _conditions(case: _Case, gap: Floats, expected: Floats, question: Question) -> list[Reason]:
    said = []
    span = len(gap) - case.known
    if span <= case.known and expected[case.known :].mean() > 0:
        means = np.convolve(gap[: case.known], np.full(span, 1 / span), "valid")
        missed = float(np.abs(means).mean() / expected[case.known :].mean())
        if missed > question.worthwhile * verdicts.POOR:
            said.append(Reason(why=Why.POOR_FIT, numbers=(("percent", round(100 * missed, 1)),)))
    said += [Reason(why=Why.NOTHING_ELSE), Reason(why=Why.CONTROLS_UNTOUCHED)]
    return said + verdicts.small_counts(case.treated[: case.known])


def _course(case: _Case, expected: Floats, times: tuple[Moment, ...]) -> Course:
    unknown = np.full(len(expected), np.nan)
    return Course(
        times=times,
        start=case.known,
        observed=case.treated,
        expected=expected,
        low=unknown,
        high=unknown,
    )


def _named(data: Panel, others: NDArray[np.intp], weights: Floats) -> tuple[tuple[str, float], ...]:
    found = [
        (data.names[at], float(weight))
        for at, weight in zip(others, weights, strict=True)
        if weight > 1e-6
    ]
    return tuple(sorted(found, key=lambda one: -one[1]))
