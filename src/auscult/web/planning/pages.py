"""What the pages of the room share: which cycle is shown, its day, the way between the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may
from auscult.web.planning import queries, showing
from auscult.web.planning.models import Cycle
from auscult.web.planning.moves import CycleState

TABS: tuple[tuple[str, str | Promise], ...] = (
    ("room", _("Today")),
    ("board", _("Board")),
    ("timeline", _("Timeline")),
    ("calendar", _("Calendar")),
    ("people", _("By person")),
    ("functions", _("By function")),
    ("have", _("What we have")),
    ("more", _("What more could bring")),
    ("page", _("On one page")),
    ("versions", _("Versions")),
    ("lessons", _("Lessons")),
    ("claims", _("Purists' corner")),
    ("cycles", _("Cycles")),
    ("readiness", _("Readiness")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A page of the room."""

    label: str
    address: str
    current: bool


def asked(request: HttpRequest, actor: Actor) -> Cycle | None:
    """Return the cycle that a page is of: `?cycle=2`, else the one that runs or is planned.

    Raises
    ------
    CycleUnknown
    """
    if number := request.GET.get("cycle"):
        return queries.cycle(actor, number)
    return queries.current(actor)


def around(actor: Actor, cycle: Cycle | None, page: str = "") -> dict[str, Any]:
    """Return what stands at the top of a page: the cycle, its day, the other pages."""
    current = queries.current(actor)
    earlier = cycle is not None and cycle != current
    asking = f"?cycle={cycle.number}" if cycle is not None and earlier else ""
    closed = cycle is not None and cycle.state == CycleState.CLOSED
    return {
        "cycle": cycle,
        "day": showing.day(actor, cycle) if cycle else None,
        "asking": asking,
        "tabs": [
            Tab(
                label=str(label),
                address=reverse(f"planning:{name}") + asking,
                current=name == page,
            )
            for name, label in TABS
        ],
        "closed": closed,
        "may_edit": may(actor, Right.EDIT_PLAN),
        "may_change": may(actor, Right.EDIT_PLAN) and not closed,
        "may_check_in": may(actor, Right.CHECK_IN),
        "may_export": may(actor, Right.EXPORT),
    }


def shown(
    request: HttpRequest,
    actor: Actor,
    page: str,
    content: Callable[[Cycle], dict[str, Any]],
) -> HttpResponse:
    """Answer with a page of the cycle that is asked for; without any, with how to begin."""
    cycle = asked(request, actor)
    if cycle is None:
        return render(request, "planning/begin.html", around(actor, None, page))
    context = around(actor, cycle, page) | content(cycle)
    return render(request, f"planning/{page}.html", context)
