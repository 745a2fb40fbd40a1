"""The plan on one page for who has its secret address: for leaders who don't sign in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from auscult.web.accounts.models import Actor, SecretAddress
from auscult.web.accounts.people import organisation
from auscult.web.accounts.queries import time_zone
from auscult.web.accounts.requests import actor_of
from auscult.web.accounts.secret_pages import opened
from auscult.web.accounts.tokens_actions import make_secret_address
from auscult.web.delivery.queries import link
from auscult.web.planning import pages, queries, showing

KIND = "plan"


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make the secret address of the plan on one page; it is shown once."""
    actor = actor_of(request)
    label = _("The plan on one page")
    _made, secret = make_secret_address(actor, kind=KIND, subject=None, label=label)
    address = link(reverse("planning:read", args=[secret]))
    context = pages.around(actor, queries.current(actor), "page") | {"address": address}
    answer = render(request, "planning/read_link.html", context)
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_not_required
@require_safe
def read(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer with the plan on one page, and nothing that leads further."""
    answer = opened(request, secret, KIND, _written, "text/html; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    del answer["ETag"]
    return answer


def _written(actor: Actor, _address: SecretAddress) -> bytes:
    """Return the page; it knows of no request, so that nobody's session shows on it."""
    cycle = queries.current(actor)
    context: dict[str, Any] = {"cycle": cycle, "organisation": organisation(actor)}
    if cycle is not None:
        context |= {
            "day": showing.day(actor, cycle),
            "standings": showing.standings(actor, cycle),
            "objectives": showing.objectives_of(cycle),
            "assumptions": cycle.assumptions.order_by("number"),
        }
    with timezone.override(time_zone(actor)):
        return render_to_string("planning/read.html", context).encode()
