"""What people do with their accounts, in the audit trail of each organisation of theirs."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models.signals import post_delete, post_save

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Membership
from auscult.web.accounts.queries import actor_for


@transaction.atomic
def note(user: Any, action: str, **details: Any) -> None:
    """Record what a person did with her account, or somebody as her."""
    for number in Membership.objects.filter(user_id=user.pk).values_list("organisation", flat=True):
        actor = actor_for(user, number)
        record_audit(actor, action=action, target=user.get_username(), details=details)


def connect() -> None:
    """Listen to what django-allauth does; `apps` calls it once."""
    # Of second factors allauth tells only after the commit; their rows are told of within it.
    post_save.connect(_factor_added, sender=Authenticator, dispatch_uid="auscult-factor-added")
    post_delete.connect(_factor_gone, sender=Authenticator, dispatch_uid="auscult-factor-gone")
    post_delete.connect(_provider_gone, sender=SocialAccount, dispatch_uid="auscult-provider-gone")
    for signal, receiver in (
        (factors.authentication_failed, _factor_failed),
        (account.email_added, _address_added),
        (account.email_removed, _address_removed),
        (account.email_changed, _address_changed),
    ):
        signal.connect(receiver, dispatch_uid=f"auscult-{receiver.__name__}")


def _factor_added(instance: Any, created: bool, **_more: Any) -> None:  # noqa: FBT001 - Django's
    if created:
        note(instance.user, "add-factor", kind=str(instance.type))


def _factor_gone(instance: Any, **_more: Any) -> None:
    note(instance.user, "remove-factor", kind=str(instance.type))


def _provider_gone(instance: Any, **_more: Any) -> None:
    note(instance.user, "disconnect-provider")


def _factor_failed(user: Any, authenticator: Any, **_more: Any) -> None:
    note(user, "fail-sign-in", by=str(authenticator.type))


def _address_added(user: Any, **_more: Any) -> None:
    note(user, "add-address")


def _address_removed(user: Any, **_more: Any) -> None:
    note(user, "remove-address")


def _address_changed(user: Any, **_more: Any) -> None:
    note(user, "change-address")
