"""From what the engine reckons to plain values: figures, notes, curves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from math import isfinite
from typing import TypeVar

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.campaigns import LEVEL, Campaigns, Worth
from auscult.engine.returns.drawn import Drawn
from auscult.engine.returns.figures import Figures, acceptability, falling, tell, tell_drawn
from auscult.engine.returns.ratio import Bound, Ratio
from auscult.engine.returns.reasons import Reason
from auscult.engine.returns.spans import Span
from auscult.web.returns.telling_types import (
    INCREMENTAL,
    TRACKED,
    CurveFacts,
    FallingFacts,
    Figure,
    FiguresFacts,
    Note,
)
from auscult.web.returns.telling_words import Told

CURVE_POINTS = 41  # values of an outcome at which the chance is told
FALLING_POINTS = 9  # costs of a minute at which the return is told
BEYOND = 2.0  # how far past the value in use, or the value that just pays, the curve goes
Found = TypeVar("Found")


def note(code: Told, **numbers: float) -> Note:
    """Return one of the ledger's own notes."""
    return Note(code=str(code), numbers=tuple((name, float(one)) for name, one in numbers.items()))


def notes(reasons: Iterable[Reason]) -> tuple[Note, ...]:
    """Return the engine's reasons."""
    return tuple(
        Note(code=str(one.why), numbers=tuple((name, float(n)) for name, n in one.numbers))
        for one in reasons
    )


def attempt(ask: Callable[[], Found], into: list[Note]) -> Found | None:
    """Return what is asked for; where it is refused, None, and the reason goes into the notes."""
    try:
        return ask()
    except Correctable as refused:
        into.append(Note(code=refused.code, text=str(refused)))
        return None


def ratio_figure(found: Ratio | None) -> Figure | None:
    """Return a ratio as a figure."""
    if found is None:
        return None
    return _ratio(found)


def _ratio(found: Ratio) -> Figure:
    return Figure(
        value=_finite(found.value),
        low=_finite(found.low),
        high=_finite(found.high),
        bound=str(found.bound),
        notes=notes(found.reasons),
    )


def span_figure(found: Span | None) -> Figure | None:
    """Return a sum with its interval as a figure."""
    return None if found is None else _span(found)


def _span(found: Span) -> Figure:
    low, high = _finite(found.low), _finite(found.high)
    bounds = {
        (True, True): Bound.BOTH,
        (True, False): Bound.AT_LEAST,
        (False, True): Bound.AT_MOST,
        (False, False): Bound.REFUSED,
    }
    bound = bounds[low is not None, high is not None]
    return Figure(value=_finite(found.value), low=low, high=high, bound=str(bound))


def _finite(number: float | None) -> float | None:
    return None if number is None or not isfinite(number) else float(number)


def figures_of(
    known: Campaigns | Drawn,
    worth: Worth | None,
    *,
    days: tuple[date, date],
    with_given: bool,
    evidence: int | None = None,
    said: Iterable[Note] = (),
) -> FiguresFacts:
    """Return all figures of campaigns, or of incremental outcomes as a study told them.

    Parameters
    ----------
    known : Campaigns or Drawn
    worth : Worth or None
        In the currency of the costs.
    days : tuple of date
        First and last day.
    with_given : bool
        Whether the cost has given time in it.
    evidence : int or None
        The number of the study.
    said : iterable of Note
    """
    refused: list[Note] = []
    drawn = isinstance(known, Drawn)
    found = tell_drawn(known, worth) if isinstance(known, Drawn) else tell(known, worth)
    return FiguresFacts(
        basis=INCREMENTAL if drawn else TRACKED,
        evidence=evidence,
        campaigns=found.campaigns,
        first=days[0],
        last=days[1],
        with_given=with_given,
        outcomes=_span(found.outcomes),
        cost=float(found.cost),
        break_even=span_figure(found.break_even),
        net_benefit=span_figure(found.net_benefit),
        chance=found.chance,
        cost_per_outcome=_ratio(found.cost_per_outcome),
        outcomes_per_1000=_ratio(found.outcomes_per_1000),
        roi=ratio_figure(found.roi),
        curve=_curve(known, worth, found, refused),
        falling=_falling(known, worth, refused),
        notes=(*notes(found.reasons), *said, *_new(refused, found)),
    )


def _new(refused: list[Note], found: Figures) -> list[Note]:
    """Return what was refused for another reason than the figures already tell, each once."""
    known = {str(one.why) for one in found.reasons}
    return list({one.code: one for one in refused if one.code not in known}.values())


def _curve(
    known: Campaigns | Drawn, worth: Worth | None, found: Figures, refused: list[Note]
) -> CurveFacts | None:
    each = found.cost_per_outcome.value or 0.0
    most = BEYOND * max(worth.amount if worth else 0.0, each)
    if not most or not isfinite(most):
        return None
    asked = np.linspace(0, most, CURVE_POINTS)
    curve = attempt(lambda: acceptability(known, asked), refused)
    if curve is None:
        return None
    return CurveFacts(
        values=tuple(curve.values.tolist()),
        chance=tuple(curve.chance.tolist()),
        even=_finite(curve.even),
    )


def _falling(
    known: Campaigns | Drawn, worth: Worth | None, refused: list[Note]
) -> FallingFacts | None:
    if isinstance(known, Drawn) or not known.minutes.any():
        return None
    if worth is None and known.gained is None:
        return None
    labour = float((known.cost - known.cash).sum() / known.minutes.sum())
    asked = np.linspace(labour, 0, FALLING_POINTS) if labour else np.zeros(1)
    found = attempt(lambda: falling(known, worth, asked), refused)
    if found is None:
        return None
    return FallingFacts(
        minute=tuple(found.minute.tolist()),
        investment=tuple(found.investment.tolist()),
        roi=tuple(_ratio(one) for one in found.roi),
    )


__all__ = ["LEVEL", "attempt", "figures_of", "note", "notes", "ratio_figure", "span_figure"]
