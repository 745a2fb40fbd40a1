"""'Did it work?': the list, the question, the answer."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import (
    mix_showing,
    pages,
    queries,
    study_actions,
    study_notebook,
    study_queries,
    study_showing,
    study_words,
)
from auscult.web.returns.study_forms import FORMS, BringForm
from auscult.web.returns.study_models import Method, Study, StudyState
from auscult.web.returns.study_tables import Table

FORM = ["GET", "HEAD", "POST"]
SEEDS = 2**48
SHOWN = 100  # of the list


def reader(request: HttpRequest) -> Actor:
    """Return who asks, if she may see figures."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return actor


def editor(request: HttpRequest) -> Actor:
    """Return who asks, if she may ask whether something worked."""
    actor = actor_of(request)
    require(actor, Right.EDIT_RETURNS, study_actions.ASK)
    return actor


def around(actor: Actor) -> dict[str, Any]:
    """Return what stands at the top of these pages."""
    return pages.around(actor, "studies")


@require_safe
def studies(request: HttpRequest) -> HttpResponse:
    """List what was asked, and what came of it."""
    actor = reader(request)
    rows = [
        {
            "study": one,
            "state": study_words.state(one),
            "verdict": study_words.verdict(one.answer),
            "badge": study_words.BADGES.get(one.answer.get("verdict", ""), ""),
        }
        for one in study_queries.studies(actor)[:SHOWN]
    ]
    return render(request, "returns/studies.html", around(actor) | {"rows": rows})


@require_safe
def ways(request: HttpRequest) -> HttpResponse:
    """Show the ways of asking, and when each is the one to take."""
    actor = editor(request)
    rows = [(one, one.label, study_words.WHEN[one]) for one in Method]
    return render(request, "returns/study_ways.html", around(actor) | {"ways": rows})


@require_http_methods(FORM)
def ask(request: HttpRequest, method: str) -> HttpResponse:
    """Ask in one of the ways."""
    actor = editor(request)
    if method not in FORMS:
        raise Http404
    sent = request.method == "POST"
    form = FORMS[method](actor, request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            made = study_actions.ask_study(actor, wish=form.wish(), seed=secrets.randbelow(SEEDS))
        except Correctable as error:
            form.take(error)
        else:
            return redirect("returns:study", made.pk)
    context = {"form": form, "method": Method(method), "when": study_words.WHEN[method]}
    return render(request, "returns/study_ask.html", around(actor) | context)


@require_safe
def study(request: HttpRequest, number: int) -> HttpResponse:
    """Show a study: how far it is, what was drawn, what was found."""
    actor = reader(request)
    row = study_queries.study(actor, number)
    context: dict[str, Any] = {
        "study": row,
        "begun": row.state in study_queries.BEGUN,
        "state": study_words.state(row),
        "refusal": _(row.error) if row.error else "",
        "shown": study_showing.shown(row),
        "design": study_showing.design(row),
        "bring": row.state == StudyState.DESIGNED and bool(row.design),
        "code": study_notebook.code(row),
        "is_mix": row.method == Method.MIX,
    }
    if row.method == Method.MIX:
        context |= {"mix": mix_showing.shown(row), "open": row.state == StudyState.DESIGNED}
        context["may_plan"] = may(actor, Right.EDIT_PLAN)
    return render(request, "returns/study.html", around(actor) | context)


@require_http_methods(FORM)
def bring(request: HttpRequest, number: int) -> HttpResponse:
    """Bring the data of an experiment that is over."""
    actor = editor(request)
    row = study_queries.study(actor, number)
    sent = request.method == "POST"
    form = BringForm(
        actor, row, request.POST if sent else None, files=request.FILES if sent else None
    )
    if sent and form.is_valid():
        try:
            study_actions.bring_data(actor, study=row, data=form.brought(), start=form.since())
        except Correctable as error:
            form.take(error)
        else:
            return redirect("returns:study", row.pk)
    return render(request, "returns/study_bring.html", around(actor) | {"form": form, "study": row})


@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Work a study out anew."""
    actor = editor(request)
    row = study_queries.study(actor, number)
    try:
        study_actions.ask_again(actor, study=row)
    except Correctable as error:
        messages.error(request, str(error))
    return redirect("returns:study", row.pk)


@require_http_methods(FORM)
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Remove a study, once somebody said so."""
    actor = editor(request)
    row = study_queries.study(actor, number)
    if request.method == "POST":
        study_actions.remove_study(actor, study=row)
        messages.success(request, _("Removed."))
        return redirect("returns:studies")
    return render(request, "returns/study_remove.html", around(actor) | {"study": row})


def _taken(request: HttpRequest, number: int, form: str) -> Study:
    actor = actor_of(request)
    require(actor, Right.EXPORT, study_actions.TAKE)
    row = study_queries.study(actor, number)
    study_actions.record_download(actor, study=row, form=form)
    return row


def _file(content: bytes | str, media_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
def as_parquet(request: HttpRequest, number: int) -> HttpResponse:
    """Answer with a study's data as Parquet."""
    row = _taken(request, number, "parquet")
    kind = "application/vnd.apache.parquet"
    return _file(bytes(row.data), kind, study_notebook.file_name(row))


@require_safe
def as_csv(request: HttpRequest, number: int) -> HttpResponse:
    """Answer with a study's data as CSV."""
    row = _taken(request, number, "csv")
    text = Table.from_parquet(bytes(row.data)).as_csv()
    return _file(text, "text/csv; charset=utf-8", f"study-{row.pk}.csv")


@require_safe
def as_notebook(request: HttpRequest, number: int) -> HttpResponse:
    """Answer with the code that works a study out again, as a notebook."""
    row = _taken(request, number, "ipynb")
    return _file(study_notebook.notebook(row), "application/x-ipynb+json", f"study-{row.pk}.ipynb")
