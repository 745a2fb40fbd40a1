"""The house that the simulated town settles in, and who came to it: links, visits, outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from auscult.engine.simulate.economy import Year
from auscult.web.accounts.models import Actor
from auscult.web.planning.models import Bet
from auscult.web.returns import queries as returns
from auscult.web.returns.link_actions import LinkWish, save_link
from auscult.web.returns.link_models import ShortLink, VisitCount
from auscult.web.returns.outcome_models import Intake, IntakeOrigin, OutcomeKind
from auscult.web.returns.recording import OutcomeRow, TouchRow, record
from auscult.web.shell.lakeside_marks import CYCLE, KINDS, SITE, SOURCE


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The house that the town settles in, and its year."""

    actor: Actor
    year: Year
    zone: ZoneInfo

    def bets(self) -> dict[str, Bet]:
        """Return the town's bets by title; none where somebody removed them."""
        rows = returns.bets(self.actor).filter(cycle__title=CYCLE).select_related("cycle")
        return {one.title: one for one in rows}

    def kinds(self) -> dict[str, OutcomeKind]:
        """Return the town's kinds of outcomes by slug."""
        return {one.slug: one for one in returns.kinds(self.actor).filter(slug__in=KINDS)}

    def at(self, moment: np.datetime64) -> datetime:
        """Return a moment of the town in the house's time zone."""
        plain: datetime = moment.astype("datetime64[s]").item()
        return plain.replace(tzinfo=self.zone)


def link(house: House) -> None:
    """Make a short link for each bet, and count how often each was followed."""
    actor, year, bets = house.actor, house.year, house.bets()
    made = {}
    for at, name in enumerate(year.bets.names):
        if name not in bets:
            continue
        made[f"lakeside-{at + 1}"] = save_link(
            actor,
            wish=LinkWish(
                target=SITE,
                title=name,
                channel=year.bets.networks[at],
                slug=f"lakeside-{at + 1}",
                bet=bets[name],
                ambassadors=bool(year.bets.ambassadors[at]),
            ),
        )
    rows: Any = zip(*(column.tolist() for column in year.visits.values()), strict=True)
    VisitCount.objects.bulk_create(
        VisitCount(link=made[slug], day=day, visits=visits, untracked=untracked)
        for slug, day, visits, untracked in rows
        if slug in made and visits
    )


def outcomes(house: House, slug: str) -> None:
    """Record the outcomes of a kind, from the website, the telephone and the front desk."""
    kind = house.kinds().get(slug)
    if kind is None:
        return
    told, touches = house.year.outcomes, _touches(house)
    for origin in (IntakeOrigin.SITE, IntakeOrigin.PHONE, IntakeOrigin.TYPED):
        chosen = np.flatnonzero((told["kinds"] == slug) & (told["origin"] == str(origin)))
        rows = [_row(house, kind, at, touches.get(at, ())) for at in chosen.tolist()]
        if rows:
            record(house.actor, rows, origin, _intake(house, slug, origin, len(rows)))


def _intake(house: House, slug: str, origin: IntakeOrigin, rows: int) -> Intake:
    """Return what the outcomes came with, and go with."""
    return Intake.objects.create(
        organisation_id=house.actor.organisation_id,
        origin=origin,
        name=SOURCE,
        digest=sha256(f"{SOURCE}: {slug}".encode()).hexdigest(),
        rows=rows,
        at=house.actor.clock.now(),
    )


def _row(house: House, kind: OutcomeKind, at: int, touches: tuple[TouchRow, ...]) -> OutcomeRow:
    told = house.year.outcomes
    amount: Any = told["values"][at]
    visitor, caller = str(told["visitor"][at]), str(told["caller"][at])
    return OutcomeRow(
        kind=kind,
        at=house.at(told["at"][at]),
        only_day=bool(told["only_day"][at]),
        count=int(told["count"][at]),
        amount=None if np.isnan(amount) else float(amount),
        currency=house.year.currency,
        visitor=visitor,
        caller=caller,
        touches=touches,
        tracked=not (told["origin"][at] == "site" and not visitor),
    )


def _touches(house: House) -> dict[int, tuple[TouchRow, ...]]:
    """Return the touches before each outcome, by its row."""
    bets, told = house.bets(), house.year.touches
    links = {
        one.slug: one
        for one in ShortLink.objects.filter(organisation_id=house.actor.organisation_id)
    }
    found: dict[int, tuple[TouchRow, ...]] = {}
    for at, outcome in enumerate(told["outcome"].tolist()):
        touch = TouchRow(
            channel=str(told["channels"][at]),
            at=house.at(told["at"][at]),
            campaign=str(told["bets"][at]),
            bet=bets.get(str(told["bets"][at])),
            link=links.get(str(told["links"][at])),
            ambassadors=bool(told["ambassadors"][at]),
        )
        found[outcome] = (*found.get(outcome, ()), touch)
    return found
