"""Currencies: in which the house reckons, and what others were worth."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import cost_queries, exchange_actions, pages, queries
from auscult.web.returns.cost_editing import FORM, Editing, edited, editor
from auscult.web.returns.cost_models import ExchangeRate
from auscult.web.returns.rate_forms import CurrencyForm, ExchangeForm


@require_safe
def exchange(request: HttpRequest) -> HttpResponse:
    """Show in which currency the house reckons, and the rates of exchange."""
    actor = actor_of(request)
    require(actor, Right.SEE_COSTS, cost_queries.SEE_COSTS)
    return _page(request, actor, CurrencyForm(actor))


def _page(request: HttpRequest, actor: Actor, form: CurrencyForm) -> HttpResponse:
    context = {
        "ledger": queries.ledger(actor),
        "form": form,
        "rates": cost_queries.exchange_rates(actor),
    }
    return render(request, "returns/exchange.html", pages.around(actor, "exchange") | context)


@require_POST
def currency(request: HttpRequest) -> HttpResponse:
    """Say in which currency the house reckons."""
    actor = editor(request)
    form = CurrencyForm(actor, request.POST)
    if form.is_valid():
        try:
            exchange_actions.set_currency(actor, currency=form.cleaned_data["currency"])
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("returns:exchange")
    return _page(request, actor, form)


@require_http_methods(FORM)
def add_rate(request: HttpRequest) -> HttpResponse:
    """Say what a currency was worth in another; `?of=USD&into=EUR` begins with these."""
    return _rate(request, editor(request), None)


@require_http_methods(FORM)
def rate(request: HttpRequest, number: int) -> HttpResponse:
    """Change a rate of exchange, or remove it."""
    actor = editor(request)
    return _rate(request, actor, cost_queries.exchange_rate(actor, number))


def _rate(request: HttpRequest, actor: Actor, row: ExchangeRate | None) -> HttpResponse:
    names = ("of", "rate", "into", "day", "source")
    begin = {
        "of": request.GET.get("of", "")[:3],
        "into": request.GET.get("into", "")[:3] or queries.ledger(actor).currency,
        "day": queries.today(actor).replace(month=1, day=1),
    }
    initial = {name: getattr(row, name) for name in names} if row else begin
    form = ExchangeForm(request.POST or None, initial=initial)

    def save() -> None:
        exchange_actions.save_exchange_rate(actor, wish=form.wish(), rate=row)

    def remove() -> None:
        assert row is not None
        exchange_actions.remove_exchange_rate(actor, rate=row)

    title = _("What a currency was worth")
    editing = Editing(title=title, page="exchange", save=save, remove=remove if row else None)
    return edited(request, actor, form, editing)
