"""What people said of how they heard of the house, in plain values."""

from __future__ import annotations

from datetime import date

from auscult.engine.returns.surveys import Share
from auscult.web.accounts.models import Actor
from auscult.web.returns import survey_queries
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.survey_queries import Result
from auscult.web.returns.telling_engine import notes
from auscult.web.returns.telling_types import Note, ShareFacts, SurveyFacts

UNWEIGHTED = "survey-refused"


def survey_facts(
    actor: Actor, kind: OutcomeKind | None, first: date, last: date
) -> tuple[SurveyFacts, ...]:
    """Return what surveys say whose days touch a period."""
    return tuple(_facts(one) for one in survey_queries.shares(actor, kind, first, last))


def _facts(found: Result) -> SurveyFacts:
    said, channels = found.answers, found.channels
    refused = (Note(code=UNWEIGHTED, text=found.refused),) if found.refused else ()
    return SurveyFacts(
        number=found.survey.pk,
        title=found.survey.title,
        question=found.survey.question,
        asked=said.asked if said else 0,
        answered=said.answered if said else 0,
        shares=tuple(map(_share, said.shares)) if said else (),
        channels=tuple(map(_share, channels.shares)) if channels else (),
        notes=(*(notes(said.reasons) if said else ()), *refused),
    )


def _share(one: Share) -> ShareFacts:
    return ShareFacts(
        answer=one.answer,
        value=one.value,
        low=one.low,
        high=one.high,
        least=one.least,
        most=one.most,
    )
