"""The pages of inviting people, and the one on which an invited person joins."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from auscult.engine.kernel.clock import SystemClock
from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts import invitation_actions, invitations
from auscult.web.accounts.forms import InvitationForm, JoinForm
from auscult.web.accounts.models import Invitation, Membership, Role
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.accounts.single_sign_on import INVITED

PASSKEY, PROVIDER = "passkey", "provider"


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Ask whom to invite, and invite her."""
    actor = actor_of(request)
    require(actor, Right.MANAGE_PEOPLE, "invite people")
    start = {"role": Role.ANALYST}
    form = InvitationForm(request.POST or None, initial=start, actor=actor, label_suffix="")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made, secret = invitation_actions.invite(
                actor,
                email=given["email"],
                role=Role(given["role"]),
                teams=given["teams"],
                address=lambda secret: _address(request, secret),
            )
        except Correctable as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return _sent(request, made, secret)
    return render(request, "accounts/invite.html", {"form": form})


@require_POST
def resend(request: HttpRequest, number: int) -> HttpResponse:
    """Send an invitation again; the address that was sent before opens nothing any more."""
    actor = actor_of(request)
    made, secret = invitation_actions.resend(
        actor,
        invitation=invitations.invitation(actor, number),
        address=lambda secret: _address(request, secret),
    )
    return _sent(request, made, secret)


@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Withdraw an invitation."""
    actor = actor_of(request)
    chosen = invitations.invitation(actor, number)
    invitation_actions.revoke(actor, invitation=chosen)
    said = _("The invitation to %(address)s is withdrawn.")
    messages.success(request, said % {"address": chosen.email})
    return redirect("accounts:people")


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Show an invitation and the ways to accept it; let the person join by one of them."""
    invitation = invitations.opened(secret, SystemClock().now())
    former = invitation_actions.former(invitation)
    elsewhere = former is not None and Membership.objects.filter(user=former).exists()
    way = request.POST.get("way", "")
    if request.method == "POST" and way == PROVIDER and settings.AUSCULT.oidc_url:
        request.session[INVITED] = invitation.pk
        return _onward(request)
    by_password = not settings.AUSCULT.sso_only and way != PASSKEY
    form = JoinForm(
        request.POST or None,
        invitation=invitation,
        former=former,
        by_password=by_password,
        label_suffix="",
    )
    open_here = not (elsewhere or settings.AUSCULT.sso_only or request.user.is_authenticated)
    if request.method == "POST" and open_here and form.is_valid():
        return _joined(request, invitation, form)
    shown = {
        "invitation": invitation,
        "form": form,
        "former": former,
        "elsewhere": elsewhere,
        "sso_only": settings.AUSCULT.sso_only,
        "provider": settings.AUSCULT.oidc_name if settings.AUSCULT.oidc_url else "",
    }
    return render(request, "accounts/join.html", shown)


def _onward(request: HttpRequest) -> HttpResponse:
    """Lead on to the house's provider, by a page of our own.

    A form of these pages may lead to no other machine (their policy's `form-action`), and a
    browser holds redirects after it to that, too.
    """
    address = reverse("openid_connect_login", args=["house"])
    shown = {"address": address, "name": settings.AUSCULT.oidc_name}
    answer = render(request, "accounts/onward.html", shown)
    answer["Refresh"] = f"0; url={address}"
    return answer


def _joined(request: HttpRequest, invitation: Invitation, form: JoinForm) -> HttpResponseBase:
    """Make the account, sign the person in, and lead on: to her passkey, or to the first page."""
    password = form.cleaned_data.get("password")
    user = invitation_actions.accept_as_new(
        invitation,
        username=form.cleaned_data.get("username", ""),
        # Worked out here, as it takes long and nobody shall wait for it.
        hashed=make_password(password) if password else None,
        clock=SystemClock(),
    )
    # She has just shown who she is, so adding a passkey asks for nothing again.
    record_authentication(request, user, "invitation", reauthenticated=True)
    messages.success(request, _("Welcome!"))
    onward = reverse("home") if password else reverse("mfa_add_webauthn")
    answer: Any = perform_login(request, user, email_verification="none", redirect_url=onward)
    return answer  # type: ignore[no-any-return]


def _address(request: HttpRequest, secret: str) -> str:
    """Return the whole address of the page that accepts an invitation."""
    path = reverse("accounts:join", args=[secret])
    base = settings.AUSCULT.public_url
    return base.rstrip("/") + path if base else request.build_absolute_uri(path)


def _sent(request: HttpRequest, invitation: Invitation, secret: str) -> HttpResponse:
    """Say that the mail is on its way, or show the link to hand over."""
    if invitation_actions.mail_is_sent():
        said = _("The invitation to %(address)s is on its way.")
        messages.success(request, said % {"address": invitation.email})
        return redirect("accounts:people")
    link = _address(request, secret)
    return render(request, "accounts/invited.html", {"invitation": invitation, "link": link})
