"""Founding an organisation, inviting people, keeping the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from auscult.engine.kernel.clock import Clock
from auscult.web.accounts import policies, queries
from auscult.web.accounts.errors import AlreadySetUp
from auscult.web.accounts.models import Actor, AuditEntry, Membership, Organisation, Role, User


def record_audit(
    actor: Actor, *, action: str, target: str, details: Mapping[str, Any] | None = None
) -> AuditEntry:
    """Write what was done; call it inside the transaction that does it."""
    entry = AuditEntry(
        organisation_id=actor.organisation_id,
        at=actor.clock.now(),
        user_id=actor.user_id,
        actor=actor.name,
        action=action,
        target=target[:200],
        details=dict(details or {}),
    )
    entry.save()
    return entry


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
        # She signs in by a link; a password is hers to set.
        user = User.objects.create_user(username=username, email=email, password=None)
    Membership.objects.create(organisation=place, user=user, role=Role.OWNER)
    actor = queries.actor_for(user, place.pk, clock=clock)
    record_audit(actor, action="found-organisation", target=organisation)
    return actor


@transaction.atomic
def add_member(actor: Actor, *, username: str, email: str = "", role: Role = Role.EDITOR) -> User:
    """Take a person into the actor's organisation, or change her role there."""
    policies.require(actor, policies.Right.MANAGE_PEOPLE, "invite people")
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(username=username, email=email, password=None)
    Membership.objects.update_or_create(
        organisation_id=actor.organisation_id, user=user, defaults={"role": role}
    )
    record_audit(actor, action="add-member", target=username, details={"role": role.value})
    return user
