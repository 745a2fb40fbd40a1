"""The page "What more could bring", its question, and the one page for those who lead the house."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.planning import actions, asking, outlook, pages, queries
from auscult.web.planning.allocation_actions import ASK, BEGUN, ask_planner
from auscult.web.planning.errors import CycleUnknown
from auscult.web.planning.models import Cycle
from auscult.web.planning.outlook_forms import AimsForm


def _entering(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return actor


@require_safe
def more(request: HttpRequest) -> HttpResponse:
    """Show the newest answer, and how far the question after it is."""
    actor = _entering(request)

    def content(cycle: Cycle) -> dict[str, Any]:
        last = outlook.allocations(actor, cycle).first()
        shown = outlook.shown(actor, cycle)
        return {
            "last": last,
            "begun": last and last.state in BEGUN,
            "refusal": outlook.refusal(last) if last else "",
            "shown": shown,
        }

    return pages.shown(request, actor, "more", content)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask the planner."""
    actor = actor_of(request)
    require(actor, Right.EDIT_PLAN, ASK)
    cycle = queries.current(actor)
    if cycle is None:
        return redirect("planning:more")
    last = outlook.allocations(actor, cycle).first()
    form = AimsForm(actor, cycle, request.POST or None, last=last)
    if request.method == "POST" and form.is_valid():
        try:
            ask_planner(actor, cycle=cycle, aims=form.aims())
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _("Asked: the answer comes within a minute or two."))
            return redirect("planning:more")
    context = {**pages.around(actor, cycle, "more"), "form": form, "last": last}
    context["refusal"] = outlook.refusal(last) if last else ""
    return render(request, "planning/more_ask.html", context)


@require_safe
def leaders(request: HttpRequest) -> HttpResponse:
    """Show the ask on one page, to be printed."""
    actor = _entering(request)

    def content(cycle: Cycle) -> dict[str, Any]:
        shown = outlook.shown(actor, cycle)
        return {"ask": asking.page(actor, cycle, shown) if shown else None}

    return pages.shown(request, actor, "leaders", content)


@require_safe
def leaders_printed(request: HttpRequest) -> HttpResponse:
    """Answer with the ask on one page as PDF."""
    actor = actor_of(request)
    actions.require_export(actor)
    cycle = pages.asked(request, actor)
    if cycle is None:
        raise CycleUnknown(1)
    shown = outlook.shown(actor, cycle)
    if shown is None:
        return redirect("planning:more")
    actions.record_download(actor, cycle=cycle, form="ask")
    answer = HttpResponse(asking.as_pdf(actor, cycle, shown), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="ask-{cycle.number}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer
