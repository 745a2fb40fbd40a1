"""What is asked of one intervention, and what is answered: numbers, a verdict, reasons as codes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.intervention.panel import Floats, Moment


class Method(StrEnum):
    """How it was asked."""

    STRUCTURAL = "structural series"
    SYNTHETIC = "synthetic control"
    DIFFERENCE = "difference in differences"
    PLACES = "experiment over places"
    SWITCHBACK = "switchback experiment"


class Verdict(StrEnum):
    """What may be said."""

    WORKED = "it worked"
    BACKWARDS = "it went the other way"
    NO_SIGN = "no sign of it"
    CANNOT_TELL = "can't tell"


class Why(StrEnum):
    """Codes of what has to be said beside the numbers; `words` has a sentence for each."""

    # What was found
    ABOVE_CHANCE = "above-chance"
    AGAINST_WISH = "against-wish"
    BELOW_WORTHWHILE = "below-worthwhile"
    SMALL = "small"
    OPEN = "open"
    # What it would take
    NEEDED_WEEKS = "needed-weeks"
    NEEDED_TIMES = "needed-times"
    NEEDED_PLACES = "needed-places"
    NEEDED_PAIRS = "needed-pairs"
    OUT_OF_REACH = "out-of-reach"
    # How the checks went
    PLACEBOS_QUIET = "placebos-quiet"
    PLACEBOS_LOUD = "placebos-loud"
    PLACEBOS_FEW = "placebos-few"
    PLACES_QUIET = "places-quiet"
    PLACES_LOUD = "places-loud"
    PLACES_RANK = "places-rank"
    CHANCE_DOES_IT = "chance-does-it"
    BOTH_P_VALUES = "both-p-values"
    POOR_FIT = "poor-fit"
    TRENDS_ALIKE = "trends-alike"
    TRENDS_APART = "trends-apart"
    TRENDS_UNKNOWN = "trends-unknown"
    # What it rests on
    NOTHING_ELSE = "nothing-else"
    CONTROLS_UNTOUCHED = "controls-untouched"
    NO_CONTROLS = "no-controls"
    CONTROLS_LEFT_OUT = "controls-left-out"
    DRAWN = "drawn"
    CARRIED_OVER = "carried-over"
    SPILL_OVER = "spill-over"
    SMALL_COUNTS = "small-counts"
    FEW_DRAWS = "few-draws"


class Arrangement(StrEnum):
    """What was rearranged for a p value."""

    ANY_ORDER = "iid"  # residuals in any order
    BLOCKS = "block"  # residuals shifted in a circle
    PLACES = "places"  # which places had it
    DRAW = "draw"  # which side the experiment's draw gave


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What would count as an answer.

    Attributes
    ----------
    worthwhile : float
        The smallest change that matters, as a share of what would have been: 0.1 is a tenth.
    upward : bool
        More is wanted; else less (waiting days, calls avoided).
    level : float
        How often the interval may miss, between 0 and 1.

    Raises
    ------
    Correctable
        `worthwhile` isn't above 0, or `level` isn't a share.
    """

    worthwhile: float = 0.1
    upward: bool = True
    level: float = 0.05

    def __post_init__(self) -> None:
        """Refuse what can't be asked."""
        if not 0 < self.worthwhile < np.inf:
            raise Correctable(
                _("The smallest change that matters is {given}.").format(given=self.worthwhile),
                field="worthwhile",
                code="bad-worthwhile",
                hint=_("Give a share above 0, as 0.1 for a tenth; `upward` says which way."),
            )
        if not 0 < self.level < 0.5:
            raise Correctable(
                _("The level is {given}.").format(given=self.level),
                field="level",
                code="bad-level",
                hint=_("Give how often the interval may miss, between 0 and 0.5; 0.05 is usual."),
            )


USUAL = Question()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A code with the numbers of its sentence."""

    why: Why
    numbers: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How much more there was than there would have been.

    Attributes
    ----------
    mean, low, high : float
        For each time and treated place, in the outcome's own unit, with its interval (minus
        or plus infinity where there is no bound).
    total, total_low, total_high : float
        Over all times since the start and all treated places.
    relative, relative_low, relative_high : float or None
        As a share of what would have been; None where that isn't above 0.
    probability : float or None
        That it is above 0; only the structural series says so.
    """

    mean: float
    low: float
    high: float
    total: float
    total_low: float
    total_high: float
    relative: float | None
    relative_low: float | None
    relative_high: float | None
    probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What was and what would have been, by time, for a treated place on average.

    Attributes
    ----------
    times : tuple of date or int
    start : int
        Times before the start.
    observed, expected : array of float, shape (times,)
    low, high : array of float, shape (times,)
        Interval of what would have been at each single time; not a number where the method
        gives none.
    """

    times: tuple[Moment, ...]
    start: int
    observed: Floats
    expected: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How often chance alone does as much.

    Attributes
    ----------
    kind : Arrangement
    p : float
        Share of arrangements at least as extreme as what happened, which is one of them.
    arrangements : int
    """

    kind: Arrangement
    p: float
    arrangements: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placebo:
    """The same question where nothing happened.

    Attributes
    ----------
    of : str
        The place, or the time at which nothing began.
    effect : float
    low, high : float or None
        Its interval where the method gives one.
    found : bool
        Whether chance seemed not to explain it.
    """

    of: str
    effect: float
    low: float | None
    high: float | None
    found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The answer.

    Attributes
    ----------
    method : Method
    verdict : Verdict
    question : Question
    effect : Effect
    course : Course or None
    chances : tuple of Chance
    in_time, in_space : tuple of Placebo
    weights : tuple of (str, float)
        Controls and what they count: weights that sum to 1 (synthetic control), or how probable
        it is that a control belongs to the model (structural series). Largest first.
    needed : int or None
        Further times, places or pairs until four questions in five like this would tell a worthwhile
        change from none; None where that can't be said. Its unit is in the reasons.
    reasons : tuple of Reason
    """

    method: Method
    verdict: Verdict
    question: Question
    effect: Effect
    course: Course | None = None
    chances: tuple[Chance, ...] = ()
    in_time: tuple[Placebo, ...] = ()
    in_space: tuple[Placebo, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()
    needed: int | None = None
    reasons: tuple[Reason, ...] = field(default=())

    def as_data(self) -> dict[str, Any]:
        """Give values that JSON can hold; what is no number or has no bound is None."""
        found: dict[str, Any] = _plain(asdict(self))
        return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(one) for one in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value
