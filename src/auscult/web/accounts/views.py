"""Signing in by a link that works once, and out."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST
from sesame.utils import get_user

TOKEN = "token"  # noqa: S105 - the name of a parameter


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show a button for the link's token; sign in when it is pressed.

    Opening the link alone signs nobody in, so that a preview of it in a chat or a mail
    scanner doesn't use it up.
    """
    if request.method != "POST":
        token = request.GET.get(TOKEN, "")
        return render(request, "accounts/sign_in.html", {"token": token})
    user = get_user(request.POST.get(TOKEN, ""), update_last_login=False)
    if user is None:
        return render(request, "accounts/sign_in.html", {"refused": True}, status=403)
    login(request, user)
    return redirect("home")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session."""
    logout(request)
    return redirect("accounts:sign-in")
