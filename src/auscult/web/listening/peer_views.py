"""The page Peers: accounts of other houses side by side, looking for more, and adding them.

A file of its own beside `views`, as `suggestion_views` is.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.requests import actor_of
from auscult.web.listening import peer_pages
from auscult.web.listening import peers as following
from auscult.web.listening.forms import PeerSearchForm
from auscult.web.sources.network import network


@require_safe
def peers(request: HttpRequest) -> HttpResponse:
    """Show the peers side by side, and ask for more of them."""
    actor = actor_of(request)
    require(actor, Right.READ_MENTIONS, "read mentions")
    return render(
        request,
        "listening/peers.html",
        {
            "comparison": peer_pages.comparison(actor),
            "form": PeerSearchForm(),
            "places": following.places(actor),
            "may_edit": may(actor, Right.EDIT_WATCHES),
        },
    )


@require_POST
def find_peers(request: HttpRequest) -> HttpResponse:
    """Ask the connected networks, and show whom they know."""
    actor = actor_of(request)
    require(actor, Right.EDIT_WATCHES, "look for accounts")
    form = PeerSearchForm(request.POST)
    found: list[following.Found] = []
    if form.is_valid():
        try:
            found = following.find_accounts(actor, form.cleaned_data["text"], network=network())
        except Correctable as error:
            form.add_error("text", str(error))
    have = set(following.peers(actor).values_list("author", flat=True))
    shown = {
        "form": form,
        "found": found,
        "have": have,
        "places": following.places(actor),
        "searched": form.is_valid(),
    }
    return render(request, "listening/find_peers.html", shown)


@require_POST
def add_peer(request: HttpRequest) -> HttpResponse:
    """Follow an account that was found."""
    given = request.POST
    added = following.add_peer(
        actor_of(request),
        place=given.get("place", ""),
        author=given.get("author", ""),
        handle=given.get("handle", ""),
        label=given.get("label", ""),
    )
    messages.success(
        request,
        _("%(name)s is a peer now. Its posts are being read; look again in some minutes.")
        % {"name": added.label},
    )
    return redirect("listening:peers")


@require_http_methods(["GET", "HEAD", "POST"])
def remove_peer(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a peer shall go; follow it no longer when the answer is yes."""
    actor = actor_of(request)
    chosen = following.peer(actor, number)
    require(actor, Right.EDIT_WATCHES, "remove peers")
    if request.method != "POST":
        return render(request, "listening/remove_peer.html", {"peer": chosen})
    following.remove_peer(actor, peer=chosen)
    messages.success(request, _("%(name)s is no peer any more.") % {"name": chosen.label})
    return redirect("listening:peers")
