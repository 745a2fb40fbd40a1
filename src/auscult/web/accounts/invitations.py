"""Invitations: which wait, and what is kept of their secret."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from auscult.web.accounts.errors import InvitationOver, PersonUnknown
from auscult.web.accounts.models import Actor, Invitation
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.tokens import digest_of


def waiting(now: datetime) -> QuerySet[Invitation]:
    """Return the invitations, of all organisations, that can be accepted."""
    return Invitation.objects.filter(
        revoked_at=None, accepted_at=None, expires_at__gt=now
    ).select_related("organisation")


def opened(secret: str, now: datetime) -> Invitation:
    """Return the invitation of a secret address.

    Raises
    ------
    InvitationOver
        It was used, withdrawn, sent anew, or is too old; or there never was one.
    """
    found = waiting(now).filter(digest=digest_of(secret)).first()
    if found is None:
        raise InvitationOver
    return found


def invitations(actor: Actor) -> QuerySet[Invitation]:
    """Return the organisation's invitations that weren't accepted nor withdrawn, newest first.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.MANAGE_PEOPLE, "see invitations")
    ours = Invitation.objects.filter(organisation_id=actor.organisation_id)
    return ours.filter(revoked_at=None, accepted_at=None).order_by("-pk")


def invitation(actor: Actor, number: int) -> Invitation:
    """Return one of the organisation's invitations.

    Raises
    ------
    NotAllowed, PersonUnknown
    """
    found = invitations(actor).filter(pk=number).first()
    if found is None:
        raise PersonUnknown("invitation", number)
    return found
