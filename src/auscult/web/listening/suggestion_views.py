"""The page Suggestions: watches, hashtags, feeds and peers for a name and a town.

A file of its own beside `views`: what a person has, and what she might want, are two rooms.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.numbers import number_of
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.requests import actor_of
from auscult.web.listening import overview, peers, suggesting
from auscult.web.listening.forms import HouseForm, PeerSearchForm
from auscult.web.listening.suggesting import House
from auscult.web.sources import queries as source_queries


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Ask for a name and a town; show what follows from them."""
    actor = actor_of(request)
    require(actor, Right.READ_MENTIONS, "read mentions")
    form = _form(request.GET, actor)
    context: dict[str, Any] = {
        "form": form,
        "peer_form": PeerSearchForm(),
        "places": peers.places(actor),
        "may_edit": may(actor, Right.EDIT_WATCHES),
    }
    if "organisation" in request.GET and form.is_valid():
        try:
            context |= _suggested(actor, form.house)
        except Correctable as error:
            form.add_error("town" if error.field == "town" else "organisation", str(error))
    return render(request, "listening/suggestions.html", context)


def _form(given: QueryDict, actor: Actor) -> HouseForm:
    if "organisation" in given:
        return HouseForm(given)
    return HouseForm(initial={"organisation": suggesting.name_of(actor), "language": "en"})


def _suggested(actor: Actor, house: House) -> dict[str, Any]:
    found = suggesting.suggestions(actor, house)
    return {
        "house": house,
        "suggestions": [
            {"it": one, "expected": overview.per_day_in_words(one.per_day)} for one in found
        ],
        "new": sum(one.have is None for one in found),
        "basis": next((one.basis for one in found if one.per_day is not None), ""),
        "hashtags": suggesting.hashtags(actor, house),
    }


@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Add what was chosen, one watch or all."""
    actor = actor_of(request)
    house = _house(request)
    if house is None:
        return redirect("listening:suggestions")
    wanted = None if request.POST.get("take") == "all" else request.POST.getlist("query")
    saved = suggesting.accept(actor, house, wanted=wanted)
    said = ngettext("%(n)s watch is added.", "%(n)s watches are added.", len(saved))
    messages.success(request, said % {"n": len(saved)})
    return redirect(_back(house))


@require_POST
def follow_hashtag(request: HttpRequest) -> HttpResponse:
    """Read a proposed hashtag at an instance."""
    actor = actor_of(request)
    require(actor, Right.EDIT_SOURCES, "change sources")
    house = _house(request)
    number = number_of(request.POST.get("source", ""))
    if house is None or number is None:
        return redirect("listening:suggestions")
    source = source_queries.source(actor, number)
    tag = request.POST.get("tag", "")
    suggesting.follow_hashtag(actor, house, source=source, tag=tag)
    messages.success(
        request, _("#%(tag)s is read at %(source)s.") % {"tag": tag, "source": source.name}
    )
    return redirect(_back(house))


def _house(request: HttpRequest) -> House | None:
    """Return the house that a form of the page was about."""
    form = HouseForm(request.POST)
    return form.house if form.is_valid() else None


def _back(house: House) -> str:
    given = {
        "organisation": house.organisation,
        "town": house.town,
        "language": house.language,
    }
    return f"{reverse('listening:suggestions')}?{urlencode(given)}"
