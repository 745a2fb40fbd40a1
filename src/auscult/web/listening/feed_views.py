"""The feed of a watch: making its secret address, and what stands there."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.accounts.secret_pages import opened
from auscult.web.accounts.tokens_actions import make_secret_address
from auscult.web.delivery.queries import link
from auscult.web.listening import feeds, queries


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def make_feed(request: HttpRequest, number: int) -> HttpResponse:
    """Say what a feed is; make a secret address of a watch's, and show it this once."""
    actor = actor_of(request)
    require(actor, Right.USE_INTERFACES, "make secret addresses")
    watch = queries.watch(actor, number)
    address = ""
    if request.method == "POST":
        _made, secret = make_secret_address(
            actor, kind=feeds.KIND, subject=watch.pk, label=watch.name
        )
        address = link(reverse("listening:feed", args=[secret]))
    return render(request, "listening/feed.html", {"watch": watch, "address": address})


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer with a watch's newest mentions as Atom, to who has the secret address."""
    return opened(request, secret, feeds.KIND, feeds.atom, "application/atom+xml; charset=utf-8")
