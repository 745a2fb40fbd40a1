"""The same outcome by other ways, held against ours where the engine allows it; and assumptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from auscult.engine.returns.campaigns import LEVEL, Campaigns
from auscult.engine.returns.comparing import (
    Counted,
    Plane,
    Published,
    Side,
    compare,
    per_1000,
    per_outcome,
)
from auscult.engine.returns.drawn import Drawn
from auscult.engine.returns.exposure import PurchaseEquivalency
from auscult.web.accounts.models import Actor
from auscult.web.returns.comparing_models import Basis, Comparator, Equivalency
from auscult.web.returns.comparing_queries import comparators, equivalencies
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.telling_engine import attempt, note, notes, ratio_figure, span_figure
from auscult.web.returns.telling_types import ComparatorFacts, EquivalencyFacts, Note, PlaneFacts
from auscult.web.returns.telling_words import Told

MOST = 40  # other ways of one page
DOTS = 250  # of a plane
SEED = 20_260_101  # the same facts are told alike however often they are asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What is known of our way: of the tracked outcomes, and of the incremental ones."""

    channel: str
    outcome: str
    currency: str
    day: date
    tracked: tuple[Campaigns, date, date] | None
    incremental: tuple[Drawn, date, date] | None

    def side(self, *, incremental: bool) -> Side | None:
        """Return our side of a comparison of outcomes that are counted alike."""
        found = self.incremental if incremental else self.tracked
        if found is None:
            return None
        known, first, last = found
        return Side(
            channel=self.channel,
            outcome=self.outcome,
            first=first,
            last=last,
            currency=self.currency,
            incremental=incremental,
            known=known,
            source="ledger",
            day=self.day,
        )


def comparator_facts(
    actor: Actor, kind: OutcomeKind, days: tuple[date, date], ours: Ours
) -> tuple[ComparatorFacts, ...]:
    """Return the other ways to an outcome of which something is known in a period."""
    rows = comparators(actor).filter(kind=kind, first_day__lte=days[1], last_day__gte=days[0])
    rng = np.random.default_rng(SEED)
    return tuple(_facts(one, side_of(one, kind.slug), ours, rng) for one in rows[:MOST])


def side_of(row: Comparator, slug: str) -> Side:
    """Return what is known of another way."""
    return Side(
        channel=row.channel,
        outcome=slug,
        first=row.first_day,
        last=row.last_day,
        currency=row.currency,
        incremental=row.incremental,
        known=known_of(row),
        source=row.source,
        day=row.source_day,
    )


def known_of(row: Comparator) -> Counted | Published:
    """Return totals of the house's own, or a published cost per outcome."""
    if row.basis == Basis.PUBLISHED:
        assert row.per_outcome is not None
        return Published(per_outcome=row.per_outcome, low=row.low, high=row.high)
    return Counted(outcomes=row.outcomes or 0.0, cost=row.cost or 0.0)


def _facts(row: Comparator, theirs: Side, ours: Ours, rng: np.random.Generator) -> ComparatorFacts:
    said: list[Note] = []
    side, found = ours.side(incremental=row.incremental), None
    if side is not None:
        known = side
        found = attempt(lambda: compare(known, theirs, rng=rng), said)
    elif row.incremental:
        said.append(note(Told.NO_INCREMENTAL))
    each, thousand = per_outcome(theirs.known, LEVEL), per_1000(theirs.known, LEVEL)
    their, their_1000 = ratio_figure(each), ratio_figure(thousand)
    assert their is not None
    assert their_1000 is not None
    return ComparatorFacts(
        number=row.pk,
        channel=row.channel,
        basis=row.basis,
        incremental=row.incremental,
        currency=row.currency,
        first=row.first_day,
        last=row.last_day,
        source=row.source,
        source_day=row.source_day,
        theirs=their,
        theirs_per_1000=their_1000,
        ours=None if found is None else ratio_figure(found.per_outcome[0]),
        ours_per_1000=None if found is None else ratio_figure(found.per_1000[0]),
        cheaper=None if found is None else found.cheaper,
        times=None if found is None else span_figure(found.times),
        plane=None if found is None or found.plane is None else _plane(found.plane),
        notes=(*said, *(notes(found.reasons) if found else ())),
    )


def _plane(plane: Plane) -> PlaneFacts:
    every = max(len(plane.outcomes) // DOTS, 1)
    return PlaneFacts(
        outcomes=tuple(plane.outcomes[::every].tolist()),
        cost=tuple(plane.cost[::every].tolist()),
        shares=tuple((str(name), share) for name, share in plane.shares.items()),
    )


def equivalency_facts(actor: Actor, days: tuple[date, date]) -> tuple[EquivalencyFacts, ...]:
    """Return what was assumed of exposures of a period: no figure takes any of it."""
    rows = equivalencies(actor).filter(first_day__lte=days[1], last_day__gte=days[0])
    return tuple(equivalency_fact(one) for one in rows[:MOST])


def equivalency_fact(row: Equivalency) -> EquivalencyFacts:
    """Return one assumption."""
    would = PurchaseEquivalency(
        would_have_cost=row.impressions / 1000 * row.per_1000,
        currency=row.currency,
        assumption=row.what,
        source=row.source,
        day=row.source_day,
    )
    return EquivalencyFacts(
        number=row.pk,
        what=row.what,
        impressions=row.impressions,
        per_1000=row.per_1000,
        would_have_cost=would.would_have_cost,
        currency=row.currency,
        source=row.source,
        source_day=row.source_day,
        notes=notes(would.reasons),
    )
