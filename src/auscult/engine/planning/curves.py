"""Response curves: what more spending on a bet brings, with what isn't known about it.

A curve says how much attainment of its objective a bet gains at a scale of spending; 1 is the
spending that was stated. All curves rise, ever more slowly, towards a ceiling, and are 0 at 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auscult.engine.kernel.errors import Correctable

Floats = NDArray[np.float64]
Form = Literal["exponential", "hyperbolic"]
FORMS: tuple[Form, ...] = ("exponential", "hyperbolic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Samples of the response curves of some bets.

    A row is one way how things may be. With `t` the ceiling, `p` the pace and `x` the scale of
    spending, the gain is `t * (1 - exp(-x / p))` (exponential) or `t * x / (x + p)` (hyperbolic).

    Attributes
    ----------
    ceiling : array of float, shape (samples, bets)
        Gain of attainment that no spending exceeds, 0 or more.
    pace : array of float, shape (samples, bets)
        Scale of spending that brings 63 % (exponential) or 50 % (hyperbolic) of it, above 0.
    form : str
        `exponential` or `hyperbolic`.

    Raises
    ------
    Correctable
        If shapes differ, or a value is outside of its range.

    Examples
    --------
    >>> curves = Curves(ceiling=[[0.5, 0.2]], pace=[[1.0, 2.0]], form="hyperbolic")
    >>> curves.gains([1.0, 2.0]).tolist()
    [[0.25, 0.1]]
    """

    ceiling: Floats
    pace: Floats
    form: Form = "exponential"

    def __post_init__(self) -> None:
        """Take arrays for what they are, and refuse what is no curve."""
        for field in ("ceiling", "pace"):
            object.__setattr__(self, field, np.asarray(getattr(self, field), dtype=float))
        if self.ceiling.ndim != 2 or self.ceiling.shape != self.pace.shape:
            raise Correctable(
                f"Ceilings have the shape {self.ceiling.shape} and paces {self.pace.shape}.",
                code="shapes",
                field="curves",
                hint="Give two arrays of samples by bets.",
            )
        if self.form not in FORMS:
            raise Correctable(
                f"There is no form {self.form!r} of a curve.",
                code="form",
                field="form",
                hint=f"Take one of {', '.join(FORMS)}.",
            )
        self._refuse("ceiling", ~(np.isfinite(self.ceiling) & (self.ceiling >= 0)), "0 or more")
        self._refuse("pace", ~(np.isfinite(self.pace) & (self.pace > 0)), "above 0")

    def _refuse(self, field: str, wrong: NDArray[np.bool_], valid: str) -> None:
        if wrong.any():
            sample, bet = np.argwhere(wrong)[0]
            value = getattr(self, field)[sample, bet]
            raise Correctable(
                f"The {field} of bet number {bet + 1} in sample {sample + 1} is {value:g}.",
                code="curve",
                field=field,
                hint=f"Give finite numbers, {valid}.",
            )

    @property
    def samples(self) -> int:
        """How many ways how things may be."""
        return int(self.ceiling.shape[0])

    @property
    def bets(self) -> int:
        """How many bets."""
        return int(self.ceiling.shape[1])

    def gains(self, scale: ArrayLike) -> Floats:
        """Give the gain of each sample and bet, for scales of shape (bets,)."""
        x = np.asarray(scale, dtype=float)
        if self.form == "exponential":
            return np.asarray(-self.ceiling * np.expm1(-x / self.pace))
        return np.asarray(self.ceiling * x / (x + self.pace))

    def slopes(self, scale: ArrayLike) -> Floats:
        """Give the gain of a little more spending, by scale, shape (samples, bets)."""
        x = np.asarray(scale, dtype=float)
        if self.form == "exponential":
            return np.asarray(self.ceiling / self.pace * np.exp(-x / self.pace))
        return np.asarray(self.ceiling * self.pace / (x + self.pace) ** 2)

    def after(self, done: ArrayLike) -> Curves:
        """Give the curves of what is still to be gained once `done` was spent.

        What is left of such a curve is one of the same form, so this is exact.
        """
        x = np.asarray(done, dtype=float)
        if self.form == "exponential":
            return Curves(
                ceiling=self.ceiling * np.exp(-x / self.pace), pace=self.pace, form=self.form
            )
        return Curves(
            ceiling=self.ceiling * self.pace / (x + self.pace), pace=self.pace + x, form=self.form
        )

    def of(self, bets: ArrayLike) -> Curves:
        """Give the curves of some bets, by place."""
        places = np.asarray(bets)
        return Curves(ceiling=self.ceiling[:, places], pace=self.pace[:, places], form=self.form)
