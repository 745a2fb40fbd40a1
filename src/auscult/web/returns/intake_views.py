"""Files: what was read in, what waits to be looked at, and taking one back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import intake_actions, intake_queries, intake_reading, pages, queries
from auscult.web.returns.intake_forms import BringForm, HowForm, MeaningForm
from auscult.web.returns.intake_models import WaitingFile
from auscult.web.returns.intake_reading import Choice, Look
from auscult.web.returns.outcome_models import IntakeOrigin, IntakeState

FORM = ["GET", "HEAD", "POST"]
SHOWN = 200


def _editor(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    return actor


@require_safe
def intakes(request: HttpRequest) -> HttpResponse:
    """List the files that were read in, and the telephone lines."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    context = {
        "intakes": intake_queries.intakes(actor)[:SHOWN],
        "waiting": intake_queries.waiting(actor) if may(actor, Right.EDIT_RETURNS) else None,
        "lines": intake_queries.lines(actor).count(),
    }
    return render(request, "returns/intakes.html", pages.around(actor, "intakes") | context)


@require_http_methods(FORM)
def add_intake(request: HttpRequest) -> HttpResponse:
    """Bring a file, to be looked at."""
    actor = _editor(request)
    sent = request.method == "POST"
    form = BringForm(request.POST if sent else None, files=request.FILES if sent else None)
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            intake_actions.bring_file(
                actor, origin=form.cleaned_data["origin"], name=file.name, data=file.read()
            )
        except Correctable as error:
            form.take(error)
        else:
            return redirect("returns:waiting-file")
    return render(
        request, "returns/intake_add.html", pages.around(actor, "intakes") | {"form": form}
    )


@require_http_methods(FORM)
def waiting(request: HttpRequest) -> HttpResponse:
    """Look at the file that waits: what it says, and what its events are here; then read it in."""
    actor = _editor(request)
    file = intake_queries.waiting(actor)
    if file is None:
        return redirect("returns:add-intake")
    if request.method == "POST" and request.POST.get("do") == "drop":
        intake_actions.drop_file(actor)
        messages.success(request, _("The file is put away; nothing of it was kept."))
        return redirect("returns:intakes")
    context: dict[str, Any] = pages.around(actor, "intakes") | {
        "file": file,
        "calls": file.origin == IntakeOrigin.PHONE,
    }
    try:
        found = _looked(request, actor, file, context)
    except Correctable as error:
        context["error"] = str(error)
        return render(request, "returns/intake_look.html", context)
    return found or render(request, "returns/intake_look.html", context)


def _looked(
    request: HttpRequest, actor: Actor, file: WaitingFile, context: dict[str, Any]
) -> HttpResponse | None:
    """Look at a file as it was chosen, and read it in where that was asked for."""
    data = intake_queries.content(file)
    columns = intake_reading.columns_of(file.origin, data)
    how = HowForm(file.origin, columns, {}, request.POST if request.method == "POST" else None)
    context["how"] = how
    choice = how.choice() if how.is_bound and how.is_valid() else Choice()
    if not how.is_bound:
        taken = intake_reading.taken(file.origin, data, choice)
        context["how"] = how = HowForm(file.origin, columns, taken)
    if how.is_bound and not how.is_valid():
        return None
    look = intake_queries.looked(actor, file, data, choice)
    keep = request.POST.get("do") == "keep"
    meaning = MeaningForm(actor, look, calls=context["calls"], asked=request.POST, keep=keep)
    context |= {"look": look, "meaning": meaning}
    if keep and meaning.is_valid():
        try:
            intake = intake_actions.read_in(actor, file=file, meant=meaning.meant(choice))
        except Correctable as error:
            meaning.take(error)
        else:
            if intake.state == IntakeState.READ:
                messages.success(request, _("“%(name)s” is read in.") % {"name": intake.name})
            return redirect("returns:intake", intake.pk)
    context |= _around_look(actor, look, meaning, calls=context["calls"])
    return None


def _around_look(actor: Actor, look: Look, meaning: MeaningForm, *, calls: bool) -> dict[str, Any]:
    """Return what is said beside a look: lines of calls, and what is in the book already."""
    lines = {one.number: one for one in intake_queries.lines(actor)} if calls else {}
    numbers = [(one, lines.get(one.name)) for one in look.names] if calls else []
    kinds = queries.kinds(actor)
    begun = {line.kind_id for _one, line in numbers if line} if calls else meaning.begun()
    there = (
        intake_queries.there(
            actor, kinds.filter(pk__in=begun) if begun else kinds, look.first, look.last
        )
        if look.first and look.last
        else ()
    )
    return {"there": there, "numbers": numbers, "has_kinds": kinds.exists()}


@require_safe
def intake(request: HttpRequest, number: int) -> HttpResponse:
    """Show a file that was read in, with what couldn't be read of it."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    row = intake_queries.intake(actor, number)
    begun = getattr(row, "begun", None)
    context = {
        "intake": row,
        "brought": [] if begun else intake_queries.brought(row),  # it is asked for again and again
        "begun": begun,
        "broken": _(row.error) if row.error else "",
    }
    return render(request, "returns/intake.html", pages.around(actor, "intakes") | context)


@require_POST
def take_back(request: HttpRequest, number: int) -> HttpResponse:
    """Take a file back, with its outcomes."""
    actor = _editor(request)
    row = intake_queries.intake(actor, number)
    rows = intake_actions.take_back(actor, intake=row)
    said = ngettext(
        "“%(name)s” is taken back: %(n)s row less.",
        "“%(name)s” is taken back: %(n)s rows less.",
        rows,
    )
    messages.success(request, said % {"name": row.name, "n": rows})
    return redirect("returns:intakes")
