"""The page Sources: what is read, how it is doing, and connecting more."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.connectors.base import Connector, SignsIn, find
from auscult.engine.connectors.feeds import opml
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.web.accounts.keys import keyring
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.requests import actor_of
from auscult.web.sources import actions, feed_lists, queries
from auscult.web.sources.connecting import KINDS, SIGNED_IN, described
from auscult.web.sources.coverage import coverage
from auscult.web.sources.forms import (
    AddressForm,
    CodeForm,
    OutlinesForm,
    SignInForm,
    SourceForm,
    initial_config,
    initial_of,
)
from auscult.web.sources.health import health_of, source_health
from auscult.web.sources.network import network
from auscult.web.sources.probing import probe

LINES_SHOWN = 200
STRETCHES_SHOWN = 500
SIGNING_IN = "signing-in"  # of a session: a sign-in that waits for its code, encrypted


@require_safe
def room(request: HttpRequest) -> HttpResponse:
    """Show every source with its health, and the ways to connect another."""
    actor = actor_of(request)
    return render(
        request,
        "sources/room.html",
        {
            "sources": source_health(actor),
            "address_form": AddressForm(label_suffix=""),
            "kinds": [find(kind) for kind in KINDS],
            "may_edit": may(actor, Right.EDIT_SOURCES),
        },
    )


@require_safe
def source(request: HttpRequest, number: int) -> HttpResponse:
    """Show how a source is doing, what it covers, and what could not be read of it."""
    actor = actor_of(request)
    chosen = queries.source(actor, number)
    return render(
        request,
        "sources/source.html",
        {
            "source": health_of(actor, chosen),
            "about": described(chosen.connector, chosen.config),
            "covered": coverage(actor, source_id=chosen.pk)[:STRETCHES_SHOWN],
            "lines": queries.broken_lines(actor, source=chosen)[:LINES_SHOWN],
            # An excerpt is a post as its network sent it, with names.
            "may_edit": may(actor, Right.EDIT_SOURCES),
            "may_own": may(actor, Right.REMOVE_SOURCES),
            "changeable": chosen.connector in KINDS,
        },
    )


@require_safe
def now(request: HttpRequest, number: int) -> HttpResponse:
    """Answer with how a source is doing alone, while it is being read."""
    actor = actor_of(request)
    health = health_of(actor, queries.source(actor, number))
    return render(request, "sources/now.html", {"source": health})


@require_POST
def move(request: HttpRequest, number: int, how: str) -> HttpResponse:
    """Pause a source, or go on reading it."""
    actor = actor_of(request)
    change = {"pause": actions.pause_source, "resume": actions.resume_source}[how]
    moved = change(actor, source=queries.source(actor, number))
    messages.success(request, _("%(name)s: done.") % {"name": moved.name})
    return redirect("sources:source", number)


@require_POST
def connect(request: HttpRequest) -> HttpResponse:
    """Ask what an address leads to, and show what each kind of source would read there."""
    actor = actor_of(request)
    require(actor, Right.EDIT_SOURCES, "connect sources")
    form = AddressForm(request.POST, label_suffix="")
    found: dict[str, Any] = {}
    if form.is_valid():
        try:
            probed = probe(form.cleaned_data["address"], network=network())
        except Correctable as error:
            form.add_error("address", str(error))
        else:
            found = {
                "problems": probed.problems,
                "proposals": [
                    {
                        "proposal": one,
                        "title": _(find(one.connector).title),
                        "about": described(one.connector, one.config),
                        "config": json.dumps(one.config),
                    }
                    for one in probed.proposals
                ],
            }
    return render(request, "sources/connect.html", {"address_form": form, **found})


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """Show the form of a kind of source, and connect what was filled in."""
    actor = actor_of(request)
    require(actor, Right.EDIT_SOURCES, "connect sources")
    connector = _kind(kind)
    proposed = _proposed(request, connector)
    if request.method == "POST" and "name" in request.POST and proposed is None:
        form = SourceForm(request.POST, connector=connector)
        if form.is_valid() and (number := _add(request, form)):
            return redirect("sources:source", number)
    else:
        form = SourceForm(initial=proposed or {"name": _(connector.title)}, connector=connector)
    shown = {
        "form": form,
        "connector": connector,
        "about": described(kind, {}),
        "signs_in": kind in SIGNED_IN,
    }
    return render(request, "sources/form.html", shown)


def _kind(kind: str) -> Connector:
    if kind not in KINDS:
        raise Http404(f"no kind of source that a page can connect: {kind}")
    return find(kind)


def _proposed(request: HttpRequest, connector: Connector) -> dict[str, Any] | None:
    """Return what a form shows of a proposal that a person wants to look at first."""
    if "proposal" not in request.POST:
        return None
    try:
        config = json.loads(request.POST["proposal"])
    except ValueError:
        config = {}
    shown = initial_config(connector, config) if isinstance(config, dict) else {}
    return {"name": request.POST.get("name") or _(connector.title), **shown}


def _add(request: HttpRequest, form: SourceForm) -> int | None:
    """Add what a form holds; None, with the reason at its field, where that can't be."""
    try:
        added = actions.add_source(
            actor_of(request),
            name=form.cleaned_data["name"],
            connector=form.connector.name,
            config=form.config,
            keep=form.keep,
        )
    except Correctable as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None
    messages.success(
        request, _("%(name)s is connected. It is being read from now on.") % {"name": added.name}
    )
    return added.pk


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask where a person has her account, and send her there for a code."""
    require(actor_of(request), Right.EDIT_SOURCES, "connect sources")
    connector = _signed_in(kind)
    form = SignInForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            begun = connector.begin_sign_in(form.cleaned_data["address"], network=network())
        except (Correctable, Remote) as error:
            form.add_error("address", str(error))
        else:
            # It holds a secret of the instance's: sessions are rows of a table.
            held = keyring().encrypt(json.dumps({"link": begun.link, "state": begun.state}))
            request.session[SIGNING_IN] = held
            return redirect("sources:code", kind)
    shown = {"form": form, "connector": connector}
    return render(request, "sources/sign_in.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
def take_code(request: HttpRequest, kind: str) -> HttpResponse:
    """Take the code that a person brings, and connect the source with what it gives."""
    actor = actor_of(request)
    require(actor, Right.EDIT_SOURCES, "connect sources")
    connector = _signed_in(kind)
    if SIGNING_IN not in request.session:
        return redirect("sources:sign-in", kind)
    begun = json.loads(keyring().decrypt(request.session[SIGNING_IN]))
    form = CodeForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            config = connector.finish_sign_in(
                begun["state"], form.cleaned_data["code"], network=network()
            )
            name = urlsplit(begun["link"]).netloc
            added = actions.add_source(actor, name=name, connector=kind, config=config)
        except (Correctable, Remote) as error:
            form.add_error("code", str(error))
        else:
            del request.session[SIGNING_IN]
            return redirect("sources:change", added.pk)
    shown = {"form": form, "connector": connector, "link": begun["link"]}
    return render(request, "sources/sign_in.html", shown)


def _signed_in(kind: str) -> SignsIn:
    connector = _kind(kind)
    if not isinstance(connector, SignsIn):
        raise Http404(f"nobody signs in to {kind}")
    return connector


@require_POST
def accept(request: HttpRequest, kind: str) -> HttpResponse:
    """Connect a proposal as it is, in one step."""
    connector = _kind(kind)
    shown = _proposed(request, connector) or {}
    # The same checks as for the form, and the same form where something is missing.
    form = SourceForm(_as_posted(shown), connector=connector)
    require(actor_of(request), Right.EDIT_SOURCES, "connect sources")
    if form.is_valid() and (number := _add(request, form)):
        return redirect("sources:source", number)
    about = described(kind, {})
    return render(
        request, "sources/form.html", {"form": form, "connector": connector, "about": about}
    )


def _as_posted(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if value not in (None, False)}


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Show and change what a source reads and keeps."""
    actor = actor_of(request)
    require(actor, Right.EDIT_SOURCES, "change sources")
    chosen = queries.source(actor, number)
    connector = _kind(chosen.connector)
    form = SourceForm(
        request.POST or None, initial=initial_of(chosen), connector=connector, source=chosen
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_source(actor, source=chosen, keep=form.keep, config=form.config)
        except Correctable as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(name)s: saved.") % {"name": chosen.name})
            return redirect("sources:source", number)
    shown = {"form": form, "connector": connector, "source": chosen}
    return render(request, "sources/form.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
def take_list(request: HttpRequest) -> HttpResponse:
    """Take in the feeds of an uploaded list."""
    actor = actor_of(request)
    require(actor, Right.EDIT_SOURCES, "connect sources")
    form = OutlinesForm(request.POST or None, request.FILES or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            outlines = opml.parse(form.cleaned_data["file"])
            added = feed_lists.add_feeds(actor, name=form.cleaned_data["name"], outlines=outlines)
        except Correctable as error:
            form.add_error("file", str(error))
        else:
            said = ngettext("%(new)s new feed is read.", "%(new)s new feeds are read.", added.new)
            messages.success(request, said % {"new": added.new})
            return redirect("sources:source", added.source.pk)
    return render(request, "sources/take_list.html", {"form": form})


@require_safe
def give_list(request: HttpRequest) -> HttpResponse:
    """Answer with every feed that is read, as OPML."""
    content = opml.write(feed_lists.outlines_of(actor_of(request)))
    return HttpResponse(
        content,
        content_type="text/x-opml; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="feeds.opml"'},
    )
