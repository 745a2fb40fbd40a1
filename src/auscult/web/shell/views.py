"""Pages that belong to no application: the way in, going anywhere, the design, leaving Lakeside."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.shell import finding, lakeside, showing
from auscult.web.shell.lakeside_marks import NAME
from auscult.web.shell.navigation import rooms_of
from auscult.web.sources import queries as sources


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the first room that a person may enter."""
    rooms = rooms_of(actor_of(request))
    return redirect(rooms[0].address if rooms else "shortcuts")


@require_safe
def go(request: HttpRequest) -> HttpResponse:
    """Show places whose names fit what was typed; for the palette, the list alone."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, "look for places")
    typed = request.GET.get("q", "")[:200]
    shown = {"typed": typed, "hits": finding.places(actor, typed)}
    asked_by_htmx = request.headers.get("HX-Request") == "true"
    return render(request, "components/hits.html" if asked_by_htmx else "go.html", shown)


@require_safe
def shortcuts(request: HttpRequest) -> HttpResponse:
    """List the keys and what they do."""
    require(actor_of(request), Right.SEE_FIGURES, "see the shortcuts")
    return render(request, "shortcuts.html")


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Show every component in both themes."""
    require(actor_of(request), Right.SEE_FIGURES, "see the design")
    return render(request, "design/page.html", showing.everything())


@require_http_methods(["GET", "HEAD", "POST"])
def leave_lakeside(request: HttpRequest) -> HttpResponse:
    """Ask whether the town shall go; remove it, with its watches, when the answer is yes."""
    actor = actor_of(request)
    require(actor, Right.REMOVE_SOURCES, "remove sources")
    sources.source(actor, NAME)
    if request.method != "POST":
        return render(request, "leave_lakeside.html")
    lakeside.leave(actor)
    messages.success(request, _("The town of Lakeside is gone. Now add what is yours."))
    return redirect("home")
