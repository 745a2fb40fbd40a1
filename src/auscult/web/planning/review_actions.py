"""Looking at how it goes: check-ins, reviews, lessons, and the end that opens the next cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.goals.models import Objective
from auscult.web.planning import moves, queries
from auscult.web.planning.actions import CHANGE, MOST_TEXT
from auscult.web.planning.carrying import carry_over
from auscult.web.planning.changing import changing, keep_version, lock
from auscult.web.planning.errors import PlanRefused
from auscult.web.planning.models import (
    Assumption,
    Bet,
    CheckIn,
    Cycle,
    Finding,
    Lesson,
    Review,
    ReviewKind,
    Verdict,
)
from auscult.web.planning.moves import AssumptionState, BetState, CycleState

SAY = gettext_noop("check in")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody says of a bet in a week.

    Attributes
    ----------
    progress : int
        0 to 100.
    confidence : int
        1 to 5.
    hours : float
        Spent by her, in that week.
    """

    progress: int
    confidence: int
    blockers: str = ""
    hours: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a review says of a bet."""

    verdict: Verdict
    lesson: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a review says: of objectives their actual, of assumptions what they did."""

    actuals: Mapping[Objective, float] = field(default_factory=dict)
    bets: Mapping[Bet, Judged] = field(default_factory=dict)
    assumptions: Mapping[Assumption, tuple[AssumptionState, str]] = field(default_factory=dict)
    note: str = ""


@transaction.atomic
def check_in(actor: Actor, *, bet: Bet, report: Report, week: date | None = None) -> CheckIn:
    """Say how a bet goes this week; said again, it is changed.

    Parameters
    ----------
    week : date or None
        A day of the week that is told of; none: this week.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    require(actor, Right.CHECK_IN, SAY)
    today = queries.today(actor)
    monday = queries.monday(week or today)
    _check_report(report)
    lock(actor, bet.cycle)
    if bet.cycle.state != CycleState.RUNNING:
        raise PlanRefused("cycle", str(bet.cycle), _("one that is running"))
    if not queries.monday(bet.cycle.first_day) <= monday <= today:
        raise PlanRefused("week", monday.isoformat(), _("a week of the cycle that has begun"))
    whose: dict[str, Any] = {"bet": bet, "week": monday, "user_id": actor.user_id}
    said, _created = CheckIn.objects.update_or_create(
        **whose,
        defaults={
            "progress": report.progress,
            "confidence": report.confidence,
            "blockers": report.blockers.strip(),
            "hours": report.hours,
            "at": actor.clock.now(),
        },
    )
    record_audit(actor, action="check-in", target=bet.title, details={"week": monday.isoformat()})
    return said


def _check_report(report: Report) -> None:
    if not 0 <= report.progress <= 100:
        raise PlanRefused("progress", report.progress, _("from 0 to 100"))
    if report.confidence not in range(1, 6):
        raise PlanRefused("confidence", report.confidence, _("from 1 to 5"))
    if not 0 <= report.hours <= 168:
        raise PlanRefused("hours", report.hours, _("from 0 to 168"))
    if len(report.blockers) > MOST_TEXT:
        most = _("at most %(most)s characters") % {"most": MOST_TEXT}
        raise PlanRefused("blockers", report.blockers[:40], most)


def save_review(actor: Actor, *, cycle: Cycle, kind: ReviewKind, findings: Findings) -> Review:
    """Write down a mid-point check or a closing review; written again, it is changed.

    What it says of bets and assumptions becomes their state; a lesson can be found from then on.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    require(actor, Right.EDIT_PLAN, CHANGE)
    with changing(actor, cycle, action="save-review", why=str(kind.label)):
        if cycle.state != CycleState.RUNNING:
            raise PlanRefused("cycle", str(cycle), _("one that is running"))
        _check_findings(cycle, findings)
        review, _created = Review.objects.update_or_create(
            cycle=cycle,
            kind=kind,
            defaults={
                "at": actor.clock.now(),
                "user_id": actor.user_id,
                "note": findings.note.strip(),
            },
        )
        review.findings.all().delete()
        Finding.objects.bulk_create(_rows(review, findings))
        for bet, judged in findings.bets.items():
            _follow(actor, bet, judged)
        for assumption, (state, _text) in findings.assumptions.items():
            assumption.state = state
            assumption.save(update_fields=["state"])
    return review


