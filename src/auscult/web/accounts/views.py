"""Signing in, by password, passkey, the house's provider or a link that works once, and out."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST
from sesame.utils import get_user

from auscult.web.accounts.errors import NotAMember, SignInRefused
from auscult.web.accounts.models import Membership
from auscult.web.accounts.sign_in_audit import note

TOKEN = "token"  # noqa: S105 - the name of a parameter


class Ways(LoginView):
    """The page with all ways of signing in, and what becomes of a password."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which ways the house has."""
        return {**super().get_context_data(**kwargs), "sso_only": settings.AUSCULT.sso_only}


ways = Ways.as_view()


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Show the ways of signing in; with a link's token, a button that signs in.

    Opening the link alone signs nobody in, so that a preview of it in a chat or a mail
    scanner doesn't use it up.
    """
    if request.method != "POST":
        token = request.GET.get(TOKEN, "")
        if token:
            return render(request, "accounts/sign_in.html", {"token": token})
        return ways(request)
    if TOKEN in request.POST:
        return _by_link(request)
    if settings.AUSCULT.sso_only:
        raise SignInRefused(
            _("Passwords are switched off here."), _("Sign in with your house's account.")
        )
    return ways(request)


@sensitive_variables("token")
def _by_link(request: HttpRequest) -> HttpResponse:
    user = get_user(request.POST.get(TOKEN, ""), update_last_login=False)
    if user is None:
        return render(request, "accounts/sign_in.html", {"refused": True}, status=403)
    if not Membership.objects.filter(user=user).exists():
        raise NotAMember(user.get_username())
    with transaction.atomic():
        login(request, user)
        record_authentication(request, user, "link", reauthenticated=True)
        UserSession.objects.create_from_request(request)
        note(user, "sign-in", by="link")
    return redirect("home")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session."""
    with transaction.atomic():
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        note(request.user, "sign-out")
        logout(request)
    answer = redirect("accounts:sign-in")
    # Also what the browser keeps to go back quickly. Not "cookies": those of the house's other
    # programs under the same domain would go too. Not "storage": it holds how keys are used.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
