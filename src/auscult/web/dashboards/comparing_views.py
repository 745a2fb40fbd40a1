"""Two ranges of a dashboard, side by side, with what changed and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.dashboards import days, queries
from auscult.web.dashboards.compared import compared
from auscult.web.dashboards.content import PANELS, Content, checked
from auscult.web.dashboards.days import RANGES, Range
from auscult.web.dashboards.panels import Board, range_in_words

PICTURES = ("volume", "share", "rhythm")  # drawn for both ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two ranges, as the page shows it."""

    range: Range
    words: str
    query: str
    board: Board


@require_safe
def compare(request: HttpRequest, which: str) -> HttpResponse:
    """Show a dashboard in two ranges: the one asked for, and another, by default that before."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, "see figures")
    shown = queries.dashboard(actor, which)
    content = checked(shown.content)
    given = request.GET.dict()
    asked = days.read(actor, given, default=content.range)
    other = {"since": given.get("other_since", ""), "until": given.get("other_until", "")}
    before = days.read(actor, other, default=content.range) if any(other.values()) else asked.before
    sides = [_side(actor, content, one) for one in (before, asked)]
    context = {
        "dashboard": shown,
        "which": which,
        "sides": sides,
        "range": asked,
        "other": before,
        "ranges": [(name, label) for name, (label, _days) in RANGES.items()],
        "pictures": _pictures(sides, content),
        "tables": compared(*(side.board for side in sides)),
    }
    return render(request, "dashboards/compare.html", context)


def _side(actor: Actor, content: Content, asked: Range) -> Side:
    return Side(
        range=asked,
        words=range_in_words(asked),
        query=urlencode(asked.parameters),
        board=Board(actor, content, asked, content.panels),
    )


def _pictures(sides: list[Side], content: Content) -> list[dict[str, Any]]:
    names = [name for name in PICTURES if name in content.panels]
    return [
        {"title": PANELS[name], "pair": [(side, side.board.panel(name)) for side in sides]}
        for name in names
    ]
