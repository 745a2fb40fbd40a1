"""What was spent made into costs of a period in one currency; what has no cost yet is listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.columns import Codes, Days, Floats
from auscult.engine.returns.costed import KINDS, Costs, Missing, Uncosted
from auscult.engine.returns.costs import (
    NOBODYS,
    Charge,
    Every,
    Kind,
    Kit,
    Minutes,
    Rate,
    Spent,
)
from auscult.engine.returns.currencies import Exchange
from auscult.engine.returns.spreading import share_of_charge, wear

One = TypeVar("One", bound=np.generic)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Rows of one source, before they are put together; days since the first."""

    kind: Kind
    day: Codes
    purpose: Codes
    amount: Floats
    given: NDArray[np.bool_]
    minutes: Floats


def reckon(
    spent: Spent, *, first: date, last: date, currency: str, exchange: Exchange | None = None
) -> Costs:
    """Reckon what a period cost.

    Parameters
    ----------
    spent : Spent
    first, last : date
        The period, both days in it.
    currency : str
        In which sums are told.
    exchange : Exchange, optional
        Minutes, and what comes again and again, are converted by the rate of each day; what was
        bought once and kit by that of the day on which it was bought.

    Raises
    ------
    Correctable
        The period ends before it begins, or a rate of exchange is missing.

    Examples
    --------
    >>> from datetime import date
    >>> from auscult.engine.returns.costs import Charge, Kind, Spent
    >>> camera = Charge(
    ...     what="Camera", kind=Kind.KIT, amount=150, currency="USD", first=date(2009, 1, 5)
    ... )
    >>> days = {"first": date(2009, 1, 1), "last": date(2009, 12, 31)}
    >>> year = reckon(Spent(charges=(camera,)), **days, currency="USD")
    >>> year.total.paid, [str(one.missing) for one in year.uncosted]
    (150.0, ['no minutes told'])
    """
    _check_period(first, last)
    book = _Book(spent, first, last, currency, exchange or Exchange())
    rows = [*book.labour(), *book.charges(), *book.kit()]
    kinds = [KINDS.index(one.kind) for one in rows]
    return Costs(
        first=first,
        last=last,
        currency=currency,
        purposes=book.purposes,
        day=_joined([one.day for one in rows], np.intp),
        kind=np.repeat(np.array(kinds, np.intp), [len(one.day) for one in rows]),
        purpose=_joined([one.purpose for one in rows], np.intp),
        given=_joined([one.given for one in rows], np.bool_),
        amount=_joined([one.amount for one in rows], np.float64),
        minutes=_joined([one.minutes for one in rows], np.float64),
        uncosted=tuple(book.uncosted()),
    )


def _check_period(first: date, last: date) -> None:
    if last < first:
        raise Correctable(
            f"The period ends on {last}, before it begins on {first}.",
            field="last",
            code="ends-before-it-begins",
            hint="Give a last day that isn't before the first.",
        )


def _joined(parts: list[NDArray[One]], kind: type[One]) -> NDArray[One]:
    return np.concatenate([np.empty(0, kind), *parts])


