"""Who is who."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from auscult.engine.kernel.clock import Clock, SystemClock
from auscult.web.accounts.errors import NotAMember
from auscult.web.accounts.models import Actor, AuditEntry, Membership, Organisation, Role, User


def actor_for(
    user: User, organisation_id: int | None = None, *, clock: Clock | None = None
) -> Actor:
    """Return a person as an actor of an organisation, of her first one by default.

    Raises
    ------
    NotAMember
        Where she doesn't belong to it.
    """
    memberships = Membership.objects.filter(user=user).order_by("pk")
    if organisation_id is not None:
        memberships = memberships.filter(organisation_id=organisation_id)
    membership = memberships.first()
    if membership is None:
        raise NotAMember(user.get_username())
    return Actor(
        organisation_id=membership.organisation_id,
        user_id=user.pk,
        name=user.get_username(),
        role=Role(membership.role),
        clock=clock or SystemClock(),
    )


def system_actor(organisation_id: int, name: str, *, clock: Clock | None = None) -> Actor:
    """Return the actor of work that no person starts, like `listener`."""
    return Actor(
        organisation_id=organisation_id,
        user_id=None,
        name=name,
        role=Role.SYSTEM,
        clock=clock or SystemClock(),
    )


def first_organisation() -> Organisation | None:
    """Return the oldest organisation, the one that the command line works for."""
    return Organisation.objects.order_by("pk").first()


def organisations() -> QuerySet[Organisation]:
    """Return all organisations, oldest first: the listener's round."""
    return Organisation.objects.order_by("pk")


def time_zone(actor: Actor) -> ZoneInfo:
    """Return the organisation's time zone; the archive's where it has none of its own."""
    own = Organisation.objects.values_list("time_zone", flat=True).get(pk=actor.organisation_id)
    return ZoneInfo(own or settings.TIME_ZONE)


def audit_entries(actor: Actor) -> QuerySet[AuditEntry]:
    """Return what was done in the actor's organisation, newest first."""
    return AuditEntry.objects.filter(organisation_id=actor.organisation_id).order_by("-at", "-pk")
