"""A row of each kind of the room Returns: see `rows.py`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from auscult.web.accounts.models import Actor
from auscult.web.returns.comparing_actions import (
    ComparatorWish,
    EquivalencyWish,
    save_comparator,
    save_equivalency,
)
from auscult.web.returns.cost_actions import ChargeWish, save_charge
from auscult.web.returns.editions import keep_edition
from auscult.web.returns.exchange_actions import ExchangeWish, save_exchange_rate
from auscult.web.returns.intake_actions import bring_file, read_in
from auscult.web.returns.intake_becoming import Meant
from auscult.web.returns.intake_reading import Choice
from auscult.web.returns.link_actions import LinkWish, save_link
from auscult.web.returns.outcome_actions import KindWish, WorthWish, save_kind, save_worth
from auscult.web.returns.outcome_models import IntakeOrigin, Outcome, OutcomeKind
from auscult.web.returns.phone_actions import LineWish, save_line
from auscult.web.returns.rate_actions import RateWish, save_rate, save_role
from auscult.web.returns.recording import OutcomeRow, record
from auscult.web.returns.study_actions import StudyWish, ask_study
from auscult.web.returns.study_models import Method, Study, StudyState
from auscult.web.returns.study_tables import Table
from auscult.web.returns.survey_actions import SurveyWish, save_survey, set_answers
from auscult.web.returns.survey_reading import AnswerRow
from auscult.web.returns.telling_types import Question
from auscult.web.returns.time_actions import TimeWish, save_time


def _comparator(owner: Actor) -> dict[str, Any]:
    day = owner.clock.now().date()
    kind = OutcomeKind.objects.create(
        organisation_id=owner.organisation_id, name="compared", slug="compared"
    )
    wish = ComparatorWish(
        kind=kind,
        channel="walk",
        basis="own",
        currency="EUR",
        first_day=day,
        last_day=day,
        source="walk",
        source_day=day,
        cost=1.0,
        outcomes=1.0,
    )
    return {"number": save_comparator(owner, wish=wish).pk}


def _equivalency(owner: Actor) -> dict[str, Any]:
    day = owner.clock.now().date()
    wish = EquivalencyWish(
        what="walk",
        impressions=1000,
        per_1000=1.0,
        currency="EUR",
        first_day=day,
        last_day=day,
        source="walk",
        source_day=day,
    )
    return {"number": save_equivalency(owner, wish=wish).pk}


def _survey(owner: Actor) -> dict[str, Any]:
    today = owner.clock.now().date()
    wish = SurveyWish(title="At the desk", question="How?", first_day=today, last_day=today)
    survey = save_survey(owner, wish=wish)
    set_answers(owner, survey=survey, rows=[AnswerRow(said=("a friend",), count=3)])
    return {"number": survey.pk}


def _charge(owner: Actor) -> dict[str, Any]:
    day = owner.clock.now().date()
    wish = ChargeWish(what="walk", kind="tools", amount=1.0, currency="EUR", first_day=day)
    return {"number": save_charge(owner, wish=wish).pk}


def _time(owner: Actor) -> dict[str, Any]:
    role = save_role(owner, name="walker")
    wish = TimeWish(day=owner.clock.now().date(), minutes=5, role=role)
    return {"number": save_time(owner, wish=wish).pk}


def _work_role(owner: Actor) -> dict[str, Any]:
    return {"number": save_role(owner, name="walker").pk}


def _rate(owner: Actor) -> dict[str, Any]:
    wish = RateWish(
        role=save_role(owner, name="walker"),
        hourly=40,
        currency="EUR",
        since=owner.clock.now().date(),
        source="walk",
    )
    return {"number": save_rate(owner, wish=wish).pk}


def _exchange_rate(owner: Actor) -> dict[str, Any]:
    day = owner.clock.now().date()
    wish = ExchangeWish(of="EUR", into="USD", rate=1.1, day=day, source="walk")
    return {"number": save_exchange_rate(owner, wish=wish).pk}


def _kind(owner: Actor) -> OutcomeKind:
    return save_kind(owner, wish=KindWish(name="Walks"))


def _outcome(owner: Actor) -> dict[str, Any]:
    row = OutcomeRow(kind=_kind(owner), at=owner.clock.now())
    record(owner, [row], IntakeOrigin.TYPED)
    return {"number": Outcome.objects.filter(organisation_id=owner.organisation_id).latest("pk").pk}


def _worth(owner: Actor) -> dict[str, Any]:
    wish = WorthWish(amount=5, currency="EUR", source="walk", day=owner.clock.now().date())
    return {"number": save_worth(owner, kind=_kind(owner), wish=wish).pk}


def _short_link(owner: Actor) -> dict[str, Any]:
    wish = LinkWish(target="https://clinic.example/walk", title="walk", channel="mail")
    return {"number": save_link(owner, wish=wish).pk}


def _study(owner: Actor) -> dict[str, Any]:
    days = [date(2026, 1, at) for at in range(1, 31)]
    table = Table(times=days, places=[], numbers={"calls": [float(at % 5) for at in range(30)]})
    question = {
        "outcome": "calls",
        "controls": [],
        "start": "2026-01-25",
        "worthwhile": 0.1,
        "upward": True,
        "level": 0.05,
    }
    wish = StudyWish(
        title="walk", method=Method.INTERRUPTED, question=question, data=table.as_parquet()
    )
    return {"number": ask_study(owner, wish=wish, seed=1).pk}


def _mix(owner: Actor) -> dict[str, Any]:
    """A mix whose data are there; the curve of its one channel, as if it were fitted."""
    made = Study.objects.get(pk=_study(owner)["number"])
    curve = {"channel": "calls", "ceiling": [1.0] * 20, "pace": [1.0] * 20, "misfit": 0.0}
    made.method, made.state = Method.MIX, StudyState.DESIGNED
    made.answer = {"curves": [curve], "first": "2026-01-01", "last": "2026-01-30", "step": 1}
    made.save()
    return {"number": made.pk}


def _some_kind(owner: Actor) -> OutcomeKind:
    kind, _made = OutcomeKind.objects.get_or_create(
        organisation_id=owner.organisation_id, slug="call", defaults={"name": "Calls"}
    )
    return kind


def _intake(owner: Actor) -> dict[str, Any]:
    data = f"date,event\n{owner.clock.now().date()},call\n".encode()
    file = bring_file(owner, origin="csv", name="calls.csv", data=data)
    meant = Meant(choice=Choice(), kinds={"call": _some_kind(owner)})
    return {"number": read_in(owner, file=file, meant=meant).pk}


def _phone_line(owner: Actor) -> dict[str, Any]:
    wish = LineWish(number="+49 30 12345", kind=_some_kind(owner), channel="radio")
    return {"number": save_line(owner, wish=wish).pk}


def _edition(owner: Actor) -> dict[str, Any]:
    today = owner.clock.now().date()
    asked = Question(kind=None, first=today, last=today)
    return {"number": keep_edition(owner, title="walk", asked=asked).pk}


ROWS_OF_RETURNS: dict[str, Callable[[Actor], dict[str, Any]]] = {
    "charge": _charge,
    "comparator": _comparator,
    "edition": _edition,
    "equivalency": _equivalency,
    "outcome-kind": lambda owner: {"number": _kind(owner).pk},
    "outcome": _outcome,
    "worth": _worth,
    "short-link": _short_link,
    "exchange-rate": _exchange_rate,
    "rate": _rate,
    "mix": _mix,
    "mix-channel": lambda owner: {**_mix(owner), "channel": 0},
    "study": _study,
    "survey": _survey,
    "time": _time,
    "work-role": _work_role,
    "intake": _intake,
    "phone-line": _phone_line,
}
