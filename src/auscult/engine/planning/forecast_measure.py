"""What is known of a measure besides its readings, and readings held against it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from auscult.engine.kernel.errors import Correctable

Floats = NDArray[np.float64]

FARTHEST = 1830  # days from the last reading to the deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What is known of a measure besides its readings.

    Attributes
    ----------
    lowest, highest : float or None
        Values that it can't pass: 0 and 100 for a percentage, 0 and None for a count.
    whole : bool
        True when it takes whole numbers only.
    total : bool
        True for a running total, which never falls.

    Raises
    ------
    Correctable
        If the lowest value isn't below the highest.
    """

    lowest: float | None = None
    highest: float | None = None
    whole: bool = False
    total: bool = False

    def __post_init__(self) -> None:
        """Refuse bounds with nothing between them."""
        if self.lowest is not None and self.highest is not None and self.lowest >= self.highest:
            raise Correctable(
                f"The lowest value {self.lowest:g} is not below the highest, {self.highest:g}.",
                code="no-room",
                field="lowest",
                hint="Give a lower one, or leave one of the two out.",
            )

    def bounds(self, last: float) -> tuple[float, float]:
        """Give the values between which readings after the last one lie."""
        low = -math.inf if self.lowest is None else self.lowest
        high = math.inf if self.highest is None else self.highest
        return (last if self.total else low), high


def checked(
    readings: Sequence[tuple[date, float]], target: float, deadline: date, kind: Measure
) -> tuple[tuple[date, ...], Floats]:
    """Put readings in the order of their days, or say what is wrong with them."""
    if not math.isfinite(target):
        raise _refused("target", f"The target {target!r} is not a finite number.", "Give a number.")
    ordered = sorted(readings, key=lambda reading: reading[0])
    for day, value in ordered:
        _check_value(day, value, kind)
    for (day, value), (later, more) in pairwise(ordered):
        if day == later:
            raise _refused("day", f"There are two readings of {day}.", "Give one a day.")
        if kind.total and more < value:
            raise _refused(
                "value",
                f"The running total falls from {value:g} to {more:g} on {later}.",
                "Mend the reading, or forecast it as a measure that may fall.",
            )
    days = tuple(day for day, _ in ordered)
    _check_deadline(days, deadline)
    return days, np.array([value for _, value in ordered], np.float64)


def _check_value(day: date, value: float, kind: Measure) -> None:
    if not math.isfinite(value):
        raise _refused("value", f"The reading of {day} is {value!r}.", "Give a finite number.")
    if kind.whole and value != round(value):
        raise _refused("value", f"The reading of {day} is {value!r}.", "Give a whole number.")
    if kind.lowest is not None and value < kind.lowest:
        hint = f"Give {kind.lowest:g} or more."
        raise _refused("value", f"The reading of {day} is {value:g}.", hint)
    if kind.highest is not None and value > kind.highest:
        hint = f"Give {kind.highest:g} or less."
        raise _refused("value", f"The reading of {day} is {value:g}.", hint)


def _check_deadline(days: Sequence[date], deadline: date) -> None:
    if days and deadline < days[-1]:
        raise _refused(
            "deadline",
            f"The last reading, of {days[-1]}, is later than the deadline, {deadline}.",
            "Give readings up to the deadline, or a later deadline.",
        )
    if days and (deadline - days[-1]).days > FARTHEST:
        raise _refused(
            "deadline",
            f"The deadline, {deadline}, is {(deadline - days[-1]).days} days after the last reading.",
            f"Give one that is at most {FARTHEST} days after it.",
        )


def _refused(field: str, message: str, hint: str) -> Correctable:
    return Correctable(message, code=f"unfit-{field}", field=field, hint=hint)
