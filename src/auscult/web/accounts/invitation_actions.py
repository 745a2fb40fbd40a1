"""Inviting people by mail, and joining."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.forms import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from auscult.engine.kernel.clock import Clock
from auscult.web.accounts import people
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.errors import InvitationOver, NotAMember, PersonRefused
from auscult.web.accounts.models import (
    MEMBERS,
    Actor,
    Invitation,
    Membership,
    Organisation,
    Role,
    Team,
    User,
)
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import actor_for, first_organisation
from auscult.web.accounts.tokens import digest_of, new_secret

OPEN_FOR = timedelta(days=7)


def mail_is_sent() -> bool:
    """Return whether there is a mail server; without one, links are handed over by the owner."""
    return bool(settings.AUSCULT.smtp_host)


@transaction.atomic
def invite(
    actor: Actor,
    *,
    email: str,
    role: Role,
    teams: Iterable[Team] = (),
    address: Callable[[str], str],
) -> tuple[Invitation, str]:
    """Invite a person by mail, and return the invitation with its secret.

    An earlier invitation to the same address is withdrawn.

    Parameters
    ----------
    address : callable
        Makes a secret into the whole address of the page that accepts it.

    Raises
    ------
    NotAllowed, PersonRefused
    """
    require(actor, Right.MANAGE_PEOPLE, "invite people")
    email = _checked_address(actor, email, role)
    now, secret = actor.clock.now(), new_secret()
    earlier = Invitation.objects.filter(
        organisation_id=actor.organisation_id, email=email, accepted_at=None, revoked_at=None
    )
    earlier.update(revoked_at=now)
    made = Invitation.objects.create(
        organisation_id=actor.organisation_id,
        email=email,
        role=role,
        digest=digest_of(secret),
        invited_by_id=actor.user_id,
        sent_at=now,
        expires_at=now + OPEN_FOR,
    )
    made.teams.set(people.teams(actor).filter(pk__in=[team.pk for team in teams]))
    _send(made, address(secret), actor.name)
    record_audit(actor, action="invite", target=email, details={"role": role.value})
    return made, secret


@transaction.atomic
def resend(
    actor: Actor, *, invitation: Invitation, address: Callable[[str], str]
) -> tuple[Invitation, str]:
    """Send an invitation again, with a new secret and seven more days.

    Raises
    ------
    NotAllowed, InvitationOver
    """
    require(actor, Right.MANAGE_PEOPLE, "invite people")
    now, secret = actor.clock.now(), new_secret()
    ours = Invitation.objects.filter(
        pk=invitation.pk,
        organisation_id=actor.organisation_id,
        accepted_at=None,
        revoked_at=None,
    )
    if not ours.update(digest=digest_of(secret), sent_at=now, expires_at=now + OPEN_FOR):
        raise InvitationOver
    invitation.refresh_from_db()
    _send(invitation, address(secret), actor.name)
    record_audit(actor, action="resend-invitation", target=invitation.email)
    return invitation, secret


@transaction.atomic
def revoke(actor: Actor, *, invitation: Invitation) -> None:
    """Withdraw an invitation.

    Raises
    ------
    NotAllowed, InvitationOver
    """
    require(actor, Right.MANAGE_PEOPLE, "withdraw invitations")
    ours = Invitation.objects.filter(
        pk=invitation.pk,
        organisation_id=actor.organisation_id,
        accepted_at=None,
        revoked_at=None,
    )
    if not ours.update(revoked_at=actor.clock.now()):
        raise InvitationOver
    record_audit(actor, action="revoke-invitation", target=invitation.email)


@transaction.atomic
def accept(invitation: Invitation, *, user: User, clock: Clock) -> Actor:
    """Let a person join by her invitation, once, and return her as an actor.

    Raises
    ------
    InvitationOver
        Somebody was quicker, or it was withdrawn meanwhile.
    PersonRefused
        She belongs to an organisation already.
    """
    now = clock.now()
    if Membership.objects.filter(user=user).exists():
        raise PersonRefused(
            "person", user.get_username(), "somebody who belongs to no organisation yet"
        )
    claimed = Invitation.objects.filter(
        pk=invitation.pk, accepted_at=None, revoked_at=None, expires_at__gt=now
    ).update(accepted_at=now, accepted_by=user)
    if not claimed:
        raise InvitationOver
    membership = Membership.objects.create(
        organisation=invitation.organisation, user=user, role=invitation.role
    )
    membership.teams.set(invitation.teams.all())
    actor = actor_for(user, invitation.organisation_id, clock=clock)
    record_audit(
        actor,
        action="accept-invitation",
        target=invitation.email,
        details={"role": invitation.role},
    )
    return actor


@transaction.atomic
def accept_as_new(
    invitation: Invitation, *, username: str, hashed: str | None, clock: Clock
) -> User:
    """Make the account of an invited person, and let her join.

    Who was here before gets her account back, as the invitation reached her address.

    Parameters
    ----------
    hashed : str or None
        Her password as Django keeps it, worked out beforehand; None: she will have none.

    Raises
    ------
    InvitationOver, PersonRefused
    """
    user = former(invitation) or User(username=username, email=invitation.email)
    if hashed is None:
        user.set_unusable_password()
    else:
        user.password = hashed
    user.save()
    EmailAddress.objects.update_or_create(
        user=user, email=invitation.email, defaults={"verified": True, "primary": True}
    )
    accept(invitation, user=user, clock=clock)
    return user


def former(invitation: Invitation) -> User | None:
    """Return the person with the invitation's address who has an account already."""
    return User.objects.filter(email__iexact=invitation.email).first()


@transaction.atomic
def join_by_domain(user: User, *, clock: Clock) -> Actor:
    """Let a person of one of the house's mail domains join as guest.

    Raises
    ------
    NotAMember
        The archive has no organisation yet.
    """
    place: Organisation | None = first_organisation()
    if place is None:
        raise NotAMember(user.get_username())
    Membership.objects.create(organisation=place, user=user, role=Role.GUEST)
    actor = actor_for(user, place.pk, clock=clock)
    record_audit(
        actor, action="join-by-domain", target=user.get_username(), details={"role": "guest"}
    )
    return actor


def _checked_address(actor: Actor, email: str, role: Role) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise PersonRefused("email", email, "an address like kim@hospital.example") from error
    if role.value not in MEMBERS:
        raise PersonRefused(
            "role", role.value, _("one of {choices}").format(choices=", ".join(MEMBERS))
        )
    taken = Membership.objects.filter(user__email__iexact=email).first()
    if taken is not None and taken.organisation_id == actor.organisation_id:
        raise PersonRefused("email", email, "the address of somebody who isn't a member yet")
    return email


def _send(invitation: Invitation, link: str, inviter: str) -> None:
    """Write the mail into the outbox, where there is a mail server."""
    if not mail_is_sent():
        return
    told = {"invitation": invitation, "link": link, "inviter": inviter}
    with override(settings.LANGUAGE_CODE):  # nobody knows yet which one the guest would choose
        mail = EmailMultiAlternatives(
            subject=_("%(house)s invites you to Auscult") % {"house": invitation.organisation.name},
            body=render_to_string("accounts/mail/invitation.txt", told),
            to=[invitation.email],
        )
        page = render_to_string("accounts/mail/invitation.html", told)
    mail.attach_alternative(page, "text/html")
    mail.send()
