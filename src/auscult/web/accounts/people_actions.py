"""Changing the organisation, its teams, and what its people are in it."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from auscult.web.accounts import people
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.errors import LastOwner, PersonRefused, PersonUnknown
from auscult.web.accounts.models import (
    MEMBERS,
    Actor,
    Membership,
    Organisation,
    Role,
    SecretAddress,
    Team,
    Token,
)
from auscult.web.accounts.policies import Right, require


@transaction.atomic
def change_organisation(actor: Actor, *, name: str, time_zone: str) -> Organisation:
    """Change the organisation's name, and the time zone in which its days begin.

    Raises
    ------
    NotAllowed, PersonRefused
    """
    require(actor, Right.MANAGE_HOUSE, "change the organisation")
    name = name.strip()
    if not name or len(name) > 200:
        raise PersonRefused("name", name, "1 to 200 characters")
    if Organisation.objects.filter(name=name).exclude(pk=actor.organisation_id).exists():
        raise PersonRefused("name", name, "one that no other organisation of this archive has")
    if time_zone and time_zone not in zoneinfo.available_timezones():
        raise PersonRefused("time_zone", time_zone, "a time zone's name, like Europe/London")
    place = people.organisation(actor)
    before = {"name": place.name, "time_zone": place.time_zone}
    place.name, place.time_zone = name, time_zone
    place.save(update_fields=["name", "time_zone"])
    details = {"before": before, "time_zone": time_zone}
    record_audit(actor, action="change-organisation", target=name, details=details)
    return place


@transaction.atomic
def save_team(actor: Actor, *, name: str, team: Team | None = None) -> Team:
    """Add a team, or give one another name.

    Raises
    ------
    NotAllowed, PersonRefused, PersonUnknown
    """
    require(actor, Right.MANAGE_HOUSE, "change teams")
    name = name.strip()
    if not name or len(name) > 100:
        raise PersonRefused("name", name, "1 to 100 characters")
    others = people.teams(actor).filter(name__iexact=name)
    if (others.exclude(pk=team.pk) if team else others).exists():
        raise PersonRefused("name", name, "one that no other team has")
    if team is None:
        saved = Team.objects.create(organisation_id=actor.organisation_id, name=name)
        record_audit(actor, action="add-team", target=name)
        return saved
    saved = people.team(actor, team.pk)
    details = {"before": saved.name}
    saved.name = name
    saved.save(update_fields=["name"])
    record_audit(actor, action="rename-team", target=name, details=details)
    return saved


@transaction.atomic
def set_team_members(actor: Actor, *, team: Team, members: Iterable[Membership]) -> None:
    """Say who belongs to a team.

    Raises
    ------
    NotAllowed, PersonUnknown
    """
    require(actor, Right.MANAGE_HOUSE, "change teams")
    chosen = people.team(actor, team.pk)
    wanted = [one.pk for one in members]
    ours = Membership.objects.filter(organisation_id=actor.organisation_id, pk__in=wanted)
    if ours.count() != len(set(wanted)):
        raise PersonUnknown("member", sorted(wanted))
    chosen.memberships.set(ours)
    names = sorted(ours.values_list("user__username", flat=True))
    record_audit(actor, action="set-team-members", target=chosen.name, details={"members": names})


@transaction.atomic
def remove_team(actor: Actor, *, team: Team) -> None:
    """Remove a team; its members stay in the organisation.

    Raises
    ------
    NotAllowed, PersonUnknown
    """
    require(actor, Right.MANAGE_HOUSE, "change teams")
    gone = people.team(actor, team.pk)
    gone.delete()
    record_audit(actor, action="remove-team", target=team.name)


@transaction.atomic
def change_member(
    actor: Actor, *, member: Membership, role: Role, teams: Iterable[Team] | None = None
) -> Membership:
    """Change a member's role and, with `teams`, her teams.

    Raises
    ------
    NotAllowed, PersonUnknown, PersonRefused, LastOwner
    """
    require(actor, Right.MANAGE_PEOPLE, "change roles")
    if role.value not in MEMBERS:
        raise PersonRefused(
            "role", role.value, _("one of {choices}").format(choices=", ".join(MEMBERS))
        )
    changed = people.member(actor, member.pk)
    if role is not Role.OWNER:
        _keep_an_owner(changed)
    before = changed.role
    changed.role = role
    changed.save(update_fields=["role"])
    details: dict[str, object] = {"before": before, "role": role.value}
    if teams is not None:
        wanted = people.teams(actor).filter(pk__in=[team.pk for team in teams])
        changed.teams.set(wanted)
        details["teams"] = sorted(wanted.values_list("name", flat=True))
    record_audit(actor, action="change-member", target=changed.user.get_username(), details=details)
    return changed


@transaction.atomic
def remove_member(actor: Actor, *, member: Membership) -> None:
    """Let a person belong to the organisation no longer; what she did stays written down.

    Her sessions end, and her tokens open nothing any more.

    Raises
    ------
    NotAllowed, PersonUnknown, LastOwner
    """
    require(actor, Right.MANAGE_PEOPLE, "remove people")
    gone = people.member(actor, member.pk)
    _keep_an_owner(gone)
    ended = _end_sessions(gone)
    # For good: who is invited again doesn't find what her programs knew.
    for kind in (Token, SecretAddress):
        hers = kind.objects.filter(organisation_id=gone.organisation_id, user_id=gone.user_id)
        hers.filter(revoked_at=None).update(revoked_at=actor.clock.now())
    gone.delete()
    record_audit(
        actor, action="remove-member", target=gone.user.get_username(), details={"sessions": ended}
    )


@transaction.atomic
def end_sessions(actor: Actor, *, member: Membership) -> int:
    """Sign a member out everywhere; return how many sessions she had.

    Raises
    ------
    NotAllowed, PersonUnknown
    """
    require(actor, Right.MANAGE_PEOPLE, "end sessions")
    chosen = people.member(actor, member.pk)
    ended = _end_sessions(chosen)
    record_audit(
        actor, action="end-sessions", target=chosen.user.get_username(), details={"sessions": ended}
    )
    return ended


@transaction.atomic
def remove_factors(actor: Actor, *, member: Membership) -> int:
    """Take away what a member signs in with beside her password; return how many there were.

    For who lost her telephone or key, and her recovery codes. Her sessions end with them. Nobody does it for
    herself: a session that was left open would be enough.

    Raises
    ------
    NotAllowed, PersonUnknown, PersonRefused
    """
    require(actor, Right.MANAGE_PEOPLE, "take second factors away")
    chosen = people.member(actor, member.pk)
    name = chosen.user.get_username()
    if chosen.user_id == actor.user_id:
        raise PersonRefused("member", name, "somebody else than yourself")
    hers = list(Authenticator.objects.filter(user_id=chosen.user_id))
    for one in hers:
        one.delete()  # one by one: what ends her sessions hears of each
    record_audit(actor, action="remove-factors", target=name, details={"factors": len(hers)})
    return len(hers)


@transaction.atomic
def end_own_session(actor: Actor, *, number: int) -> None:
    """End one of the actor's own sessions.

    Raises
    ------
    PersonUnknown
    """
    mine = UserSession.objects.filter(pk=number, user_id=actor.user_id).first()
    if mine is None:
        raise PersonUnknown("session", number)
    mine.end()
    record_audit(actor, action="end-session", target=actor.name)


def _end_sessions(member: Membership) -> int:
    sessions = list(UserSession.objects.filter(user_id=member.user_id))
    for session in sessions:
        session.end()
    return len(sessions)


def _keep_an_owner(member: Membership) -> None:
    """Raise LastOwner where nobody would be left who may invite people and change rights."""
    # Locked: of two owners who remove each other at once the second finds herself the last.
    owners = Membership.objects.select_for_update().filter(
        organisation_id=member.organisation_id, role=Role.OWNER
    )
    if member.role == Role.OWNER and len(owners) == 1:
        raise LastOwner(member.user.get_username())
