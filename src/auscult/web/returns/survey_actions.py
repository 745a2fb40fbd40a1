"""Keeping surveys and what people answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import isfinite

from django.db import transaction
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import queries, survey_queries
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.recording import is_plain
from auscult.web.returns.survey_models import Answer, Survey
from auscult.web.returns.survey_reading import LONGEST, AnswerRow

MOST_ANSWERS = 100_000  # people
MOST_NAMES = 200  # different answers, groups, channels
MOST_ASKED = 1_000_000_000
MOST_PEOPLE = 1e10  # of a group
YEARS = range(1990, 2200)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyWish:
    """A `Survey` before it is one."""

    title: str
    question: str
    first_day: date
    last_day: date
    kind: OutcomeKind | None = None
    asked: int | None = None
    population: Mapping[str, float] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def save_survey(
    actor: Actor,
    *,
    wish: SurveyWish,
    survey: Survey | None = None,
    rows: Sequence[AnswerRow] = (),
) -> Survey:
    """Keep a survey, or change one; its answers stay, unless there are new ones.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    _check(actor, wish)
    made = survey or Survey(organisation_id=actor.organisation_id)
    if made.organisation_id != actor.organisation_id:
        raise ReturnsRefused("survey", made.pk, _("a survey of your organisation"))
    if survey is not None:
        _check_asked(wish.asked, sum(one.count for one in survey_queries.answers(actor, survey)))
    made.title, made.question = wish.title.strip(), wish.question.strip()
    made.kind, made.asked = wish.kind, wish.asked
    made.population, made.channels = dict(wish.population), dict(wish.channels)
    made.first_day, made.last_day = wish.first_day, wish.last_day
    made.save()
    record_audit(actor, action="save-survey", target=made.title, details={"survey": made.pk})
    if rows:
        set_answers(actor, survey=made, rows=rows)
    return made


@transaction.atomic
def set_answers(actor: Actor, *, survey: Survey, rows: Sequence[AnswerRow]) -> int:
    """Keep what people answered, instead of what was kept before; return how many people.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    if survey.organisation_id != actor.organisation_id:
        raise ReturnsRefused("survey", survey.pk, _("a survey of your organisation"))
    people = sum(one.count for one in rows)
    _check_answers(survey, rows, people)
    survey.answers.all().delete()
    Answer.objects.bulk_create(
        Answer(survey=survey, group=one.group, said=list(one.said), count=one.count) for one in rows
    )
    details = {"survey": survey.pk, "people": people}
    record_audit(actor, action="set-answers", target=survey.title, details=details)
    return people


@transaction.atomic
def remove_survey(actor: Actor, *, survey: Survey) -> None:
    """Remove a survey with its answers.

    Raises
    ------
    NotAllowed, ReturnsUnknown
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    ours = survey_queries.survey(actor, survey.pk)
    details = {"survey": ours.pk}
    ours.delete()
    record_audit(actor, action="remove-survey", target=survey.title, details=details)


def _check(actor: Actor, wish: SurveyWish) -> None:
    for name, most in (("title", 200), ("question", 300)):
        given = getattr(wish, name).strip()
        if not 1 <= len(given) <= most or not is_plain(given):
            raise ReturnsRefused(name, given[:80], _("1 to %(most)s characters") % {"most": most})
    if wish.kind is not None and wish.kind.organisation_id != actor.organisation_id:
        raise ReturnsRefused("kind", wish.kind.pk, _("a kind of outcome of your organisation"))
    if wish.asked is not None and not 1 <= wish.asked <= MOST_ASKED:
        valid = _("empty, or from 1 to %(most)s") % {"most": MOST_ASKED}
        raise ReturnsRefused("asked", wish.asked, valid)
    _check_days(wish.first_day, wish.last_day)
    _check_population(wish.population)
    _check_names("channels", wish.channels)
    _check_names("channels", dict.fromkeys(wish.channels.values()))


def _check_days(first: date, last: date) -> None:
    for name, day in (("first_day", first), ("last_day", last)):
        if day.year not in YEARS:
            raise ReturnsRefused(name, day.isoformat(), _("a day from 1990 to 2199"))
    if last < first:
        raise ReturnsRefused("last_day", last.isoformat(), _("the first day or later"))


def _check_population(population: Mapping[str, float]) -> None:
    _check_names("population", population)
    for size in population.values():
        if not (isfinite(size) and 0 <= size <= MOST_PEOPLE):
            raise ReturnsRefused("population", size, _("a number of people"))
    if population and not any(population.values()):
        raise ReturnsRefused("population", 0, _("a group with people in it, or empty"))


def _check_names(name: str, given: Mapping[str, object]) -> None:
    if len(given) > MOST_NAMES:
        raise ReturnsRefused(name, len(given), _("at most %(most)s") % {"most": MOST_NAMES})
    for one in given:
        if not 1 <= len(one) <= LONGEST or not is_plain(one):
            most = _("1 to %(most)s characters") % {"most": LONGEST}
            raise ReturnsRefused(name, one[:80], most)


def _check_asked(asked: int | None, people: int) -> None:
    if asked is not None and people > asked:
        valid = _("as many as answered (%(people)s) or more") % {"people": people}
        raise ReturnsRefused("asked", asked, valid)


def _check_answers(survey: Survey, rows: Sequence[AnswerRow], people: int) -> None:
    if people > MOST_ANSWERS:
        most = _("at most %(most)s people") % {"most": MOST_ANSWERS}
        raise ReturnsRefused("answers", people, most)
    if survey.asked is not None and people > survey.asked:
        valid = _("at most as many as were asked (%(asked)s)") % {"asked": survey.asked}
        raise ReturnsRefused("answers", people, valid)
    named = {said for one in rows for said in one.said}
    if len(named) > MOST_NAMES:
        most = _("at most %(most)s different answers") % {"most": MOST_NAMES}
        raise ReturnsRefused("answers", len(named), most)
    for one in rows:
        _check_names("answers", dict.fromkeys((*one.said, *([one.group] if one.group else []))))
        if one.count < 1:
            raise ReturnsRefused("answers", one.count, _("1 or more people"))
        if survey.population and one.group not in survey.population:
            groups = ", ".join(survey.population)
            raise ReturnsRefused(
                "answers", one.group, _("of the groups: %(groups)s") % {"groups": groups}
            )
