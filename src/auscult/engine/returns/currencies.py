"""One currency into another by dated rates. A rate that isn't known is refused, never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.columns import Days, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRate:
    """What one unit of a currency was worth in another.

    Attributes
    ----------
    of, into : str
        Currencies by their codes: one EUR `of` is worth `rate` USD `into`.
    rate : float
        Above 0.
    day : date
        It holds from this day until the next one that is known.
    source : str
        Who says so.

    Raises
    ------
    Correctable
        The rate isn't above 0.
    """

    of: str
    into: str
    rate: float
    day: date
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no rate."""
        if not 0 < self.rate < np.inf:
            raise Correctable(
                f"The rate from {self.of} into {self.into} on {self.day} is {self.rate}.",
                field="rate",
                code="bad-rate",
                hint="Give a number above 0.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Dated rates.

    A rate counts both ways. Where two currencies have none of their own, both are held against a
    third one (central banks give rates against their own currency only).

    Attributes
    ----------
    rates : tuple of ExchangeRate
    oldest : int
        Days for which a rate may stand in when no newer one is known.

    Examples
    --------
    >>> from datetime import date
    >>> import numpy as np
    >>> known = Exchange(
    ...     rates=(ExchangeRate(of="EUR", into="USD", rate=1.25, day=date(2026, 1, 1)),)
    ... )
    >>> days = np.array(["2026-02-01"], "datetime64[D]")
    >>> known.convert(np.array([100.0]), of="USD", into="EUR", days=days)
    array([80.])
    """

    rates: tuple[ExchangeRate, ...] = ()
    oldest: int = 400

    def convert(self, amounts: Floats, *, of: str, into: str, days: Days) -> Floats:
        """Give amounts of one currency in another, each by the rate of its day.

        Parameters
        ----------
        amounts : array of float, shape (rows,)
        of, into : str
        days : array of datetime64[D], shape (rows,)

        Raises
        ------
        Correctable
            No rate is known, or the last one before a day is too old.
        """
        if of == into or not len(days):
            return amounts
        if self._known(of, into):
            return amounts * self._rates(of, into, days)
        through = sorted(
            {name for rate in self.rates for name in (rate.of, rate.into)} - {of, into}
        )
        for third in through:
            if self._known(of, third) and self._known(third, into):
                return amounts * self._rates(of, third, days) * self._rates(third, into, days)
        raise _missing(of, into, days.min(), "")

    def _known(self, of: str, into: str) -> bool:
        return any({rate.of, rate.into} == {of, into} for rate in self.rates)

    def _rates(self, of: str, into: str, days: Days) -> Floats:
        """Give the rate of each day. Of two for one day the one that is given this way round wins."""
        turned = {
            rate.day: 1 / rate.rate for rate in self.rates if (rate.of, rate.into) == (into, of)
        }
        straight = {
            rate.day: rate.rate for rate in self.rates if (rate.of, rate.into) == (of, into)
        }
        table = sorted((turned | straight).items())
        starts = np.array([day for day, _ in table], "datetime64[D]")
        at = np.searchsorted(starts, days, side="right") - 1
        if (at < 0).any():
            raise _missing(of, into, days[at < 0].min(), f"The first known is of {starts[0]}. ")
        old = (days - starts[at]).astype(np.intp) > self.oldest
        if old.any():
            last = starts[at[old]].max()
            raise _missing(
                of,
                into,
                days[old].min(),
                f"The last before it, of {last}, is over {self.oldest} days old. ",
            )
        return np.array([rate for _, rate in table])[at]


def _missing(of: str, into: str, day: np.datetime64, known: str) -> Correctable:
    return Correctable(
        f"No exchange rate from {of} into {into} is known for {day}.",
        field="exchange",
        code="no-exchange-rate",
        hint=f"{known}Give a rate from {of} into {into}, or back, of that day or shortly before.",
    )
