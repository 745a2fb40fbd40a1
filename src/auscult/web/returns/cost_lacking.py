"""What has no cost yet, each with the page that mends it: nothing is free by omission."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auscult.engine.returns.costed import Missing, Uncosted
from auscult.engine.returns.costs import NOBODYS
from auscult.web.accounts.models import Actor, User
from auscult.web.goals.amounts import amount
from auscult.web.returns import cost_queries, queries
from auscult.web.returns.cost_models import Charge
from auscult.web.returns.costing import Book
from auscult.web.returns.working import NO_ROLE, Piece, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """Something without a cost.

    Attributes
    ----------
    what, why : str
        In words.
    address, step : str
        Where it is mended, and what the link says.
    own : bool
        Whoever may record her time can mend it.
    """

    what: str
    why: str
    address: str
    step: str
    own: bool = False


def lacking(actor: Actor, book: Book, pieces: list[Piece]) -> list[Lacking]:
    """Return what isn't costed in a period, in the order of the engine's list."""
    by_name: dict[str, list[Charge]] = {}
    for one in cost_queries.charges(actor).filter(first_day__lte=book.costs.last):
        if one.amount is None or one.currency in book.not_converted:
            by_name.setdefault(one.what, []).append(one)
    bets = {str(one.pk): one.title for one in queries.bets(actor)}
    found: list[Lacking] = []
    for item in book.costs.uncosted:
        if item.missing is Missing.RATE and item.what == NO_ROLE:
            found.extend(_without_role(pieces))
        elif item.missing is Missing.RATE:
            found.append(_without_rate(actor, item, book))
        elif item.missing is Missing.AMOUNT:
            found.append(_without_amount(by_name[item.what].pop(), book))
        else:
            found.append(_without_minutes(item.what, bets, book.costs.last, queries.today(actor)))
    return found


def _minutes(given: float) -> str:
    shown = amount(float(round(given)))
    return ngettext("%(minutes)s minute", "%(minutes)s minutes", round(given)) % {"minutes": shown}


def _without_role(pieces: list[Piece]) -> Iterator[Lacking]:
    """Yield the people of whom nobody said as what they work, and the work that names nobody."""
    of_whom: dict[tuple[int | None, int | None], float] = {}
    for one in pieces:
        if one.role == NO_ROLE:
            task = one.bet if one.user is None and one.source is Source.TASK else None
            key = (one.user, task)
            of_whom[key] = of_whom.get(key, 0.0) + one.minutes
    names = {one.pk: str(one) for one in User.objects.filter(pk__in=[one for one, _ in of_whom])}
    for (user, bet), minutes in of_whom.items():
        if user is not None:
            yield Lacking(
                what=names.get(user, ""),
                why=_("%(minutes)s, and nobody said as what she works") % _said(minutes),
                address=f"{reverse('returns:workers')}#id_person_{user}",
                step=_("Say as what"),
            )
        elif bet is not None:
            yield Lacking(
                what=_("Tasks that name nobody"),
                why=_("%(minutes)s without a person") % _said(minutes),
                address=reverse("planning:bet", args=[bet]),
                step=_("Name people"),
            )
        else:
            yield Lacking(
                what=_("Time of which the role was removed"),
                why=_("%(minutes)s without a role") % _said(minutes),
                address=f"{reverse('returns:time')}?without=role",
                step=_("Look at it"),
            )


def _said(minutes: float) -> dict[str, str]:
    return {"minutes": _minutes(minutes)}


def _without_rate(actor: Actor, item: Uncosted, book: Book) -> Lacking:
    role = cost_queries.role_names(actor).get(name=item.what)
    why = _("%(minutes)s without a rate on their days") % _said(item.minutes)
    rates = role.rates.filter(currency__in=book.not_converted)
    if (foreign := rates.order_by("-since").first()) is not None:
        return _not_converted(role.name, foreign.currency, book)
    return Lacking(
        what=role.name,
        why=f"{why} ({_('given time')})" if item.given else why,
        address=f"{reverse('returns:add-rate')}?role={role.pk}",
        step=_("Add a rate"),
    )


def _without_amount(row: Charge, book: Book) -> Lacking:
    if row.amount is not None:
        return _not_converted(row.what, row.currency, book)
    return Lacking(
        what=row.what,
        why=_("its amount isn't known yet"),
        address=reverse("returns:charge", args=[row.pk]),
        step=_("Say what it costs"),
    )


def _not_converted(what: str, currency: str, book: Book) -> Lacking:
    pair = {"of": currency, "into": book.costs.currency}
    return Lacking(
        what=what,
        why=_("no exchange rate from %(of)s into %(into)s is known for its days") % pair,
        address=f"{reverse('returns:add-exchange')}?of={currency}&into={book.costs.currency}",
        step=_("Add one"),
    )


def _without_minutes(purpose: str, bets: dict[str, str], last: date, today: date) -> Lacking:
    day = min(last, today).isoformat()
    asking = f"?day={day}" if purpose == NOBODYS else f"?day={day}&bet={purpose}"
    return Lacking(
        what=bets.get(purpose, "") or _("All that was done"),
        why=_("nobody told how long anybody worked on it"),
        address=f"{reverse('returns:add-time')}{asking}",
        step=_("Record time"),
        own=True,
    )
