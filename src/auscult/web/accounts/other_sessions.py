"""A second factor that is added or taken away ends the person's other sessions.

They began without it, or with it where somebody may have had it. A new password does the same by
itself, as each session is bound to its digest.
"""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models.signals import post_delete, post_save

from auscult.web.accounts.sign_in_audit import note


def connect() -> None:
    """Listen to changes of second factors; `apps` calls it once."""
    post_save.connect(_added, sender=Authenticator, dispatch_uid="auscult-sessions-added")
    post_delete.connect(_gone, sender=Authenticator, dispatch_uid="auscult-sessions-gone")


def _added(instance: Any, created: bool, **_more: Any) -> None:  # noqa: FBT001 - Django's
    if created:
        _end_others(instance.user)


def _gone(instance: Any, **_more: Any) -> None:
    _end_others(instance.user)


@transaction.atomic
def _end_others(person: Any) -> None:
    """End all sessions of a person but the one in which she changes it, if it is she."""
    here = getattr(getattr(context.request, "session", None), "session_key", None)
    others = list(UserSession.objects.filter(user_id=person.pk).exclude(session_key=here or ""))
    for session in others:
        session.end()
    if others:
        note(person, "end-sessions", sessions=len(others))
