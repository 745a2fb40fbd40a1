"""Forms of cycles, assumptions, bets and tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor, Team
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.planning import actions, bet_actions, pages, queries, showing
from auscult.web.planning.errors import PlanRefused
from auscult.web.planning.estimate_actions import remove_estimate
from auscult.web.planning.forms import AssumptionForm, BetForm, CycleForm, PlanForm, TaskForm
from auscult.web.planning.models import USUAL_DAYS, Assumption, Bet, Cycle, Task
from auscult.web.planning.moves import AssumptionState, BetState, TaskState
from auscult.web.planning.opening import open_cycle

FORM = ["GET", "HEAD", "POST"]


def _editor(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Right.EDIT_PLAN, actions.CHANGE)
    return actor


def _saved(form: PlanForm, save: Callable[[], Any]) -> Any:
    """Save a valid form; None where the form or the action refuses it, with the reason in it."""
    if not form.is_valid():
        return None
    try:
        return save()
    except Correctable as error:
        form.take(error)
        return None


def _form(
    request: HttpRequest, around: dict[str, Any], form: PlanForm, title: str, **more: Any
) -> HttpResponse:
    return render(request, "planning/form.html", {**around, "form": form, "title": title, **more})


@require_http_methods(FORM)
def add_cycle(request: HttpRequest) -> HttpResponse:
    """Begin to plan a cycle."""
    actor = _editor(request)
    number = queries.cycles(actor).count() + 1
    begin = {
        "title": _("Cycle %(number)s") % {"number": number},
        "first_day": queries.today(actor),
        "days": USUAL_DAYS,
    }
    form = CycleForm(actor, request.POST or None, new=True, initial=begin)
    if request.method == "POST" and _saved(form, lambda: open_cycle(actor, **form.cleaned_data)):
        messages.success(request, _("The cycle is planned. Start it when the plan is ready."))
        return redirect("planning:room")
    return _form(request, pages.around(actor, None, "cycles"), form, _("Plan a cycle"))


@require_http_methods(FORM)
def change_cycle(request: HttpRequest, number: int) -> HttpResponse:
    """Change a cycle's name, days and focus."""
    actor = _editor(request)
    cycle = queries.cycle(actor, number)
    begin = {
        "title": cycle.title,
        "first_day": cycle.first_day,
        "days": cycle.days,
        "focus": list(cycle.focus.values_list("pk", flat=True)),
    }
    form = CycleForm(actor, request.POST or None, new=False, initial=begin)

    def save() -> bool:
        values = dict(form.cleaned_data)
        with transaction.atomic():
            actions.set_focus(actor, cycle=cycle, priorities=values.pop("focus"))
            actions.change_cycle(actor, cycle=cycle, **values)
        return True

    if request.method == "POST" and _saved(form, save):
        messages.success(request, _("Saved."))
        return redirect("planning:room")
    return _form(request, pages.around(actor, cycle, "cycles"), form, _("Change the cycle"))


@require_POST
def start_cycle(request: HttpRequest, number: int) -> HttpResponse:
    """Let a planned cycle run."""
    actor = _editor(request)
    cycle = queries.cycle(actor, number)
    actions.start_cycle(actor, cycle=cycle)
    messages.success(request, _("“%(title)s” runs.") % {"title": cycle.title})
    return redirect("planning:room")


@require_http_methods(FORM)
def add_assumption(request: HttpRequest, number: int) -> HttpResponse:
    """Write down what has to be so in a cycle."""
    actor = _editor(request)
    return _assumption_form(request, actor, queries.cycle(actor, number), None)


@require_http_methods(FORM)
def assumption(request: HttpRequest, number: int) -> HttpResponse:
    """Change an assumption."""
    actor = _editor(request)
    found = queries.assumption(actor, number)
    return _assumption_form(request, actor, found.cycle, found)


def _assumption_form(
    request: HttpRequest, actor: Actor, cycle: Cycle, found: Assumption | None
) -> HttpResponse:
    names = ("text", "noticed_by", "watch")
    begin = {name: getattr(found, name) for name in names} if found else {}
    form = AssumptionForm(actor, request.POST or None, initial=begin)

    def save() -> Assumption:
        values = form.cleaned_data
        return actions.save_assumption(actor, cycle=cycle, assumption=found, **values)

    if request.method == "POST" and _saved(form, save):
        messages.success(request, _("Saved."))
        return redirect("planning:page")
    return _form(request, pages.around(actor, cycle, "page"), form, _("An assumption"))


