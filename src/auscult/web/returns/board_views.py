"""The page for the board."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import pages, queries


@require_safe
def room(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return render(request, "returns/room.html", pages.around(actor, "room"))
