"""The plan taken away: as PDF, JSON and CSV."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from auscult.web.accounts.models import Actor
from auscult.web.accounts.requests import actor_of
from auscult.web.planning import actions, files, pages, printing
from auscult.web.planning.errors import CycleUnknown
from auscult.web.planning.models import Cycle


def _taken(request: HttpRequest, form: str) -> tuple[Actor, Cycle]:
    actor = actor_of(request)
    actions.require_export(actor)
    cycle = pages.asked(request, actor)
    if cycle is None:
        raise CycleUnknown(1)
    actions.record_download(actor, cycle=cycle, form=form)
    return actor, cycle


def _file(content: bytes | str, media_type: str, cycle: Cycle, form: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="plan-{cycle.number}.{form}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
def printed(request: HttpRequest) -> HttpResponse:
    """Answer with the plan on one page as PDF."""
    actor, cycle = _taken(request, "pdf")
    return _file(printing.as_pdf(actor, cycle), "application/pdf", cycle, "pdf")


@require_safe
def as_json(request: HttpRequest) -> HttpResponse:
    """Answer with the whole plan as JSON."""
    _actor, cycle = _taken(request, "json")
    return _file(files.as_json(cycle), "application/json", cycle, "json")


@require_safe
def bets_as_csv(request: HttpRequest) -> HttpResponse:
    """Answer with the bets as CSV."""
    _actor, cycle = _taken(request, "bets.csv")
    return _file(files.bets_as_csv(cycle), "text/csv; charset=utf-8", cycle, "bets.csv")


@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """Answer with the tasks as CSV."""
    _actor, cycle = _taken(request, "csv")
    return _file(files.tasks_as_csv(cycle), "text/csv; charset=utf-8", cycle, "tasks.csv")
