"""The pages of outcomes: sums by day with their rows, and typing them in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.reasons import say
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import (
    outcome_actions,
    outcome_drawing,
    outcome_queries,
    pages,
    queries,
    recording,
)
from auscult.web.returns.outcome_forms import PeriodForm, TypedForm
from auscult.web.returns.outcome_models import IntakeOrigin

FORM = ["GET", "HEAD", "POST"]
AT_ONCE = 50


@require_safe
def outcomes(request: HttpRequest) -> HttpResponse:
    """Show a kind of outcome in a period: by day, its shares, its rows."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    form = PeriodForm(actor, request.GET)
    context: dict[str, Any] = {"kinds": list(outcome_queries.kinds(actor)), "form": form}
    if context["kinds"] and form.is_valid():
        context |= _shown(request, actor, form)
    return render(request, "returns/outcomes.html", pages.around(actor, "outcomes") | context)


def _shown(request: HttpRequest, actor: Actor, form: PeriodForm) -> dict[str, Any]:
    values = form.cleaned_data
    asked = (values["kind"], values["first"], values["last"])
    try:
        sums = outcome_queries.sums(actor, *asked)
    except Correctable as error:
        form.take(error)
        return {}
    rows = outcome_queries.outcomes(actor, *asked)
    shown = Paginator(rows, AT_ONCE).get_page(request.GET.get("page"))
    return {
        "kind": values["kind"],
        "sums": sums,
        "currency": queries.ledger(actor).currency,
        "drawing": outcome_drawing.bars(outcome_queries.in_bars(sums.by_day)),
        "reasons": [say(one, _) for one in sums.reasons],
        "rows": shown,
        "beside": outcome_drawing.beside(request, shown),
    }


def editor(request: HttpRequest) -> Actor:
    """Return who changes the book.

    Raises
    ------
    NotAllowed
    """
    actor = actor_of(request)
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    return actor


@require_http_methods(FORM)
def add_outcome(request: HttpRequest) -> HttpResponse:
    """Type in what happened; `?kind=3` begins with that kind."""
    actor = editor(request)
    if not queries.kinds(actor).exists():
        messages.info(request, _("First say what kind of outcome the house wants."))
        return redirect("returns:add-kind")
    form = TypedForm(actor, request.POST or None, kind=request.GET.get("kind", ""))
    if request.method == "POST" and form.is_valid():
        row = form.row(time_zone(actor))
        try:
            recording.record(actor, [row], IntakeOrigin.TYPED)
        except Correctable as error:
            form.take(error)
        else:
            said = ngettext("%(n)s outcome is kept.", "%(n)s outcomes are kept.", row.count)
            messages.success(request, said % {"n": row.count})
            return redirect(f"{reverse('returns:outcomes')}?kind={row.kind.pk}")
    context = {
        "form": form,
        "heading": _("Type in outcomes"),
        "back": reverse("returns:outcomes"),
    }
    return render(request, "returns/outcomes_form.html", pages.around(actor, "outcomes") | context)


@require_POST
def remove_outcome(request: HttpRequest, number: int) -> HttpResponse:
    """Take an outcome back."""
    actor = editor(request)
    chosen = outcome_queries.outcome(actor, number)
    kind = chosen.kind_id
    outcome_actions.remove_outcome(actor, outcome=chosen)
    messages.success(request, _("The outcome is taken back."))
    return redirect(f"{reverse('returns:outcomes')}?kind={kind}")
