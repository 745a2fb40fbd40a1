"""Make the case: the page for a team that hasn't begun, and the same as PDF."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from auscult.web.accounts.people import organisation
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import (
    board_files,
    board_showing,
    case_making,
    case_printing,
    glossary,
    pages,
    queries,
)
from auscult.web.returns.case_asking import CaseForm, asking

WORDS = ("cost", "outcome", "incremental", "break-even", "comparator", "interval")


@require_safe
def case(request: HttpRequest) -> HttpResponse:
    """Show the case."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    form = CaseForm(actor, request.GET)
    plan = form.plan()
    made = case_making.case(actor, plan)
    context: dict[str, Any] = {
        **pages.around(actor, "case"),
        "form": form,
        "case": made,
        "house": organisation(actor).name,
        "asking": asking(plan),
        "unknown": board_showing.opened(actor, made.unknown),
        "words": glossary.entries(*WORDS),
    }
    return render(request, "returns/case.html", context)


@require_safe
def printed(request: HttpRequest) -> HttpResponse:
    """Answer with the case as PDF."""
    actor = actor_of(request)
    require(actor, Right.EXPORT, board_files.TAKE)
    made = case_making.case(actor, CaseForm(actor, request.GET).plan())
    content = case_printing.as_pdf(actor, made)
    board_files.record_download(actor, what="case", told="", form="pdf")
    return board_files.file(content, "application/pdf", "case.pdf")
