"""How much a place changed: one number before, one after, compared as a ratio or a difference."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.intervention import verdicts
from auscult.engine.returns.intervention.findings import Effect, Question
from auscult.engine.returns.intervention.panel import Floats, Panel
from auscult.engine.returns.intervention.randomisation import Judged


class Scale(StrEnum):
    """What is taken to be the same everywhere."""

    RATIO = "ratio"  # a tenth more everywhere: places of different size
    DIFFERENCE = "difference"  # ten more everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Times that are compared: rows of a panel, the ends not included."""

    first: int
    start: int
    end: int


def changes(data: Panel, window: Window, scale: Scale) -> Floats:
    """Give each series' change, shape (names,): a logarithm of a ratio, or a difference.

    Raises
    ------
    Correctable
        A ratio is asked of something that isn't above 0.
    """
    before = data.values[window.first : window.start].mean(axis=0)
    after = data.values[window.start : window.end].mean(axis=0)
    if scale is Scale.DIFFERENCE:
        return np.asarray(after - before)
    return positive_logarithm(after, data) - positive_logarithm(before, data)


def positive_logarithm(means: Floats, data: Panel) -> Floats:
    """Give logarithms.

    Raises
    ------
    Correctable
        A mean isn't above 0.
    """
    if (means <= 0).any():
        name = data.names[int(np.argmin(means))]
        raise Correctable(
            _(
                "The mean of '{name}' over the times compared is {mean}; a ratio takes numbers above 0."
            ).format(name=name, mean=f"{means.min():g}"),
            field=name,
            code="no-ratio",
            hint=_("Leave it out, take longer times, or compare differences."),
        )
    return np.log(means)


def effect_of(judged: Judged, scale: Scale, observed: float, times: int) -> Effect:
    """Give the effect in the outcome's own unit.

    Parameters
    ----------
    judged : Judged
        On the scale.
    scale : Scale
    observed : float
        Mean of the treated with the campaign.
    times : int
        Times and treated places over which to add up.
    """
    ends = np.array([judged.middle, judged.high, judged.low])
    if scale is Scale.RATIO:
        with np.errstate(over="ignore"):
            expected = observed * np.exp(-ends)
    else:
        expected = observed - ends
    bounds = (float(expected[0]), float(expected[1]), float(expected[2]))
    return verdicts.effect_of(observed, bounds, times, None)


def worthwhile(scale: Scale, question: Question, expected: float) -> float:
    """Give the smallest change that matters, on the scale."""
    if scale is Scale.RATIO:
        sign = 1 if question.upward else -1
        # Of less than nothing there is no ratio: all of it, then.
        return float(abs(np.log(max(1 + sign * question.worthwhile, 1e-9))))
    return question.worthwhile * abs(expected)
