"""The page "What we have", and its forms."""

from __future__ import annotations

from collections.abc import Callable
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
from auscult.web.planning import pages, queries, resource_actions, resources
from auscult.web.planning.forms import PlanForm
from auscult.web.planning.resource_actions import Row
from auscult.web.planning.resource_forms import AbsenceForm, AssetForm, CapacityForm, SkillForm
from auscult.web.planning.resource_models import Absence, Asset, Capacity, Skill

FORM = ["GET", "HEAD", "POST"]


@require_safe
def have(request: HttpRequest) -> HttpResponse:
    """Show people's hours by skill and week, absences, money, kit, accounts and tools."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    cycle = pages.asked(request, actor)
    supply, skills = resources.by_skill(actor, cycle)
    context = {
        "weeks": supply.weeks,
        "skills": skills,
        "unknown": resources.unknown_skills(actor, cycle),
        "absences": resources.absences(actor).filter(last_day__gte=supply.weeks[0][0]),
        "assets": resources.assets(actor),
        "sees_all": resources.sees_hours_of_all(actor),
    }
    return render(request, "planning/have.html", pages.around(actor, cycle, "have") | context)


def _form(
    request: HttpRequest, actor: Actor, form: PlanForm, save: Callable[[], Any], row: Row | None
) -> HttpResponse:
    """Show a form, save what it says, or remove its row."""
    if request.method == "POST":
        if row is not None and request.POST.get("do") == "remove":
            resource_actions.remove_resource(actor, row=row)
            messages.success(request, _("Removed."))
            return redirect("planning:have")
        if form.is_valid():
            try:
                save()
            except Correctable as error:
                form.take(error)
            else:
                messages.success(request, _("Saved."))
                return redirect("planning:have")
    context = {"form": form, "row": row, "title": TITLES[type(form)]()}
    around = pages.around(actor, queries.current(actor), "have")
    return render(request, "planning/have_form.html", around | context)


TITLES: dict[type[PlanForm], Callable[[], str]] = {
    SkillForm: lambda: _("A skill of the house"),
    CapacityForm: lambda: _("Hours of a person"),
    AbsenceForm: lambda: _("Days away"),
    AssetForm: lambda: _("Money, kit, an account or a tool"),
}


def _editor(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Right.EDIT_PLAN, resources.CHANGE)
    return actor


def _member(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Right.CHECK_IN, resources.OWN)
    return actor


@require_http_methods(FORM)
def add_skill(request: HttpRequest) -> HttpResponse:
    """Name a skill; `?name=Filming` begins with it."""
    return _skill(request, _editor(request), None)


@require_http_methods(FORM)
def skill(request: HttpRequest, number: int) -> HttpResponse:
    """Rename or remove a skill."""
    actor = _editor(request)
    return _skill(request, actor, resources.skill(actor, number))


def _skill(request: HttpRequest, actor: Actor, row: Skill | None) -> HttpResponse:
    begin = {"name": row.name if row else request.GET.get("name", "")[:100]}
    form = SkillForm(request.POST or None, initial=begin)

    def save() -> Skill:
        return resource_actions.save_skill(actor, name=form.cleaned_data["name"], skill=row)

    return _form(request, actor, form, save, row)


@require_http_methods(FORM)
def add_capacity(request: HttpRequest) -> HttpResponse:
    """Say how many hours a week somebody has; `?skill=3` begins with that one."""
    return _capacity(request, _member(request), None)


@require_http_methods(FORM)
def capacity(request: HttpRequest, number: int) -> HttpResponse:
    """Change or remove hours."""
    actor = _member(request)
    return _capacity(request, actor, resources.capacity(actor, number))


def _capacity(request: HttpRequest, actor: Actor, row: Capacity | None) -> HttpResponse:
    names = ("skill", "person", "hours", "first_day", "last_day")
    begin = {"person": actor.user_id, "skill": request.GET.get("skill", "")}
    initial = {name: getattr(row, name) for name in names} if row else begin
    form = CapacityForm(actor, request.POST or None, initial=initial)

    def save() -> Capacity:
        return resource_actions.save_capacity(actor, wish=form.wish(), capacity=row)

    return _form(request, actor, form, save, row)


@require_http_methods(FORM)
def add_absence(request: HttpRequest) -> HttpResponse:
    """Say when somebody is away."""
    return _absence(request, _member(request), None)


@require_http_methods(FORM)
def absence(request: HttpRequest, number: int) -> HttpResponse:
    """Change or remove days away; those of the whole house are for who edits the plan."""
    actor = _member(request)
    return _absence(request, actor, resources.absence(actor, number))


def _absence(request: HttpRequest, actor: Actor, row: Absence | None) -> HttpResponse:
    initial: dict[str, Any] = {"person": actor.user_id, "first_day": queries.today(actor)}
    if row:
        initial = {name: getattr(row, name) for name in ("person", "first_day", "last_day")}
        initial["percent"] = round(100 * row.share)
    form = AbsenceForm(actor, request.POST or None, initial=initial)

    def save() -> Absence:
        return resource_actions.save_absence(actor, wish=form.wish(), absence=row)

    return _form(request, actor, form, save, row)


@require_http_methods(FORM)
def add_asset(request: HttpRequest) -> HttpResponse:
    """Say which money, kit, account or tool there is."""
    return _asset(request, _editor(request), None)


@require_http_methods(FORM)
def asset(request: HttpRequest, number: int) -> HttpResponse:
    """Change or remove money, kit, an account or a tool."""
    actor = _editor(request)
    return _asset(request, actor, resources.asset(actor, number))


def _asset(request: HttpRequest, actor: Actor, row: Asset | None) -> HttpResponse:
    names = ("kind", "name", "amount", "state", "keeper", "note")
    initial = {name: getattr(row, name) for name in names} if row else {}
    form = AssetForm(actor, request.POST or None, initial=initial)

    def save() -> Asset:
        return resource_actions.save_asset(actor, wish=form.wish(), asset=row)

    return _form(request, actor, form, save, row)
