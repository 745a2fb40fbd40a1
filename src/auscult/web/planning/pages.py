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


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Pages of the room that belong together; the first of them is where the group leads."""

    label: str | Promise
    pages: tuple[tuple[str, str | Promise], ...]

    def has(self, page: str) -> bool:
        """Whether a page is one of these."""
        return any(name == page for name, _label in self.pages)


# Fourteen pages side by side fill half a phone: two levels, as people look for them.
GROUPS: tuple[Group, ...] = (
    Group(label=_("Today"), pages=(("room", _("Today")),)),
    Group(
        label=_("Plan"),
        pages=(
            ("board", _("Board")),
            ("timeline", _("Timeline")),
            ("calendar", _("Calendar")),
            ("functions", _("By function")),
            ("page", _("On one page")),
        ),
    ),
    Group(
        label=_("Means"),
        pages=(
            ("have", _("What we have")),
            ("more", _("What more could bring")),
        ),
    ),
    Group(
        label=_("People"),
        pages=(("people", _("By person")), ("readiness", _("Readiness"))),
    ),
    Group(
        label=_("Learning"),
        pages=(
            ("lessons", _("Lessons")),
            ("claims", _("Purists' corner")),
            ("versions", _("Versions")),
            ("cycles", _("Cycles")),
        ),
    ),
)


# Pages that stand below one of the room's.
BELOW = {"leaders": "more"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A page of the room, or a group of them."""

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


def around(actor: Actor, cycle: Cycle | None, page: str = "board") -> dict[str, Any]:
    """Return what stands at the top of a page: the cycle, its day, the other pages.

    Parameters
    ----------
    page : str
        The page of the room that is shown, or above it: a bet stands below the board.
    """
    current = queries.current(actor)
    earlier = cycle is not None and cycle != current
    asking = f"?cycle={cycle.number}" if cycle is not None and earlier else ""
    closed = cycle is not None and cycle.state == CycleState.CLOSED
    return {
        "cycle": cycle,
        "day": showing.day(actor, cycle) if cycle else None,
        "asking": asking,
        **_ways(page, asking),
        "closed": closed,
        "may_edit": may(actor, Right.EDIT_PLAN),
        "may_change": may(actor, Right.EDIT_PLAN) and not closed,
        "may_check_in": may(actor, Right.CHECK_IN),
        "may_export": may(actor, Right.EXPORT),
    }


def _ways(page: str, asking: str) -> dict[str, Any]:
    """Return the groups, and the pages of the one that a page is of, unless it is the only one."""
    page = BELOW.get(page, page)
    here = next(one for one in GROUPS if one.has(page))
    alone = len(here.pages) == 1
    return {
        "groups": [_tab(one.label, one.pages[0][0], asking, current=one is here) for one in GROUPS],
        # What `aria-current` calls the group: it is the page itself where that stands alone.
        "group_is": "page" if alone else "true",
        "tabs": []
        if alone
        else [_tab(label, name, asking, current=name == page) for name, label in here.pages],
    }


def _tab(label: str | Promise, page: str, asking: str, *, current: bool) -> Tab:
    address = reverse(f"planning:{page}") + asking
    return Tab(label=str(label), address=address, current=current)


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
