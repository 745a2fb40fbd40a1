"""The timeline: a page, and its part that is sent again after each move."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.planning import bet_actions, pages, queries, timeline_actions
from auscult.web.planning.errors import PlanRefused
from auscult.web.planning.models import Cycle, Task
from auscult.web.planning.timeline import WIDTH
from auscult.web.planning.timeline import timeline as timeline_of
from auscult.web.planning.timeline_actions import Days, said

SHIFTS = ((-7, "−7"), (-1, "−1"), (1, "+1"), (7, "+7"))  # days, and how a button says them


def _content(actor: Actor, cycle: Cycle) -> dict[str, Any]:
    return {"timeline": timeline_of(actor, cycle), "width": WIDTH, "shifts": SHIFTS}


@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    """Show the tasks along the days of the cycle."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return pages.shown(request, actor, "timeline", lambda cycle: _content(actor, cycle))


@require_POST
def shift_task(request: HttpRequest, number: int) -> HttpResponse:
    """Move a task along the timeline: by `days`, or to `first_day` and `last_day`.

    Where the page's script asks, the answer is the timeline as it is now, with what became of it.
    """
    actor = actor_of(request)
    found = queries.task(actor, number)
    bet_actions.require_task(actor, found)
    alone = bool(request.headers.get("HX-Request"))
    refused = None
    try:
        _move(request, actor, found)
    except Correctable as error:
        if not alone:
            raise
        refused = error
    cycle = found.bet.cycle
    around = pages.around(actor, cycle, "timeline")
    if not alone:
        return redirect(reverse("planning:timeline") + around["asking"])
    told = _told(queries.task(actor, number)) if refused is None else str(refused)
    context = around | _content(actor, cycle) | {"told": told, "refused": refused is not None}
    status = 400 if refused else 200
    return render(request, "planning/parts/timeline.html", context, status=status)


def _told(task: Task) -> str:
    days = {"first": said(task.first_day), "last": said(task.last_day)}
    return _("“%(title)s” runs from %(first)s to %(last)s now.") % {"title": task.title, **days}


def _move(request: HttpRequest, actor: Actor, found: Task) -> None:
    if "first_day" in request.POST:
        wanted = Days(first=_day(request, "first_day"), last=_day(request, "last_day"))
        seen = Days(first=_day(request, "seen_first"), last=_day(request, "seen_last"))
        timeline_actions.place_task(actor, task=found, wanted=wanted, seen=seen)
        return
    given = request.POST.get("days", "")
    if given not in {str(days) for days, _sign in SHIFTS}:
        raise PlanRefused("days", given[:40], "-7, -1, 1, 7")
    timeline_actions.shift_task(actor, task=found, days=int(given))


def _day(request: HttpRequest, name: str) -> date:
    """Return a day that the script sent.

    Raises
    ------
    PlanRefused
    """
    given = request.POST.get(name, "")
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise PlanRefused(name, given[:40], _("a day like 2026-11-20")) from error
