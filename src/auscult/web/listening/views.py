"""The page Listening, its fragments, and the forms of a watch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.engine.query.explain import explain
from auscult.engine.query.parse import Query
from auscult.web.accounts.models import Actor
from auscult.web.accounts.numbers import number_of
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.requests import actor_of
from auscult.web.listening import actions, copies_queries, overview, queries
from auscult.web.listening.forms import Problem, SearchForm, WatchForm, as_typed, read
from auscult.web.listening.models import Watch
from auscult.web.listening.reading import Filters
from auscult.web.sources import queries as source_queries
from auscult.web.sources.health import source_health

SHOWN = 25  # mentions on a page


@require_safe
def room(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Show everything: watches, sources, and what one watch, all, or a search found."""
    actor = actor_of(request)
    require(actor, Right.READ_MENTIONS, "read mentions")
    watch = None if number is None else queries.watch(actor, number)
    names = list(source_queries.sources(actor).values_list("pk", "name"))
    form = SearchForm(request.GET or None, sources=names)
    searching = bool(request.GET.get("q", "").strip())
    what = _search(request, actor, form) if searching else _found(request, actor, watch)
    parts = {**_watches(actor, watch), **_sources(actor), **_activity(request, actor), **what}
    return render(
        request,
        "listening/room.html",
        {**parts, "search_form": form, "searching": searching},
    )


@require_safe
def watches(request: HttpRequest) -> HttpResponse:
    """Answer with the list of watches alone, while something is being loaded."""
    actor = actor_of(request)
    require(actor, Right.READ_MENTIONS, "read mentions")
    number = number_of(request.GET.get("watch", ""))
    watch = queries.watches(actor).filter(pk=number).first() if number is not None else None
    parts = {**_watches(actor, watch), **_activity(request, actor)}
    return render(request, "listening/watches.html", parts)


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Answer with the sources alone, while something is being loaded."""
    actor = actor_of(request)
    require(actor, Right.READ_MENTIONS, "read mentions")
    parts = {**_sources(actor), **_activity(request, actor)}
    return render(request, "listening/sources.html", parts)


@require_safe
def found(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Answer with what one watch, or all, found, while something is being loaded."""
    actor = actor_of(request)
    require(actor, Right.READ_MENTIONS, "read mentions")
    watch = None if number is None else queries.watch(actor, number)
    parts = {**_found(request, actor, watch), **_activity(request, actor)}
    return render(request, "listening/middle.html", parts)


def _watches(actor: Actor, watch: Watch | None) -> dict[str, Any]:
    return {
        "watch": watch,
        "watches": overview.watch_lines(actor),
        "may_edit": may(actor, Right.EDIT_WATCHES),
    }


def _sources(actor: Actor) -> dict[str, Any]:
    return {"sources": source_health(actor)}


