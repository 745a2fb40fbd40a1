"""What the page of costs shows of a period: sums, their steps, what each bet cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auscult.engine.returns.costed import Costs, Total
from auscult.engine.returns.costs import NOBODYS, Kind
from auscult.web.accounts.models import Actor
from auscult.web.planning.models import Bet
from auscult.web.returns import cost_queries, costing, queries, working
from auscult.web.returns.cost_lacking import Lacking, lacking
from auscult.web.returns.cost_models import Charge, Every
from auscult.web.returns.drawing_rows import Bar, Waterfall, waterfall
from auscult.web.returns.working import Piece, Source

KINDS: Mapping[Kind, object] = {
    Kind.LABOUR: gettext_lazy("work"),
    Kind.TOOL: gettext_lazy("tools"),
    Kind.KIT: gettext_lazy("kit"),
    Kind.ADVERTISING: gettext_lazy("advertising"),
    Kind.PRODUCTION: gettext_lazy("production"),
    Kind.OTHER: gettext_lazy("other"),
}
SOURCES: Mapping[Source, object] = {
    Source.ROW: gettext_lazy("recorded by day"),
    Source.CHECK_IN: gettext_lazy("from check-ins"),
    Source.TASK: gettext_lazy("from tasks"),
    Source.ESTIMATE: gettext_lazy("estimated"),
}
MOST_SHOWN = 500  # charges


@dataclass(frozen=True, slots=True, kw_only=True)
class OfBet:
    """What a bet cost: by itself, and with its part of what is for all alike.

    Attributes
    ----------
    bet : Bet or None
        None: what is for all alike.
    loaded : Total or None
        None: what is for all alike, which is shared among the others.
    """

    bet: Bet | None
    own: Total
    loaded: Total | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How many minutes are known by a source."""

    label: str
    minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The costs of a period."""

    costs: Costs
    total: Total
    waterfall: Waterfall | None
    bets: tuple[OfBet, ...]
    known: tuple[Known, ...]
    lacking: tuple[Lacking, ...]
    charges: tuple[Charge, ...]
    more: bool  # charges than are shown


def shown(actor: Actor, first: date, last: date) -> Shown:
    """Return what the page shows of a period.

    Raises
    ------
    NotAllowed
    """
    book = costing.book(actor, first, last)
    pieces = working.pieces(actor, first, last)
    charges = tuple(charges_of(actor, first, last)[: MOST_SHOWN + 1])
    return Shown(
        costs=book.costs,
        total=book.costs.total,
        waterfall=_waterfall(book.costs),
        bets=_bets(actor, book.costs),
        known=_known(pieces),
        lacking=tuple(lacking(actor, book, pieces)),
        charges=charges[:MOST_SHOWN],
        more=len(charges) > MOST_SHOWN,
    )


def charges_of(actor: Actor, first: date, last: date) -> QuerySet[Charge]:
    """Return what was bought that may touch a period, the newest first; kit however old it is."""
    alone = Q(last_day=None, every=Every.ONCE, life_months=None)
    rows = cost_queries.charges(actor).filter(first_day__lte=last)
    return rows.exclude(alone, first_day__lt=first).exclude(last_day__lt=first)


def _waterfall(costs: Costs) -> Waterfall | None:
    bars = [
        Bar(
            name=_("%(kind)s, given") % {"kind": KINDS[step.kind]}
            if step.given
            else str(KINDS[step.kind]),
            start=step.start,
            end=step.end,
            given=step.given,
        )
        for step in costs.waterfall()
    ]
    if not bars:
        return None
    return waterfall(bars, paid=_("Paid"), in_all=_("With given time"))


def _bets(actor: Actor, costs: Costs) -> tuple[OfBet, ...]:
    rows = {str(one.pk): one for one in queries.bets(actor)}
    own, loaded = costs.by_purpose(), costs.fully_loaded()
    found = [
        OfBet(bet=rows[name], own=total, loaded=loaded.get(name))
        for name, total in own.items()
        if name in rows
    ]
    found.sort(key=_dearest)
    alike = own.get(NOBODYS, Total())
    if alike.with_given or alike.minutes:
        found.append(OfBet(bet=None, own=alike, loaded=None))
    return tuple(found)


def _dearest(one: OfBet) -> float:
    return -(one.loaded or one.own).with_given


def _known(pieces: Sequence[Piece]) -> tuple[Known, ...]:
    sums = dict.fromkeys(Source, 0.0)
    for one in pieces:
        sums[one.source] += one.minutes
    return tuple(
        Known(label=str(SOURCES[source]), minutes=minutes)
        for source, minutes in sums.items()
        if minutes
    )
