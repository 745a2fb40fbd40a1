"""The case of a team that hasn't begun: what it would cost, and what it must bring; nothing invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.returns import case_listening, comparing_queries, drawing_rows, queries
from auscult.web.returns.board_unknown import Unknown
from auscult.web.returns.board_words import Number, day, money, plain, read
from auscult.web.returns.comparing_models import Comparator
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.telling_types import Figure

MOST_WAYS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The page.

    Attributes
    ----------
    kind : str
    headline : tuple of str
    cost : tuple of Number
    total : float or None
        None where hours have no rate.
    needed : Intervals or None
        How many outcomes it must bring, drawn.
    sources : tuple of str
        Of each number.
    heard : tuple of str
    unknown : tuple of Unknown
    """

    kind: str
    currency: str
    days: int
    headline: tuple[str, ...]
    cost: tuple[Number, ...]
    total: float | None
    needed: drawing_rows.Intervals | None
    sources: tuple[str, ...]
    heard: tuple[str, ...]
    unknown: tuple[Unknown, ...]


@dataclass(frozen=True, slots=True)
class _Needs:
    rows: list[drawing_rows.Row]
    sources: list[str]


def case(actor: Actor, plan: dict[str, Any]) -> Case:
    """Return the case of a plan.

    Parameters
    ----------
    plan : dict
        kind, days, hours (a week), hourly, money; what isn't known is None.

    Raises
    ------
    NotAllowed, ReturnsUnknown
    """
    currency = queries.ledger(actor).currency
    kind = queries.kind(actor, plan["kind"]) if plan.get("kind") else None
    labour = _labour(plan)
    lacking = bool(plan.get("hours")) and plan.get("hourly") is None
    total = None if lacking or labour is None else labour + (plan.get("money") or 0.0)
    found = _needs(actor, kind, total, currency)
    heard = case_listening.heard(actor)
    return Case(
        kind=kind.name if kind else "",
        currency=currency,
        days=plan["days"],
        headline=_headline(plan, total, currency, found.rows, kind),
        cost=_cost(plan, labour, total, currency),
        total=total,
        needed=drawing_rows.intervals(found.rows) if found.rows else None,
        sources=tuple(found.sources),
        heard=heard.lines,
        unknown=(*_unknown(actor, plan, kind), *(Unknown(text=one) for one in heard.missing)),
    )


def _labour(plan: dict[str, Any]) -> float | None:
    """Return what the hours cost; None where no hours are planned or an hour has no rate."""
    if not plan.get("hours") or plan.get("hourly") is None:
        return None
    return float(plan["days"] / 7 * plan["hours"] * plan["hourly"])


def _cost(
    plan: dict[str, Any], labour: float | None, total: float | None, currency: str
) -> tuple[Number, ...]:
    found = []
    if labour is not None:
        words = {
            "hours": read(plan["days"] / 7 * plan["hours"]),
            "hourly": money(plan["hourly"], currency),
        }
        said = (_("%(hours)s hours at %(hourly)s") % words,)
        found.append(Number(name=_("Work"), shown=money(labour, currency), said=said))
    if plan.get("money"):
        found.append(Number(name=_("Money"), shown=money(plan["money"], currency)))
    if total is not None:
        found.append(Number(name=_("In all"), shown=money(total, currency)))
    return tuple(found)


def _needs(actor: Actor, kind: OutcomeKind | None, total: float | None, currency: str) -> _Needs:
    if kind is None or total is None:
        return _Needs([], [])
    rows, sources = [], []
    worth = kind.worths.order_by("-day", "-pk").first()
    if worth is not None and worth.currency == currency and worth.amount > 0:
        name = _("to pay for itself")
        rows.append(drawing_rows.Row(name=name, value=total / worth.amount, own=True))
        words = {
            "worth": money(worth.amount, currency),
            "source": worth.source,
            "day": day(worth.day),
        }
        sources.append(_("One is worth %(worth)s: %(source)s, %(day)s") % words)
    known = comparing_queries.comparators(actor).filter(kind=kind, currency=currency)
    for one in known.order_by("channel", "-last_day")[:MOST_WAYS]:
        figure = _theirs(one)
        if figure.value:
            rows.append(_as_cheap(one.channel, total, figure))
            sources.append(_source(one, figure, currency))
    return _Needs(rows, sources)


def _theirs(one: Comparator) -> Figure:
    """Return what an outcome costs by another way, with its interval."""
    from auscult.engine.returns.campaigns import LEVEL  # noqa: PLC0415 - it takes memory
    from auscult.engine.returns.comparing import per_outcome  # noqa: PLC0415
    from auscult.web.returns.telling_ways import known_of  # noqa: PLC0415

    found = per_outcome(known_of(one), LEVEL)
    return Figure(value=found.value, low=found.low, high=found.high, bound=str(found.bound))


def _as_cheap(channel: str, total: float, each: Figure) -> drawing_rows.Row:
    """Return how many outcomes make each as cheap as another way: dear ways need few."""
    return drawing_rows.Row(
        name=_("to be as cheap as: %(channel)s") % {"channel": channel},
        value=total / each.value if each.value else None,
        low=total / each.high if each.high else None,
        high=total / each.low if each.low else None,
    )


def _source(one: Comparator, each: Figure, currency: str) -> str:
    words = {
        "channel": one.channel,
        "each": money(each.value or 0.0, currency),
        "source": one.source,
        "day": day(one.source_day),
    }
    return _("%(channel)s: %(each)s for each; %(source)s, %(day)s") % words


def _headline(
    plan: dict[str, Any],
    total: float | None,
    currency: str,
    rows: list[drawing_rows.Row],
    kind: OutcomeKind | None,
) -> tuple[str, ...]:
    if total is None:
        return (
            _("What it would cost isn't known yet: say how many hours, and what an hour costs."),
        )
    words = {"days": plain(plan["days"]), "total": money(total, currency)}
    lines = [_("%(days)s days would cost %(total)s, all work included.") % words]
    own = next((one for one in rows if one.own), None)
    if kind is not None and own is not None and own.value is not None:
        need = {"count": read(own.value), "kind": kind.name}
        lines.append(
            _(
                "It must bring %(count)s “%(kind)s” that would not happen otherwise, to pay for itself."
            )
            % need
        )
    elif kind is not None:
        text = _(
            "How many “%(kind)s” it must bring isn't known: nobody has said what one is worth."
        )
        lines.append(text % {"kind": kind.name})
    lines.append(_("Whether it will, nobody can promise. After 100 days it can be measured."))
    return tuple(lines)


def _unknown(actor: Actor, plan: dict[str, Any], kind: OutcomeKind | None) -> list[Unknown]:
    found = []
    if not plan.get("hours"):
        found.append(Unknown(text=_("How many hours a week there are."), page=""))
    if plan.get("hourly") is None:
        found.append(Unknown(text=_("What an hour costs the house."), page="rates"))
    if kind is None:
        found.append(
            Unknown(text=_("What it should bring: no kind of outcome is named."), page="outcomes")
        )
        return found
    if not kind.worths.exists():
        words = {"kind": kind.name}
        text = _("What one of “%(kind)s” is worth to the house: nobody has said so.") % words
        found.append(Unknown(text=text, page="outcomes"))
    if not comparing_queries.comparators(actor).filter(kind=kind).exists():
        text = _(
            "What the same costs by television, print, mail or press: no other way is written down."
        )
        found.append(Unknown(text=text, page="comparators"))
    return found
