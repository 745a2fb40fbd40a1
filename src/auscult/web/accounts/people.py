"""The people and teams of an organisation."""

from __future__ import annotations

from django.db.models import Count, Max, Prefetch, QuerySet

from auscult.web.accounts.errors import PersonUnknown
from auscult.web.accounts.models import Actor, Membership, Organisation, Team
from auscult.web.accounts.policies import Right, require


def organisation(actor: Actor) -> Organisation:
    """Return the actor's organisation."""
    return Organisation.objects.get(pk=actor.organisation_id)


def members(actor: Actor) -> QuerySet[Membership]:
    """Return the organisation's members by name, each with her teams and `last_seen`.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.MANAGE_PEOPLE, "see people")
    return (
        Membership.objects.filter(organisation_id=actor.organisation_id)
        .select_related("user")
        .prefetch_related(Prefetch("teams", Team.objects.order_by("name")))
        .annotate(
            last_seen=Max("user__usersession__last_seen_at"),
            sessions=Count("user__usersession", distinct=True),
        )
        .order_by("user__username")
    )


def member(actor: Actor, number: int) -> Membership:
    """Return one member.

    Raises
    ------
    NotAllowed, PersonUnknown
    """
    found = members(actor).filter(pk=number).first()
    if found is None:
        raise PersonUnknown("member", number)
    return found


def teams(actor: Actor) -> QuerySet[Team]:
    """Return the organisation's teams, by name, each with `size`, the number of its members."""
    ours = Team.objects.filter(organisation_id=actor.organisation_id)
    return ours.annotate(size=Count("memberships")).order_by("name")


def team(actor: Actor, number: int) -> Team:
    """Return one team.

    Raises
    ------
    PersonUnknown
    """
    found = teams(actor).filter(pk=number).first()
    if found is None:
        raise PersonUnknown("team", number)
    return found
