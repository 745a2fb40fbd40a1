"""The pages of short links."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import link_actions, link_queries, outcome_drawing, pages, queries
from auscult.web.returns.link_forms import LinkForm
from auscult.web.returns.link_models import ShortLink
from auscult.web.returns.link_targets import target_of

FORM = ["GET", "HEAD", "POST"]
AT_ONCE = 50


@require_safe
def links(request: HttpRequest) -> HttpResponse:
    """Show the links with how often they were followed."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    shown = Paginator(link_queries.links(actor), AT_ONCE).get_page(request.GET.get("page"))
    rows = [(one, link_queries.address(one)) for one in shown]
    context = {"rows": rows, "shown": shown, "beside": outcome_drawing.beside(request, shown)}
    return render(request, "returns/links.html", pages.around(actor, "links") | context)


@require_safe
def link(request: HttpRequest, number: int) -> HttpResponse:
    """Show a link: its address, where it leads, its visits by day."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    chosen = link_queries.link(actor, number)
    days = link_queries.days(actor, chosen)
    context = {
        "link": chosen,
        "address": link_queries.address(chosen),
        "leads": target_of(chosen),
        "days": days,
        "drawing": outcome_drawing.bars([(one.day, one.visits) for one in days]),
    }
    return render(request, "returns/links_one.html", pages.around(actor, "links") | context)


def _editor(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    return actor


@require_http_methods(FORM)
def add_link(request: HttpRequest) -> HttpResponse:
    """Make a link."""
    return _form(request, _editor(request), None)


@require_http_methods(FORM)
def change_link(request: HttpRequest, number: int) -> HttpResponse:
    """Change where a link leads and what it is for."""
    actor = _editor(request)
    return _form(request, actor, link_queries.link(actor, number))


def _form(request: HttpRequest, actor: Actor, row: ShortLink | None) -> HttpResponse:
    form = LinkForm(actor, request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            made = link_actions.save_link(actor, wish=form.wish(), link=row)
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("returns:link", made.pk)
    context = {
        "form": form,
        "heading": _("Change a link") if row else _("Make a link"),
        "back": reverse("returns:links"),
    }
    return render(request, "returns/form.html", pages.around(actor, "links") | context)


@require_POST
def end_link(request: HttpRequest, number: int) -> HttpResponse:
    """Stop counting, or count again where `do` is `resume`."""
    actor = _editor(request)
    chosen = link_queries.link(actor, number)
    if request.POST.get("do") == "resume":
        link_actions.resume_link(actor, link=chosen)
        messages.success(request, _("The link counts again."))
    else:
        link_actions.end_link(actor, link=chosen)
        messages.success(
            request, _("The link has ended: it still leads there, and counts nothing.")
        )
    return redirect("returns:link", number)
