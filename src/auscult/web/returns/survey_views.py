"""'How did you hear of us?': the list, a survey and what it says, its answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import pages, queries, survey_actions, survey_queries, survey_showing
from auscult.web.returns.errors import IntakeRefused
from auscult.web.returns.survey_forms import AnswersForm, SurveyForm
from auscult.web.returns.survey_models import Survey
from auscult.web.returns.survey_reading import as_typed, read

FORM = ["GET", "HEAD", "POST"]
SHOWN = 200
TAKE = gettext_noop("take costs and outcomes away as files")


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return actor


def _editor(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    return actor


@require_safe
def surveys(request: HttpRequest) -> HttpResponse:
    """List the surveys with what each says first."""
    actor = _reader(request)
    rows = [
        (one, survey_queries.result(actor, one)) for one in survey_queries.surveys(actor)[:SHOWN]
    ]
    return render(
        request, "returns/surveys.html", pages.around(actor, "surveys") | {"surveys": rows}
    )


@require_safe
def survey(request: HttpRequest, number: int) -> HttpResponse:
    """Show what a survey says: shares with intervals, and what silence could hide."""
    actor = _reader(request)
    row = survey_queries.survey(actor, number)
    result = survey_queries.result(actor, row)
    context = {
        "survey": row,
        "result": result,
        "parts": survey_showing.shown(result),
        "sentences": survey_showing.sentences(result),
        "given": survey_showing.groups(survey_queries.answers(actor, row)),
    }
    return render(request, "returns/survey.html", pages.around(actor, "surveys") | context)


@require_http_methods(FORM)
def add_survey(request: HttpRequest) -> HttpResponse:
    """Write a survey down."""
    return _form(request, _editor(request), None)


@require_http_methods(FORM)
def change_survey(request: HttpRequest, number: int) -> HttpResponse:
    """Change a survey, or remove it with its answers."""
    actor = _editor(request)
    return _form(request, actor, survey_queries.survey(actor, number))


def _form(request: HttpRequest, actor: Actor, row: Survey | None) -> HttpResponse:
    if row is not None and request.method == "POST" and request.POST.get("do") == "remove":
        survey_actions.remove_survey(actor, survey=row)
        messages.success(request, _("Removed."))
        return redirect("returns:surveys")
    form = SurveyForm(actor, request.POST if request.method == "POST" else None, survey=row)
    if request.method == "POST" and form.is_valid():
        try:
            made = survey_actions.save_survey(actor, wish=form.wish(), survey=row)
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("returns:survey" if row else "returns:survey-answers", made.pk)
    context = {
        "form": form,
        "heading": row.title if row else _("Add a survey"),
        "back": reverse("returns:survey", args=[row.pk]) if row else reverse("returns:surveys"),
        "removal": _("Remove it with its answers") if row else "",
    }
    return render(request, "returns/form.html", pages.around(actor, "surveys") | context)


@require_http_methods(FORM)
def answers(request: HttpRequest, number: int) -> HttpResponse:
    """Write down what people answered: typed, or as a table."""
    actor = _editor(request)
    row = survey_queries.survey(actor, number)
    sent = request.method == "POST"
    form = AnswersForm(
        request.POST if sent else None,
        initial={"answers": as_typed(survey_queries.answers(actor, row))},
        files=request.FILES if sent else None,
    )
    if sent and form.is_valid():
        try:
            file = form.cleaned_data["file"]
            rows = read(file.read()) if file else form.rows()
            people = survey_actions.set_answers(actor, survey=row, rows=rows)
        except IntakeRefused as error:
            for wrong in error.wrong[:SHOWN]:
                form.add_error("file", str(wrong))
        except Correctable as error:
            form.take(error)
        else:
            messages.success(
                request, _("Answers of %(people)s people are kept.") % {"people": people}
            )
            return redirect("returns:survey", row.pk)
    context = {"form": form, "survey": row}
    return render(request, "returns/survey_answers.html", pages.around(actor, "surveys") | context)


@require_safe
def shares_as_csv(request: HttpRequest, number: int) -> HttpResponse:
    """Answer with the shares as CSV."""
    actor = actor_of(request)
    require(actor, Right.EXPORT, TAKE)
    row = survey_queries.survey(actor, number)
    text = survey_showing.shares_as_csv(survey_queries.result(actor, row))
    return _file(text, f"survey-{row.pk}.csv")


@require_safe
def answers_as_csv(request: HttpRequest, number: int) -> HttpResponse:
    """Answer with the answers as CSV, as they can be read in again."""
    actor = actor_of(request)
    require(actor, Right.EXPORT, TAKE)
    row = survey_queries.survey(actor, number)
    text = survey_showing.answers_as_csv(survey_queries.answers(actor, row))
    return _file(text, f"answers-{row.pk}.csv")


def _file(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
