"""Offers of help, and helping."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.planning import help_actions, helping, queries


@require_POST
def offer(request: HttpRequest) -> HttpResponse:
    """Offer a skill."""
    made = help_actions.offer_skill(actor_of(request), skill=request.POST.get("skill", ""))
    said = _("You offer “%(skill)s”. A mail tells you when a task wants it.")
    messages.success(request, said % {"skill": made.skill})
    return redirect("planning:room")


@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Offer a skill no more."""
    actor = actor_of(request)
    require(actor, Right.CHECK_IN, help_actions.OFFER)
    help_actions.withdraw_offer(actor, offer=helping.offer(actor, number))
    messages.success(request, _("You don't offer it any more."))
    return redirect("planning:room")


@require_POST
def join(request: HttpRequest, number: int) -> HttpResponse:
    """Help with a task."""
    actor = actor_of(request)
    task = queries.task(actor, number)
    help_actions.join_task(actor, task=task)
    said = _("Thank you for helping: “%(title)s” is yours as well.")
    messages.success(request, said % {"title": task.title})
    return redirect("planning:bet", task.bet_id)
