"""What happened in a period, each outcome once, and shared among what stands before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.attribution import Attribution, Rule, attribute
from auscult.engine.returns.columns import Codes, Floats
from auscult.engine.returns.currencies import Exchange
from auscult.engine.returns.currencies import ExchangeRate as EngineRate
from auscult.engine.returns.outcomes import Merged, Outcomes, SameBy, Touches, is_known, merge
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.returns import queries
from auscult.web.returns.cost_models import AttributionRule, ExchangeRate
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.outcome_columns import (
    KEYS,
    LABELS,
    OutcomeColumns,
    moments,
    outcome_columns,
    touch_columns,
)
from auscult.web.returns.outcome_models import Outcome, OutcomeKind, Touch

VISITOR_DAYS, CALLER_DAYS = 30, 7
DOUBLES = (
    SameBy(keys=("order",)),
    SameBy(keys=("visitor",), within_days=VISITOR_DAYS, unless=("order",)),
    SameBy(keys=("caller",), within_days=CALLER_DAYS, unless=("order",)),
)
BACK = timedelta(days=VISITOR_DAYS)
MOST = 5_000_000  # outcomes of one question
LONGEST = 3_660  # days of one question
RULES: Mapping[str, Rule] = MappingProxyType(
    {
        AttributionRule.FIRST: Rule.FIRST,
        AttributionRule.LAST: Rule.LAST,
        AttributionRule.LINEAR: Rule.LINEAR,
        AttributionRule.POSITION: Rule.POSITION,
        AttributionRule.DATA: Rule.BY_DATA,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Outcomes of a kind in a period.

    Attributes
    ----------
    merged : Merged
        Each outcome once, with the touches before it.
    counted : int
        How many were told, doubles among them.
    untracked : int
        Outcomes of people who asked not to be followed: dark by choice.
    unconverted : int
        Outcomes with an amount in a currency of which no rate is known; they count without it.
    """

    merged: Merged
    counted: int
    untracked: int
    unconverted: int


def told(actor: Actor, kind: OutcomeKind, first: date, last: date) -> Merged:
    """Return the outcomes of a period, each once, with touches by channel.

    See `happened`.
    """
    return happened(actor, kind, first, last).merged


