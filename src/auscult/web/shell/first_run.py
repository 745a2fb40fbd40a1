"""What an archive needs before anybody can look at it: an owner, and something to see."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from sesame.utils import get_token

from auscult.web.accounts import actions as accounts
from auscult.web.accounts.models import Membership, Role, User
from auscult.web.accounts.queries import actor_for, first_organisation

OWNER = "owner"
ORGANISATION = "Our house"


def owner() -> User:
    """Return the owner of the archive's first organisation; found one where there is none."""
    organisation = first_organisation()
    if organisation is None:
        accounts.first_owner(organisation=ORGANISATION, username=OWNER)
        organisation = first_organisation()
    membership = (
        Membership.objects.filter(organisation=organisation, role=Role.OWNER)
        .select_related("user")
        .earliest("pk")
    )
    return membership.user


def sign_in_path(user: User) -> str:
    """Return the path, with its token, that signs a person in once."""
    return f"{reverse('accounts:sign-in')}?{urlencode({'token': get_token(user)})}"


def settle_lakeside(user: User) -> None:
    """Give an empty archive the town of Lakeside to look around in."""
    # Verbs of the command line need an owner, but not what reads and matches posts.
    from auscult.web.shell import lakeside  # noqa: PLC0415

    lakeside.settle(actor_for(user))
