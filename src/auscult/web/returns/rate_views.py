"""Roles, what an hour of each costs, and who works as what."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import cost_queries, pages, queries, rate_actions
from auscult.web.returns.cost_editing import FORM, Editing, edited, editor
from auscult.web.returns.cost_models import Rate, WorkRole
from auscult.web.returns.rate_forms import RateForm, RoleForm, WorkersForm


@require_safe
def rates(request: HttpRequest) -> HttpResponse:
    """Show roles with their rates, and who works as what."""
    actor = actor_of(request)
    require(actor, Right.SEE_COSTS, cost_queries.SEE_COSTS)
    known = cost_queries.workers(actor)
    people = list(cost_queries.people(actor))
    context = {
        "roles": cost_queries.roles(actor),
        "without": [one for one in people if one.pk not in known],
        "workers": sorted(known.values(), key=_name),
    }
    return render(request, "returns/rates.html", pages.around(actor, "rates") | context)


def _name(worker: Any) -> str:
    return str(worker.user)


@require_http_methods(FORM)
def add_role(request: HttpRequest) -> HttpResponse:
    """Name a role."""
    return _role(request, editor(request), None)


@require_http_methods(FORM)
def role(request: HttpRequest, number: int) -> HttpResponse:
    """Change a role, or remove it with its rates."""
    actor = editor(request)
    return _role(request, actor, cost_queries.role(actor, number))


def _role(request: HttpRequest, actor: Actor, row: WorkRole | None) -> HttpResponse:
    initial = {"name": row.name, "given": row.given} if row else {}
    form = RoleForm(request.POST or None, initial=initial)

    def save() -> None:
        rate_actions.save_role(actor, role=row, **form.cleaned_data)

    def remove() -> None:
        assert row is not None
        rate_actions.remove_role(actor, role=row)

    title = _("A role")
    editing = Editing(title=title, page="rates", save=save, remove=remove if row else None)
    return edited(request, actor, form, editing)


@require_http_methods(FORM)
def add_rate(request: HttpRequest) -> HttpResponse:
    """Say what an hour of a role costs; `?role=3` begins with that one."""
    return _rate(request, editor(request), None)


@require_http_methods(FORM)
def rate(request: HttpRequest, number: int) -> HttpResponse:
    """Change a rate, or remove it."""
    actor = editor(request)
    return _rate(request, actor, cost_queries.rate(actor, number))


def _rate(request: HttpRequest, actor: Actor, row: Rate | None) -> HttpResponse:
    names = ("role", "hourly", "currency", "since", "source")
    begin = {
        "role": request.GET.get("role", "")[:20],
        "currency": queries.ledger(actor).currency,
        "since": queries.today(actor).replace(month=1, day=1),
    }
    initial = {name: getattr(row, name) for name in names} if row else begin
    form = RateForm(actor, request.POST or None, initial=initial)

    def save() -> None:
        rate_actions.save_rate(actor, wish=form.wish(), rate=row)

    def remove() -> None:
        assert row is not None
        rate_actions.remove_rate(actor, rate=row)

    title = _("What an hour costs")
    editing = Editing(title=title, page="rates", save=save, remove=remove if row else None)
    return edited(request, actor, form, editing)


@require_http_methods(FORM)
def workers(request: HttpRequest) -> HttpResponse:
    """Say as what each member works."""
    actor = editor(request)
    form = WorkersForm(actor, request.POST or None)

    def save() -> None:
        rate_actions.set_workers(actor, work=form.work())

    editing = Editing(title=_("Who works as what"), page="rates", save=save)
    return edited(request, actor, form, editing)
