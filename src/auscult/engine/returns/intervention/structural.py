"""One series that was interrupted, beside others that the campaign can't have touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.intervention import verdicts
from auscult.engine.returns.intervention.findings import (
    USUAL,
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
from auscult.engine.returns.intervention.mixture import Mixture
from auscult.engine.returns.intervention.panel import Floats, Moment, Panel
from auscult.engine.returns.intervention.structural_model import (
    Design,
    Posterior,
    Prior,
    posterior,
    walk,
)

FEWEST = 20  # times before the start: with less, walk and noise can't be told apart
MOST_CONTROLS = 8  # whose subsets are all weighed: 256
PLACEBOS = 6  # in time
WEEK = 7
WEEKS = 4  # before the start, for weekday habits
FURTHER = 2  # as many times as lie before the start: as far as "how much longer" looks
_MIDDLE = 0.3  # ratio of walk to noise at which controls are chosen, if there are too many


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One series to be explained up to a time by others."""

    values: Floats  # (times,)
    controls: Floats  # (times, controls)
    habits: Floats  # (times, 6) weekdays, or none
    known: int
    prior: Prior
    level: float
    candidates: int  # controls, those passed over included


def interrupted(
    data: Panel,
    *,
    outcome: str,
    start: Moment,
    controls: Sequence[str] | None = None,
    question: Question = USUAL,
    prior: Prior | None = None,
) -> Finding:
    """Ask whether an outcome changed beyond what its own past and its controls explain.

    Parameters
    ----------
    data : Panel
    outcome : str
    start : date or int
        The first time with the campaign.
    controls : sequence of str, optional
        Series that it can't have touched; without them, all others of the panel. Of more
        than eight, those that explain most before the start are taken.
    question : Question
    prior : Prior, optional
        `Prior.wide()` unless another is given.

    Returns
    -------
    Finding
        With placebos in time, and in space where there are controls.

    Raises
    ------
    Correctable
        Fewer than twenty times lie before the start, a name is unknown, or the outcome never
        moved before the start.
    """
    known = data.before(start)
    column = int(data.places([outcome], "outcome")[0])
    others = _others(data, column, controls)
    _check(data, column, known)
    moving = others[np.ptp(data.values[:known, others], axis=0) > 0]
    case = _case(data, column, moving, known, prior or Prior.wide(), question)
    kept = moving[_chosen(case)]
    case = replace(case, controls=case.controls[:, np.isin(moving, kept)])
    return _answer(case, data, kept, question, left_out=others.size - kept.size)


def _answer(
    case: _Case, data: Panel, controls: NDArray[np.intp], question: Question, *, left_out: int
) -> Finding:
    found = _posterior(case)
    effect = _effect(case, found)
    in_time = _in_time(case, data.times)
    in_space = _in_space(data, controls, case, question)
    loud, checks = verdicts.of_placebos(in_time, in_space, question)
    verdict = verdicts.judge(effect, question, doubted=loud)
    ask = verdict is Verdict.CANNOT_TELL and not loud
    needed = _needed(found, case, question) if ask else None
    included = found.included[found.included.size - controls.size :].tolist()
    names = [data.names[at] for at in controls]
    return Finding(
        method=Method.STRUCTURAL,
        verdict=verdict,
        question=question,
        effect=effect,
        course=_course(case, found, data.times),
        in_time=in_time,
        in_space=in_space,
        weights=tuple(sorted(zip(names, included, strict=True), key=lambda one: -one[1])),
        needed=needed,
        reasons=(
            *verdicts.reasons(verdict, effect, question, doubted=loud),
            *([verdicts.of_need(needed, data.step_days)] if ask else []),
            *checks,
            *_conditions(case, left_out),
        ),
    )


def _others(data: Panel, column: int, controls: Sequence[str] | None) -> NDArray[np.intp]:
    if controls is None:
        return np.array([at for at in range(len(data.names)) if at != column], np.intp)
    chosen = data.places(controls, "controls") if controls else np.zeros(0, np.intp)
    if column in chosen:
        raise Correctable(
            _("'{name}' is both outcome and control.").format(name=data.names[column]),
            field="controls",
            code="outcome-is-control",
            hint=_("Leave it out of the controls."),
        )
    return chosen


def _check(data: Panel, column: int, known: int) -> None:
    if known < FEWEST:
        raise Correctable(
            _("Only {before} times lie before the start.").format(before=known),
            field="start",
            code="too-short",
            hint=_(
                "Bring at least {fewest}, better 60: add earlier ones, or finer ones (days)."
            ).format(fewest=FEWEST),
        )
    if not np.ptp(data.values[:known, column]):
        raise Correctable(
            _("'{name}' is {value} at every time before the start.").format(
                name=data.names[column], value=f"{data.values[0, column]:g}"
            ),
            field="outcome",
            code="never-moved",
            hint=_("Choose an outcome that varies, or add it up over longer times."),
        )


def _case(
    data: Panel,
    column: int,
    others: NDArray[np.intp],
    known: int,
    prior: Prior,
    question: Question,
) -> _Case:
    values = data.values[:, others]
    # In their own spreads: nothing depends on units, and the arithmetic stays near 1.
    scaled = (values - values[:known].mean(axis=0)) / values[:known].std(axis=0)
    return _Case(
        values=data.values[:, column],
        controls=scaled,
        habits=_habits(data, known),
        known=known,
        prior=prior,
        level=question.level,
        candidates=others.size,
    )


