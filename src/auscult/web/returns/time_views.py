"""The page of time: a clock, what was recorded, and the minutes that count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import (
    cost_queries,
    pages,
    queries,
    time_actions,
    time_files,
    timer_actions,
)
from auscult.web.returns.cost_editing import FORM, Editing, edited, editor
from auscult.web.returns.cost_forms import BookFileForm, chosen
from auscult.web.returns.cost_models import Worked
from auscult.web.returns.cost_views import as_file
from auscult.web.returns.time_forms import TimeForm, TimerForm, initial_of

MOST_SHOWN = 500  # rows of a period
LONG = timedelta(hours=12)  # after which somebody may have forgotten the clock


@require_safe
def time(request: HttpRequest) -> HttpResponse:
    """Show the clock, and recorded time: one's own, or everybody's with the right to."""
    actor = _recorder(request)
    period = chosen(request, actor)
    rows = cost_queries.worked(actor).filter(day__gte=period.first, day__lte=period.last)
    if without := request.GET.get("without") == "role":
        rows = cost_queries.worked(actor).filter(user=None, role=None)
    found = list(rows[: MOST_SHOWN + 1])
    running = cost_queries.timer(actor)
    context = {
        "period": period,
        "rows": found[:MOST_SHOWN],
        "more": len(found) > MOST_SHOWN,
        "without": without,
        "timer": running,
        "ran": int((actor.clock.now() - running.started_at).total_seconds() // 60)
        if running
        else 0,
        "form": TimerForm(actor, initial={"bet": running.bet_id if running else None}),
        "sees_all": may(actor, Right.SEE_COSTS),
        "me": actor.user_id,
        "total": sum(row.minutes for row in found[:MOST_SHOWN]),
    }
    return render(request, "returns/time.html", pages.around(actor, "time") | context)


def _recorder(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Right.CHECK_IN, cost_queries.OWN_TIME)
    return actor


@require_http_methods(FORM)
def add_time(request: HttpRequest) -> HttpResponse:
    """Record minutes; `?bet=3&day=2026-11-20` begins with these."""
    return _time(request, _recorder(request), None)


@require_http_methods(FORM)
def row(request: HttpRequest, number: int) -> HttpResponse:
    """Change recorded minutes, or remove them."""
    actor = _recorder(request)
    return _time(request, actor, cost_queries.time_row(actor, number))


def _time(request: HttpRequest, actor: Actor, found: Worked | None) -> HttpResponse:
    begin: dict[str, Any] = {"day": queries.today(actor), "user": actor.user_id}
    begin |= {name: request.GET[name][:20] for name in ("bet", "day") if request.GET.get(name)}
    initial = initial_of(found) if found else begin
    form = TimeForm(actor, request.POST or None, row=found, initial=initial)

    def save() -> None:
        time_actions.save_time(actor, wish=form.wish(), row=found)

    def remove() -> None:
        assert found is not None
        time_actions.remove_time(actor, row=found)

    title = _("Time of a day")
    editing = Editing(title=title, page="time", save=save, remove=remove if found else None)
    return edited(request, actor, form, editing)


@require_POST
def start_timer(request: HttpRequest) -> HttpResponse:
    """Start the clock for a bet; one that runs is stopped, and its minutes are kept."""
    actor = _recorder(request)
    form = TimerForm(actor, request.POST)
    if form.is_valid():
        timer_actions.start_timer(actor, bet=form.cleaned_data["bet"])
        messages.success(request, _("The clock runs."))
    else:
        messages.error(request, _("Choose a bet of your house. The clock wasn't started."))
    return redirect("returns:time")


@require_POST
def stop_timer(request: HttpRequest) -> HttpResponse:
    """Stop the clock and keep its minutes, or let it go."""
    actor = _recorder(request)
    if request.POST.get("do") == "drop":
        timer_actions.drop_timer(actor)
        messages.success(request, _("The clock is gone; nothing was recorded."))
        return redirect("returns:time")
    found = timer_actions.stop_timer(actor)
    if found is None:
        messages.info(request, _("No clock was running."))
    elif timedelta(minutes=found.minutes) >= LONG:
        said = _("The clock ran for %(minutes)s minutes. Was it forgotten? Correct it here.")
        messages.warning(request, said % {"minutes": found.minutes})
        return redirect("returns:time-row", number=found.pk)
    else:
        said = _("Recorded: %(minutes)s minutes.")
        messages.success(request, said % {"minutes": found.minutes})
    return redirect("returns:time")


@require_safe
def times_as_csv(request: HttpRequest) -> HttpResponse:
    """Answer with all recorded time as CSV."""
    return as_file(time_files.times_as_csv(actor_of(request)), "time.csv")


@require_http_methods(FORM)
def read_times(request: HttpRequest) -> HttpResponse:
    """Record the time that a CSV file says."""
    actor = editor(request)
    sent = request.method == "POST"
    form = BookFileForm(request.POST if sent else None, request.FILES if sent else None)

    def save() -> None:
        time_files.read_times(actor, raw=form.raw())

    editing = Editing(title=_("Read in time"), page="time", save=save)
    return edited(request, actor, form, editing, columns=time_files.TIMES)
