"""The room Plan: pages that show a cycle."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.requests import actor_of
from auscult.web.planning import comment_views, helping, pages, queries, readiness, showing
from auscult.web.planning.estimating import estimate_of
from auscult.web.planning.models import Cycle
from auscult.web.planning.review_forms import check_in_forms
from auscult.web.planning.timeline import calendar as calendar_of
from auscult.web.planning.versions import changes

LISTED = 200  # versions


def _entering(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return actor


@require_safe
def room(request: HttpRequest) -> HttpResponse:
    """Show the day: what is late, what is due, what is to be said."""
    actor = _entering(request)

    def content(cycle: Cycle) -> dict[str, Any]:
        now = showing.today(actor, cycle)
        return {
            "now": now,
            "forms": check_in_forms(actor, now.silent),
            "standings": showing.standings(actor, cycle),
            "gets_digest": queries.gets_digest(actor),
            "to_decide": readiness.to_decide(actor),
            "wanted": helping.wanted(actor, cycle),
            "offers": helping.offers(actor),
            "skills": helping.skills(actor),
        }

    return pages.shown(request, actor, "room", content)


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Show the tasks in columns by their state."""
    actor = _entering(request)
    return pages.shown(
        request, actor, "board", lambda cycle: {"columns": showing.board(actor, cycle)}
    )


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Show the weeks of the cycle, with the tasks that end on each day."""
    actor = _entering(request)
    return pages.shown(
        request, actor, "calendar", lambda cycle: {"weeks": calendar_of(actor, cycle)}
    )


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Show who has which tasks."""
    actor = _entering(request)
    return pages.shown(
        request, actor, "people", lambda cycle: {"people": showing.by_person(actor, cycle)}
    )


@require_safe
def functions(request: HttpRequest) -> HttpResponse:
    """Show which bets there are for each business function."""
    actor = _entering(request)

    def content(cycle: Cycle) -> dict[str, Any]:
        found = showing.by_function(actor, cycle)
        return {
            "functions": [(team, bets) for team, bets in found if bets],
            "without": [team for team, bets in found if not bets],
        }

    return pages.shown(request, actor, "functions", content)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the plan on one page, to be printed."""
    actor = _entering(request)

    def content(cycle: Cycle) -> dict[str, Any]:
        return {
            "standings": showing.standings(actor, cycle),
            "objectives": showing.objectives_of(cycle),
            "assumptions": cycle.assumptions.select_related("watch").order_by("number"),
            "may_link": may(actor, Right.USE_INTERFACES),
        }

    return pages.shown(request, actor, "page", content)


@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """Show the versions of the plan; `?before=2&after=5` compares two of them."""
    actor = _entering(request)

    def content(cycle: Cycle) -> dict[str, Any]:
        listed = list(queries.versions(actor, cycle).defer("plan")[:LISTED])
        compared = {}
        if "before" in request.GET and "after" in request.GET:
            before = queries.version(actor, cycle, request.GET["before"])
            after = queries.version(actor, cycle, request.GET["after"])
            lines = changes(before.plan, after.plan)
            compared = {"before": before, "after": after, "changes": lines}
        return {"versions": listed, **compared}

    return pages.shown(request, actor, "versions", content)


@require_safe
def lessons(request: HttpRequest) -> HttpResponse:
    """Show what the house learned; `?q=` searches."""
    actor = _entering(request)
    typed = request.GET.get("q", "").strip()[:200]
    found = queries.lessons_saying(actor, typed)
    context = pages.around(actor, pages.asked(request, actor), "lessons")
    return render(request, "planning/lessons.html", {**context, "lessons": found, "typed": typed})


@require_safe
def cycles(request: HttpRequest) -> HttpResponse:
    """Show all cycles."""
    actor = _entering(request)
    context = pages.around(actor, pages.asked(request, actor), "cycles")
    return render(request, "planning/cycles.html", {**context, "cycles": queries.cycles(actor)})


@require_safe
def bet(request: HttpRequest, number: int) -> HttpResponse:
    """Show a bet with its tasks and what was said of it."""
    actor = _entering(request)
    found = queries.bet(actor, number)
    rows = queries.tasks(actor).filter(bet=found)
    context = {
        "bet": found,
        "cards": showing.cards(actor, found.cycle, rows),
        "check_ins": queries.check_ins(actor).filter(bet=found),
        "waits_for": found.depends_on.order_by("number"),
        "levels": found.levels.order_by("place"),
        "estimate": estimate_of(found),
        "needs": found.needs.order_by("skill"),
        **comment_views.about(actor, found),
        "lessons": showing.similar_lessons(
            actor, title=found.title, function=found.function, networks=found.networks
        ),
    }
    return render(request, "planning/bet.html", pages.around(actor, found.cycle) | context)
