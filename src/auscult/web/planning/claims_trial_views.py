"""Trials of claims: drawn, taken along as a file, read back."""

from __future__ import annotations

import secrets
from itertools import zip_longest

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.planning import (
    claims_actions,
    claims_calendar,
    claims_queries,
    claims_showing,
    pages,
    queries,
)
from auscult.web.planning.claims_forms import TrialForm
from auscult.web.planning.claims_models import Trial
from auscult.web.planning.claims_views import FORM, editor, reader

SEEDS = 2**48


@require_http_methods(FORM)
def draw_trial(request: HttpRequest, number: int) -> HttpResponse:
    """Draw the days of a trial of a claim."""
    actor = editor(request)
    claim = claims_queries.claim(actor, number)
    today = queries.today(actor)
    form = TrialForm(claim, today, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = claims_actions.draw_trial(
                actor, claim=claim, wish=form.wish(), seed=secrets.randbelow(SEEDS)
            )
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _("The days are drawn. Take them along as a file."))
            return redirect("planning:trial", made.pk)
    around = pages.around(actor, queries.current(actor), "claims")
    return render(request, "planning/claims_draw.html", around | {"form": form, "claim": claim})


@require_safe
def trial(request: HttpRequest, number: int) -> HttpResponse:
    """Show a trial: what was drawn, what was posted, what was found."""
    actor = reader(request)
    row = claims_queries.trial(actor, number)
    schedule = row.drawn
    course = claims_showing.course(row, schedule)
    context = {
        "one": claims_showing.shown(row),
        "trial": row,
        "claim": row.claim,
        "experiment": schedule.experiment,
        "rows": [
            (slot, schedule.what(slot), kept)
            for slot, kept in zip_longest(schedule.slots, course.days)
        ],
        "course": course,
    }
    around = pages.around(actor, queries.current(actor), "claims")
    return render(request, "planning/claims_trial.html", around | context)


@require_POST
def stop_trial(request: HttpRequest, number: int) -> HttpResponse:
    """Judge a trial no longer."""
    actor = editor(request)
    claims_actions.stop_trial(actor, trial=claims_queries.trial(actor, number))
    return redirect("planning:trial", number)


def _taken(request: HttpRequest, number: int, form: str) -> Trial:
    actor = actor_of(request)
    require(actor, Right.EXPORT, claims_actions.TAKE)
    row = claims_queries.trial(actor, number)
    claims_actions.record_download(actor, trial=row, form=form)
    return row


def _file(content: bytes | str, media_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
def as_csv(request: HttpRequest, number: int) -> HttpResponse:
    """Answer with the drawn days as CSV."""
    row = _taken(request, number, "csv")
    return _file(row.drawn.as_csv(), "text/csv; charset=utf-8", f"trial-{row.pk}.csv")


@require_safe
def as_ical(request: HttpRequest, number: int) -> HttpResponse:
    """Answer with the drawn days as appointments."""
    row = _taken(request, number, "ics")
    made = claims_calendar.as_ical(row)
    return _file(made, "text/calendar; charset=utf-8", f"trial-{row.pk}.ics")
