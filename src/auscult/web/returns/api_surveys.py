"""API: surveys "how did you hear of us?", what they say, and their answers."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status

from auscult.engine.returns.reasons import say
from auscult.engine.returns.surveys import Survey as Found
from auscult.web.accounts.interfaces import (
    ApiRequest,
    Body,
    Cursor,
    Day,
    Limit,
    Listed,
    Number,
    Text,
    listed,
)
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import queries, survey_queries
from auscult.web.returns.errors import ReturnsUnknown
from auscult.web.returns.survey_actions import MOST_ANSWERS, SurveyWish, save_survey, set_answers
from auscult.web.returns.survey_models import Survey
from auscult.web.returns.survey_reading import LONGEST, AnswerRow
from auscult.web.returns.survey_showing import in_short

router = Router(tags=["returns"])
MOST_ROWS = 10_000
Name = Annotated[Text, Field(min_length=1, max_length=LONGEST)]


class SurveyShown(Schema):
    """A question that was put to people who came."""

    id: int
    title: str
    question: str
    kind: str | None = Field(description="`slug` of the kind of outcome; null: of all who came.")
    asked: int | None
    answered: int
    first_day: date
    last_day: date


class ShareShown(Schema):
    """A share, from 0 to 1, with its 90 % interval."""

    answer: str
    value: float
    low: float
    high: float
    least: float = Field(description="Of all asked, if none of the silent had said so.")
    most: float = Field(description="If all of them had.")


class ResultShown(Schema):
    """What a survey says."""

    survey: SurveyShown
    answers: list[ShareShown]
    channels: list[ShareShown] = Field(description="Of the channels that answers stand for.")
    reasons: list[str] = Field(description="What has to be said beside the shares.")
    refused: str = Field(description="Why answers can't be weighted, or empty.")


class AnswerNew(Body):
    """What so many people of a group answered."""

    said: list[Name] = Field(default_factory=list, max_length=50, description="Empty: nothing.")
    group: Annotated[Text, Field(max_length=LONGEST)] = ""
    count: int = Field(1, ge=1, le=MOST_ANSWERS)


class AnswersNew(Body):
    """All answers of a survey; they take the place of those that are there."""

    answers: list[AnswerNew] = Field(max_length=MOST_ROWS)


class SurveyNew(Body):
    """A survey, with its answers or without."""

    title: Annotated[Text, Field(min_length=1, max_length=200)]
    question: Annotated[Text, Field(min_length=1, max_length=300)]
    first_day: Day
    last_day: Day
    kind: Annotated[Text, Field(max_length=60)] = Field(
        "", description="`slug` of a kind of outcome; empty: of all who came."
    )
    asked: int | None = Field(None, ge=1, le=1_000_000_000)
    population: dict[Name, float] = Field(
        default_factory=dict, description="How many people each group has in truth."
    )
    channels: dict[Name, Name] = Field(
        default_factory=dict, description="Which channel an answer stands for."
    )
    answers: list[AnswerNew] = Field(default_factory=list, max_length=MOST_ROWS)


def _survey(row: Survey) -> dict[str, Any]:
    plain = ("title", "question", "asked", "first_day", "last_day")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in plain},
        "kind": row.kind.slug if row.kind else None,
        "answered": getattr(row, "answered", None) or 0,
    }


def _result(request: ApiRequest, number: int) -> dict[str, Any]:
    row = survey_queries.survey(request.actor, number)
    result = survey_queries.result(request.actor, row)
    return {
        "survey": _survey(row),
        "answers": _shares(result.answers),
        "channels": _shares(result.channels),
        "reasons": [say(one, _, in_short) for one in result.answers.reasons]
        if result.answers
        else [],
        "refused": result.refused,
    }


def _shares(found: Found | None) -> list[dict[str, Any]]:
    names = ("answer", "value", "low", "high", "least", "most")
    return [{name: getattr(one, name) for name in names} for one in (found.shares if found else ())]


def _rows(answers: list[AnswerNew]) -> list[AnswerRow]:
    return [
        AnswerRow(said=tuple(dict.fromkeys(one.said)), group=one.group, count=one.count)
        for one in answers
    ]


@router.get(
    "/surveys", response=Listed[SurveyShown], operation_id="surveys", summary="List the surveys"
)
def surveys(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists the surveys, the last written down first."""
    rows = survey_queries.surveys(request.actor).order_by("-pk")
    return listed(rows, kind="survey", cursor=cursor, limit=limit, show=_survey, newest_first=True)


@router.get(
    "/surveys/{number}", response=ResultShown, operation_id="survey", summary="Show a survey"
)
def survey(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Shows what a survey says: shares with intervals, and what to mind."""
    return _result(request, number)


@router.post(
    "/surveys",
    response={201: ResultShown},
    operation_id="add_survey",
    summary="Write a survey down",
)
def add_survey(request: ApiRequest, body: SurveyNew) -> Status[dict[str, Any]]:
    """Keeps a survey, with its answers where they are known."""
    require(request.actor, Right.EDIT_RETURNS, queries.CHANGE)
    kind = queries.kinds(request.actor).filter(slug=body.kind).first() if body.kind else None
    if body.kind and kind is None:
        raise ReturnsUnknown("kind of outcome", body.kind)
    plain = ("title", "question", "first_day", "last_day", "asked", "population", "channels")
    wish = SurveyWish(kind=kind, **{name: getattr(body, name) for name in plain})
    made = save_survey(request.actor, wish=wish, rows=_rows(body.answers))
    return Status(201, _result(request, made.pk))


@router.put(
    "/surveys/{number}/answers",
    response=ResultShown,
    operation_id="set_answers",
    summary="Write answers down",
)
def answers(request: ApiRequest, number: Number, body: AnswersNew) -> dict[str, Any]:
    """Keeps what people answered, instead of what is there."""
    require(request.actor, Right.EDIT_RETURNS, queries.CHANGE)
    row = survey_queries.survey(request.actor, number)
    set_answers(request.actor, survey=row, rows=_rows(body.answers))
    return _result(request, number)
