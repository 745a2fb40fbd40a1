"""What Lakeside's bets cost: what the house wrote down of it, with its gaps, and what is true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from auscult.engine.returns.costs import Charge, Every, Kind, Kit, Rate, Spent, minutes_of
from auscult.engine.simulate.draws import Floats, generator
from auscult.engine.simulate.economy_world import (
    CAMERA_MONTHS,
    CAMERA_PRICE,
    CAMERA_RESIDUAL,
    CURRENCY,
    MINUTES_TOLD,
    OVERHEADS,
    ROLES,
    Bets,
    mean_minutes,
    mean_money,
)

Columns = dict[str, NDArray[np.generic]]
DAYS_OF_WORK = 5  # of each role for each bet
PAYROLL = "payroll of Lakeside General, made up"


def worked(seed: int, bets: Bets, first: date) -> Columns:
    """Give all minutes that were worked: days, roles, minutes, purposes, and whether they are told.

    Whole minutes, as people write them down; each role of a bet on five of its days.
    """
    rng = generator(seed, "economy", "work")
    shape = (len(bets), len(ROLES), DAYS_OF_WORK)
    parts = rng.dirichlet(np.full(DAYS_OF_WORK, 3.0), shape[:2])
    shares = np.array([role.share for role in ROLES])
    minutes = np.maximum((bets.minutes[:, None, None] * shares[:, None] * parts).round(), 1.0)
    into = (rng.random(shape) * bets.lasts[:, None, None]).astype(np.int64)
    day = np.datetime64(first, "D") + (bets.begins[:, None, None] + into)
    names = np.array(bets.names)[:, None, None]
    roles = np.array([role.name for role in ROLES])[:, None]
    return {
        "days": day.ravel(),
        "roles": np.broadcast_to(roles, shape).ravel(),
        "minutes": minutes.ravel(),
        "purposes": np.broadcast_to(names, shape).ravel(),
        "told": np.broadcast_to(bets.told[:, None, None], shape).ravel(),
    }


def spent(work: Columns, bets: Bets, first: date, *, gaps: bool) -> Spent:
    """Put together what was spent.

    Parameters
    ----------
    work : dict of str to array
        As `worked` gives it.
    bets : Bets
    first : date
    gaps : bool
        Only what the house has written down: without the minutes that nobody told, the rate that
        nobody asked for and the amount that nobody looked up. Else the whole truth.
    """
    kept = work["told"].astype(bool) if gaps else np.ones(len(work["told"]), np.bool_)
    columns = {name: work[name][kept] for name in ("days", "roles", "minutes", "purposes")}
    return Spent(
        minutes=minutes_of(**columns),
        rates=tuple(
            Rate(role=one.name, hourly=one.hourly, currency=CURRENCY, since=first, source=PAYROLL)
            for one in ROLES
            if one.rated or not gaps
        ),
        given=tuple(one.name for one in ROLES if one.given),
        charges=(*overheads(first, gaps=gaps), *bought(bets, first)),
        kit=(camera(first),),
        purposes=bets.names,
    )


def overheads(first: date, *, gaps: bool) -> list[Charge]:
    """Give what comes monthly, for all bets alike."""
    return [
        Charge(
            what=one.what,
            kind=Kind.TOOL,
            amount=one.monthly if one.known or not gaps else None,
            currency=CURRENCY,
            first=first,
            every=Every.MONTH,
        )
        for one in OVERHEADS
    ]


def bought(bets: Bets, first: date) -> list[Charge]:
    """Give the money of each bet that has any: every third of them pays for a film, else posts."""
    return [
        Charge(
            what=f"{'Film' if at % 3 == 1 else 'Boosted posts'}: {bets.names[at]}",
            kind=Kind.PRODUCTION if at % 3 == 1 else Kind.ADVERTISING,
            amount=float(bets.money[at]),
            currency=CURRENCY,
            first=first + timedelta(days=int(bets.begins[at])),
            last=first + timedelta(days=int(bets.begins[at] + bets.lasts[at] - 1)),
            used_for={bets.names[at]: 1.0},
        )
        for at in np.flatnonzero(bets.money).tolist()
    ]


def camera(first: date) -> Kit:
    """Give the camera, bought on the first day."""
    return Kit(
        what="Camera",
        price=CAMERA_PRICE,
        residual=CAMERA_RESIDUAL,
        currency=CURRENCY,
        bought=first,
        life_months=CAMERA_MONTHS,
    )


def paid(work: Columns, bets: Bets, first: date, days: int) -> float:
    """Reckon, apart from the ledger, what these bets truly cost, given time left out."""
    hourly = {one.name: 0.0 if one.given else one.hourly for one in ROLES}
    rate = np.array([hourly[str(one)] for one in work["roles"]])
    labour = float((work["minutes"].astype(np.float64) / 60 * rate).sum())
    tools = sum(one.monthly for one in OVERHEADS) * float(_months(first, days))
    return labour + float(bets.money.sum()) + tools + _wear(first, days)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanCost:
    """What bets like these cost in all, on the mean.

    Attributes
    ----------
    known : float
        Of which the house has written down.
    true : float
        Paid in truth.
    given : float
        What the time of volunteers is worth beside, of what is written down.
    """

    known: float
    true: float
    given: float


def mean_cost(count: int, first: date, days: int) -> MeanCost:
    """Reckon, apart from the ledger, what so many bets cost on the mean."""
    hours = count * mean_minutes() / 60

    def labour(*, rated_only: bool, given: bool) -> float:
        chosen = [one for one in ROLES if one.given == given and (one.rated or not rated_only)]
        return hours * sum(one.hourly * one.share for one in chosen)

    months = float(_months(first, days))
    money = count * mean_money()
    wear = _wear(first, days)
    tools = sum(one.monthly for one in OVERHEADS if one.known) * months
    unknown = sum(one.monthly for one in OVERHEADS if not one.known) * months
    return MeanCost(
        known=MINUTES_TOLD * labour(rated_only=True, given=False) + money + wear + tools,
        true=labour(rated_only=False, given=False) + money + wear + tools + unknown,
        given=MINUTES_TOLD * labour(rated_only=True, given=True),
    )


def _months(first: date, days: int) -> Floats:
    """Count calendar months in a period, parts of them by their days."""
    all_days = np.arange(np.datetime64(first, "D"), np.datetime64(first, "D") + days)
    months = all_days.astype("datetime64[M]")
    lengths = (months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")
    return np.asarray((1 / lengths.astype(np.float64)).sum())


def _wear(first: date, days: int) -> float:
    """Reckon what the camera loses in a period."""
    begin = np.datetime64(first, "M")
    end = (begin + CAMERA_MONTHS).astype("datetime64[D]") + (first.day - 1)
    life = float((end - np.datetime64(first, "D")).astype(np.int64))
    return (CAMERA_PRICE - CAMERA_RESIDUAL) * min(days / life, 1.0)
