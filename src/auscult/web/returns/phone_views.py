"""Telephone lines: the list, adding and changing one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import intake_queries, pages, phone_actions, queries
from auscult.web.returns.outcome_models import PhoneLine
from auscult.web.returns.phone_forms import LineForm

FORM = ["GET", "HEAD", "POST"]


@require_safe
def lines(request: HttpRequest) -> HttpResponse:
    """List the numbers that say where a call came from."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    context = {"lines": intake_queries.lines(actor), "has_kinds": queries.kinds(actor).exists()}
    return render(request, "returns/phone_lines.html", pages.around(actor, "intakes") | context)


@require_http_methods(FORM)
def add_line(request: HttpRequest) -> HttpResponse:
    """Add a number; `?number=+4930123` begins with it."""
    return _form(request, _editor(request), None)


@require_http_methods(FORM)
def line(request: HttpRequest, number: int) -> HttpResponse:
    """Change what a number is for, or remove it."""
    actor = _editor(request)
    return _form(request, actor, intake_queries.line(actor, number))


def _editor(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    return actor


def _form(request: HttpRequest, actor: Actor, row: PhoneLine | None) -> HttpResponse:
    sent = request.method == "POST"
    if row is not None and sent and request.POST.get("do") == "remove":
        phone_actions.remove_line(actor, line=row)
        messages.success(request, _("Removed."))
        return redirect("returns:phone-lines")
    begin = request.GET.get("number", "")[:40]
    form = LineForm(actor, request.POST if sent else None, line=row, number=begin)
    if sent and form.is_valid():
        try:
            phone_actions.save_line(actor, wish=form.wish(), line=row)
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("returns:phone-lines")
    context = {
        "form": form,
        "heading": row.number if row else _("Add a line"),
        "back": reverse("returns:phone-lines"),
        "removal": _("Remove") if row else "",
        "has_kinds": queries.kinds(actor).exists(),
    }
    return render(request, "returns/phone_form.html", pages.around(actor, "intakes") | context)