def attributed(
    actor: Actor,
    kind: OutcomeKind,
    first: date,
    last: date,
    *,
    rule: AttributionRule | str | None = None,
    by: str = "channel",
) -> Attribution:
    """Share the outcomes of a period among what stands before them.

    Parameters
    ----------
    rule : AttributionRule, optional
        That of the house, where it isn't given.
    by : str
        `channel`; `campaign`; `bet` (its number in the database as text); `link` (its slug);
        `ambassadors` (`ambassadors` or `others`). A touch without one is credited to "".
        `together` is all of these at once but the link, see `outcome_columns.apart`.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    book = queries.ledger(actor)
    chosen = str(rule or book.rule)
    if chosen not in RULES:
        raise ReturnsRefused("rule", chosen, ", ".join(RULES))
    merged = happened(actor, kind, first, last, by=by).merged
    assert merged.touches is not None
    return attribute(
        merged.outcomes, merged.touches, rule=RULES[chosen], window_days=book.window_days
    )


def happened(
    actor: Actor, kind: OutcomeKind, first: date, last: date, *, by: str = "channel"
) -> Happened:
    """Return the outcomes of a period, each once, with touches by what they are credited to.

    Two rows are one outcome where they agree in the order; in the visitor, within 30 days; or in
    the caller, within 7 days. One whose double stands before the period isn't of the period, so
    that the sums of two periods that follow each other are the sum of both; an order that was told
    before isn't new however long ago that was, as long as its digest is kept.

    Parameters
    ----------
    kind : OutcomeKind
    first, last : date
        Days of the house, both included.
    by : str
        See `attributed`.

    Raises
    ------
    NotAllowed
    ReturnsRefused
        The days are the wrong way round, too many, or with too many outcomes; `by` isn't known.
    """
    require(actor, Right.SEE_FIGURES, queries.SEE)
    _check(actor, kind, first, last, by)
    zone = time_zone(actor)
    begin, end = moments(first, last, zone)
    ours = Outcome.objects.filter(organisation_id=actor.organisation_id, kind=kind)
    rows = ours.filter(at__gte=begin, at__lt=end)
    held, counted = _held(rows, zone)
    before = [outcome_columns(one, zone) for one in _before(kind, begin, end)]
    fresh = ~_seen_before(kind.slug, held, before)
    value, unconverted = _values(actor, held)
    row = np.repeat(np.flatnonzero(fresh), held.count[fresh])
    outcomes = Outcomes(
        kinds=(kind.slug,),
        kind=np.zeros(len(row), np.intp),
        at=held.at[row],
        value=value[row],
        keys={name: column[row] for name, column in held.keys.items()},
    )
    touches = Touch.objects.filter(outcome__in=rows.values("pk"))
    merged = merge(outcomes, DOUBLES, _touches(held, row, touches, by, zone))
    return Happened(
        merged=merged,
        counted=counted,
        untracked=_untracked(merged, held.tracked[row[merged.kept]]),
        unconverted=int(unconverted[row[merged.kept]].sum()),
    )


def _held(rows: QuerySet[Outcome], zone: ZoneInfo) -> tuple[OutcomeColumns, int]:
    """Read rows, and how many outcomes they tell of."""
    _check_size(rows.count())  # by an index alone, before they are read
    held = outcome_columns(rows, zone)
    counted = int(held.count.sum())
    _check_size(counted)
    return held, counted


def _check_size(outcomes: int) -> None:
    """Refuse more than can be read at once."""
    if outcomes > MOST:
        most = _("at most %(most)s outcomes in the days asked about; ask about fewer days")
        raise ReturnsRefused("outcomes", outcomes, most % {"most": MOST})


def _before(
    kind: OutcomeKind, begin: datetime, end: datetime
) -> tuple[QuerySet[Outcome], QuerySet[Outcome]]:
    """Choose the rows before a period that may have a double in it: lately, and by order ever.

    A kind is of one organisation. Naming that too would lead SQLite to another index than that of
    orders, with which it needs the thirtieth part of the time.
    """
    lately = Outcome.objects.filter(_keyed(), organisation=kind.organisation_id, kind=kind, count=1)
    ordered = Outcome.objects.filter(~Q(order=""), kind=kind)
    orders = ordered.filter(at__gte=begin, at__lt=end).values("order")
    return (
        lately.filter(at__gte=begin - BACK, at__lt=begin),
        ordered.filter(order__in=orders, at__lt=begin - BACK, count=1),
    )


def _keyed() -> Q:
    """Choose the rows that may have a double."""
    known = Q()
    for key in KEYS:
        known |= ~Q(**{key: ""})
    return known


def _untracked(merged: Merged, tracked: NDArray[np.bool_]) -> int:
    """Count those of which nothing could be known, and nothing became known by a double."""
    dark = np.ones(len(tracked), np.bool_)
    if merged.touches is not None:
        dark[merged.touches.outcome] = False
    return int((dark & ~tracked).sum())


def _check(actor: Actor, kind: OutcomeKind, first: date, last: date, by: str) -> None:
    if kind.organisation_id != actor.organisation_id:
        raise ReturnsRefused("kind", kind.pk, _("a kind of outcome of your organisation"))
    if not first <= last <= first + timedelta(days=LONGEST):
        valid = _("the first day or later, and at most %(most)s days after it")
        raise ReturnsRefused("last", last.isoformat(), valid % {"most": LONGEST})
    if by not in LABELS:
        raise ReturnsRefused("by", by, ", ".join(LABELS))


def _seen_before(
    slug: str, held: OutcomeColumns, before: Sequence[OutcomeColumns]
) -> NDArray[np.bool_]:
    """Say of each row whether it is the same outcome as one before the period."""
    seen = np.zeros(len(held.number), np.bool_)
    earlier = sum(len(one.number) for one in before)
    if not earlier:
        return seen
    keyed = np.flatnonzero(np.any([is_known(held.keys[name]) for name in KEYS], axis=0))
    at = np.concatenate([*(one.at for one in before), held.at[keyed]])
    both = Outcomes(
        kinds=(slug,),
        kind=np.zeros(len(at), np.intp),
        at=at,
        value=np.full(len(at), np.nan),
        keys={
            name: np.concatenate([*(one.keys[name] for one in before), held.keys[name][keyed]])
            for name in KEYS
        },
    )
    found = merge(both, DOUBLES)
    seen[keyed] = found.kept[found.into][earlier:] < earlier
    return seen


def _touches(
    held: OutcomeColumns, row: Codes, found: QuerySet[Touch], by: str, zone: ZoneInfo
) -> Touches:
    """Give touches the rows of their outcomes; one that is many has its touches before each."""
    told_of = touch_columns(found, by, zone)
    times = np.bincount(row, minlength=len(held.number))
    starts = np.cumsum(times) - times
    place = np.searchsorted(held.number, told_of.outcome)
    again = times[place]
    offset = np.arange(again.sum()) - np.repeat(np.cumsum(again) - again, again)
    return Touches(
        channels=told_of.labels,
        channel=np.repeat(told_of.label, again),
        outcome=np.repeat(starts[place], again) + offset,
        at=np.repeat(told_of.at, again),
    )


def _values(actor: Actor, held: OutcomeColumns) -> tuple[Floats, NDArray[np.bool_]]:
    """Give amounts in the currency of the book, and say where no rate was known."""
    into = queries.ledger(actor).currency
    value = held.amount.copy()
    unknown = np.zeros(len(value), np.bool_)
    for code in np.unique(held.currency):
        chosen = held.currency == code
        if code in {"", into}:
            continue
        days = held.at[chosen].astype("datetime64[D]")
        try:
            value[chosen] = _exchange(actor).convert(
                value[chosen], of=str(code), into=into, days=days
            )
        except Correctable:
            value[chosen] = np.nan
            unknown |= chosen
    return value, unknown


def _exchange(actor: Actor) -> Exchange:
    rows = ExchangeRate.objects.filter(organisation_id=actor.organisation_id).order_by("day", "pk")
    return Exchange(
        rates=tuple(
            EngineRate(of=one.of, into=one.into, rate=one.rate, day=one.day, source=one.source)
            for one in rows
        )
    )
