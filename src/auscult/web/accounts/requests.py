"""Who makes a request: a file of its own, as actions and queries know nothing of requests."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.queries import actor_for


def actor_of(request: HttpRequest) -> Actor:
    """Return the person who makes a request, as an actor of her organisation.

    Raises
    ------
    PermissionDenied
        Nobody is signed in. (The middleware asks for that first, on every page.)
    NotAMember
        She belongs to no organisation.
    """
    if not isinstance(request.user, User):
        raise PermissionDenied
    # Asked for by the view, the navigation and more: the database tells it once a request.
    known: Actor | None = getattr(request, "_actor", None)
    if known is None or known.user_id != request.user.pk:
        known = actor_for(request.user)
        request._actor = known  # type: ignore[attr-defined] # noqa: SLF001
    return known
