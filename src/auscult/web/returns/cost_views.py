"""The page of costs, and what was bought."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import cost_actions, cost_files, cost_queries, cost_showing, pages
from auscult.web.returns.cost_editing import FORM, Editing, edited, editor
from auscult.web.returns.cost_forms import BookFileForm, ChargeForm, chosen
from auscult.web.returns.cost_models import Charge


@require_safe
def costs(request: HttpRequest) -> HttpResponse:
    """Show what a period cost, what isn't costed yet, and what was bought."""
    actor = actor_of(request)
    require(actor, Right.SEE_COSTS, cost_queries.SEE_COSTS)
    period = chosen(request, actor)
    context = {
        "period": period,
        "shown": cost_showing.shown(actor, period.first, period.last),
    }
    return render(request, "returns/costs.html", pages.around(actor, "costs") | context)


@require_http_methods(FORM)
def add_charge(request: HttpRequest) -> HttpResponse:
    """Record something that was bought."""
    return _charge(request, editor(request), None)


@require_http_methods(FORM)
def charge(request: HttpRequest, number: int) -> HttpResponse:
    """Change something that was bought, or remove it."""
    actor = editor(request)
    return _charge(request, actor, cost_queries.charge(actor, number))


def _charge(request: HttpRequest, actor: Actor, row: Charge | None) -> HttpResponse:
    form = ChargeForm(actor, request.POST or None, charge=row)

    def save() -> None:
        cost_actions.save_charge(actor, wish=form.wish(), charge=row)

    def remove() -> None:
        assert row is not None
        cost_actions.remove_charge(actor, charge=row)

    title = _("Something bought")
    editing = Editing(title=title, page="costs", save=save, remove=remove if row else None)
    return edited(request, actor, form, editing)


@require_safe
def charges_as_csv(request: HttpRequest) -> HttpResponse:
    """Answer with all that was bought as CSV."""
    return as_file(cost_files.charges_as_csv(actor_of(request)), "charges.csv")


def as_file(content: str, name: str) -> HttpResponse:
    """Return an answer that is kept as a file."""
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_http_methods(FORM)
def read_charges(request: HttpRequest) -> HttpResponse:
    """Record what a CSV file says was bought."""
    actor = editor(request)
    sent = request.method == "POST"
    form = BookFileForm(request.POST if sent else None, request.FILES if sent else None)

    def save() -> None:
        cost_files.read_charges(actor, raw=form.raw())

    editing = Editing(title=_("Read in what was bought"), page="costs", save=save)
    return edited(request, actor, form, editing, columns=cost_files.CHARGES)
