"""The pages Copies: campaigns of a range, and the posts of one of them."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from auscult.web.accounts.numbers import number_of
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.listening import copies_queries, overview

SHOWN = 25  # mentions on a page
RANGES = (7, 28, 90)  # days


@require_safe
def copies(request: HttpRequest) -> HttpResponse:
    """Show the largest campaigns of copies of the last weeks."""
    actor = actor_of(request)
    require(actor, Right.READ_MENTIONS, "read mentions")
    given = request.GET.get("days", "")
    days = int(given) if given in {str(each) for each in RANGES} else None
    period = overview.period(actor)
    since = period.since if days is None else period.until - timedelta(days=days)
    found = copies_queries.campaigns(actor, since=since, until=period.until)
    return render(
        request,
        "listening/copies.html",
        {
            "campaigns": found,
            "since": since,
            "until": period.until,
            "ranges": [(str(each), _("%(n)s days") % {"n": each}) for each in RANGES],
            "days": str(days or ""),
        },
    )


@require_safe
def campaign(request: HttpRequest, number: int) -> HttpResponse:
    """Show one campaign, and its posts one by one."""
    actor = actor_of(request)
    require(actor, Right.READ_MENTIONS, "read mentions")
    found = copies_queries.campaign(actor, number)
    before = number_of(request.GET.get("before", ""))
    hits, older = copies_queries.members(actor, number, limit=SHOWN, before=before)
    return render(
        request,
        "listening/copies_of.html",
        {"one": found, "mentions": overview.mentions_shown(actor, hits), "older": older},
    )
