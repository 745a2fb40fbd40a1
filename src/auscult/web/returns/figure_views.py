"""The figures of a period, by groups, with their drawings."""

from __future__ import annotations

from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import pages, queries
from auscult.web.returns.board_asking import asking
from auscult.web.returns.board_telling import facts_of
from auscult.web.returns.figure_forms import FigureForm
from auscult.web.returns.figure_showing import page


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show all figures of a period, put together by what is asked."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    form = FigureForm(actor, request.GET)
    question = form.question()
    context = {
        "form": form,
        "page": page(facts_of(actor, question), form.grouped(), form.tried()),
        "asking": asking(question),
        "asked": [*parse_qsl(asking(question)[1:]), ("by", form.grouped())],
        "worth": form.tried(),
    }
    return render(request, "returns/figures.html", pages.around(actor, "figures") | context)
