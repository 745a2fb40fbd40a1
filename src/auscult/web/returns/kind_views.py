"""The pages of kinds of outcomes, and what one is worth."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import outcome_actions, outcome_queries, pages, queries
from auscult.web.returns.outcome_forms import KindForm, WorthForm
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.outcome_views import FORM, editor


@require_safe
def kind(request: HttpRequest, number: int) -> HttpResponse:
    """Show a kind with what one is worth."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return _page(request, actor, queries.kind(actor, number), WorthForm(actor))


def _page(request: HttpRequest, actor: Actor, chosen: OutcomeKind, form: WorthForm) -> HttpResponse:
    context = {"kind": chosen, "form": form, "worths": chosen.worths.order_by("-day")}
    return render(request, "returns/kind.html", pages.around(actor, "outcomes") | context)


@require_POST
def add_worth(request: HttpRequest, number: int) -> HttpResponse:
    """Say what one of a kind is worth."""
    actor = editor(request)
    chosen = queries.kind(actor, number)
    form = WorthForm(actor, request.POST)
    if form.is_valid():
        try:
            outcome_actions.save_worth(actor, kind=chosen, wish=form.wish())
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("returns:kind", number)
    return _page(request, actor, chosen, form)


@require_http_methods(FORM)
def add_kind(request: HttpRequest) -> HttpResponse:
    """Make a kind of outcome."""
    return _form(request, editor(request), None)


@require_http_methods(FORM)
def change_kind(request: HttpRequest, number: int) -> HttpResponse:
    """Change a kind of outcome."""
    actor = editor(request)
    return _form(request, actor, queries.kind(actor, number))


def _form(request: HttpRequest, actor: Actor, row: OutcomeKind | None) -> HttpResponse:
    form = KindForm(actor, request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            made = outcome_actions.save_kind(actor, wish=form.wish(), kind=row)
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("returns:kind", made.pk)
    context = {
        "form": form,
        "heading": _("Change a kind of outcome") if row else _("Add a kind of outcome"),
        "back": reverse("returns:outcomes"),
    }
    return render(request, "returns/form.html", pages.around(actor, "outcomes") | context)


@require_POST
def remove_kind(request: HttpRequest, number: int) -> HttpResponse:
    """Take away a kind of which nothing is told."""
    actor = editor(request)
    outcome_actions.remove_kind(actor, kind=queries.kind(actor, number))
    messages.success(request, _("Removed."))
    return redirect("returns:outcomes")


@require_POST
def remove_worth(request: HttpRequest, number: int) -> HttpResponse:
    """Take back what somebody said an outcome is worth."""
    actor = editor(request)
    chosen = outcome_queries.worth(actor, number)
    kind_number = chosen.kind_id
    outcome_actions.remove_worth(actor, worth=chosen)
    messages.success(request, _("Removed."))
    return redirect("returns:kind", kind_number)
