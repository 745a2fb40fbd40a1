"""The page for the board, its technical appendix, and both as files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import (
    board_appendix,
    board_files,
    board_showing,
    pages,
    queries,
)
from auscult.web.returns.board_asking import BoardForm
from auscult.web.returns.board_telling import digest, facts_of, steps
from auscult.web.returns.telling_types import Facts


@require_safe
def room(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    form = BoardForm(actor, request.GET)
    facts = facts_of(actor, form.question())
    todo = steps(actor)
    context = {
        **pages.around(actor, "room"),
        **board_showing.shown(actor, facts),
        "form": form,
        "empty": _nothing(facts) and not any(one.done for one in todo[1:]),
        "steps": [(one, reverse(f"returns:{one.page}")) for one in todo],
        "title": _("%(kind)s, %(days)s") % _named(facts),
    }
    return render(request, "returns/room.html", context)


def _nothing(facts: Facts) -> bool:
    cost, brought = facts.cost, facts.outcomes
    # Where nothing at all is known, the work of all is listed as not costed, without a name.
    spent = cost is not None and (cost.steps or any(one.what for one in cost.uncosted))
    return not spent and not (brought and brought.counted)


def _named(facts: Facts) -> dict[str, str]:
    page = board_showing.period(facts)
    return {"kind": facts.kind.name if facts.kind else _("Costs"), "days": page}


def _told(request: HttpRequest) -> tuple[Actor, Facts]:
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return actor, facts_of(actor, BoardForm(actor, request.GET).question())


@require_safe
def appendix(request: HttpRequest) -> HttpResponse:
    """Show the evidence of each figure: formula, rows, reasons, source; and how to repeat it."""
    actor, facts = _told(request)
    found = board_appendix.appendix(actor, facts)
    context = {
        **pages.around(actor, "room"),
        **board_showing.shown(actor, facts),
        "appendix": found,
        "proofs": [(one, board_showing.links(actor, one.pages)) for one in found.proofs],
        "digest": digest(facts),
    }
    return render(request, "returns/board_appendix.html", context)


@require_safe
def printed(request: HttpRequest) -> HttpResponse:
    """Answer with the page as PDF on A4."""
    actor = actor_of(request)
    require(actor, Right.EXPORT, board_files.TAKE)
    _actor, facts = _told(request)
    return board_files.printed(actor, facts, name="returns")


@require_safe
def appendix_printed(request: HttpRequest) -> HttpResponse:
    """Answer with the technical appendix as PDF."""
    actor = actor_of(request)
    require(actor, Right.EXPORT, board_files.TAKE)
    _actor, facts = _told(request)
    return board_files.appendix(actor, facts)


@require_safe
def as_json(request: HttpRequest) -> HttpResponse:
    """Answer with the facts, from which a notebook repeats the figures."""
    actor = actor_of(request)
    require(actor, Right.EXPORT, board_files.TAKE)
    _actor, facts = _told(request)
    return board_files.as_json(actor, facts)