class _Book:
    """What was spent, in a period, in one currency."""

    def __init__(
        self, spent: Spent, first: date, last: date, currency: str, exchange: Exchange
    ) -> None:
        self.spent = spent
        self.currency = currency
        self.exchange = exchange
        self.first = np.datetime64(first, "D")
        self.days: Days = np.arange(self.first, np.datetime64(last, "D") + 1)
        self.worked = _within(spent.minutes, self.days)
        named = {NOBODYS, *spent.purposes}
        if self.worked is not None:
            named |= set(self.worked.purposes)
        bought: list[Charge | Kit] = [*spent.charges, *spent.kit]
        for one in bought:
            named |= set(one.used_for)
        self.purposes = tuple(sorted(named))
        self.rateless: dict[str, float] = {}

    def labour(self) -> Iterator[_Rows]:
        """Minutes times the rate of the role on the day."""
        worked = self.worked
        if worked is None:
            return
        place = np.array([self.purposes.index(one) for one in worked.purposes], np.intp)
        for at, role in enumerate(worked.roles):
            mine = worked.role == at
            days, minutes = worked.days[mine], worked.minutes[mine]
            amount, known = self._priced(role, days, minutes)
            if lacking := float(minutes[~known].sum()):
                self.rateless[role] = lacking
            yield _Rows(
                kind=Kind.LABOUR,
                day=(days - self.first).astype(np.intp),
                purpose=place[worked.purpose[mine]],
                amount=amount,
                given=np.full(len(days), role in self.spent.given),
                minutes=minutes,
            )

    def _priced(self, role: str, days: Days, minutes: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Give the cost of a role's minutes, 0 where no rate is known, and where one is."""
        rates = sorted((one for one in self.spent.rates if one.role == role), key=_since)
        starts = np.array([one.since for one in rates], "datetime64[D]")
        which = np.searchsorted(starts, days, side="right") - 1
        amount = np.zeros(len(days))
        for at, rate in enumerate(rates):
            mine = which == at
            amount[mine] = self.exchange.convert(
                minutes[mine] / 60 * rate.hourly,
                of=rate.currency,
                into=self.currency,
                days=days[mine],
            )
        return amount, which >= 0

    def charges(self) -> Iterator[_Rows]:
        """Give what was bought, day by day."""
        for one in self.spent.charges:
            if one.amount is not None:
                yield from self._daily(one, one.kind, one.amount * share_of_charge(one, self.days))

    def kit(self) -> Iterator[_Rows]:
        """Give what wears off, day by day."""
        for one in self.spent.kit:
            if one.price is not None:
                worn = (one.price - one.residual) * wear(one, self.days)
                yield from self._daily(one, Kind.KIT, worn)

    def _daily(self, one: Charge | Kit, kind: Kind, amounts: Floats) -> Iterator[_Rows]:
        """Give what falls on each day to each of those who use it, by their use."""
        at = np.flatnonzero(amounts)
        paid_on = self._paid_on(one, self.days[at])
        amount = self.exchange.convert(
            amounts[at], of=one.currency, into=self.currency, days=paid_on
        )
        used_for = {name: use for name, use in one.used_for.items() if use} or {NOBODYS: 1.0}
        whole = sum(used_for.values())
        for purpose, use in used_for.items():
            yield _Rows(
                kind=kind,
                day=at,
                purpose=np.full(len(at), self.purposes.index(purpose)),
                amount=amount * (use / whole),
                given=np.zeros(len(at), np.bool_),
                minutes=np.zeros(len(at)),
            )

    @staticmethod
    def _paid_on(one: Charge | Kit, days: Days) -> Days:
        """Give the day whose rate of exchange counts."""
        if isinstance(one, Charge):
            once = one.every is Every.ONCE
            return np.full(len(days), np.datetime64(one.first, "D")) if once else days
        return np.full(len(days), np.datetime64(one.bought, "D"))

    def uncosted(self) -> Iterator[Uncosted]:
        """Give what isn't free, and has no cost yet. Asked for after the others."""
        for role, minutes in sorted(self.rateless.items()):
            given = role in self.spent.given
            yield Uncosted(what=role, missing=Missing.RATE, minutes=minutes, given=given)
        for charge in self.spent.charges:
            if charge.amount is None and share_of_charge(charge, self.days).any():
                yield Uncosted(what=charge.what, missing=Missing.AMOUNT)
        for kit in self.spent.kit:
            if kit.price is None and wear(kit, self.days).any():
                yield Uncosted(what=kit.what, missing=Missing.AMOUNT)
        for purpose in self._without_minutes():
            yield Uncosted(what=purpose, missing=Missing.MINUTES)

    def _without_minutes(self) -> list[str]:
        """Give purposes on which nobody is known to have worked; where there is none, all of it."""
        worked = self.worked
        known = (
            set()
            if worked is None
            else {worked.purposes[at] for at in np.unique(worked.purpose[worked.minutes > 0])}
        )
        named = [one for one in self.purposes if one != NOBODYS]
        if not named and not known:
            return [NOBODYS]
        return [one for one in named if one not in known]


def _since(rate: Rate) -> date:
    return rate.since


def _within(minutes: Minutes | None, days: Days) -> Minutes | None:
    """Give the minutes of the period's days."""
    if minutes is None:
        return None
    mine = (minutes.days >= days[0]) & (minutes.days <= days[-1])
    return Minutes(
        days=minutes.days[mine],
        roles=minutes.roles,
        role=minutes.role[mine],
        purposes=minutes.purposes,
        purpose=minutes.purpose[mine],
        minutes=minutes.minutes[mine],
    )