def _check_findings(cycle: Cycle, findings: Findings) -> None:
    if any(one.cycle != cycle for one in _of_cycle(findings)):
        raise PlanRefused("bets", cycle.number, _("of the cycle that is reviewed"))
    if any(one.organisation_id != cycle.organisation_id for one in findings.actuals):
        raise PlanRefused("actuals", cycle.number, _("of objectives of your organisation"))
    texts = [findings.note, *(one.lesson for one in findings.bets.values())]
    texts += [text for _state, text in findings.assumptions.values()]
    if longest := next((one for one in texts if len(one) > MOST_TEXT), ""):
        most = _("at most %(most)s characters") % {"most": MOST_TEXT}
        raise PlanRefused("lesson", longest[:40], most)


def _of_cycle(findings: Findings) -> list[Bet | Assumption]:
    return [*findings.bets, *findings.assumptions]


def _rows(review: Review, findings: Findings) -> list[Finding]:
    return [
        *(
            Finding(review=review, objective=one, actual=value)
            for one, value in findings.actuals.items()
        ),
        *(
            Finding(review=review, bet=one, verdict=judged.verdict, text=judged.lesson.strip())
            for one, judged in findings.bets.items()
        ),
        *(
            Finding(review=review, assumption=one, verdict=state, text=text.strip())
            for one, (state, text) in findings.assumptions.items()
        ),
    ]


def _follow(actor: Actor, bet: Bet, judged: Judged) -> None:
    """Let a bet be what was said of it, and keep the lesson."""
    wanted = BetState.DROPPED if judged.verdict == Verdict.DROPPED else BetState.ON
    if bet.state != wanted:
        bet.state = moves.checked(moves.BET, bet.title, BetState(bet.state), wanted)
        bet.save(update_fields=["state"])
    if judged.lesson.strip():
        Lesson.objects.update_or_create(
            bet=bet,
            defaults={
                "cycle_id": bet.cycle_id,
                "text": judged.lesson.strip(),
                "user_id": actor.user_id,
                "at": actor.clock.now(),
            },
        )
    else:
        Lesson.objects.filter(bet=bet).delete()


@transaction.atomic
def add_lesson(actor: Actor, *, cycle: Cycle, text: str) -> Lesson:
    """Write down something learned that is of no single bet.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    require(actor, Right.CHECK_IN, SAY)
    text = text.replace("\0", "")  # which no form lets through, but a request may hold
    if not text.strip() or len(text) > MOST_TEXT:
        raise PlanRefused("text", text[:40], _("1 to %(most)s characters") % {"most": MOST_TEXT})
    lock(actor, cycle)
    made = Lesson.objects.create(
        cycle=cycle, text=text.strip(), user_id=actor.user_id, at=actor.clock.now()
    )
    record_audit(actor, action="add-lesson", target=str(cycle))
    return made


@transaction.atomic
def close_cycle(actor: Actor, *, cycle: Cycle) -> Cycle:
    """Close a reviewed cycle and open the next one, filled with what was kept.

    Where a next one is planned already, what was kept is added to it.

    Raises
    ------
    NotAllowed, MoveRefused, PlanRefused
    """
    require(actor, Right.EDIT_PLAN, CHANGE)
    lock(actor, cycle)
    before = CycleState(cycle.state)
    after = moves.checked(moves.CYCLE, str(cycle), before, CycleState.CLOSED)
    closing = cycle.reviews.filter(kind=ReviewKind.CLOSING).first()
    if closing is None:
        raise PlanRefused(
            "state", str(after.label), _("running until its closing review is written")
        )
    following = carry_over(actor, cycle, closing)
    cycle.state = after
    cycle.save(update_fields=["state"])
    record_audit(actor, action="close-cycle", target=cycle.title)
    keep_version(actor, cycle, why=_("Closed"))
    return following
