"""When a session was last used, and the house's rules of signing in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from auscult.web.accounts.errors import SignInRefused
from auscult.web.accounts.models import Membership

GetResponse = Callable[[HttpRequest], HttpResponseBase]

NOTED_EVERY = 300  # seconds: "last seen" is no truer than that, as not every read is a write
# allauth's pages that make no sense where everybody signs in at the provider.
WITHOUT_PROVIDER = frozenset(
    {
        "account_change_password", "account_set_password", "account_reset_password",
        "account_reset_password_done", "account_reset_password_from_key",
        "account_reset_password_from_key_done", "mfa_login_webauthn",
    }
)  # fmt: skip
# What somebody may open who has to set up a second factor first.
TO_SET_UP = frozenset(
    {
        "mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn",
        "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "account_reauthenticate",
        "account_logout", "accounts:sign-out", "account_login", "accounts:sign-in",
        "accounts:second-factor", "language", "healthz", "readyz", "metrics",
    }
)  # fmt: skip


class LastSeen:
    """Notes for each session, every few minutes, when and from where it was used."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer `request`; note first that the session is in use."""
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        if has_session and request.user.is_authenticated:
            key = f"auscult-seen-{request.session.session_key}"
            if cache.add(key, True, NOTED_EVERY):  # noqa: FBT003 - a mark
                UserSession.objects.create_from_request(request)
        return self.get_response(request)


class SignInRules:
    """Holds people to single sign-on, and to a second factor, where the settings ask for them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer `request`."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Refuse, or lead to setting up a second factor, before the page is asked."""
        options = settings.AUSCULT
        match = request.resolver_match
        name = match.view_name if match is not None else ""
        if options.sso_only and name in WITHOUT_PROVIDER:
            refused = SignInRefused(
                _("Passwords and passkeys are switched off here."),
                _("Sign in with your house's account."),
            )
            return render(request, "refused.html", {"error": refused}, status=403)
        if options.require_second_factor and name not in TO_SET_UP and lacks_factor(request):
            return redirect("accounts:second-factor")
        return None


def lacks_factor(request: HttpRequest) -> bool:
    """Return whether the person has to set up an authenticator app or a passkey first."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return False
    person = request.user.pk
    asked = Membership.objects.filter(
        user_id=person, role__in=settings.AUSCULT.require_second_factor
    )
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return (
        asked.exists() and not Authenticator.objects.filter(user_id=person, type__in=kinds).exists()
    )
