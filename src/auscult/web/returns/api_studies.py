"""API: 'did it work?': studies with what was asked and what came of it, and asking."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status

from auscult.web.accounts.interfaces import (
    ApiRequest,
    Body,
    Cursor,
    Day,
    Limit,
    Listed,
    Moment,
    Number,
    Text,
    listed,
)
from auscult.web.returns import queries, study_actions, study_queries, study_words
from auscult.web.returns.errors import ReturnsRefused, ReturnsUnknown
from auscult.web.returns.study_actions import StudyWish
from auscult.web.returns.study_forms import LEVEL
from auscult.web.returns.study_models import Method, Study
from auscult.web.returns.study_tables import LARGEST, LONGEST_NAME, MOST_COLUMNS, Table

router = Router(tags=["returns"])
SEEDS = 2**48
MOST_TIMES = 1_000
Name = Annotated[Text, Field(min_length=1, max_length=LONGEST_NAME)]
Value = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]


class StudyShown(Schema):
    """A question, and how far it is."""

    id: int
    title: str
    method: str = Field(
        description="`interrupted`, `synthetic`, `difference`, `places`, `switchback` or `mix`."
    )
    state: str = Field(description="`designed`, `waiting`, `working`, `done` or `refused`.")
    percent: int
    kind: str | None = Field(description="`slug` of the kind of outcome.")
    bet: int | None
    verdict: str | None = Field(
        description="`it worked`, `it went the other way`, `no sign of it` or `can't tell`."
    )
    refused: str = Field(description="Why there is no answer, or empty.")
    asked_at: Moment
    done_at: Moment | None


class StudyWhole(Schema):
    """A study with all that it says."""

    study: StudyShown
    question: dict[str, Any]
    design: dict[str, Any] = Field(description="What was drawn before the data came.")
    answer: dict[str, Any] = Field(
        description="As `Finding.as_data` of the engine has it; of a mix what each channel brought."
    )
    reasons: list[str] = Field(description="The conditions of the verdict, in words.")


class StudyNew(Body):
    """A question about what happened, with its data."""

    title: Annotated[Text, Field(min_length=1, max_length=200)]
    method: Literal["interrupted", "synthetic", "difference"]
    start: Day = Field(description="The first day with the campaign.")
    days: list[Day] = Field(min_length=3, max_length=MOST_TIMES)
    series: dict[Name, list[Value]] = Field(
        description="A value for each day; several series, or places.", max_length=MOST_COLUMNS
    )
    outcome: Name | None = Field(
        None, description="Of `interrupted`: the series that is explained; all others are controls."
    )
    treated: list[Name] = Field(
        default_factory=list, max_length=MOST_COLUMNS, description="Of the others: who had it."
    )
    upward: bool = Field(default=True, description="More is wanted.")
    worthwhile: float = Field(0.1, gt=0, le=10, description="The smallest change that matters.")
    kind: Annotated[Text, Field(max_length=60)] = ""
    bet: Number | None = None


def _study(row: Study) -> dict[str, Any]:
    plain = ("title", "method", "state", "percent", "asked_at", "done_at")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in plain},
        "kind": row.kind.slug if row.kind else None,
        "bet": row.bet_id,
        "verdict": row.answer.get("verdict"),
        "refused": _(row.error) if row.error else "",
    }


def _whole(row: Study) -> dict[str, Any]:
    return {
        "study": _study(row),
        "question": row.question,
        "design": {name: one for name, one in row.design.items() if name != "past"},
        "answer": row.answer,
        "reasons": study_words.reasons(row.answer.get("reasons", ())),
    }


@router.get(
    "/studies", response=Listed[StudyShown], operation_id="studies", summary="List the studies"
)
def studies(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists what was asked, the newest first."""
    rows = study_queries.studies(request.actor)
    return listed(rows, kind="study", cursor=cursor, limit=limit, show=_study, newest_first=True)


@router.get("/studies/{number}", response=StudyWhole, operation_id="study", summary="Show a study")
def study(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Shows what was asked, what was drawn, and what came of it."""
    return _whole(study_queries.study(request.actor, number))


@router.post(
    "/studies", response={201: StudyWhole}, operation_id="ask_study", summary="Ask a study"
)
def ask_study(request: ApiRequest, body: StudyNew) -> Status[dict[str, Any]]:
    """Asks whether something worked; the runner answers within seconds."""
    seed = secrets.randbelow(SEEDS)
    made = study_actions.ask_study(request.actor, wish=_wish(request, body), seed=seed)
    return Status(201, _whole(made))


def _wish(request: ApiRequest, body: StudyNew) -> StudyWish:
    kind = queries.kinds(request.actor).filter(slug=body.kind).first() if body.kind else None
    if body.kind and kind is None:
        raise ReturnsUnknown("kind of outcome", body.kind)
    bet = queries.found(queries.bets(request.actor), "bet", body.bet) if body.bet else None
    return StudyWish(
        title=body.title,
        method=Method(body.method),
        question={
            "start": body.start.isoformat(),
            "upward": body.upward,
            "worthwhile": body.worthwhile,
            "level": LEVEL,
            **_asked(body),
        },
        data=_table(body.days, body.series).as_parquet(),
        kind=kind,
        bet=bet,
    )


def _asked(body: StudyNew) -> dict[str, Any]:
    names = list(body.series)
    if body.method != "interrupted":
        if not body.treated:
            raise ReturnsRefused("treated", "[]", _("one of: ") + ", ".join(names[:20]))
        return {"treated": body.treated}
    outcome = body.outcome or next(iter(names), "")
    return {"outcome": outcome, "controls": [name for name in names if name != outcome]}


def _table(days: list[date], series: dict[str, list[float]]) -> Table:
    for name, values in series.items():
        if len(values) != len(days):
            valid = _("as many values as days: %(days)s") % {"days": len(days)}
            raise ReturnsRefused(name, len(values), valid)
    if not series:
        raise ReturnsRefused("series", "{}", _("at least one"))
    return Table(times=days, places=[], numbers=series)
