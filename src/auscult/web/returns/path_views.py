"""The page 'Ways here': each rule of attribution beside the others."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.reasons import say
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import pages, path_queries, queries, site_actions
from auscult.web.returns.cost_models import AttributionRule
from auscult.web.returns.outcome_forms import PeriodForm, RuleForm
from auscult.web.returns.outcome_views import editor

BY = {
    "channel": gettext_lazy("Channel"),
    "campaign": gettext_lazy("Campaign"),
    "bet": gettext_lazy("Bet"),
    "link": gettext_lazy("Link"),
    "ambassadors": gettext_lazy("Ambassadors"),
}


@require_safe
def paths(request: HttpRequest) -> HttpResponse:
    """Show what stands before the outcomes of a period, by each rule."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return _page(request, actor, None)


def _page(request: HttpRequest, actor: Actor, rule: RuleForm | None) -> HttpResponse:
    book = queries.ledger(actor)
    form = PeriodForm(actor, request.GET)
    by = request.GET.get("by", "channel")
    by = by if by in BY else "channel"
    context: dict[str, Any] = {
        "form": form,
        "by": by,
        "ways": BY.items(),
        "way": BY[by],
        "book": book,
        "rules": [(str(label), value == book.rule) for value, label in AttributionRule.choices],
        "rule_form": rule or RuleForm(initial={"rule": book.rule, "window_days": book.window_days}),
        "any": queries.kinds(actor).exists(),
    }
    if context["any"] and form.is_valid():
        context |= _shown(actor, form, by)
    return render(request, "returns/paths.html", pages.around(actor, "paths") | context)


def _shown(actor: Actor, form: PeriodForm, by: str) -> dict[str, Any]:
    values = form.cleaned_data
    try:
        found = path_queries.paths(actor, values["kind"], values["first"], values["last"], by=by)
    except Correctable as error:
        form.take(error)
        return {}
    shared = found.shared
    share = 100 / shared.outcomes if shared.outcomes else 0.0
    return {
        "paths": found,
        "dark": shared.dark * share,
        "assisted": shared.assisted * share,
        "untracked": found.untracked * share,
        "reasons": [say(one, _) for one in found.reasons],
    }


@require_POST
def choose_rule(request: HttpRequest) -> HttpResponse:
    """Say by which rule the house shares outcomes."""
    actor = editor(request)
    form = RuleForm(request.POST)
    if form.is_valid():
        try:
            site_actions.choose_rule(actor, **form.cleaned_data)
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("returns:paths")
    return _page(request, actor, form)
