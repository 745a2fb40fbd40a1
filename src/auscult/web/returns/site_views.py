"""The page 'Your website': who may tell conversions, and the script to copy."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.delivery.queries import link as whole_address
from auscult.web.returns import pages, queries, site_actions
from auscult.web.returns.cost_models import Ledger
from auscult.web.returns.outcome_views import editor
from auscult.web.returns.site_forms import SitesForm


@require_safe
def site(request: HttpRequest) -> HttpResponse:
    """Show the script for the house's website, and which websites may tell."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    sites = queries.ledger(actor).sites
    return _page(request, actor, SitesForm(initial={"sites": "\n".join(sites)}))


def _page(request: HttpRequest, actor: Actor, form: SitesForm) -> HttpResponse:
    book = queries.ledger(actor)
    context = {
        "form": form,
        "book": book,
        "snippet": snippet(book),
        "kinds": list(queries.kinds(actor)),
    }
    return render(request, "returns/site.html", pages.around(actor, "site") | context)


@require_POST
def save_sites(request: HttpRequest) -> HttpResponse:
    """Say which websites may tell."""
    actor = editor(request)
    form = SitesForm(request.POST)
    if form.is_valid():
        try:
            site_actions.save_sites(actor, sites=form.cleaned_data["sites"])
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("returns:site")
    return _page(request, actor, form)


def snippet(book: Ledger) -> str:
    """Return the script for the house's website; empty while it has no key."""
    if not book.site_key:
        return ""
    address = whole_address(reverse("conversions", args=[book.site_key]))
    return render_to_string("returns/site_snippet.js", {"address": json.dumps(address)})


@require_POST
def renew_key(request: HttpRequest) -> HttpResponse:
    """Give the house another key."""
    site_actions.renew_key(editor(request))
    messages.success(request, _("The key is another one. Copy the script again to your website."))
    return redirect("returns:site")
