"""django-allauth's pages, at addresses of ours; signing in and out are our own pages.

Without the names of an application, as allauth asks for its pages by their bare names.
"""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.urls import urlpatterns as account
from allauth.mfa.urls import urlpatterns as second_factors
from allauth.socialaccount.providers.openid_connect.urls import urlpatterns as provider
from allauth.socialaccount.urls import urlpatterns as connections
from allauth.usersessions.urls import urlpatterns as sessions
from django.db import transaction
from django.urls import URLPattern, URLResolver, include, path

from auscult.web.accounts import house_provider, views

OURS = {"account_login", "account_logout", "account_signup"}
# What these change and what is written down of it go together. None of them hashes a password
# or asks another machine, so that nobody waits for long.
WHOLE = {
    "account_email", "account_confirm_email", "mfa_activate_totp", "mfa_deactivate_totp",
    "mfa_generate_recovery_codes", "mfa_add_webauthn", "mfa_remove_webauthn",
}  # fmt: skip
STRICTER = {"openid_connect_callback": house_provider.callback}


def _ours(patterns: Iterable[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """Return allauth's pages without those that we have ourselves, each writing as a whole."""
    kept: list[URLPattern | URLResolver] = []
    for one in patterns:
        if isinstance(one, URLResolver):
            kept.append(URLResolver(one.pattern, _ours(one.url_patterns)))
        elif one.name not in OURS:
            view = STRICTER.get(one.name or "", one.callback)
            view = transaction.atomic(view) if one.name in WHOLE else view
            kept.append(URLPattern(one.pattern, view, one.default_args, one.name))
    return kept


urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-out/", views.sign_out, name="account_logout"),
    path("account/", include(_ours(account))),
    path("account/second-factor/", include(_ours(second_factors))),
    path("account/sessions/", include(sessions)),
    path("account/connections/", include(connections)),
    path("account/", include(_ours(provider))),
]
