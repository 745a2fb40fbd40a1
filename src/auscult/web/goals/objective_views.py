"""The pages of an objective: its series, its readings, its end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.requests import actor_of
from auscult.web.goals import history, linked, objective_actions, queries, reading_actions
from auscult.web.goals.drawing import drawing
from auscult.web.goals.errors import ObjectiveClosed
from auscult.web.goals.forms import (
    ClosingForm,
    ObjectiveForm,
    ReadingForm,
    TargetForm,
    stored_objective,
)
from auscult.web.goals.models import About, Objective, Origin
from auscult.web.goals.source_actions import mark
from auscult.web.goals.standing import standing
from auscult.web.goals.views import FORM, number_in, say
from auscult.web.goals.wording import chance, source_in_words

NEWEST = 5  # changes that the page shows by itself


@require_safe
def objective(request: HttpRequest, number: int) -> HttpResponse:
    """Show an objective: its series with target and deadline, its readings."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, "see goals")
    return page(request, actor, queries.objective(actor, number))


def page(
    request: HttpRequest,
    actor: Actor,
    chosen: Objective,
    *,
    form: ReadingForm | None = None,
    link_form: TargetForm | None = None,
) -> HttpResponse:
    """Return the page of an objective; of a form that was sent, with what is wrong in it."""
    today = queries.today(actor)
    found = linked.linked(actor, chosen)
    newest = queries.changes(actor).filter(kind=About.OBJECTIVE, number=chosen.pk)[:NEWEST]
    readings = list(queries.readings(actor, chosen))
    stands = standing(chosen, readings, today)
    shown: dict[str, Any] = {
        "objective": chosen,
        "standing": stands,
        "chance": chance(stands),
        "drawing": drawing(stands, today),
        "readings": readings[::-1],
        "form": form or ReadingForm(today),
        "linked": found,
        "link_form": link_form or TargetForm(linked.choices(actor, chosen)),
        "changes": history.told(actor, newest),
        "origin": source_in_words(actor, chosen),
        "may_edit": may(actor, Right.EDIT_GOALS),
        "may_switch": may(actor, Right.MANAGE_HOUSE),
        "seen": mark(chosen),
    }
    return render(request, "goals/objective.html", shown)


@require_http_methods(FORM)
def add_objective(request: HttpRequest) -> HttpResponse:
    """Add an objective."""
    actor = actor_of(request)
    initial = {
        "priority": request.GET.get("priority", ""),
        "baseline_on": queries.today(actor),
    }
    if not queries.priorities(actor).filter(pk=number_in(initial["priority"])).exists():
        del initial["priority"]
    return _form(request, actor, None, initial)


@require_http_methods(FORM)
def change_objective(request: HttpRequest, number: int) -> HttpResponse:
    """Change an objective."""
    actor = actor_of(request)
    chosen = queries.objective(actor, number)
    return _form(request, actor, chosen, stored_objective(chosen))


def _form(
    request: HttpRequest, actor: Actor, chosen: Objective | None, initial: dict[str, Any]
) -> HttpResponse:
    require(actor, Right.EDIT_GOALS, objective_actions.MAY)
    form = ObjectiveForm(actor, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = objective_actions.save_objective(actor, wish=form.wish(), objective=chosen)
        except Correctable as error:
            say(form, error)
        else:
            messages.success(
                request, _("The objective “%(title)s” is saved.") % {"title": saved.title}
            )
            return redirect("goals:objective", saved.pk)
    return render(request, "goals/objective_form.html", {"form": form, "objective": chosen})


@require_POST
def save_reading(request: HttpRequest, number: int) -> HttpResponse:
    """Keep the value of a day."""
    actor = actor_of(request)
    chosen = queries.objective(actor, number)
    require(actor, Right.EDIT_GOALS, reading_actions.MAY)
    form = ReadingForm(queries.today(actor), request.POST)
    if form.is_valid():
        try:
            kept = reading_actions.save_readings(
                actor, objective=chosen, given=[form.given()], origin=Origin.TYPED
            )
        except ObjectiveClosed:  # its page has no form any more where that could stand
            raise
        except Correctable as error:
            say(form, error)
        else:
            said = _("The reading took the place of the one before.")
            messages.success(request, said if kept.changed else _("The reading is saved."))
            return redirect("goals:objective", number)
    return page(request, actor, chosen, form=form)


@require_http_methods(FORM)
def close_objective(request: HttpRequest, number: int) -> HttpResponse:
    """Ask where an objective was in the end, and close it."""
    actor = actor_of(request)
    chosen = queries.objective(actor, number)
    require(actor, Right.EDIT_GOALS, objective_actions.MAY)
    newest = queries.readings(actor, chosen).last()
    initial = {"actual": newest.value if newest else None}
    form = ClosingForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            objective_actions.close_objective(actor, objective=chosen, **form.cleaned_data)
        except Correctable as error:
            say(form, error)
        else:
            messages.success(request, _("The objective is closed."))
            return redirect("goals:objective", number)
    return render(request, "goals/close.html", {"form": form, "objective": chosen})


@require_POST
def reopen_objective(request: HttpRequest, number: int) -> HttpResponse:
    """Open a closed objective again."""
    actor = actor_of(request)
    objective_actions.reopen_objective(actor, objective=queries.objective(actor, number))
    return redirect("goals:objective", number)
