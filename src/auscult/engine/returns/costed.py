"""What a period cost, row by row, and its sums by day, by kind and by what it was for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from auscult.engine.returns.columns import Codes, Floats, sums
from auscult.engine.returns.costs import NOBODYS, Kind
from auscult.engine.returns.reasons import Reason, Why

KINDS = tuple(Kind)


class Missing(StrEnum):
    """Why something has no cost yet."""

    RATE = "no rate of the role"
    AMOUNT = "no amount"
    MINUTES = "no minutes told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncosted:
    """Something that isn't free, although nothing was reckoned for it.

    Attributes
    ----------
    what : str
        A role, a thing or a purpose.
    missing : Missing
    minutes : float
        That have no rate; 0 for the others.
    given : bool
        Time that isn't paid for: only the figure with given time lacks it.
    """

    what: str
    missing: Missing
    minutes: float = 0.0
    given: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A sum both ways.

    Attributes
    ----------
    paid : float
        What the house pays.
    given : float
        What the time of volunteers and ambassadors would have cost.
    minutes : float
        Worked, whoever pays.
    """

    paid: float = 0.0
    given: float = 0.0
    minutes: float = 0.0

    @property
    def with_given(self) -> float:
        """The sum with given time valued."""
        return self.paid + self.given


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the waterfall: a bar from `start` to `end`."""

    kind: Kind
    given: bool
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What a period cost: one row for each day, kind and purpose that cost something.

    Attributes
    ----------
    first, last : date
    currency : str
    purposes : tuple of str
    day : array of int, shape (rows,)
        Days since the first.
    kind, purpose : array of int, shape (rows,)
        Which of `Kind` and which of `purposes`.
    given : array of bool, shape (rows,)
        Time that the house doesn't pay for.
    amount, minutes : array of float, shape (rows,)
    uncosted : tuple of Uncosted
    """

    first: date
    last: date
    currency: str
    purposes: tuple[str, ...]
    day: Codes
    kind: Codes
    purpose: Codes
    given: NDArray[np.bool_]
    amount: Floats
    minutes: Floats
    uncosted: tuple[Uncosted, ...]

    @property
    def total(self) -> Total:
        """All of it."""
        return Total(
            paid=float(self.amount[~self.given].sum()),
            given=float(self.amount[self.given].sum()),
            minutes=float(self.minutes.sum()),
        )

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What has to be said beside the sum."""
        said = []
        if self.uncosted:
            said.append(Reason(why=Why.NOT_COSTED, numbers=(("items", len(self.uncosted)),)))
        if self.given.any():
            gave = float(self.minutes[self.given].sum())
            said.append(Reason(why=Why.GIVEN_TIME, numbers=(("minutes", gave),)))
        return tuple(said)

    def by_day(self) -> tuple[Floats, Floats]:
        """Give what is paid and what is given on each day, both of the shape (days,)."""
        length = (self.last - self.first).days + 1
        paid = sums(self.day, np.where(self.given, 0, self.amount), length)
        return paid, sums(self.day, np.where(self.given, self.amount, 0), length)

    def by_purpose(self, groups: Mapping[str, str] | None = None) -> dict[str, Total]:
        """Give a sum for each purpose, or for each group of them.

        Parameters
        ----------
        groups : mapping of str to str, optional
            Each purpose's objective, bet, function, network, campaign or cycle. What isn't in it
            belongs to all (`NOBODYS`).

        Returns
        -------
        dict of str to Total
            What was bought for all alike stands under `NOBODYS`.
        """
        names = [one if groups is None else groups.get(one, NOBODYS) for one in self.purposes]
        known = sorted(set(names))
        into = np.array([known.index(name) for name in names], np.intp)
        return dict(zip(known, self._totals(into[self.purpose], len(known)), strict=True))

    def by_kind(self) -> dict[Kind, Total]:
        """Give a sum for each kind that there is."""
        totals = self._totals(self.kind, len(KINDS))
        return {KINDS[at]: totals[at] for at in np.unique(self.kind)}

    def fully_loaded(self, groups: Mapping[str, str] | None = None) -> dict[str, Total]:
        """Give sums as `by_purpose`, with what was bought for all shared by minutes worked.

        Where no minutes are known, each purpose gets the same. Nothing is lost: the sums add up to
        the total.
        """
        found = self.by_purpose(groups)
        everybodys = found.pop(NOBODYS, Total())
        if not found:
            return {NOBODYS: everybodys}
        worked = sum(one.minutes for one in found.values())
        return {
            name: _plus(one, everybodys, one.minutes / worked if worked else 1 / len(found))
            for name, one in found.items()
        }

    def only(self, kind: Kind) -> Costs:
        """Give the rows of one kind."""
        chosen = self.kind == KINDS.index(kind)
        columns = ("day", "kind", "purpose", "given", "amount", "minutes")
        return replace(self, **{name: getattr(self, name)[chosen] for name in columns})

    def waterfall(self) -> tuple[Step, ...]:
        """Give the bars of the sum, kind by kind: what is paid first, then what is given."""
        steps: list[Step] = []
        height = 0.0
        for given in (False, True):
            chosen = self.given == given
            bars = sums(self.kind[chosen], self.amount[chosen], len(KINDS))
            for at in np.flatnonzero(bars):
                end = height + float(bars[at])
                steps.append(Step(kind=KINDS[at], given=given, start=height, end=end))
                height = end
        return tuple(steps)

    def _totals(self, group: Codes, count: int) -> list[Total]:
        paid, given, minutes = (
            sums(group, weights, count)
            for weights in (
                np.where(self.given, 0, self.amount),
                np.where(self.given, self.amount, 0),
                self.minutes,
            )
        )
        return [
            Total(paid=float(paid[at]), given=float(given[at]), minutes=float(minutes[at]))
            for at in range(count)
        ]


def _plus(one: Total, other: Total, share: float) -> Total:
    return Total(
        paid=one.paid + share * other.paid,
        given=one.given + share * other.given,
        minutes=one.minutes + share * other.minutes,
    )
