"""The pages of the people, their rights, the organisation and its teams, and of one's own account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts import invitation_actions, invitations, people, people_actions
from auscult.web.accounts.forms import HouseForm, MemberForm, TeamForm, TeamMembersForm
from auscult.web.accounts.models import MEMBERS, Role, Team, User
from auscult.web.accounts.policies import TABLE, Right, may, require
from auscult.web.accounts.requests import actor_of


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show a person what her account is, and the ways to change it."""
    actor = actor_of(request)
    user = User.objects.get(username=actor.name)
    factors = Authenticator.objects.filter(user=user)
    return render(
        request,
        "accounts/account.html",
        {
            "organisation": people.organisation(actor),
            "role": actor.role.label,
            "teams": Team.objects.filter(memberships__user=user).order_by("name"),
            "has_password": user.has_usable_password(),
            "sso_only": settings.AUSCULT.sso_only,
            "app": factors.filter(type=Authenticator.Type.TOTP).exists(),
            "keys": factors.filter(type=Authenticator.Type.WEBAUTHN).count(),
            "codes": factors.filter(type=Authenticator.Type.RECOVERY_CODES).exists(),
            "sessions": UserSession.objects.filter(user=user).count(),
            "provider": settings.AUSCULT.oidc_name if settings.AUSCULT.oidc_url else "",
            "connected": SocialAccount.objects.filter(user=user).exists(),
        },
    )


@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """Say that the house asks for a second factor, and lead to both."""
    return render(request, "accounts/second_factor.html")


@require_POST
def end_own_session(request: HttpRequest, number: int) -> HttpResponse:
    """End one session of the person's own."""
    people_actions.end_own_session(actor_of(request), number=number)
    messages.success(request, _("That session has ended."))
    return redirect("usersessions_list")


@require_safe
def room(request: HttpRequest) -> HttpResponse:
    """Show the members, and the invitations that wait."""
    actor = actor_of(request)
    return render(
        request,
        "accounts/people.html",
        {
            "members": people.members(actor),
            "invitations": invitations.invitations(actor),
            "now": actor.clock.now(),
            "mail_is_sent": invitation_actions.mail_is_sent(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, number: int) -> HttpResponse:
    """Show and change what a member is."""
    actor = actor_of(request)
    chosen = people.member(actor, number)
    now = {"role": chosen.role, "teams": chosen.teams.all()}
    form = MemberForm(request.POST or None, initial=now, actor=actor, label_suffix="")

    def save() -> Any:
        return people_actions.change_member(
            actor,
            member=chosen,
            role=Role(form.cleaned_data["role"]),
            teams=form.cleaned_data["teams"],
        )

    if request.method == "POST" and _saved(form, save):
        name = chosen.user.get_username()
        messages.success(request, _("%(name)s: saved.") % {"name": name})
        return redirect("accounts:people")
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    factors = Authenticator.objects.filter(user=chosen.user, type__in=kinds)
    shown = {"form": form, "member": chosen, "factors": factors.count()}
    return render(request, "accounts/member.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_member(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a member shall go; remove her when the answer is yes."""
    actor = actor_of(request)
    chosen = people.member(actor, number)
    if request.method != "POST":
        return render(request, "accounts/remove_member.html", {"member": chosen})
    people_actions.remove_member(actor, member=chosen)
    said = _("%(name)s belongs to the organisation no longer.")
    messages.success(request, said % {"name": chosen.user.get_username()})
    return redirect("home" if chosen.user_id == actor.user_id else "accounts:people")


@require_POST
def end_sessions(request: HttpRequest, number: int) -> HttpResponse:
    """Sign a member out everywhere."""
    actor = actor_of(request)
    chosen = people.member(actor, number)
    ended = people_actions.end_sessions(actor, member=chosen)
    said = ngettext(
        "%(name)s: %(n)s session has ended.", "%(name)s: %(n)s sessions have ended.", ended
    )
    messages.success(request, said % {"name": chosen.user.get_username(), "n": ended})
    return redirect("accounts:people")


@require_POST
def remove_factors(request: HttpRequest, number: int) -> HttpResponse:
    """Take a member's second factors away, once who asks has shown again who she is."""
    actor = actor_of(request)
    chosen = people.member(actor, number)
    raise_if_reauthentication_required(request, app="allauth.mfa")
    people_actions.remove_factors(actor, member=chosen)
    said = _("%(name)s signs in without a second factor, until she sets one up.")
    messages.success(request, said % {"name": chosen.user.get_username()})
    return redirect("accounts:people")


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Show which role may do what: to owners all of it, to others what they may."""
    actor = actor_of(request)
    roles = [role for role in Role if role.value in MEMBERS]
    shown = roles if may(actor, Right.MANAGE_PEOPLE) else [actor.role]
    rows = [
        {"right": right, "may": [role in allowed for role in shown]}
        for right, allowed in TABLE.items()
    ]
    return render(request, "accounts/policies.html", {"roles": shown, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def house(request: HttpRequest) -> HttpResponse:
    """Show and change the organisation, and list its teams."""
    actor = actor_of(request)
    require(actor, Right.MANAGE_HOUSE, "change the organisation")
    place = people.organisation(actor)
    now = {"name": place.name, "time_zone": place.time_zone}
    form = HouseForm(request.POST or None, initial=now, label_suffix="")

    def save() -> Any:
        return people_actions.change_organisation(actor, **form.cleaned_data)

    if request.method == "POST" and _saved(form, save):
        messages.success(request, _("The organisation is saved."))
        return redirect("accounts:house")
    shown = {"form": form, "team_form": TeamForm(label_suffix=""), "teams": people.teams(actor)}
    return render(request, "accounts/house.html", shown)


@require_POST
def add_team(request: HttpRequest) -> HttpResponse:
    """Add a team; where it can't be, show the page again with the reason."""
    actor = actor_of(request)
    require(actor, Right.MANAGE_HOUSE, "change teams")
    form = TeamForm(request.POST, label_suffix="")
    if _saved(form, lambda: people_actions.save_team(actor, name=form.cleaned_data["name"])):
        said = _("The team “%(name)s” is added.")
        messages.success(request, said % {"name": form.cleaned_data["name"]})
        return redirect("accounts:house")
    place = people.organisation(actor)
    house_form = HouseForm(
        initial={"name": place.name, "time_zone": place.time_zone}, label_suffix=""
    )
    shown = {"form": house_form, "team_form": form, "teams": people.teams(actor)}
    return render(request, "accounts/house.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, number: int) -> HttpResponse:
    """Show and change a team's name and members."""
    actor = actor_of(request)
    require(actor, Right.MANAGE_HOUSE, "change teams")
    chosen = people.team(actor, number)
    now = {"name": chosen.name, "members": chosen.memberships.all()}
    form = TeamMembersForm(request.POST or None, initial=now, actor=actor, label_suffix="")

    def save() -> None:
        people_actions.save_team(actor, name=form.cleaned_data["name"], team=chosen)
        members = form.cleaned_data["members"]
        people_actions.set_team_members(actor, team=chosen, members=members)

    if request.method == "POST" and _saved(form, save):
        messages.success(request, _("The team is saved."))
        return redirect("accounts:house")
    return render(request, "accounts/team.html", {"form": form, "team": chosen})


@require_http_methods(["GET", "HEAD", "POST"])
def remove_team(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a team shall go; remove it when the answer is yes."""
    actor = actor_of(request)
    require(actor, Right.MANAGE_HOUSE, "change teams")
    chosen = people.team(actor, number)
    if request.method != "POST":
        return render(request, "accounts/remove_team.html", {"team": chosen})
    people_actions.remove_team(actor, team=chosen)
    messages.success(request, _("The team “%(name)s” is removed.") % {"name": chosen.name})
    return redirect("accounts:house")


def _saved(form: forms.Form, save: Callable[[], Any]) -> bool:
    """Save a valid form; where an action refuses, say so at the field that it names."""
    if not form.is_valid():
        return False
    try:
        save()
    except Correctable as error:
        if error.code == "not-allowed":
            raise
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    return True
