"""Pages about one source."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from auscult.web.accounts.requests import actor_of
from auscult.web.sources import queries

LINES_SHOWN = 200


@require_safe
def source(request: HttpRequest, number: int) -> HttpResponse:
    """Show how a source is doing, what it covers, and what could not be read of it."""
    actor = actor_of(request)
    chosen = queries.source(actor, number)
    health = next(each for each in queries.source_health(actor) if each.id == chosen.pk)
    lines = queries.broken_lines(actor, source=chosen)[:LINES_SHOWN]
    return render(request, "sources/source.html", {"source": health, "lines": lines})
