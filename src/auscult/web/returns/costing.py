"""The ledger's costs as the engine reckons them: what was spent, and what a period cost.

A purpose of the engine is a bet's number; what belongs to no bet is for all alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns import costs as engine
from auscult.engine.returns import currencies
from auscult.engine.returns.columns import Days
from auscult.engine.returns.costed import Costs
from auscult.engine.returns.costs import Spent
from auscult.engine.returns.currencies import Exchange
from auscult.engine.returns.reckoning import reckon
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.planning.models import Bet
from auscult.web.returns import queries, working
from auscult.web.returns.cost_models import Charge, ExchangeRate, Rate, WorkRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What a period cost, with what couldn't be converted.

    Attributes
    ----------
    not_converted : frozenset of str
        Currencies of charges and rates for which no rate of exchange is known on their days:
        they are listed as not costed, and the sum is too low by them.
    """

    costs: Costs
    not_converted: frozenset[str]


def spent(actor: Actor, first: date, last: date) -> Spent:
    """Return all that is known to have been spent in a period, in the currencies it was spent in.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.SEE_FIGURES, queries.SEE)
    house = {"organisation_id": actor.organisation_id}
    bought = Charge.objects.filter(**house, first_day__lte=last).prefetch_related("uses")
    charges = list(bought.order_by("first_day", "pk"))
    rates = Rate.objects.filter(role__organisation_id=actor.organisation_id)
    given = WorkRole.objects.filter(**house, given=True).order_by("name")
    return Spent(
        minutes=working.minutes(actor, first, last),
        rates=tuple(map(_rate, rates.select_related("role").order_by("since", "pk"))),
        given=tuple(given.values_list("name", flat=True)),
        charges=tuple(_charge(one) for one in charges if one.life_months is None),
        kit=tuple(_kit(one) for one in charges if one.life_months is not None),
        purposes=tuple(str(one.pk) for one in bets_of(actor, first, last)),
    )


def costs_of(actor: Actor, first: date, last: date) -> Costs:
    """Return what a period cost in the ledger's currency.

    What can't be converted for lack of a rate of exchange is in `uncosted`.

    Raises
    ------
    NotAllowed
    Correctable
        The period ends before it begins.
    """
    return book(actor, first, last).costs


def book(actor: Actor, first: date, last: date) -> Book:
    """Return what a period cost, and which currencies couldn't be converted."""
    currency, known = queries.ledger(actor).currency, exchange(actor)
    period = (np.datetime64(first, "D"), np.datetime64(last, "D"))
    reachable = _Reachable(known, currency, period)
    told = reachable.only(spent(actor, first, last))
    return Book(
        costs=reckon(told, first=first, last=last, currency=currency, exchange=known),
        not_converted=frozenset(reachable.missing),
    )


def exchange(actor: Actor) -> Exchange:
    """Return the house's rates of exchange."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    rows = ExchangeRate.objects.filter(organisation_id=actor.organisation_id).order_by("day", "pk")
    return Exchange(
        rates=tuple(
            currencies.ExchangeRate(
                of=one.of, into=one.into, rate=one.rate, day=one.day, source=one.source
            )
            for one in rows
        )
    )


def bets_of(actor: Actor, first: date, last: date) -> list[Bet]:
    """Return the bets of the cycles that touch a period."""
    rows = queries.bets(actor).filter(cycle__first_day__lte=last)
    return [one for one in rows if one.cycle.last_day >= first]


def _rate(row: Rate) -> engine.Rate:
    return engine.Rate(
        role=row.role.name,
        hourly=row.hourly,
        currency=row.currency,
        since=row.since,
        source=row.source,
    )


def _charge(row: Charge) -> engine.Charge:
    return engine.Charge(
        what=row.what,
        kind=engine.Kind(row.kind),
        amount=row.amount,
        currency=row.currency,
        first=row.first_day,
        last=row.last_day,
        every=engine.Every(row.every),
        used_for=_uses(row),
    )


def _kit(row: Charge) -> engine.Kit:
    assert row.life_months is not None
    return engine.Kit(
        what=row.what,
        price=row.amount,
        currency=row.currency,
        bought=row.first_day,
        life_months=row.life_months,
        residual=row.residual,
        used_for=_uses(row),
    )


def _uses(row: Charge) -> dict[str, float]:
    return {str(one.bet_id): one.share for one in row.uses.all()}


class _Reachable:
    """What of that which was spent can be converted; the rest has no amount yet."""

    def __init__(
        self, known: Exchange, currency: str, period: tuple[np.datetime64, np.datetime64]
    ) -> None:
        self.missing: set[str] = set()
        self._known, self._currency, self._period = known, currency, period

    def only(self, told: Spent) -> Spent:
        """Return what was spent, without amounts and rates that can't be converted."""
        lost = {
            rate.role
            for rate in told.rates
            if not self._converts(rate.currency, self._days_of(rate, told))
        }
        return replace(
            told,
            rates=tuple(one for one in told.rates if one.role not in lost),
            charges=tuple(map(self._charged, told.charges)),
            kit=tuple(map(self._worn, told.kit)),
        )

    def _converts(self, of: str, days: Days) -> bool:
        try:
            self._known.convert(np.ones(len(days)), of=of, into=self._currency, days=days)
        except Correctable:
            self.missing.add(of)
            return False
        return True

    def _charged(self, one: engine.Charge) -> engine.Charge:
        first, last = np.datetime64(one.first, "D"), np.datetime64(one.last or date.max, "D")
        begin, end = max(first, self._period[0]), min(last, self._period[1])
        runs = np.arange(begin, end + 1)
        if one.every is engine.Every.ONCE:
            falls = len(runs) and (one.last is not None or first >= begin)
            runs = np.array([first] if falls else [], "datetime64[D]")
        return one if self._converts(one.currency, runs) else replace(one, amount=None)

    def _worn(self, one: engine.Kit) -> engine.Kit:
        bought = np.array([one.bought], "datetime64[D]")
        return one if self._converts(one.currency, bought) else replace(one, price=None)

    @staticmethod
    def _days_of(rate: engine.Rate, told: Spent) -> Days:
        """Return the days on which a rate is used."""
        worked = told.minutes
        if worked is None or rate.role not in worked.roles:
            return np.array([], "datetime64[D]")
        days: Days = worked.days[worked.role == worked.roles.index(rate.role)]
        begin, end = rate.since, _next_since(rate, told.rates)
        return days[(days >= np.datetime64(begin, "D")) & (days < np.datetime64(end, "D"))]


def _next_since(rate: engine.Rate, rates: Iterable[engine.Rate]) -> date:
    later = [one.since for one in rates if one.role == rate.role and one.since > rate.since]
    return min(later, default=date.max)
