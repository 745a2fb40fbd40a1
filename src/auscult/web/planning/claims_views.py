"""Purists' corner: claims held against the archive."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.planning import (
    claims_actions,
    claims_drawing,
    claims_queries,
    claims_showing,
    pages,
    queries,
)
from auscult.web.planning.claims_forms import ClaimForm
from auscult.web.planning.claims_models import ClaimState
from auscult.web.planning.claims_posts import MOST_POSTS
from auscult.web.planning.claims_ready import READY
from auscult.web.planning.errors import PlanRefused

FORM = ["GET", "HEAD", "POST"]


def editor(request: HttpRequest) -> Actor:
    """Return who asks, if she may change claims and trials."""
    actor = actor_of(request)
    require(actor, Right.EDIT_PLAN, claims_actions.CHANGE)
    return actor


def reader(request: HttpRequest) -> Actor:
    """Return who asks, if she may see the plan."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return actor


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """Show all claims with what was found."""
    actor = reader(request)
    rows = [claims_showing.shown(one) for one in claims_queries.claims(actor).defer("looks")]
    active = [one for one in rows if one.row.state == ClaimState.ACTIVE]
    context = {
        "active": active,
        "aside": [one for one in rows if one.row.state != ClaimState.ACTIVE],
        "together": sum(one.finding is not None for one in active),
        "percent": next((one.percent for one in active if one.finding), ""),
        "reaches_back": min(
            (one.finding.since for one in active if one.finding and one.finding.since), default=None
        ),
        "ready": READY,
    }
    around = pages.around(actor, pages.asked(request, actor), "claims")
    return render(request, "planning/claims.html", around | context)


@require_http_methods(FORM)
def add_claim(request: HttpRequest, kind: str) -> HttpResponse:
    """Hold a ready-made claim against the archive."""
    actor = editor(request)
    if kind not in READY:
        raise Http404
    form = ClaimForm(kind, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = claims_actions.add_claim(actor, wish=form.wish())
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _("The claim is tested within minutes, and then daily."))
            return redirect("planning:claim", made.pk)
    context = {"form": form, "ready": READY[kind]}
    around = pages.around(actor, queries.current(actor), "claims")
    return render(request, "planning/claims_add.html", around | context)


@require_safe
def claim(request: HttpRequest, number: int) -> HttpResponse:
    """Show a claim: what was found, how the evidence grew, its trials."""
    actor = reader(request)
    row = claims_queries.claim(actor, number)
    found = claims_showing.shown(row)
    finding = found.finding
    context = {
        "one": found,
        "claim": row,
        "ready": READY[row.kind],
        "most": MOST_POSTS if row.posts >= MOST_POSTS else None,
        "evidence": claims_drawing.evidence(row.looks, finding.level) if finding else None,
        "trials": [
            claims_showing.shown(each) for each in claims_queries.trials(actor).filter(claim=row)
        ],
    }
    around = pages.around(actor, queries.current(actor), "claims")
    return render(request, "planning/claims_one.html", around | context)


@require_POST
def move_claim(request: HttpRequest, number: int) -> HttpResponse:
    """Put a claim aside, or test it daily again."""
    actor = editor(request)
    row = claims_queries.claim(actor, number)
    state = request.POST.get("state", "")
    if state not in ClaimState.values:
        raise PlanRefused("state", state[:40], ", ".join(ClaimState.values))
    claims_actions.move_claim(actor, claim=row, state=ClaimState(state))
    return redirect("planning:claim", number)


@require_http_methods(FORM)
def remove_claim(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether to take a claim away; take it away."""
    actor = editor(request)
    row = claims_queries.claim(actor, number)
    if request.method == "POST":
        claims_actions.remove_claim(actor, claim=row)
        messages.success(request, _("The claim is gone."))
        return redirect("planning:claims")
    around = pages.around(actor, queries.current(actor), "claims")
    return render(request, "planning/claims_remove.html", around | {"claim": row})
