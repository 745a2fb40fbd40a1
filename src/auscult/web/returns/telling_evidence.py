"""Incremental outcomes as finished studies told them, with the cost of their own days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from auscult.engine.returns.costed import Costs
from auscult.engine.returns.drawn import Drawn, drawn_of_interval
from auscult.engine.returns.intervention.findings import Verdict
from auscult.engine.returns.spans import Span
from auscult.web.accounts.models import Actor
from auscult.web.returns import costing
from auscult.web.returns.evidence import Evidence
from auscult.web.returns.study_models import Method
from auscult.web.returns.telling_engine import note, span_figure
from auscult.web.returns.telling_types import EvidenceFacts, Figure, Note
from auscult.web.returns.telling_words import Told

ENOUGH = 0.5  # of the period's days that a study covers, before its outcomes are told first


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Incremental outcomes with the cost of the days in which they were counted.

    Attributes
    ----------
    told : Evidence
    drawn : Drawn
    said : tuple of Note
    """

    told: Evidence
    drawn: Drawn
    said: tuple[Note, ...]

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of the study."""
        return self.told.first, self.told.last


def evidence_facts(found: Sequence[Evidence]) -> tuple[EvidenceFacts, ...]:
    """Return what studies say in plain values."""
    return tuple(
        EvidenceFacts(
            number=one.study,
            title=one.title,
            method=str(one.method),
            verdict=str(one.verdict),
            effect=_effect(one),
            level=1 - one.level,
            first=one.first,
            last=one.last,
            address=one.address,
            bet=one.bet,
            channels=one.channels,
        )
        for one in found
    )


def _effect(one: Evidence) -> Figure:
    if one.value is None:
        return Figure(value=None, bound="undefined")
    found = span_figure(Span(value=one.value, low=one.low, high=one.high))
    assert found is not None
    return found


def best(found: Sequence[Evidence], first: date, last: date) -> Evidence | None:
    """Return the study whose outcomes are told first; None: there is none that may be.

    It is about all that the house does, says something, has an interval with both ends, and covers
    at least half of the period; of several the one that covers most, of these the newest. A mix
    tells of single channels, so that its parts stand among the evidence alone.
    """
    whole = [one for one in found if one.bet is None and _tells(one)]
    enough = [one for one in whole if _covered(one, first, last) >= ENOUGH]
    return max(enough, key=lambda one: _covered(one, first, last), default=None)


def _tells(one: Evidence) -> bool:
    complete = one.value is not None and one.low is not None and one.high is not None
    return complete and one.method != Method.MIX and one.verdict != Verdict.CANNOT_TELL


def _covered(one: Evidence, first: date, last: date) -> float:
    days = (min(one.last, last) - max(one.first, first)).days + 1
    return max(days, 0) / ((last - first).days + 1)


def study(actor: Actor, told: Evidence, costs: Costs, *, with_given: bool) -> Study:
    """Return a study with the cost of its days.

    Parameters
    ----------
    costs : Costs
        Of the period that is told; a study that leaves it gets the costs of its own days.

    Raises
    ------
    Correctable
        The engine can't make draws of its interval.
    """
    inside = costs.first <= told.first and told.last <= costs.last
    theirs = within(costs, told.first, told.last) if inside else None
    total = (theirs or costing.costs_of(actor, told.first, told.last)).total
    span = Span(value=told.value or 0.0, low=told.low, high=told.high)
    return Study(
        told=told,
        drawn=drawn_of_interval(
            span,
            cost=total.with_given if with_given else total.paid,
            currency=costs.currency,
            level=1 - told.level,
        ),
        said=(note(Told.EVIDENCE_APART, days=(told.last - told.first).days + 1),),
    )


def within(costs: Costs, first: date, last: date) -> Costs:
    """Return the costs of some days of a period."""
    skipped = (first - costs.first).days
    chosen = (costs.day >= skipped) & (costs.day <= skipped + (last - first).days)
    columns = ("kind", "purpose", "given", "amount", "minutes")
    return replace(
        costs,
        first=first,
        last=last,
        day=costs.day[chosen] - skipped,
        **{name: getattr(costs, name)[chosen] for name in columns},
    )
