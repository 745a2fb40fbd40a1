"""The pages of rules: which there are, changing one with a look at what it would have raised."""

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
from auscult.web.accounts.queries import time_zone
from auscult.web.accounts.requests import actor_of
from auscult.web.alerts import actions, queries
from auscult.web.alerts.forms import HabitsForm, RuleForm, stored
from auscult.web.alerts.models import Rule
from auscult.web.alerts.previewing import preview

FORM = ["GET", "HEAD", "POST"]


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules, and when people are told."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, "see alert rules")
    return render(
        request,
        "alerts/rules.html",
        {
            "rules": queries.rules(actor),
            "habits": queries.habits(actor),
            "zone": time_zone(actor).key,
            "may_edit": may(actor, Right.EDIT_ALERTS),
        },
    )


@require_http_methods(FORM)
def add_rule(request: HttpRequest) -> HttpResponse:
    """Add a rule."""
    return _form(request, actor_of(request), None)


@require_http_methods(FORM)
def change_rule(request: HttpRequest, number: int) -> HttpResponse:
    """Change a rule."""
    actor = actor_of(request)
    return _form(request, actor, queries.rule(actor, number))


def _form(request: HttpRequest, actor: Actor, rule: Rule | None) -> HttpResponse:
    require(actor, Right.EDIT_ALERTS, "change alert rules")
    initial = stored(rule) if rule else {"watch": request.GET.get("watch", "")}
    form = RuleForm(actor, request.POST or None, initial=initial)
    context: dict[str, Any] = {"form": form, "rule": rule}
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("do") == "preview":
                context["preview"] = preview(actor, form.wish())
            else:
                saved = actions.save_rule(actor, wish=form.wish(), rule=rule)
                messages.success(request, _("The rule “%(name)s” is saved.") % {"name": saved.name})
                return redirect("alerts:rules")
        except Correctable as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
    return render(request, "alerts/rule.html", context)


@require_POST
def switch_rule(request: HttpRequest, number: int) -> HttpResponse:
    """Switch a rule on or off."""
    actor = actor_of(request)
    rule = queries.rule(actor, number)
    actions.switch_rule(actor, rule=rule, on=request.POST.get("on") == "1")
    return redirect("alerts:rules")


@require_http_methods(FORM)
def remove_rule(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a rule shall go; remove it when the answer is yes."""
    actor = actor_of(request)
    rule = queries.rule(actor, number)
    require(actor, Right.EDIT_ALERTS, "remove alert rules")
    if request.method != "POST":
        return render(request, "alerts/remove_rule.html", {"rule": rule})
    actions.remove_rule(actor, rule=rule)
    messages.success(request, _("The rule “%(name)s” is removed.") % {"name": rule.name})
    return redirect("alerts:rules")


@require_http_methods(FORM)
def quiet_hours(request: HttpRequest) -> HttpResponse:
    """Change quiet hours and the hour of the daily mail."""
    actor = actor_of(request)
    require(actor, Right.EDIT_ALERTS, "change quiet hours")
    habits = queries.habits(actor)
    names = ("quiet_from", "quiet_until", "quiet_weekend", "digest_at")
    initial = {name: getattr(habits, name) for name in names}
    form = HabitsForm(request.POST or None, initial=initial, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_habits(actor, **form.cleaned_data)
        except Correctable as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Quiet hours are saved."))
            return redirect("alerts:rules")
    return render(request, "alerts/quiet_hours.html", {"form": form, "zone": time_zone(actor).key})