def _activity(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """Return what goes on; a page of older mentions stays as it is meanwhile."""
    activity = overview.activity(actor)
    older = number_of(request.GET.get("before", "")) is not None
    return {"loading": activity.loading, "busy": activity.busy and not older}


def _found(request: HttpRequest, actor: Actor, watch: Watch | None) -> dict[str, Any]:
    before = number_of(request.GET.get("before", ""))
    page = queries.latest(
        actor, filters=Filters(watch=watch.pk if watch else None), limit=SHOWN, after=before
    )
    mentions = overview.latest_shown(actor, page, watch=watch, before=before)
    each = request.GET.get("copies") == "each"
    chart = overview.volume_of(actor, [watch] if watch else queries.watches(actor))
    return {
        "watch": watch,
        "chart": chart,
        "lanes": overview.lanes_under(actor, chart),
        "mentions": mentions if each else copies_queries.fold(actor, mentions),
        "each": each,
        "older": page.after,
        "backfill": overview.filling(actor, watch) if watch else None,
        "may_edit": may(actor, Right.EDIT_WATCHES),
        "may_reveal": may(actor, Right.REVEAL_AUTHORS),
    }


def _search(request: HttpRequest, actor: Actor, form: SearchForm) -> dict[str, Any]:
    """Return what was found, or why the query can't be read."""
    answer = read(request.GET["q"])
    if isinstance(answer, Problem) or not form.is_valid():
        return {"problem": answer if isinstance(answer, Problem) else None, "refused": True}
    since, until = form.moments()
    values = form.cleaned_data
    page = queries.search(
        actor,
        answer,
        filters=Filters(
            source=int(values["source"]) if values["source"] else None,
            language=values["language"] or None,
            since=since,
            until=until,
        ),
        order=values["order"] or "newest",
        limit=SHOWN,
        after=number_of(request.GET.get("after", "")),
    )
    found = overview.mentions_shown(actor, page.hits)
    further = request.GET.copy()
    further["after"] = str(page.after)
    return {
        "page": page,
        "mentions": (
            found if values["copies"] == "each" else copies_queries.fold(actor, list(found))
        ),
        "warnings": answer.warnings,
        "further": further.urlencode() if page.after else "",
        "may_reveal": may(actor, Right.REVEAL_AUTHORS),
    }


@require_POST
def explain_query(request: HttpRequest) -> HttpResponse:
    """Answer with how a query is read, or why it can't be."""
    text = as_typed(request.POST.get("query", ""))
    return render(request, "listening/parts/explanation.html", _explained(text))


def _explained(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    answer = read(text)
    if isinstance(answer, Problem):
        return {"problem": answer}
    # The tree alone: the page shows each warning in a box of its own.
    return {"explanation": explain(replace(answer, warnings=())), "warnings": answer.warnings}


@require_POST
def preview_query(request: HttpRequest) -> HttpResponse:
    """Answer with what a query would have found."""
    actor = actor_of(request)
    require(actor, Right.READ_MENTIONS, "read mentions")
    answer = read(as_typed(request.POST.get("query", "")))
    context = {"problem": answer} if isinstance(answer, Problem) else _previewed(actor, answer)
    return render(request, "listening/parts/preview.html", context)


def _previewed(actor: Actor, query: Query) -> dict[str, Any]:
    preview = queries.preview(actor, query)
    return {
        "preview": preview,
        "may_reveal": may(actor, Right.REVEAL_AUTHORS),
        "per_day_in_words": overview.per_day_in_words(preview.per_day),
        "mentions": overview.mentions_shown(actor, preview.hits),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def add_watch(request: HttpRequest) -> HttpResponse:
    """Add a watch."""
    return _watch_form(request, actor_of(request), None)


@require_http_methods(["GET", "HEAD", "POST"])
def change_watch(request: HttpRequest, number: int) -> HttpResponse:
    """Change a watch's name or query."""
    actor = actor_of(request)
    return _watch_form(request, actor, queries.watch(actor, number))


def _watch_form(request: HttpRequest, actor: Actor, watch: Watch | None) -> HttpResponse:
    require(actor, Right.EDIT_WATCHES, "change watches")
    stored = {"name": watch.name, "query": watch.query} if watch else None
    form = WatchForm(request.POST or None, initial=stored)
    context: dict[str, Any] = {"form": form, "watch": watch}
    if request.method == "POST" and form.is_valid() and form.parsed is not None:
        if request.POST.get("do") == "save" and (saved := _save(actor, form, watch)):
            messages.success(request, _("The watch “%(name)s” is saved.") % {"name": saved.name})
            return redirect("listening:watch", saved.pk)
        context |= _previewed(actor, form.parsed)
    context |= _explained(as_typed(form["query"].value() or ""))
    return render(request, "listening/watch_form.html", context)


def _save(actor: Actor, form: WatchForm, watch: Watch | None) -> Watch | None:
    """Save a valid form; None where the action refuses it, with the reason in the form."""
    values = form.cleaned_data
    try:
        return actions.save_watch(actor, name=values["name"], query=values["query"], watch=watch)
    except Correctable as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def remove_watch(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a watch shall go; remove it when the answer is yes."""
    actor = actor_of(request)
    watch = queries.watch(actor, number)
    require(actor, Right.EDIT_WATCHES, "remove watches")
    if request.method != "POST":
        return render(request, "listening/remove_watch.html", {"watch": watch})
    actions.remove_watch(actor, watch=watch)
    messages.success(request, _("The watch “%(name)s” is removed.") % {"name": watch.name})
    return redirect("listening:room")


@require_http_methods(["GET", "HEAD", "POST"])
def remove_source(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a source shall go, with its mentions or without; do what was answered."""
    actor = actor_of(request)
    source = source_queries.source(actor, number)
    require(actor, Right.REMOVE_SOURCES, "remove sources")
    if request.method != "POST":
        return render(request, "listening/remove_source.html", {"source": source})
    with_posts = request.POST.get("posts") == "go"
    removed = actions.remove_source(actor, source=source, keep_posts=not with_posts)
    said = (
        ngettext("%(n)s mention went with it.", "%(n)s mentions went with it.", removed)
        if with_posts
        else _("Its mentions stay.")
    )
    messages.success(
        request,
        _("The source “%(name)s” is removed.") % {"name": source.name}
        + " "
        + said % {"n": removed},
    )
    return redirect("sources:room")
