"""Pages that were kept: their list, each as it was told, and then beside now."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import board_files, board_showing, editions, pages
from auscult.web.returns.board_asking import BoardForm, asking
from auscult.web.returns.board_models import Edition
from auscult.web.returns.board_telling import digest, facts_of
from auscult.web.returns.telling_types import Facts


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show what was kept."""
    actor = actor_of(request)
    context = {**pages.around(actor, "editions"), "editions": editions.editions(actor)}
    return render(request, "returns/editions.html", context)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the page that the address asks for."""
    actor = actor_of(request)
    require(actor, Right.EDIT_RETURNS, editions.KEEP)
    asked = BoardForm(actor, request.GET).question()
    try:
        kept = editions.keep_edition(actor, title=request.POST.get("title", ""), asked=asked)
    except Correctable as error:
        messages.error(request, str(error))
        return redirect(f"/returns/{asking(asked)}")
    messages.success(request, _("“%(title)s” is kept as it is told today.") % {"title": kept.title})
    return redirect("returns:edition", kept.pk)


def _readable(kept: Edition) -> Facts | None:
    """Return the facts of a page; None: this version can't read them, which its page says."""
    try:
        return editions.facts_in(kept)
    except Correctable:
        return None


@require_safe
def edition(request: HttpRequest, number: int) -> HttpResponse:
    """Show a page as it was told; one that this version can't read says so, and can be removed."""
    actor = actor_of(request)
    kept = editions.edition(actor, number)
    around = pages.around(actor, "editions") | {"edition": kept}
    facts = _readable(kept)
    if facts is None:
        return render(request, "returns/edition_unread.html", around)
    shown = board_showing.shown(actor, facts)
    return render(request, "returns/edition.html", {**around, **shown, "digest": digest(facts)})


@require_safe
def printed(request: HttpRequest, number: int) -> HttpResponse:
    """Answer with a page that was kept, as PDF."""
    actor = actor_of(request)
    kept = editions.edition(actor, number)
    facts = _readable(kept)
    if facts is None:
        return redirect("returns:edition", kept.pk)
    return board_files.printed(actor, facts, name=f"returns-{kept.pk}", kept=kept)


@require_safe
def then_and_now(request: HttpRequest, number: int) -> HttpResponse:
    """Show a page that was kept beside what is told of the same question now."""
    actor = actor_of(request)
    kept = editions.edition(actor, number)
    then = _readable(kept)
    if then is None:
        return redirect("returns:edition", kept.pk)
    now = facts_of(actor, then.asked)
    rows = editions.compared(then, now)
    context = {
        "edition": kept,
        "rows": rows,
        "changed": sum(one.changed for one in rows),
        "asking": asking(then.asked),
    }
    return render(
        request, "returns/edition_compare.html", pages.around(actor, "editions") | context
    )


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a page that was kept shall go; remove it."""
    actor = actor_of(request)
    require(actor, Right.EDIT_RETURNS, editions.KEEP)
    kept = editions.edition(actor, number)
    if request.method != "POST":
        context = pages.around(actor, "editions") | {"edition": kept}
        return render(request, "returns/edition_remove.html", context)
    editions.remove_edition(actor, kept=kept)
    messages.success(request, _("“%(title)s” is removed.") % {"title": kept.title})
    return redirect("returns:editions")
