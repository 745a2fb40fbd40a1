"""Practice logs, and requests for accounts of the house."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor, Role, User
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.requests import actor_of
from auscult.web.planning import pages, queries, readiness, readiness_actions
from auscult.web.planning.errors import PlanRefused, PlanUnknown
from auscult.web.planning.forms import PlanForm
from auscult.web.planning.moves import REQUEST, RequestState
from auscult.web.planning.people_models import AccountRequest, Practice
from auscult.web.planning.readiness_forms import AccountForm, PracticeForm

FORM = ["GET", "HEAD", "POST"]
LISTED = 100  # lines of a log


def _around(actor: Actor) -> dict[str, Any]:
    return pages.around(actor, queries.current(actor), "readiness")


@require_safe
def room(request: HttpRequest) -> HttpResponse:
    """Show a person's practice and what comes next; `?person=3` another's, to owners."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    whose = _whose(request, actor)
    context = {
        "whose": whose,
        "own": whose.pk == actor.user_id,
        "people": queries.people(actor) if actor.role is Role.OWNER else (),
        "networks": readiness.by_network(actor, whose),
        "lines": readiness.practices(actor).filter(user=whose)[:LISTED],
        "form": PracticeForm(actor),
        "requests": readiness.requests(actor),
    }
    return render(request, "planning/readiness.html", _around(actor) | context)


def _whose(request: HttpRequest, actor: Actor) -> User:
    given = request.GET.get("person", "")
    if not given:
        return readiness.person(actor, actor.user_id or 0)
    if not given.isascii() or not given.isdecimal() or len(given) > 9:
        raise PlanUnknown("practice log of", given[:40])
    return readiness.person(actor, int(given))


@require_http_methods(FORM)
def log(request: HttpRequest) -> HttpResponse:
    """Log a practice."""
    return _practice_form(request, _practising(request), None)


@require_http_methods(FORM)
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Change a line of one's own log."""
    actor = _practising(request)
    return _practice_form(request, actor, readiness.own_practice(actor, number))


def _practising(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Right.CHECK_IN, readiness_actions.LOG)
    return actor


def _practice_form(request: HttpRequest, actor: Actor, found: Practice | None) -> HttpResponse:
    form = PracticeForm(actor, request.POST or None, practice=found)
    if request.method == "POST" and form.is_valid():
        try:
            readiness_actions.log_practice(actor, done=form.done(), practice=found)
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _("Your practice is logged."))
            return redirect("planning:readiness")
    return _form(request, actor, form, _("What you practised"))


def _form(request: HttpRequest, actor: Actor, form: PlanForm, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": "planning:readiness"}
    return render(request, "planning/people_form.html", _around(actor) | context)


@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Take a line out of one's own log."""
    actor = _practising(request)
    readiness_actions.remove_practice(actor, practice=readiness.own_practice(actor, number))
    messages.success(request, _("The line is removed."))
    return redirect("planning:readiness")


@require_http_methods(FORM)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for an account."""
    return _account_form(request, _asking(request), None)


@require_http_methods(FORM)
def ask_again(request: HttpRequest, number: int) -> HttpResponse:
    """Change one's own request, or ask again."""
    actor = _asking(request)
    return _account_form(request, actor, readiness.request(actor, number))


def _asking(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Right.CHECK_IN, readiness_actions.ASK)
    return actor


def _account_form(request: HttpRequest, actor: Actor, found: AccountRequest | None) -> HttpResponse:
    form = AccountForm(actor, request.POST or None, request=found)
    if request.method == "POST" and form.is_valid():
        try:
            asked = readiness_actions.ask_account(actor, wish=form.wish(), request=found)
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _("Approvers and owners see your request now."))
            return redirect("planning:request", asked.pk)
    return _form(request, actor, form, _("Ask for an account"))


@require_safe
def account(request: HttpRequest, number: int) -> HttpResponse:
    """Show a request with the asker's readiness and what is missing."""
    actor = actor_of(request)
    found = readiness.request(actor, number)
    open_ = found.state == RequestState.ASKED
    context = {
        "request_": found,
        "ready": readiness.asked_for(actor, found),
        "missing": readiness.missing(actor, found),
        "may_decide": open_ and may(actor, Right.DECIDE_ACCOUNTS),
        "mine": found.asker_id == actor.user_id and may(actor, Right.CHECK_IN),
        "may_ask": open_ or RequestState.ASKED in REQUEST[RequestState(found.state)],
        "may_withdraw": open_,
    }
    return render(request, "planning/request.html", _around(actor) | context)


@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take one's own request back."""
    actor = _asking(request)
    found = readiness.request(actor, number)
    readiness_actions.withdraw_request(actor, request=found)
    messages.success(request, _("Your request is withdrawn."))
    return redirect("planning:request", found.pk)


@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Approve a request or refuse it."""
    actor = actor_of(request)
    require(actor, Right.DECIDE_ACCOUNTS, readiness_actions.DECIDE)
    found = readiness.request(actor, number)
    given = request.POST.get("state", "")
    if given not in {RequestState.APPROVED, RequestState.REFUSED}:
        raise PlanRefused("state", given[:40], "approved, refused")
    reason = request.POST.get("reason", "")
    state = RequestState(given)
    readiness_actions.decide_request(actor, request=found, state=state, reason=reason)
    messages.success(request, _("Your decision is kept."))
    return redirect("planning:request", found.pk)
