"""Pages where people say how it goes: check-ins, reviews, lessons, the end of a cycle."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.planning import actions, pages, queries, review_actions
from auscult.web.planning.errors import PlanUnknown
from auscult.web.planning.models import ReviewKind
from auscult.web.planning.moves import CycleState
from auscult.web.planning.review_forms import ReviewForm, check_in_form


@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest, number: int) -> HttpResponse:
    """Say how a bet goes this week."""
    actor = actor_of(request)
    require(actor, Right.CHECK_IN, review_actions.SAY)
    bet = queries.bet(actor, number)
    form = check_in_form(actor, bet, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            review_actions.check_in(actor, bet=bet, report=form.report())
        except Correctable as error:
            form.take(error)
        else:
            said = _("Thank you: “%(title)s” is checked in for this week.") % {"title": bet.title}
            messages.success(request, said)
            return redirect("planning:room")
    context = {**pages.around(actor, bet.cycle, "room"), "form": form, "bet": bet}
    return render(request, "planning/check_in.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """Write down the mid-point check or the closing review of a cycle."""
    actor = actor_of(request)
    require(actor, Right.EDIT_PLAN, actions.CHANGE)
    if kind not in ReviewKind.values:
        raise PlanUnknown("review", kind[:20])
    cycle, chosen = queries.cycle(actor, number), ReviewKind(kind)
    form = ReviewForm(cycle, chosen, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            findings = form.findings()
            review_actions.save_review(actor, cycle=cycle, kind=chosen, findings=findings)
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _("The review is saved."))
            return redirect("planning:review", cycle.number, kind)
    context = {**pages.around(actor, cycle, "cycles"), **_about(form, chosen)}
    return render(request, "planning/review.html", context)


def _about(form: ReviewForm, kind: ReviewKind) -> dict[str, Any]:
    closing = kind == ReviewKind.CLOSING
    return {"form": form, "kind": kind, "review": form.review, "closing": closing}


@require_http_methods(["GET", "HEAD", "POST"])
def close_cycle(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a cycle shall be closed; close it and open the next one."""
    actor = actor_of(request)
    require(actor, Right.EDIT_PLAN, actions.CHANGE)
    cycle = queries.cycle(actor, number)
    reviewed = cycle.reviews.filter(kind=ReviewKind.CLOSING).exists()
    if request.method != "POST":
        context = {"reviewed": reviewed, "runs": cycle.state == CycleState.RUNNING}
        around = pages.around(actor, cycle, "cycles")
        return render(request, "planning/close.html", around | context)
    following = review_actions.close_cycle(actor, cycle=cycle)
    said = _("“%(title)s” is closed; the next cycle holds what was kept.") % {"title": cycle.title}
    messages.success(request, said)
    return redirect("planning:change-cycle", following.number)


@require_POST
def add_lesson(request: HttpRequest, number: int) -> HttpResponse:
    """Write down something learned."""
    actor = actor_of(request)
    cycle = queries.cycle(actor, number)
    review_actions.add_lesson(actor, cycle=cycle, text=request.POST.get("text", ""))
    messages.success(request, _("The lesson is kept."))
    return redirect("planning:lessons")


@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """Let whoever asks get the week's plan by mail, or not any more."""
    wanted = request.POST.get("wanted") == "yes"
    actions.subscribe(actor_of(request), wanted=wanted)
    yes, no = _("You get the week's plan by mail."), _("You get no more plans by mail.")
    messages.success(request, yes if wanted else no)
    return redirect("planning:room")
