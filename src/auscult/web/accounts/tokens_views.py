"""The page Programs: tokens and secret addresses, made and revoked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from auscult.web.accounts import tokens, tokens_actions
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.accounts.tokens_forms import TokenForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def programs(request: HttpRequest) -> HttpResponse:
    """Show the person's tokens and secret addresses; make a token, and show it this once."""
    actor = actor_of(request)
    require(actor, Right.USE_INTERFACES, "make tokens")
    form = TokenForm(actor, request.POST if request.method == "POST" else None)
    secret = ""
    if form.is_valid():
        _made, secret = tokens_actions.make_token(actor, **form.cleaned_data)
        form = TokenForm(actor)
    context = {
        "form": form,
        "secret": secret,
        "tokens": tokens.tokens(actor),
        "addresses": tokens.secret_addresses(actor),
        "now": actor.clock.now(),
    }
    return render(request, "accounts/programs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_token(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a token shall open nothing any more; revoke it when the answer is yes."""
    actor = actor_of(request)
    require(actor, Right.USE_INTERFACES, "revoke tokens")
    token = tokens.token(actor, number)
    if request.method != "POST":
        return render(request, "accounts/revoke_token.html", {"token": token})
    tokens_actions.revoke_token(actor, token=token)
    messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
    return redirect("accounts:programs")


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_address(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a secret address shall open nothing any more; revoke it when it shall."""
    actor = actor_of(request)
    require(actor, Right.USE_INTERFACES, "revoke secret addresses")
    address = tokens.secret_address(actor, number)
    if request.method != "POST":
        return render(request, "accounts/revoke_address.html", {"address": address})
    tokens_actions.revoke_secret_address(actor, address=address)
    messages.success(request, _("The address of “%(name)s” is revoked.") % {"name": address.label})
    return redirect("accounts:programs")
