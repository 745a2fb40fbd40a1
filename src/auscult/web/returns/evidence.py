"""What finished studies say: of a period, and of how a bet responds to more of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.planning.models import Bet
from auscult.web.returns import queries
from auscult.web.returns.errors import ReturnsUnknown
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.study_models import Method, Study, StudyState

DAY = timedelta(days=1)
SHORTEST_MONTH = 28  # days
MIX_LEVEL = 0.1  # of the intervals that a mix tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a finished study says of incremental outcomes.

    Attributes
    ----------
    method : str
        A value of `study_models.Method`.
    verdict : str
        As `engine.returns.intervention.Verdict` has it; of a mix `effect`, `up-to` or
        `only-together`.
    value, low, high : float or None
        Outcomes over its days that wouldn't have come without; None: no such bound.
    level : float
        How often the interval may miss.
    first, last : date
        From the first day on which there could be an effect to the last one that was counted.
    channels : tuple of str
        Of a mix: what brought them.
    """

    study: int
    title: str
    method: str
    verdict: str
    value: float | None
    low: float | None
    high: float | None
    level: float
    first: date
    last: date
    address: str
    bet: int | None = None
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveEvidence:
    """Draws of how a channel responds, from a mix that is about a bet.

    Attributes
    ----------
    ceiling, pace : tuple of float
        For each draw: `ceiling * (1 - exp(-scale / pace))` outcomes over the study's days, where
        scale 1 is what was done.
    first, last : date
    """

    study: int
    title: str
    channel: str
    ceiling: tuple[float, ...]
    pace: tuple[float, ...]
    misfit: float
    first: date
    last: date
    address: str


def finished(actor: Actor) -> Sequence[Study]:
    """Return the studies with an answer, the newest first, without their data."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    rows = Study.objects.filter(organisation_id=actor.organisation_id, state=StudyState.DONE)
    return list(rows.defer("data").order_by("-pk"))


def incremental(actor: Actor, kind: OutcomeKind, first: date, last: date) -> list[Evidence]:
    """Return what finished studies of a kind say that cover a part of a period, newest first.

    A mix gives one for each channel.
    """
    return [
        one
        for study in finished(actor)
        if study.kind_id == kind.pk
        for one in told(study)
        if one.first <= last and one.last >= first
    ]


def told(study: Study) -> Iterator[Evidence]:
    """Yield what a study says; nothing where it has no answer, or no days of a calendar."""
    if study.state != StudyState.DONE or not study.answer:
        return
    if study.method == Method.MIX:
        yield from _of_mix(study)
        return
    found: Mapping[str, Any] = study.answer
    times = found["course"]["times"] if found["course"] else []
    days = [date.fromisoformat(one) for one in times if isinstance(one, str)]
    if not days:
        return
    effect = found["effect"]
    yield Evidence(
        verdict=found["verdict"],
        value=effect["total"],
        low=effect["total_low"],
        high=effect["total_high"],
        level=found["question"]["level"],
        first=days[found["course"]["start"]],
        last=_end_of_last(days),
        **_named(study),
    )


def _end_of_last(days: Sequence[date]) -> date:
    """Return the day on which the last row ends: a week's, or a month's, is named by its first."""
    before, last = days[-2:]
    length = last - before
    if before.day == last.day and length.days >= SHORTEST_MONTH:
        months = 12 * (last.year - before.year) + last.month - before.month
        over = last.year * 12 + last.month - 1 + months
        length = date(over // 12, over % 12 + 1, last.day) - last
    return last + length - DAY


def _named(study: Study) -> dict[str, Any]:
    return {
        "study": study.pk,
        "title": study.title,
        "method": study.method,
        "address": reverse("returns:study", args=[study.pk]),
        "bet": study.bet_id,
    }


def _of_mix(study: Study) -> Iterator[Evidence]:
    found: Mapping[str, Any] = study.answer
    for one in found["contributions"]:
        names = _named(study) | {"title": f"{study.title}: {one['channel']}"}
        yield Evidence(
            verdict=one["code"],
            value=one["total"]["central"],
            low=one["total"]["low90"],
            high=one["total"]["high90"],
            level=MIX_LEVEL,
            first=date.fromisoformat(found["first"]),
            last=_end_of_mix(found),
            channels=(one["channel"],),
            **names,
        )


def _end_of_mix(found: Mapping[str, Any]) -> date:
    """Return the last day of a mix's last row."""
    return date.fromisoformat(found["last"]) + timedelta(days=found["step"] - 1)


def curves(actor: Actor, bet: Bet) -> list[CurveEvidence]:
    """Return how the channels of finished mixes respond that are about a bet, newest first.

    A mix is about a bet where it was asked for it, or where a channel of it is named so.
    """
    found = []
    for study in finished(actor):
        if study.method != Method.MIX:
            continue
        bets = study.question.get("bets", {})
        for one in study.answer.get("curves", []):
            about = bets.get(one["channel"]) == bet.pk
            if about or (study.bet_id == bet.pk and one["channel"] not in bets):
                found.append(_curve(study, one))
    return found


def curve_of(study: Study, number: int) -> CurveEvidence:
    """Return how a channel of a mix responds, by its place among the channels.

    Raises
    ------
    ReturnsUnknown
    """
    drawn = study.answer.get("curves", []) if study.method == Method.MIX else []
    if number >= len(drawn):
        raise ReturnsUnknown("channel", number)
    return _curve(study, drawn[number])


def _curve(study: Study, one: Mapping[str, Any]) -> CurveEvidence:
    return CurveEvidence(
        study=study.pk,
        title=study.title,
        channel=one["channel"],
        ceiling=tuple(one["ceiling"]),
        pace=tuple(one["pace"]),
        misfit=one["misfit"],
        first=date.fromisoformat(study.answer["first"]),
        last=_end_of_mix(study.answer),
        address=reverse("returns:study", args=[study.pk]),
    )
