"""Dashboards and when they are mailed, as far as the actor may see them."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor, Role, User
from auscult.web.accounts.numbers import number_of
from auscult.web.accounts.policies import Right, may
from auscult.web.dashboards.content import PANELS, Content
from auscult.web.dashboards.errors import DashboardUnknown
from auscult.web.dashboards.models import Dashboard, Schedule
from auscult.web.listening.peers import peers

OVERVIEW = "overview"


def dashboards(actor: Actor) -> QuerySet[Dashboard]:
    """Return the dashboards that the actor may see, by name: hers, and those that are shared."""
    rows = Dashboard.objects.filter(organisation_id=actor.organisation_id).order_by("name")
    if actor.role is Role.SYSTEM:
        return rows
    return rows.filter(Q(shared=True) | Q(made_by_id=actor.user_id))


def dashboard(actor: Actor, which: str) -> Dashboard:
    """Return a dashboard by its number, or the ready-made one, which is `overview`.

    The ready-made one isn't saved: it shows all watches and all panels that have something.

    Raises
    ------
    DashboardUnknown
    """
    if which == OVERVIEW:
        return overview(actor)
    number = number_of(which)
    found = dashboards(actor).filter(pk=number).first() if number is not None else None
    if found is None:
        raise DashboardUnknown(which)
    return found


def overview(actor: Actor) -> Dashboard:
    """Return the ready-made dashboard of the actor's organisation."""
    has_peers = peers(actor).exists()
    names = tuple(name for name in PANELS if name != "peers" or has_peers)
    now = actor.clock.now()
    return Dashboard(
        organisation_id=actor.organisation_id,
        name=_("Overview"),
        shared=True,
        content=Content(panels=names).as_data(),
        created_at=now,
        changed_at=now,
    )


def may_change(actor: Actor, found: Dashboard) -> bool:
    """Return whether the actor may change a dashboard: a shared one, or one that she made."""
    if found.pk is None or not may(actor, Right.EDIT_DASHBOARDS):
        return False
    return found.shared or found.made_by_id == actor.user_id


def schedules(actor: Actor, found: Dashboard) -> QuerySet[Schedule]:
    """Return when a dashboard is mailed."""
    if found.pk is None:
        return Schedule.objects.none()
    return (
        Schedule.objects.filter(dashboard=dashboard(actor, str(found.pk)))
        .prefetch_related("recipients")
        .order_by("pk")
    )


def due_schedules(actor: Actor) -> QuerySet[Schedule]:
    """Return what is to be mailed now, the longest waiting first."""
    return (
        Schedule.objects.filter(
            dashboard__organisation_id=actor.organisation_id, next_attempt__lte=actor.clock.now()
        )
        .select_related("dashboard")
        .order_by("next_attempt")
    )


def members(actor: Actor) -> QuerySet[User]:
    """Return the people of the organisation who have an address to mail to, by name."""
    return (
        User.objects.filter(memberships__organisation_id=actor.organisation_id, is_active=True)
        .exclude(email="")
        .order_by("username")
    )
