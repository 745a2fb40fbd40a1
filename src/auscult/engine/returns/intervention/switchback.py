"""An experiment in one place: the campaign switched on and off, stretch by stretch, as drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.intervention import power, verdicts
from auscult.engine.returns.intervention.changes import Scale, effect_of
from auscult.engine.returns.intervention.findings import (
    USUAL,
    Arrangement,
    Chance,
    Course,
    Finding,
    Method,
    Question,
    Reason,
    Verdict,
    Why,
)
from auscult.engine.returns.intervention.panel import Floats, Moment, Panel
from auscult.engine.returns.intervention.places import need_pairs, pairs_needed
from auscult.engine.returns.intervention.power import Power
from auscult.engine.returns.intervention.randomisation import contrasts, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How long it stays on or off.

    Attributes
    ----------
    stretch : int
        Times that it stays so; whole weeks where weekdays differ.
    skip : int
        Times at the beginning of each stretch that aren't counted, since what was before
        still works.

    Raises
    ------
    Correctable
        A stretch is shorter than one time, or nothing of it is counted.
    """

    stretch: int
    skip: int = 0

    def __post_init__(self) -> None:
        """Refuse stretches of nothing."""
        if self.stretch < 1 or not 0 <= self.skip < self.stretch:
            raise Correctable(
                _("Stretches of {stretch} times are asked, of which {skip} aren't counted.").format(
                    stretch=self.stretch, skip=self.skip
                ),
                field="stretch",
                code="bad-stretch",
                hint=_("Give stretches of at least one time, and skip fewer than they have."),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Switchback:
    """When the campaign is on.

    Attributes
    ----------
    times : tuple of date or int
        Of the whole experiment.
    rhythm : Rhythm
    on : tuple of bool
        For each stretch; of two neighbours one is on.
    """

    times: tuple[Moment, ...]
    rhythm: Rhythm
    on: tuple[bool, ...]

    def is_on(self, time: Moment) -> bool:
        """Say whether the campaign runs at a time of the experiment."""
        return self.on[self.times.index(time) // self.rhythm.stretch]


def design_switchback(
    times: Sequence[Moment],
    *,
    rhythm: Rhythm,
    rng: np.random.Generator,
    question: Question = USUAL,
) -> Switchback:
    """Draw one of each two neighbouring stretches.

    Parameters
    ----------
    times : sequence of date or int
        Of the experiment; what doesn't fill two stretches at the end is left out.
    rhythm : Rhythm
    rng : Generator
        Keep its seed: it proves the draw.
    question : Question

    Raises
    ------
    Correctable
        There are too few stretches to reach the level.
    """
    pairs = len(times) // (2 * rhythm.stretch)
    power.check_pairs(pairs, question)
    first = rng.integers(0, 2, pairs).astype(bool)
    return Switchback(
        times=tuple(times[: 2 * rhythm.stretch * pairs]),
        rhythm=rhythm,
        on=tuple(np.stack([first, ~first], axis=1).ravel().tolist()),
    )


def power_of_switchback(
    data: Panel,
    *,
    outcome: str,
    rhythm: Rhythm,
    pairs: Sequence[int],
    rng: np.random.Generator,
    question: Question = USUAL,
) -> Power:
    """Say how many pairs of stretches it takes, and what they could see.

    Parameters
    ----------
    data : Panel
        The past, without any campaign.
    outcome : str
    rhythm : Rhythm
    pairs : sequence of int
        Numbers of pairs to ask for.
    rng : Generator
    question : Question

    Raises
    ------
    Correctable
        The past is shorter than the experiment, or pairs are too few for the level.
    """
    stretch = rhythm.stretch
    values = data.values[:, data.places([outcome], "outcome")[0]]
    past = []
    for count in pairs:
        power.check_pairs(count, question)
        windows = len(values) - 2 * stretch * count + 1
        if windows < 1:
            raise Correctable(
                _(
                    "{pairs} pairs of stretches of {stretch} take {times} times, and the past has {past}."
                ).format(pairs=count, stretch=stretch, times=2 * stretch * count, past=len(values)),
                field="pairs",
                code="past-too-short",
                hint=_("Ask for at most {most}, or bring more of the past.").format(
                    most=len(values) // (2 * stretch)
                ),
            )
        rows = []
        for first in power.chosen(windows, rng):
            means = _means(values[first : first + 2 * stretch * count], rhythm)
            rows.append(means[0::2] - means[1::2])
        past.append((count, np.array(rows)))
    return power.table(past, question, rng)


def analyse_switchback(
    data: Panel,
    design: Switchback,
    *,
    outcome: str,
    rng: np.random.Generator,
    question: Question = USUAL,
) -> Finding:
    """Analyse what was drawn, by the draws that might have been.

    Parameters
    ----------
    data : Panel
        With all times of the experiment; what lies before and after isn't used.
    design : Switchback
    outcome : str
    rng : Generator
        Used only where there are more than twelve pairs.
    question : Question

    Raises
    ------
    Correctable
        A time of the experiment is missing, or nothing was counted in a stretch.
    """
    column = int(data.places([outcome], "outcome")[0])
    power.check_pairs(len(design.on) // 2, question)
    return _answer(data.values[_rows(data, design), column], design, rng, question)


def _answer(
    values: Floats, design: Switchback, rng: np.random.Generator, question: Question
) -> Finding:
    on = np.array(design.on)
    means = _means(values, design.rhythm)
    judged = judge(means, on, contrasts(np.arange(on.size) // 2, on, rng), question.level)
    during = np.repeat(on, design.rhythm.stretch)
    observed = float(values[during].mean())
    effect = effect_of(judged, Scale.RATIO, observed, int(during.sum()))
    verdict = verdicts.judge(effect, question)
    apart = np.where(on[0::2], 1, -1) * (means[0::2] - means[1::2])
    needed = pairs_needed(apart, question) if verdict is Verdict.CANNOT_TELL else None
    return Finding(
        method=Method.SWITCHBACK,
        verdict=verdict,
        question=question,
        effect=effect,
        course=_course(values, design, means, on),
        chances=(Chance(kind=Arrangement.DRAW, p=judged.p, arrangements=judged.draws),),
        needed=needed,
        reasons=(
            *verdicts.reasons(verdict, effect, question),
            *need_pairs(verdict, needed),
            Reason(why=Why.DRAWN),
            Reason(why=Why.CARRIED_OVER, numbers=(("times", design.rhythm.skip),)),
            *verdicts.small_counts(values),
        ),
    )


def _rows(data: Panel, design: Switchback) -> NDArray[np.intp]:
    place = {time: at for at, time in enumerate(data.times)}
    missing = [time for time in design.times if time not in place]
    if missing:
        raise Correctable(
            _("There is no data for {time}, one of {count} times of the experiment.").format(
                time=missing[0], count=len(missing)
            ),
            field="data",
            code="times-missing",
            hint=_("Wait until it is over, or bring what was counted."),
        )
    return np.array([place[time] for time in design.times], np.intp)


def _means(values: Floats, rhythm: Rhythm) -> Floats:
    """Give the logarithm of each stretch's mean."""
    means = values.reshape(-1, rhythm.stretch)[:, rhythm.skip :].mean(axis=1)
    if (means <= 0).any():
        raise Correctable(
            _("The mean of a stretch is {mean}; a ratio takes numbers above 0.").format(
                mean=f"{means.min():g}"
            ),
            field="stretch",
            code="no-ratio",
            hint=_("Take longer stretches, or another outcome."),
        )
    return np.asarray(np.log(means))


def _course(values: Floats, design: Switchback, means: Floats, on: NDArray[np.bool_]) -> Course:
    """Give, while it was on, what its neighbour had while it was off."""
    off = np.exp(np.where(on, means[np.arange(on.size) ^ 1], means))
    unknown = np.full(values.size, np.nan)
    return Course(
        times=design.times,
        start=0,
        observed=values,
        expected=np.repeat(off, design.rhythm.stretch),
        low=unknown,
        high=unknown,
    )
