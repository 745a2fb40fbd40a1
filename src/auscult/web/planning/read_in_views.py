"""Reading a plan in from a file."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.planning import actions, pages, queries, reading_in, reading_rows
from auscult.web.planning.errors import PlanFileRefused
from auscult.web.planning.models import Cycle
from auscult.web.planning.reading_rows import BETS_FILE, MOST_BYTES
from auscult.web.planning.versions import changes

SHOWN = 100  # of what is wrong


class PlanFileForm(forms.Form):
    """A file with a plan."""

    file = forms.FileField(
        label=_("A plan as JSON"),
        help_text=_("As “As JSON” hands it out. It becomes a new cycle that is planned."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def read_in(request: HttpRequest) -> HttpResponse:
    """Plan a new cycle as a file has it."""
    actor = actor_of(request)
    require(actor, Right.EDIT_PLAN, actions.CHANGE)
    sent = request.method == "POST"
    form = PlanFileForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            raw = form.cleaned_data["file"].read(reading_in.MOST_BYTES + 1)
            cycle = reading_in.read_plan(actor, raw=raw)
        except PlanFileRefused as error:
            for wrong in error.wrong[:SHOWN]:
                form.add_error("file", str(wrong))
        except Correctable as error:
            form.add_error("file", error.message)
        else:
            said = _now("“%(title)s” is read in. Start it when the plan is ready.")
            messages.success(request, said % {"title": cycle.title})
            return redirect("planning:cycles")
    context: dict[str, Any] = pages.around(actor, queries.current(actor), "cycles")
    return render(request, "planning/read_in.html", context | {"form": form})


class RowsForm(forms.Form):
    """Files with bets and tasks; or both again, once somebody looked at what they change."""

    bets = forms.FileField(label=_("Bets as CSV"), required=False)
    tasks = forms.FileField(label=_("Tasks as CSV"), required=False)
    seen_bets = forms.CharField(required=False, widget=forms.HiddenInput)
    seen_tasks = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Take the bytes of each file, from wherever they came."""
        values = super().clean() or self.cleaned_data
        for name in ("bets", "tasks"):
            file, seen = values.get(name), values.get(f"seen_{name}", "")
            try:
                values[name] = file.read(MOST_BYTES + 1) if file else base64.urlsafe_b64decode(seen)
            except (binascii.Error, ValueError):
                self.add_error(name, _("Choose the file again."))
        if not self.errors and not (values["bets"] or values["tasks"]):
            self.add_error("tasks", _("Choose a file."))
        return values


@require_http_methods(["GET", "HEAD", "POST"])
def read_rows(request: HttpRequest, number: int) -> HttpResponse:
    """Change bets and tasks by files: first what would change is shown, then it is read in."""
    actor = actor_of(request)
    require(actor, Right.EDIT_PLAN, actions.CHANGE)
    cycle = queries.cycle(actor, number)
    sent = request.method == "POST"
    form = RowsForm(request.POST if sent else None, request.FILES if sent else None)
    context: dict[str, Any] = {**pages.around(actor, cycle, "cycles"), "form": form}
    if sent and form.is_valid():
        found = _rows(actor, cycle, form, keep=request.POST.get("do") == "keep")
        if found is not None and request.POST.get("do") == "keep":
            messages.success(request, _now("The files are read in."))
            return redirect(f"{reverse('planning:versions')}?cycle={cycle.number}")
        if found is not None:
            context |= {
                "lines": changes(found.before, found.after),
                "kept": {
                    f"seen_{name}": base64.urlsafe_b64encode(form.cleaned_data[name]).decode()
                    for name in ("bets", "tasks")
                },
            }
    return render(request, "planning/read_rows.html", context)


def _rows(
    actor: Actor, cycle: Cycle, form: RowsForm, *, keep: bool
) -> reading_rows.RowsRead | None:
    """Read the files in, or look only; None: the form says what is wrong with them."""
    files = {name: form.cleaned_data[name] for name in ("bets", "tasks")}
    try:
        return reading_rows.read_rows(actor, cycle=cycle, keep=keep, **files)
    except PlanFileRefused as error:
        for wrong in error.wrong[:SHOWN]:
            file = "bets" if wrong.place.startswith(BETS_FILE) else "tasks"
            form.add_error(file, str(wrong))
    except Correctable as error:
        form.add_error(None, error.message)
    return None
