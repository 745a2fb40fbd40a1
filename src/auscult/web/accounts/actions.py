"""Founding an organisation, inviting people, keeping the record."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import F

from auscult.engine.kernel.clock import Clock
from auscult.web.accounts import chain, policies, queries
from auscult.web.accounts.errors import AlreadySetUp
from auscult.web.accounts.models import (
    Actor,
    AuditEntry,
    AuditHead,
    Membership,
    Organisation,
    Role,
    Team,
    User,
)
from auscult.web.accounts.teams import first_teams


@transaction.atomic
def record_audit(
    actor: Actor, *, action: str, target: str, details: Mapping[str, Any] | None = None
) -> AuditEntry:
    """Write what was done, as the next entry of the organisation's chain.

    Call it inside the transaction that does it, after what is changed there: from here to the
    commit other entries of the organisation wait.

    Parameters
    ----------
    action : str
        What was done, as a verb: `save-watch`; 50 characters at most.
    target : str
        To what; cut after 200 characters.
    details : mapping or None
        What JSON can hold; never a post's text nor an author's name.
    """
    head = _next_place(actor.organisation_id)
    row: dict[str, Any] = {
        "number": head.number,
        "previous": head.digest,
        "at": actor.clock.now().astimezone(UTC),
        "actor": chain.storable(actor.name),
        "action": action,
        "target": chain.storable(target)[:200],
        "details": chain.storable(details or {}),
    }
    entry = AuditEntry(
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        digest=chain.digest_of(**row),
        **row,
    )
    entry.save()
    AuditHead.objects.filter(pk=actor.organisation_id).update(digest=entry.digest)
    return entry


def _next_place(organisation_id: int) -> AuditHead:
    """Take the next number of a chain, with the digest before it; others wait for the commit."""
    ours = AuditHead.objects.filter(pk=organisation_id)
    if not ours.update(number=F("number") + 1):
        name = secrets.token_hex(16)
        start = chain.start_of(name)
        first = AuditHead(
            organisation_id=organisation_id, name=name, digest=start, kept_after_digest=start
        )
        # Of two first entries at once one makes the row, and the other goes on from there.
        AuditHead.objects.bulk_create([first], ignore_conflicts=True)
        ours.update(number=F("number") + 1)
    return ours.get()


@transaction.atomic
def first_owner(
    *, organisation: str, username: str, email: str = "", clock: Clock | None = None
) -> Actor:
    """Found the first organisation with its first owner, and return her as an actor.

    Raises
    ------
    AlreadySetUp
        Where the archive has an organisation.
    """
    founded = queries.first_organisation()
    if founded is not None:
        raise AlreadySetUp(founded.name)
    return add_organisation(organisation=organisation, username=username, email=email, clock=clock)


@transaction.atomic
def add_organisation(
    *, organisation: str, username: str, email: str = "", clock: Clock | None = None
) -> Actor:
    """Found an organisation with its owner, and return her as an actor."""
    place = Organisation.objects.create(name=organisation)
    user = User.objects.filter(username=username).first()
    if user is None:
        user = _new_person(username, email)
    Membership.objects.create(organisation=place, user=user, role=Role.OWNER)
    Team.objects.bulk_create(Team(organisation=place, name=name) for name in first_teams())
    actor = queries.actor_for(user, place.pk, clock=clock)
    record_audit(actor, action="found-organisation", target=organisation)
    return actor


@transaction.atomic
def add_member(actor: Actor, *, username: str, email: str = "", role: Role = Role.EDITOR) -> User:
    """Take a person into the actor's organisation, or change her role there."""
    policies.require(actor, policies.Right.MANAGE_PEOPLE, "invite people")
    user = User.objects.filter(username=username).first()
    if user is None:
        user = _new_person(username, email)
    Membership.objects.update_or_create(
        organisation_id=actor.organisation_id, user=user, defaults={"role": role}
    )
    record_audit(actor, action="add-member", target=username, details={"role": role.value})
    return user


def _new_person(username: str, email: str) -> User:
    """Make an account; its person signs in by a link, and a password is hers to set."""
    user = User.objects.create_user(username=username, email=email.lower(), password=None)
    if email:
        # Who set up the house, or its owner, answers for the address.
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
