"""The week so far, the briefs of earlier weeks, and how they come."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.requests import actor_of
from auscult.web.briefs import actions, printing, queries
from auscult.web.briefs.forms import PlanForm


@require_safe
def room(request: HttpRequest) -> HttpResponse:
    """Show the week so far, and what was made."""
    actor = actor_of(request)
    return _page(request, actor, queries.current(actor))


@require_safe
def brief(request: HttpRequest, week: date) -> HttpResponse:
    """Show the brief of a week."""
    actor = actor_of(request)
    return _page(request, actor, queries.brief(actor, week))


def _page(request: HttpRequest, actor: Actor, shown: queries.Shown) -> HttpResponse:
    parts = {
        "brief": shown,
        "briefs": queries.briefs(actor)[: queries.LISTED],
        "plan": queries.plan(actor),
        "reads": queries.reads(actor),
        "may_plan": may(actor, Right.EDIT_DASHBOARDS),
        "may_export": may(actor, Right.EXPORT),
    }
    return render(request, "briefs/room.html", parts)


@require_safe
def printed(request: HttpRequest, week: date) -> HttpResponse:
    """Answer with the brief of a week as PDF."""
    actor = actor_of(request)
    shown = queries.brief(actor, week)
    actions.record_download(actor, week=week)
    answer = HttpResponse(printing.as_pdf(actor, shown), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="brief-{week}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """Let whoever asks get the brief by mail, or not any more."""
    wanted = request.POST.get("wanted") == "yes"
    actions.subscribe(actor_of(request), wanted=wanted)
    said = _("You get the brief by mail.") if wanted else _("You get no more briefs by mail.")
    messages.success(request, said)
    return redirect("briefs:room")


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """Change when the brief is made."""
    actor = actor_of(request)
    require(actor, Right.EDIT_DASHBOARDS, "decide when the brief is made")
    chosen = queries.plan(actor)
    form = PlanForm(request.POST or None, initial={"weekday": chosen.weekday, "hour": chosen.hour})
    if request.method == "POST" and form.is_valid():
        actions.plan_briefs(actor, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("briefs:room")
    return render(request, "briefs/plan.html", {"form": form})
