"""The pages of links: what is done for an objective, and what is done for none."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.requests import actor_of
from auscult.web.goals import history, link_actions, linked, queries
from auscult.web.goals import orphans as alone
from auscult.web.goals.errors import LinkUnknown
from auscult.web.goals.forms import LinkForm, TargetForm
from auscult.web.goals.models import About
from auscult.web.goals.objective_views import page
from auscult.web.goals.views import FORM, number_in, say

A_PAGE = 30


@require_safe
def orphans(request: HttpRequest) -> HttpResponse:
    """Show what is done for no objective, and what is wanted without anything done for it."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, "see goals")
    shown = {"groups": alone.orphans(actor), "may_edit": may(actor, Right.EDIT_GOALS)}
    return render(request, "goals/orphans.html", shown)


@require_POST
def add_link(request: HttpRequest, number: int) -> HttpResponse:
    """Link what was chosen to an objective."""
    actor = actor_of(request)
    chosen = queries.objective(actor, number)
    require(actor, Right.EDIT_GOALS, link_actions.MAY)
    form = TargetForm(linked.choices(actor, chosen), request.POST)
    if not form.is_valid():
        return page(request, actor, chosen, link_form=form)
    kind, target = form.chosen()
    link_actions.add_link(actor, objective=chosen, kind=kind, number=target)
    messages.success(request, _("It is linked."))
    return redirect("goals:objective", number)


@require_http_methods(FORM)
def link(request: HttpRequest) -> HttpResponse:
    """Ask which objective something serves, and link it."""
    actor = actor_of(request)
    require(actor, Right.EDIT_GOALS, link_actions.MAY)
    kind, number = request.GET.get("kind", ""), number_in(request.GET.get("number"))
    target = linked.target(actor, kind, number)
    if target is None:
        raise LinkUnknown(f"{kind} {number}")
    form = LinkForm(actor, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            link_actions.add_link(actor, objective=form.objective, kind=kind, number=number)
        except Correctable as error:
            say(form, error)
        else:
            messages.success(request, _("It is linked."))
            return redirect("goals:orphans")
    return render(request, "goals/link.html", {"form": form, "target": target})


@require_POST
def remove_link(request: HttpRequest, number: int) -> HttpResponse:
    """Take a link away."""
    actor = actor_of(request)
    chosen = queries.link(actor, number)
    objective = chosen.objective_id
    link_actions.remove_link(actor, link=chosen)
    messages.success(request, _("The link is removed."))
    return redirect("goals:objective", objective)


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """Show every change, of one priority or objective or of all, with before and after."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, "see goals")
    wanted = queries.changes(actor)
    asked = ""
    for kind in About:
        if kind.value in request.GET:
            number = number_in(request.GET[kind.value])
            wanted = wanted.filter(kind=kind, number=number)
            asked = f"{kind.value}={number}&"
    part = Paginator(wanted, A_PAGE).get_page(request.GET.get("page"))
    shown = {"changes": history.told(actor, part), "page": part, "asked": asked}
    return render(request, "goals/changes.html", shown)