def _habits(data: Panel, known: int) -> Floats:
    """Give six columns for the weekdays, where times are days and there are weeks of them."""
    count = len(data.times)
    if data.step_days != 1 or known < WEEK * WEEKS:
        return np.zeros((count, 0))
    days = np.eye(WEEK)[np.arange(count) % WEEK]
    return np.asarray(days[:, 1:] - days[:, :1])


def _posterior(case: _Case) -> Posterior:
    count = case.controls.shape[1]
    width = case.habits.shape[1]
    habits = [tuple(range(width))] if width else []
    before = case.values[: case.known]
    middle, spread = before.mean(), before.std()
    found = posterior(
        Design(
            outcome=(before - middle) / spread,
            columns=np.hstack([case.habits, case.controls]),
            groups=(*habits, *((width + at,) for at in range(count))),
            controls=count,
            candidates=case.candidates,
        ),
        case.prior,
    )
    return found.rescaled(float(middle), float(spread))


def _chosen(case: _Case) -> NDArray[np.intp]:
    """Choose the controls that explain most, one after the other, if there are too many."""
    count = case.controls.shape[1]
    if count <= MOST_CONTROLS:
        return np.arange(count)
    vectors, sizes = walk(case.known)
    before = np.column_stack([np.ones(case.known), case.controls[: case.known]])
    turned = (vectors.T @ before) / np.sqrt(1 + _MIDDLE**2 * sizes)[:, None]
    rest = vectors.T @ case.values[: case.known] / np.sqrt(1 + _MIDDLE**2 * sizes)
    taken: list[int] = []
    for _step in range(MOST_CONTROLS):
        basis = np.linalg.qr(turned[:, [0, *(1 + at for at in taken)]])[0]
        free = turned[:, 1:] - basis @ (basis.T @ turned[:, 1:])
        left = (free**2).sum(axis=0)
        left[taken] = np.inf
        taken.append(int(np.argmax((free.T @ rest) ** 2 / np.maximum(left, 1e-9))))
    return np.sort(np.array(taken, np.intp))


def _effect(case: _Case, found: Posterior) -> Effect:
    observed = float(case.values[case.known :].mean())
    mean = found.expected.last()
    low, high = _bounds(mean, case.level)
    above = float(mean.below(np.array([observed]))[0])
    expected = (float(mean.mean[0]), float(low[0]), float(high[0]))
    return verdicts.effect_of(observed, expected, len(case.values) - case.known, above)


def _bounds(expected: Mixture, level: float) -> tuple[Floats, Floats]:
    return expected.quantile(level / 2), expected.quantile(1 - level / 2)


def _course(case: _Case, found: Posterior, times: tuple[Moment, ...]) -> Course:
    low, high = _bounds(found.expected, case.level)
    unknown = np.full(case.known, np.nan)
    return Course(
        times=times,
        start=case.known,
        observed=case.values,
        expected=np.concatenate([found.fitted, found.expected.mean[:-1]]),
        low=np.concatenate([unknown, low[:-1]]),
        high=np.concatenate([unknown, high[:-1]]),
    )


def _in_time(case: _Case, times: tuple[Moment, ...]) -> tuple[Placebo, ...]:
    """Move the start back, by as long as the campaign ran, where nothing began."""
    span = len(case.values) - case.known
    placebos = []
    for back in range(1, PLACEBOS + 1):
        start = case.known - back * span
        if start < FEWEST or not np.ptp(case.values[:start]):
            break
        moved = _upto(case, start, start + span)
        placebos.append(_placebo(str(times[start]), moved))
    return tuple(placebos)


def _upto(case: _Case, known: int, end: int) -> _Case:
    habits = case.habits[:end] if known >= WEEK * WEEKS else case.habits[:end, :0]
    return replace(
        case,
        values=case.values[:end],
        controls=case.controls[:end],
        habits=habits,
        known=known,
    )


def _placebo(name: str, case: _Case) -> Placebo:
    effect = _effect(case, _posterior(case))
    return Placebo(
        of=name,
        effect=effect.mean,
        low=effect.low,
        high=effect.high,
        found=effect.low > 0 or effect.high < 0,
    )


def _in_space(
    data: Panel, controls: NDArray[np.intp], case: _Case, question: Question
) -> tuple[Placebo, ...]:
    """Take each control as if it had had the campaign, explained by the others."""
    if controls.size < 2:
        return ()
    return tuple(
        _placebo(
            data.names[at],
            _case(data, int(at), controls[controls != at], case.known, case.prior, question),
        )
        for at in controls
    )


def _needed(found: Posterior, case: _Case, question: Question) -> int | None:
    have = len(case.values) - case.known
    return verdicts.times_needed(
        found.deviation_over,
        float(found.expected.mean[-1]),
        question,
        have,
        have + FURTHER * case.known,
    )


def _conditions(case: _Case, left_out: int) -> list[Reason]:
    said = [Reason(why=Why.NOTHING_ELSE)]
    count = case.controls.shape[1]
    said.append(Reason(why=Why.CONTROLS_UNTOUCHED if count else Why.NO_CONTROLS))
    if left_out:
        numbers = (("left", left_out), ("kept", count))
        said.append(Reason(why=Why.CONTROLS_LEFT_OUT, numbers=numbers))
    return said + verdicts.small_counts(case.values[: case.known])
