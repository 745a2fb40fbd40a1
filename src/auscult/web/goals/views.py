"""The room of goals, and the pages of priorities."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.requests import actor_of
from auscult.web.goals import priority_actions, queries
from auscult.web.goals.drawing import spark
from auscult.web.goals.errors import GoalRefused
from auscult.web.goals.forms import PriorityForm, stored_priority
from auscult.web.goals.models import Priority
from auscult.web.goals.standing import Standing, standings, tree

FORM = ["GET", "HEAD", "POST"]
MOVES = {"up": -1, "down": 1}


@require_safe
def room(request: HttpRequest) -> HttpResponse:
    """Show the tree: functions, priorities, objectives with where they stand."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, "see goals")
    branches = [
        {"branch": one, "priorities": [(row, lines(found)) for row, found in one.priorities]}
        for one in tree(actor)
    ]
    return render(
        request,
        "goals/room.html",
        {
            "branches": branches,
            "may_edit": may(actor, Right.EDIT_GOALS),
            "ended": queries.every_priority(actor).exclude(ended_on=None),
        },
    )


def lines(found: list[Standing]) -> list[dict[str, Any]]:
    """Return objectives as `goals/parts/objectives.html` takes them."""
    return [{"standing": one, "spark": spark(one.objective, one.readings)} for one in found]


@require_safe
def priority(request: HttpRequest, number: int) -> HttpResponse:
    """Show a priority with its objectives."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, "see goals")
    chosen = queries.priority(actor, number)
    ours = queries.objectives(actor).filter(priority=chosen)
    return render(
        request,
        "goals/priority.html",
        {
            "priority": chosen,
            "open": lines(standings(actor, ours.filter(closed_on=None))),
            "closed": lines(standings(actor, ours.exclude(closed_on=None))),
            "may_edit": may(actor, Right.EDIT_GOALS),
        },
    )


@require_http_methods(FORM)
def add_priority(request: HttpRequest) -> HttpResponse:
    """Add a priority."""
    return _form(request, actor_of(request), None)


@require_http_methods(FORM)
def change_priority(request: HttpRequest, number: int) -> HttpResponse:
    """Change a priority."""
    actor = actor_of(request)
    return _form(request, actor, queries.priority(actor, number))


def _form(request: HttpRequest, actor: Actor, chosen: Priority | None) -> HttpResponse:
    require(actor, Right.EDIT_GOALS, priority_actions.MAY)
    asked = {"function": request.GET.get("function", "")}
    initial = stored_priority(chosen) if chosen else asked
    form = PriorityForm(actor, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = priority_actions.save_priority(actor, wish=form.wish(), priority=chosen)
        except Correctable as error:
            say(form, error)
        else:
            messages.success(
                request, _("The priority “%(title)s” is saved.") % {"title": saved.title}
            )
            return redirect("goals:priority", saved.pk)
    return render(request, "goals/priority_form.html", {"form": form, "priority": chosen})


def number_in(text: Any) -> int:
    """Return the number that an address or a form gives; 0, which no row has, for anything else."""
    given = str(text)
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0


def say(form: Any, error: Correctable) -> None:
    """Let a refusal of an action stand at its field."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


@require_POST
def end_priority(request: HttpRequest, number: int) -> HttpResponse:
    """Let a priority be over, or take it up again."""
    actor = actor_of(request)
    chosen = queries.priority(actor, number)
    if request.POST.get("do") == "resume":
        priority_actions.resume_priority(actor, priority=chosen)
    else:
        priority_actions.end_priority(actor, priority=chosen)
    return redirect("goals:priority", number)


@require_POST
def move_priority(request: HttpRequest, number: int) -> HttpResponse:
    """Move a priority up or down among those of its function."""
    actor = actor_of(request)
    chosen = queries.priority(actor, number)
    given = request.POST.get("do", "")
    if given not in MOVES:
        raise GoalRefused("do", given[:40], ", ".join(MOVES))
    priority_actions.move_priority(actor, priority=chosen, by=MOVES[given])
    return redirect(f"{reverse('goals:room')}#priority-{number}")
