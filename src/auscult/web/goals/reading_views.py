"""The pages of readings: a file of them, and taking one away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.goals import queries, reading_actions
from auscult.web.goals.errors import ObjectiveClosed
from auscult.web.goals.forms import FileForm
from auscult.web.goals.models import Objective, Origin
from auscult.web.goals.reading_actions import Kept
from auscult.web.goals.reading_files import Parsed, parsed
from auscult.web.goals.views import FORM, say


@require_http_methods(FORM)
def upload(request: HttpRequest, number: int) -> HttpResponse:
    """Take a file of readings: whole, or the lines that can be read where a person says so."""
    actor = actor_of(request)
    chosen = queries.objective(actor, number)
    require(actor, Right.EDIT_GOALS, reading_actions.MAY)
    if chosen.closed_on is not None:
        raise ObjectiveClosed(chosen.title)
    sent = request.method == "POST"
    form = FileForm(request.POST if sent else None, request.FILES if sent else None)
    context: dict[str, Any] = {"objective": chosen, "form": form}
    if sent and form.is_valid():
        found = parsed(form.text, queries.today(actor))
        if _taken(request, actor, chosen, found, form):
            return redirect("goals:objective", number)
        # The whole text is shown again, to be corrected where it is wrong: nothing is lost.
        context |= {"form": FileForm(initial={"lines": form.text}), "found": found}
        context["form_errors"] = form.non_field_errors()
    return render(request, "goals/upload.html", context)


def _taken(
    request: HttpRequest, actor: Actor, chosen: Objective, found: Parsed, form: FileForm
) -> bool:
    """Save what a file says; return whether it was saved."""
    part = request.POST.get("do") == "part"
    if not found.readings or (found.refused and not part):
        return False
    try:
        kept = reading_actions.save_readings(
            actor, objective=chosen, given=found.readings, origin=Origin.FILE
        )
    except Correctable as error:
        say(form, error)
        return False
    messages.success(request, in_words(kept))
    return True


def in_words(kept: Kept) -> str:
    """Return what became of the readings of a file."""
    added = ngettext("%(n)s new day", "%(n)s new days", kept.added) % {"n": kept.added}
    changed = ngettext("%(n)s changed", "%(n)s changed", kept.changed) % {"n": kept.changed}
    return _("Saved: %(added)s, %(changed)s, %(same)s as they were.") % {
        "added": added,
        "changed": changed,
        "same": kept.same,
    }


@require_POST
def remove_reading(request: HttpRequest, number: int) -> HttpResponse:
    """Take a reading away; the history keeps what it was."""
    actor = actor_of(request)
    chosen = queries.reading(actor, number)
    objective = chosen.objective_id
    reading_actions.remove_reading(actor, reading=chosen)
    messages.success(request, _("The reading is removed; the history keeps it."))
    return redirect("goals:objective", objective)
