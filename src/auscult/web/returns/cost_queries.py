"""Rows of the book: charges, roles and rates, who works as what, exchange rates, recorded time.

Rates, charges and the time of others are seen with `SEE_COSTS`; everybody who may check in sees
her own time.
"""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_noop

from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, may, require, who_may
from auscult.web.planning import queries as planning
from auscult.web.returns import queries
from auscult.web.returns.cost_models import (
    Charge,
    ExchangeRate,
    Rate,
    Timer,
    Use,
    Worked,
    Worker,
    WorkRole,
)

SEE_COSTS = gettext_noop("see rates, times and invoices")
OWN_TIME = gettext_noop("record your time")


def charges(actor: Actor) -> QuerySet[Charge]:
    """Return what was bought, the newest first."""
    require(actor, Right.SEE_COSTS, SEE_COSTS)
    rows = Charge.objects.filter(organisation_id=actor.organisation_id)
    uses = Prefetch("uses", Use.objects.select_related("bet__cycle").order_by("pk"))
    return rows.prefetch_related(uses).order_by("-first_day", "-pk")


def charge(actor: Actor, number: object) -> Charge:
    """Return something bought.

    Raises
    ------
    NotAllowed, ReturnsUnknown
    """
    return queries.found(charges(actor), "charge", number)


def role_names(actor: Actor) -> QuerySet[WorkRole]:
    """Return the roles, by name: who records her time chooses among them."""
    if not may(actor, Right.SEE_COSTS):
        require(actor, Right.CHECK_IN, OWN_TIME)
    return WorkRole.objects.filter(organisation_id=actor.organisation_id).order_by("name")


def roles(actor: Actor) -> QuerySet[WorkRole]:
    """Return the roles with their rates, the newest first."""
    require(actor, Right.SEE_COSTS, SEE_COSTS)
    newest_first = Prefetch("rates", Rate.objects.order_by("-since"))
    return role_names(actor).prefetch_related(newest_first)


def role(actor: Actor, number: object) -> WorkRole:
    """Return a role.

    Raises
    ------
    NotAllowed, ReturnsUnknown
    """
    return queries.found(roles(actor), gettext_noop("role"), number)


def rates(actor: Actor) -> QuerySet[Rate]:
    """Return what an hour of each role costs, by role, the newest first."""
    require(actor, Right.SEE_COSTS, SEE_COSTS)
    rows = Rate.objects.filter(role__organisation_id=actor.organisation_id)
    return rows.select_related("role").order_by("role__name", "-since")


def rate(actor: Actor, number: object) -> Rate:
    """Return a rate.

    Raises
    ------
    NotAllowed, ReturnsUnknown
    """
    return queries.found(rates(actor), gettext_noop("rate"), number)


def workers(actor: Actor) -> dict[int, Worker]:
    """Return as what people work, by the number of the person."""
    require(actor, Right.SEE_COSTS, SEE_COSTS)
    rows = Worker.objects.filter(organisation_id=actor.organisation_id).select_related("role")
    return {one.user_id: one for one in rows}


def people(actor: Actor) -> QuerySet[User]:
    """Return the members of the house, by name."""
    return planning.people(actor)


def exchange_rates(actor: Actor) -> QuerySet[ExchangeRate]:
    """Return the rates of exchange, the newest first."""
    require(actor, Right.SEE_COSTS, SEE_COSTS)
    rows = ExchangeRate.objects.filter(organisation_id=actor.organisation_id)
    return rows.order_by("-day", "of", "into", "-pk")


def exchange_rate(actor: Actor, number: object) -> ExchangeRate:
    """Return a rate of exchange.

    Raises
    ------
    NotAllowed, ReturnsUnknown
    """
    return queries.found(exchange_rates(actor), gettext_noop("exchange rate"), number)


def worked(actor: Actor) -> QuerySet[Worked]:
    """Return recorded time that the actor sees, the newest first: her own, or everybody's."""
    rows = _all_worked(actor)
    return rows if may(actor, Right.SEE_COSTS) else rows.filter(user=actor.user_id)


def _all_worked(actor: Actor) -> QuerySet[Worked]:
    if not may(actor, Right.SEE_COSTS):
        require(actor, Right.CHECK_IN, OWN_TIME)
    rows = Worked.objects.filter(organisation_id=actor.organisation_id)
    return rows.select_related("user", "role", "bet__cycle").order_by("-day", "-pk")


def time_row(actor: Actor, number: object) -> Worked:
    """Return a row of time that the actor may change.

    Raises
    ------
    NotAllowed, ReturnsUnknown
    """
    row = queries.found(_all_worked(actor), gettext_noop("row of time"), number)
    require_time(actor, row.user_id)
    return row


def require_time(actor: Actor, user: int | None) -> None:
    """Raise NotAllowed unless time is the actor's own, or she may record everybody's."""
    if may(actor, Right.EDIT_RETURNS):
        return
    require(actor, Right.CHECK_IN, OWN_TIME)
    if user is None or user != actor.user_id:
        who = who_may(Right.EDIT_RETURNS)
        raise NotAllowed(str(actor.role.label), gettext_noop("record the time of others"), who)


def timer(actor: Actor) -> Timer | None:
    """Return the actor's clock that runs; None: it doesn't."""
    require(actor, Right.CHECK_IN, OWN_TIME)
    rows = Timer.objects.filter(organisation_id=actor.organisation_id, user=actor.user_id)
    return rows.select_related("bet").first()
