"""Forms of dashboards: make, change, remove, mail."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.dashboards import actions, queries
from auscult.web.dashboards.content import checked
from auscult.web.dashboards.forms import DashboardForm, ScheduleForm, initial
from auscult.web.dashboards.models import Dashboard, Rhythm
from auscult.web.listening import queries as listening


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Make a dashboard; the ready-made one is what the form begins with."""
    actor = actor_of(request)
    require(actor, Right.EDIT_DASHBOARDS, actions.CHANGE)
    return _form(request, actor, None)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, which: str) -> HttpResponse:
    """Change a dashboard."""
    actor = actor_of(request)
    return _form(request, actor, _changeable(actor, which))


def _changeable(actor: Actor, which: str) -> Dashboard:
    found = queries.dashboard(actor, which)
    actions.require_change(actor, found)
    return found


def _form(request: HttpRequest, actor: Actor, shown: Dashboard | None) -> HttpResponse:
    begin = shown or queries.overview(actor)
    form = DashboardForm(
        request.POST or None,
        watches=list(listening.watches(actor).values_list("pk", "name")),
        initial=initial(
            shown.name if shown else "", checked(begin.content), shared=bool(shown and shown.shared)
        ),
    )
    if request.method == "POST" and form.is_valid() and (saved := _save(actor, form, shown)):
        said = _("The dashboard “%(name)s” is saved.") % {"name": saved.name}
        messages.success(request, said)
        return redirect("dashboards:dashboard", saved.pk)
    return render(request, "dashboards/form.html", {"form": form, "dashboard": shown})


def _save(actor: Actor, form: DashboardForm, shown: Dashboard | None) -> Dashboard | None:
    """Save a valid form; None where the action refuses it, with the reason in the form."""
    values = form.cleaned_data
    try:
        return actions.save_dashboard(
            actor,
            name=values["name"],
            shared=values["shared"],
            content=form.content.as_data(),
            dashboard=shown,
        )
    except Correctable as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, which: str) -> HttpResponse:
    """Ask whether a dashboard shall go; remove it when the answer is yes."""
    actor = actor_of(request)
    shown = _changeable(actor, which)
    if request.method != "POST":
        return render(request, "dashboards/remove.html", {"dashboard": shown})
    actions.remove_dashboard(actor, dashboard=shown)
    messages.success(request, _("The dashboard “%(name)s” is removed.") % {"name": shown.name})
    return redirect("dashboards:dashboards")


@require_http_methods(["GET", "HEAD", "POST"])
def schedules(request: HttpRequest, which: str) -> HttpResponse:
    """Show when a dashboard is mailed, and add a time."""
    actor = actor_of(request)
    shown = _changeable(actor, which)
    form = ScheduleForm(
        request.POST or None,
        members=queries.members(actor),
        initial={"rhythm": Rhythm.WEEKLY, "weekday": 0, "hour": 7, "recipients": [actor.user_id]},
    )
    if request.method == "POST" and form.is_valid() and _schedule(actor, form, shown):
        messages.success(request, _("It will be mailed."))
        return redirect("dashboards:schedules", shown.pk)
    listed = queries.schedules(actor, shown)
    context = {"form": form, "dashboard": shown, "schedules": listed}
    return render(request, "dashboards/schedules.html", context)


def _schedule(actor: Actor, form: ScheduleForm, shown: Dashboard) -> bool:
    values = form.cleaned_data
    try:
        actions.add_schedule(
            actor,
            dashboard=shown,
            rhythm=Rhythm(values["rhythm"]),
            weekday=values["weekday"],
            hour=values["hour"],
            recipients=list(values["recipients"]),
        )
    except Correctable as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    return True


@require_POST
def remove_schedule(request: HttpRequest, which: str, number: int) -> HttpResponse:
    """Mail a dashboard no more at one of its times."""
    actor = actor_of(request)
    shown = _changeable(actor, which)
    found = get_object_or_404(queries.schedules(actor, shown), pk=number)
    actions.remove_schedule(actor, schedule=found)
    messages.success(request, _("It won't be mailed any more."))
    return redirect("dashboards:schedules", shown.pk)
