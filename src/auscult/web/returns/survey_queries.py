"""What people answered to 'how did you hear of us?', and what it says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Sum

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.surveys import Survey as Found
from auscult.engine.returns.surveys import survey_of
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import queries
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.survey_models import Answer, Survey
from auscult.web.returns.survey_reading import AnswerRow, by_channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a survey says.

    Attributes
    ----------
    survey : Survey
    answers : engine Survey or None
        Shares of the answers as they were given; None: nobody answered, or see `refused`.
    channels : engine Survey or None
        Shares of the channels that the answers stand for; an answer that stands for none counts as
        itself.
    refused : str
        Why answers can't be weighted: groups that don't fit.
    """

    survey: Survey
    answers: Found | None = None
    channels: Found | None = None
    refused: str = ""


def surveys(actor: Actor) -> QuerySet[Survey]:
    """Return the surveys, the newest first, each with how many `answered`."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return (
        Survey.objects.filter(organisation_id=actor.organisation_id)
        .select_related("kind")
        .annotate(answered=Sum("answers__count"))
        .order_by("-last_day", "-pk")
    )


def survey(actor: Actor, number: object) -> Survey:
    """Return a survey by its number.

    Raises
    ------
    ReturnsUnknown
    """
    return queries.found(surveys(actor), "survey", number)


def answers(actor: Actor, survey: Survey) -> list[AnswerRow]:
    """Return what was answered, by group and the most given answer first."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return _answers(actor, [survey])[survey.pk]


def _answers(actor: Actor, of: Iterable[Survey]) -> dict[int, list[AnswerRow]]:
    """Return what was answered in each survey, by its number, in one query."""
    found: dict[int, list[AnswerRow]] = {one.pk: [] for one in of}
    rows = Answer.objects.filter(
        survey__in=list(found), survey__organisation_id=actor.organisation_id
    ).order_by("group", "-count", "pk")
    for one in rows:
        found[one.survey_id].append(
            AnswerRow(group=one.group, said=tuple(one.said), count=one.count)
        )
    return found


def result(actor: Actor, survey: Survey) -> Result:
    """Return what a survey says."""
    return _result(survey, answers(actor, survey))


def _result(survey: Survey, rows: list[AnswerRow]) -> Result:
    if not rows:
        return Result(survey=survey)
    try:
        return Result(
            survey=survey,
            answers=_found(survey, rows, {}),
            channels=_found(survey, rows, survey.channels) if survey.channels else None,
        )
    except Correctable as error:
        return Result(survey=survey, refused=str(error))


def _found(survey: Survey, rows: list[AnswerRow], channels: dict[str, str]) -> Found:
    groups = [one.group for one in rows for _person in range(one.count)]
    return survey_of(
        answers=[by_channel(one.said, channels) for one in rows for _person in range(one.count)],
        asked=survey.asked,
        strata=groups if survey.population else None,
        population=survey.population or None,
    )


def shares(actor: Actor, kind: OutcomeKind | None, first: date, last: date) -> tuple[Result, ...]:
    """Return what surveys of a kind of outcome say whose days touch a period, the newest first.

    Surveys of all who came count for each kind. One without answers isn't among them; one whose
    groups don't fit is, with the reason.
    """
    rows = surveys(actor).filter(first_day__lte=last, last_day__gte=first)
    rows = rows.filter(Q(kind=kind) | Q(kind=None)) if kind else rows
    of = _answers(actor, rows)
    found = [_result(one, of[one.pk]) for one in rows]
    return tuple(one for one in found if one.answers or one.refused)
