"""Where Django looks for the tables of returns; each file holds those of one matter."""

from __future__ import annotations

from auscult.web.returns.board_models import Edition
from auscult.web.returns.comparing_models import Comparator, Equivalency
from auscult.web.returns.cost_models import (
    Charge,
    ExchangeRate,
    Ledger,
    Rate,
    Timer,
    Use,
    Worked,
    Worker,
    WorkRole,
)
from auscult.web.returns.intake_models import BegunFile, WaitingFile
from auscult.web.returns.link_models import Click, ShortLink, VisitCount
from auscult.web.returns.outcome_models import Intake, Outcome, OutcomeKind, PhoneLine, Touch, Worth
from auscult.web.returns.study_models import Study
from auscult.web.returns.survey_models import Answer, Survey

__all__ = [
    "Answer",
    "BegunFile",
    "Charge",
    "Click",
    "Comparator",
    "Edition",
    "Equivalency",
    "ExchangeRate",
    "Intake",
    "Ledger",
    "Outcome",
    "OutcomeKind",
    "PhoneLine",
    "Rate",
    "ShortLink",
    "Study",
    "Survey",
    "Timer",
    "Touch",
    "Use",
    "VisitCount",
    "WaitingFile",
    "WorkRole",
    "Worked",
    "Worker",
    "Worth",
]
