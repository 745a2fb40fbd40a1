"""How django-allauth signs people in here: who may, what is written down, what is encrypted."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from auscult.web.accounts.errors import NotAMember
from auscult.web.accounts.keys import keyring
from auscult.web.accounts.models import Membership, User
from auscult.web.accounts.sign_in_audit import note


class Passwords(AuthenticationBackend):
    """Checks passwords, unless the house has single sign-on only."""

    def authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> AbstractBaseUser | None:
        """Return the person whose name or address and password these are."""
        if settings.AUSCULT.sso_only:
            return None
        return super().authenticate(request, **credentials)


class Accounts(DefaultAccountAdapter):
    """People come by invitation; what they do with their account is written down."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's call
        """Refuse: nobody signs up by herself."""
        return False

    def pre_login(
        self, request: HttpRequest, user: AbstractBaseUser, **more: Any
    ) -> HttpResponse | None:
        """Refuse who belongs to no organisation (any more)."""
        if not Membership.objects.filter(user_id=user.pk).exists():
            raise NotAMember(user.get_username())
        return super().pre_login(request, user, **more)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin a session; every way of signing in but the link of `auscult up` ends here."""
        with transaction.atomic():
            super().login(request, user)
            note(user, "sign-in")

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Set a password; the hash is worked out before the database is kept waiting."""
        user.set_password(password)
        with transaction.atomic():
            user.save(update_fields=["password"])
            note(user, "set-password")

    def authentication_failed(
        self,
        request: HttpRequest,  # noqa: ARG002 - allauth's call
        **credentials: Any,
    ) -> None:
        """Write down that somebody tried to sign in as a person who is known here."""
        person = _meant(credentials)
        if person is not None:
            note(person, "fail-sign-in", by="password")


class SecondFactors(DefaultMFAAdapter):
    """Secrets of authenticator apps and recovery codes stand encrypted in the database."""

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code as it stands inside a page: without the head of a file."""
        whole: str = super().build_totp_svg(url)
        return whole[whole.index("<svg") :]

    def encrypt(self, text: str) -> str:
        """Encrypt under the archive's first key."""
        return keyring().encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt.

        Raises
        ------
        SecretLost
            The key is gone.
        """
        return keyring().decrypt(encrypted_text)


def _meant(credentials: dict[str, Any]) -> User | None:
    """Return the person whose name or address was typed."""
    name, address = credentials.get("username"), credentials.get("email")
    found = get_user_by_username(name) if name else None
    if found is None and address:
        found = next(iter(filter_users_by_email(address, prefer_verified=True)), None)
    return found if isinstance(found, User) else None
