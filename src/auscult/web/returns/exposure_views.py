"""How far posts reached, and what that exposure would have cost: an assumption, never a return."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from auscult.engine.returns.exposure import share_reached, times
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.goals.amounts import amount
from auscult.web.returns import comparing_actions, comparing_queries, pages, queries
from auscult.web.returns.board_words import money, plain
from auscult.web.returns.comparing_forms import EquivalencyForm, ReachForm
from auscult.web.returns.comparing_models import Equivalency
from auscult.web.returns.cost_editing import FORM, Editing, edited, editor
from auscult.web.returns.telling_ways import equivalency_fact

NAMES = tuple(EquivalencyForm.base_fields)
ASKED = frozenset(ReachForm.base_fields)


@require_safe
def exposure(request: HttpRequest) -> HttpResponse:
    """Show the assumptions, and reckon reach; `reached` and `followers`, or `percent`, ask."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    form = ReachForm(request.GET if ASKED & set(request.GET) else None)
    facts = [equivalency_fact(one) for one in comparing_queries.equivalencies(actor)]
    context = {
        "form": form,
        "answers": _answers(form) if form.is_valid() else (),
        "rows": [(one, money(one.would_have_cost, one.currency)) for one in facts],
    }
    return render(request, "returns/exposure.html", pages.around(actor, "exposure") | context)


def _answers(form: ReachForm) -> list[str]:
    values, found = form.cleaned_data, []
    reached, followers = values["reached"], values["followers"]
    if reached is not None and followers is not None:
        share = share_reached(reached=reached, followers=followers)
        found.append(
            _("Nobody followed then, so there is no share.")
            if share is None
            else _("%(share)s %% of those who followed.") % {"share": amount(round(100 * share, 1))}
        )
        if share is not None and share > 1:
            found.append(_("That is more than all: posts travel beyond those who follow."))
    if values["percent"] is not None:
        more = {"times": plain(times(values["percent"]))}
        found.append(_("That is %(times)s times as much as before.") % more)
    return found


@require_http_methods(FORM)
def add_equivalency(request: HttpRequest) -> HttpResponse:
    """Write down what an exposure would have cost if bought."""
    actor = editor(request)
    today = queries.today(actor)
    begin: dict[str, object] = {
        "currency": queries.ledger(actor).currency,
        "first_day": today.replace(month=1, day=1),
        "last_day": today,
        "source_day": today,
    }
    return _form(request, begin, None)


@require_http_methods(FORM)
def equivalency(request: HttpRequest, number: int) -> HttpResponse:
    """Change or remove an assumption."""
    row = comparing_queries.equivalency(editor(request), number)
    return _form(request, {name: getattr(row, name) for name in NAMES}, row)


def _form(request: HttpRequest, begin: dict[str, object], row: Equivalency | None) -> HttpResponse:
    actor = editor(request)
    form = EquivalencyForm(request.POST or None, initial=begin)

    def save() -> None:
        comparing_actions.save_equivalency(actor, wish=form.wish(), equivalency=row)

    def remove() -> None:
        assert row is not None
        comparing_actions.remove_equivalency(actor, equivalency=row)

    editing = Editing(
        title=_("Assumption: what it would have cost if bought"),
        page="exposure",
        save=save,
        remove=remove if row else None,
    )
    return edited(request, actor, form, editing)
