"""Pages that belong to no application: leaving the simulated town."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.shell import lakeside
from auscult.web.sources import queries as sources


@require_http_methods(["GET", "HEAD", "POST"])
def leave_lakeside(request: HttpRequest) -> HttpResponse:
    """Ask whether the town shall go; remove it, with its watches, when the answer is yes."""
    actor = actor_of(request)
    require(actor, Right.REMOVE_SOURCES, "remove sources")
    sources.source(actor, lakeside.NAME)
    if request.method != "POST":
        return render(request, "leave_lakeside.html")
    lakeside.leave(actor)
    messages.success(request, _("The town of Lakeside is gone. Now add what is yours."))
    return redirect("home")
