"""What is believed beforehand, asked by plain questions, and the distributions this means.

An answer is a range that holds the truth in nine of ten cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.mix.echoes import ECHOES, Range
from auscult.engine.returns.mix.kernel import EXPONENTIAL, HYPERBOLIC, LOGISTIC

Form = Literal["exponential", "logistic", "hyperbolic"]
FORMS: dict[Form, int] = {
    "exponential": EXPONENTIAL,
    "logistic": LOGISTIC,
    "hyperbolic": HYPERBOLIC,
}
# Deviations from the middle to an end of a range that holds nine of ten.
NINE_OF_TEN = 1.6448536269514722
NINETEEN_OF_TWENTY_HALF = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Answers to the four questions about a channel.

    Attributes
    ----------
    echo : range of days
        After how many days is half of what a day brings over? See `ECHOES`.
    doubling : range of factors between 1 and 2
        Twice as much as on a usual active day brings how many times as much?
    at_most : float
        The largest share of all outcomes that this channel might bring (one case in twenty is
        larger).
    follows_demand : bool
        Does it rise when more people look for you anyway, as paid search does? Then part of what
        moves with it may be demand, and the model no longer credits it with all of that: see
        `design.demand`.
    """

    echo: Range = ECHOES["unknown"]
    doubling: Range = (1.15, 1.9)
    at_most: float = 0.7
    follows_demand: bool = False

    def __post_init__(self) -> None:
        """Refuse ranges that are none."""
        low, high = self.echo
        if not 0.01 <= low < high <= 365:
            self._refuse("echo", self.echo, "0.01 to 365 days, the lower first")
        low, high = self.doubling
        if not 1.001 <= low < high <= 1.999:
            self._refuse("doubling", self.doubling, "two factors above 1 and below 2")
        if not 0.0001 <= self.at_most <= 2:
            self._refuse("at_most", self.at_most, "a share from 0.0001 to 2")
        if not isinstance(self.follows_demand, bool):
            self._refuse("follows_demand", self.follows_demand, "True or False")

    @staticmethod
    def _refuse(question: str, value: object, valid: str) -> None:
        raise Correctable(
            f"The answer to {question!r} is {value}.",
            code=question,
            field=question,
            hint=f"Give {valid}.",
        )


def log_normal(low: float, high: float) -> tuple[float, float]:
    """Give mean and deviation of the log for a range that holds nine of ten."""
    bottom, top = float(np.log(low)), float(np.log(high))
    return (bottom + top) / 2, (top - bottom) / (2 * NINE_OF_TEN)


def pace_of(doubling: float, form: Form) -> float:
    """Give the pace at which twice the usual brings `doubling` times as much.

    Examples
    --------
    >>> round(pace_of(1.5, "exponential"), 4)
    1.4427
    >>> pace_of(1.5, "hyperbolic")
    2.0
    """
    if form == "exponential":
        return float(-1 / np.log(doubling - 1))
    if form == "hyperbolic":
        return 2 * (doubling - 1) / (2 - doubling)
    return float(0.5 / np.arctanh(np.sqrt(2 / doubling - 1)))