@require_POST
def judge_assumption(request: HttpRequest, number: int) -> HttpResponse:
    """Say whether an assumption holds."""
    actor = _editor(request)
    found = queries.assumption(actor, number)
    state = AssumptionState(_choice(request, AssumptionState.values))
    actions.judge_assumption(actor, assumption=found, state=state)
    return redirect("planning:page")


def _choice(request: HttpRequest, values: list[str]) -> str:
    """Return the state that a button sent.

    Raises
    ------
    PlanRefused
    """
    given = request.POST.get("state", "")
    if given not in values:
        raise PlanRefused("state", given[:40], ", ".join(values))
    return given


@require_http_methods(FORM)
def add_bet(request: HttpRequest, number: int) -> HttpResponse:
    """Make a bet in a cycle."""
    actor = _editor(request)
    return _bet_form(request, actor, queries.cycle(actor, number), None)


@require_http_methods(FORM)
def change_bet(request: HttpRequest, number: int) -> HttpResponse:
    """Change a bet."""
    actor = _editor(request)
    found = queries.bet(actor, number)
    return _bet_form(request, actor, found.cycle, found)


def _bet_form(request: HttpRequest, actor: Actor, cycle: Cycle, found: Bet | None) -> HttpResponse:
    form = BetForm(actor, cycle, request.POST or None, bet=found)
    asks = request.POST.get("do") == "lessons"

    def save() -> Bet:
        return bet_actions.save_bet(actor, cycle=cycle, wish=form.wish(), bet=found)

    if request.method == "POST" and not asks and (saved := _saved(form, save)):
        messages.success(request, _("Saved."))
        return redirect("planning:bet", saved.pk)
    lessons = _lessons(actor, form, found)
    context = {**pages.around(actor, cycle), "form": form, "bet": found, "lessons": lessons}
    return render(request, "planning/bet_form.html", context)


def _lessons(actor: Actor, form: BetForm, found: Bet | None) -> list[Any]:
    """Return the lessons of bets like the one that is typed, or that is changed."""
    values: dict[str, Any] = {}
    if form.is_bound:
        form.is_valid()
        values = form.cleaned_data
    function: Team | None = values.get("function", found.function if found else None)
    return showing.similar_lessons(
        actor,
        title=values.get("title", found.title if found else ""),
        function=function,
        networks=values.get("networks", found.networks if found else ()),
    )


@require_POST
def move_bet(request: HttpRequest, number: int) -> HttpResponse:
    """Drop a bet, or take it up again."""
    actor = _editor(request)
    found = queries.bet(actor, number)
    bet_actions.move_bet(actor, bet=found, state=BetState(_choice(request, BetState.values)))
    return redirect("planning:bet", found.pk)


@require_POST
def drop_estimate(request: HttpRequest, number: int) -> HttpResponse:
    """Reckon with what people said of a bet, and not with data."""
    actor = _editor(request)
    found = queries.bet(actor, number)
    remove_estimate(actor, bet=found)
    messages.success(request, _("Removed. Ask the planner anew to see what that changes."))
    return redirect("planning:bet", found.pk)


@require_http_methods(FORM)
def add_task(request: HttpRequest, number: int) -> HttpResponse:
    """Add a task to a bet."""
    actor = _editor(request)
    return _task_form(request, actor, queries.bet(actor, number), None)


@require_http_methods(FORM)
def task(request: HttpRequest, number: int) -> HttpResponse:
    """Change a task: any as an editor, one's own as who checks in."""
    actor = actor_of(request)
    found = queries.task(actor, number)
    bet_actions.require_task(actor, found)
    return _task_form(request, actor, found.bet, found)


def _task_form(request: HttpRequest, actor: Actor, bet: Bet, found: Task | None) -> HttpResponse:
    form = TaskForm(actor, bet, request.POST or None, task=found)

    def save() -> Task:
        return bet_actions.save_task(actor, bet=bet, wish=form.wish(), task=found)

    if request.method == "POST" and _saved(form, save):
        messages.success(request, _("Saved."))
        return redirect("planning:bet", bet.pk)
    return _form(request, pages.around(actor, bet.cycle), form, _("A task"), bet=bet)


@require_POST
def move_task(request: HttpRequest, number: int) -> HttpResponse:
    """Move a task to another column; a fragment of the board for htmx."""
    actor = actor_of(request)
    found = queries.task(actor, number)
    bet_actions.require_task(actor, found)
    bet_actions.move_task(actor, task=found, state=TaskState(_choice(request, TaskState.values)))
    if request.headers.get("HX-Request"):
        columns = showing.board(actor, found.bet.cycle)
        context = {**pages.around(actor, found.bet.cycle), "columns": columns}
        return render(request, "planning/parts/board.html", context)
    return redirect("planning:board")
