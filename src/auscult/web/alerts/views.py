"""The pages of alerts: what is open, what an alert says, and what people do with it; the feed."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from auscult.web.accounts.models import Actor, SecretAddress
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.queries import time_zone
from auscult.web.accounts.requests import actor_of
from auscult.web.accounts.secret_pages import opened
from auscult.web.accounts.tokens_actions import make_secret_address
from auscult.web.alerts import actions, queries, wording
from auscult.web.alerts.drawing import drawing
from auscult.web.alerts.feed import atom
from auscult.web.alerts.models import Alert, State
from auscult.web.alerts.samples import samples
from auscult.web.alerts.telling import next_time

A_PAGE = 30
FEED_KIND = "alerts"
MORNING = time(8)


@require_safe
def room(request: HttpRequest) -> HttpResponse:
    """Show what is open, what somebody takes care of, and what is past, a page at a time."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, "see alerts")
    every = queries.alerts(actor)
    taken = every.filter(state=State.ACKNOWLEDGED)
    past = Paginator(every.filter(state=State.PAST), A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "alerts/room.html",
        {
            "open": [_line(one) for one in queries.open_alerts(actor)[:A_PAGE]],
            "taken": [_line(one) for one in taken[:A_PAGE]],
            "past": [_line(one) for one in past],
            "page": past,
            "rules": queries.rules(actor).filter(on=True).count(),
            "may_edit": may(actor, Right.EDIT_ALERTS),
            "may_feed": may(actor, Right.USE_INTERFACES),
        },
    )


def _line(alert: Alert) -> dict[str, Any]:
    return {"alert": alert, "title": wording.title(alert), "why": wording.reasons(alert)[:1]}


@require_safe
def alert(request: HttpRequest, number: int) -> HttpResponse:
    """Show why an alert was raised: in words, drawn, and by what was said."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, "see alerts")
    chosen = queries.alert(actor, number)
    reads = may(actor, Right.READ_MENTIONS)
    return render(
        request,
        "alerts/alert.html",
        {
            "alert": chosen,
            "title": wording.title(chosen),
            "reasons": wording.reasons(chosen),
            "drawing": drawing(actor, chosen),
            "mentions": samples(actor, chosen) if reads else (),
            "reads": reads,
            "receptions": queries.receptions(actor, chosen),
            "may_handle": may(actor, Right.HANDLE_ALERTS),
            "snoozes": _snoozes(),
        },
    )


def _snoozes() -> list[tuple[str, str]]:
    return [
        ("1", _("for an hour")),
        ("4", _("for four hours")),
        ("morning", _("until tomorrow at eight")),
        ("168", _("for a week")),
    ]


@require_POST
def acknowledge(request: HttpRequest, number: int) -> HttpResponse:
    """Take care of an alert."""
    actor = actor_of(request)
    chosen = queries.alert(actor, number)
    actions.acknowledge(actor, alert=chosen)
    messages.success(request, _("You take care of it; nobody else is told."))
    return redirect("alerts:alert", number)


@require_POST
def snooze(request: HttpRequest, number: int) -> HttpResponse:
    """Let an alert be silent for a while."""
    actor = actor_of(request)
    chosen = queries.alert(actor, number)
    now = actor.clock.now()
    wish = request.POST.get("for", "1")
    hours = int(wish) if wish.isdecimal() and len(wish) < 4 else 1
    until = now + timedelta(hours=hours)
    if wish == "morning":
        until = next_time(now, MORNING, time_zone(actor))
    actions.snooze(actor, alert=chosen, until=until)
    messages.success(request, _("It is silent until %(until)s.") % {"until": wording.moment(until)})
    return redirect("alerts:alert", number)


@require_POST
def make_feed(request: HttpRequest) -> HttpResponse:
    """Make a secret address at which a reader of feeds finds the alerts; it is shown once."""
    actor = actor_of(request)
    _made, secret = make_secret_address(actor, kind=FEED_KIND, subject=None, label=str(_("Alerts")))
    address = request.build_absolute_uri(reverse("alerts:feed", args=[secret]))
    return render(request, "alerts/feed.html", {"address": address})


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer with the newest alerts as Atom, to who has the secret address."""

    def write(actor: Actor, _address: SecretAddress) -> bytes:
        require(actor, Right.SEE_FIGURES, "see alerts")
        with timezone.override(time_zone(actor)):
            found = queries.alerts(actor)[:A_PAGE]
            return atom(found, own=request.build_absolute_uri()).encode()

    return opened(request, secret, FEED_KIND, write, "application/atom+xml; charset=utf-8")
