"""django-allauth's pages, at addresses of ours; signing in and out are our own pages.

Without the names of an application, as allauth asks for its pages by their bare names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.urls import urlpatterns as account
from allauth.mfa.urls import urlpatterns as second_factors
from allauth.socialaccount.providers.openid_connect.urls import urlpatterns as provider
from allauth.socialaccount.urls import urlpatterns as connections
from allauth.usersessions.urls import urlpatterns as sessions
from django.db import transaction
from django.urls import URLPattern, URLResolver, include, path

from auscult.web.accounts import views

OURS = {"account_login", "account_logout", "account_signup"}
# What these change and what is written down of it go together. None of them hashes a password
# or asks another machine, so that nobody waits for long.
WHOLE = {"account_email", "account_confirm_email"}


def _whole(view: Callable[..., Any]) -> Callable[..., Any]:
    wrapped: Callable[..., Any] = transaction.atomic(view)
    return wrapped


def _pages() -> list[URLPattern | URLResolver]:
    """Return allauth's account pages without those that we have ourselves."""
    kept: list[URLPattern | URLResolver] = []
    for one in account:
        if one.name in OURS:
            continue
        view = _whole(one.callback) if one.name in WHOLE else one.callback
        kept.append(URLPattern(one.pattern, view, one.default_args, one.name))
    return kept


urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-out/", views.sign_out, name="account_logout"),
    path("account/", include(_pages())),
    path("account/second-factor/", include(second_factors)),
    path("account/sessions/", include(sessions)),
    path("account/connections/", include(connections)),
    path("account/", include(provider)),
]
