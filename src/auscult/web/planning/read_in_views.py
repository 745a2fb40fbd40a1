"""Reading a plan in from a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.planning import actions, pages, queries, reading_in
from auscult.web.planning.errors import PlanFileRefused

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
                form.add_error("file", wrong)
        except Correctable as error:
            form.add_error("file", error.message)
        else:
            said = _now("“%(title)s” is read in. Start it when the plan is ready.")
            messages.success(request, said % {"title": cycle.title})
            return redirect("planning:cycles")
    context: dict[str, Any] = pages.around(actor, queries.current(actor), "cycles")
    return render(request, "planning/read_in.html", context | {"form": form})
