"""Outcomes by kind and period: sums by day, shares, and the rows themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import Max, QuerySet, Sum

from auscult.engine.returns.attribution import Attribution, attribute
from auscult.engine.returns.outcomes import Merged
from auscult.engine.returns.reasons import Reason
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.returns import queries
from auscult.web.returns.happening import RULES, happened
from auscult.web.returns.outcome_columns import moments
from auscult.web.returns.outcome_models import Outcome, OutcomeKind, Worth

USUAL_DAYS = 90
MOST_BARS = 120  # beyond, several days share a bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """A kind of outcome in a period.

    Attributes
    ----------
    by_day : tuple of (date, int)
        Each outcome once, days without one with 0.
    told : int
        Rows with doubles.
    outcomes, dark, assisted, untracked : int
        `dark`: nothing is known of what came before; `untracked` of them because the person
        asked not to be followed. `assisted`: two channels or more stand before them.
    value : float or None
        Sum of the money that came with them, in the currency of the book.
    reasons : tuple of Reason
    unconverted : int
    """

    by_day: tuple[tuple[date, int], ...]
    told: int
    outcomes: int
    dark: int
    assisted: int
    untracked: int
    value: float | None
    reasons: tuple[Reason, ...]
    unconverted: int

    def percent(self, part: int) -> float:
        """Return a part of the outcomes in percent; 0 where there are none."""
        return 100 * part / self.outcomes if self.outcomes else 0.0

    @property
    def dark_percent(self) -> float:
        """Percent of which nothing is known."""
        return self.percent(self.dark)

    @property
    def assisted_percent(self) -> float:
        """Percent with several channels."""
        return self.percent(self.assisted)

    @property
    def untracked_percent(self) -> float:
        """Percent of people who asked not to be followed."""
        return self.percent(self.untracked)


def sums(actor: Actor, kind: OutcomeKind, first: date, last: date) -> Sums:
    """Return the sums of a kind in a period.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    found = happened(actor, kind, first, last)
    shared = shared_by(actor, found.merged)
    value = found.merged.outcomes.value
    return Sums(
        by_day=_by_day(found.merged, first, last),
        told=found.counted,
        outcomes=shared.outcomes,
        dark=shared.dark,
        assisted=shared.assisted,
        untracked=found.untracked,
        value=None if np.isnan(value).all() else float(np.nansum(value)),
        reasons=found.merged.reasons,
        unconverted=found.unconverted,
    )


def shared_by(actor: Actor, merged: Merged, rule: str = "") -> Attribution:
    """Share outcomes by a rule of the house, with the window of its book."""
    book = queries.ledger(actor)
    assert merged.touches is not None
    return attribute(
        merged.outcomes,
        merged.touches,
        rule=RULES[rule or book.rule],
        window_days=book.window_days,
    )


def _by_day(merged: Merged, first: date, last: date) -> tuple[tuple[date, int], ...]:
    size = (last - first).days + 1
    at = merged.outcomes.at.astype("datetime64[D]") - np.datetime64(first)
    counts = np.bincount(at.astype(np.intp), minlength=size).tolist()
    return tuple((first + timedelta(days=place), count) for place, count in enumerate(counts))


def in_bars(by_day: tuple[tuple[date, int], ...]) -> list[tuple[date, float]]:
    """Put days together where there are more than can be drawn: each bar with its first day."""
    together = -(-len(by_day) // MOST_BARS)
    return [
        (by_day[place][0], float(sum(one for _day, one in by_day[place : place + together])))
        for place in range(0, len(by_day), together)
    ]


def kinds(actor: Actor) -> QuerySet[OutcomeKind]:
    """Return kinds with how many outcomes were told, and when last."""
    return queries.kinds(actor).annotate(told=Sum("outcomes__count"), newest=Max("outcomes__at"))


def outcomes(actor: Actor, kind: OutcomeKind, first: date, last: date) -> QuerySet[Outcome]:
    """Return the rows of a kind in a period, the newest first."""
    begin, end = moments(first, last, time_zone(actor))
    rows = _ours(actor).filter(kind=kind, at__gte=begin, at__lt=end)
    return rows.select_related("intake").prefetch_related("touches").order_by("-at", "-pk")


def outcome(actor: Actor, number: object) -> Outcome:
    """Return an outcome by its number.

    Raises
    ------
    ReturnsUnknown
    """
    return queries.found(_ours(actor).select_related("kind"), "outcome", number)


def worth(actor: Actor, number: object) -> Worth:
    """Return what somebody said an outcome is worth, by its number.

    Raises
    ------
    ReturnsUnknown
    """
    rows = Worth.objects.filter(kind__organisation_id=actor.organisation_id)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return queries.found(rows.select_related("kind"), "worth", number)


def _ours(actor: Actor) -> QuerySet[Outcome]:
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return Outcome.objects.filter(organisation_id=actor.organisation_id)
