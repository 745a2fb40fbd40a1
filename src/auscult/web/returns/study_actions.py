"""Asking whether something worked: a study is written down, and the runner works it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.planning.models import Bet
from auscult.web.returns.errors import ReturnsRefused, ReturnsUnknown
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.study_answers import Asked, moment, panel_of, question_of
from auscult.web.returns.study_models import Method, Study, StudyState
from auscult.web.returns.study_queries import BEGUN

ASK = gettext_noop("ask whether something worked")
TAKE = gettext_noop("take a study along as a file")
MOST_WAITING = 20  # of a house, so that one page pressed often fills no queue
MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyWish:
    """What is asked, with all that it is asked of.

    Attributes
    ----------
    question : mapping
        Plain values; see `study_questions`.
    data : bytes
        The columns, as `study_tables.Table.as_parquet` gives them.
    """

    title: str
    method: Method
    question: Mapping[str, Any]
    data: bytes
    kind: OutcomeKind | None = None
    bet: Bet | None = None


@transaction.atomic
def ask_study(
    actor: Actor, *, wish: StudyWish, seed: int, state: StudyState = StudyState.WAITING
) -> Study:
    """Write a study down for the runner; a mix first waits for what is said of its channels.

    Raises
    ------
    NotAllowed, ReturnsRefused, ReturnsUnknown
    Correctable
        The data have holes, or there is nothing of what is named.
    """
    require(actor, Right.EDIT_RETURNS, ASK)
    _check_rows(actor, wish)
    if not wish.title.strip():
        raise ReturnsRefused("title", wish.title, _("a few words"))
    if wish.method != Method.MIX:
        check(
            Asked(method=wish.method, question=wish.question, design={}, data=wish.data, seed=seed)
        )
    ours = Study.objects.filter(organisation_id=actor.organisation_id)
    if ours.filter(state__in=BEGUN).count() >= MOST_WAITING:
        raise ReturnsRefused("waiting", MOST_WAITING, _("fewer: wait until some are answered"))
    if ours.count() >= MOST:
        raise ReturnsRefused("studies", MOST, _("fewer: remove some that nobody needs"))
    made = Study.objects.create(
        organisation_id=actor.organisation_id,
        title=wish.title.strip()[:200],
        method=wish.method,
        kind=wish.kind,
        bet=wish.bet,
        question=dict(wish.question),
        data=wish.data,
        seed=seed,
        state=state,
        asked_at=actor.clock.now(),
        user_id=actor.user_id,
    )
    record_audit(actor, action="ask-study", target=made.title, details={"method": made.method})
    return made


def _check_rows(actor: Actor, wish: StudyWish) -> None:
    if wish.kind and wish.kind.organisation_id != actor.organisation_id:
        raise ReturnsUnknown("kind of outcome", wish.kind.pk)
    if wish.bet and wish.bet.cycle.organisation_id != actor.organisation_id:
        raise ReturnsUnknown("bet", wish.bet.pk)


def check(asked: Asked) -> None:
    """Refuse at once what the runner could only refuse later.

    Raises
    ------
    Correctable
    """
    data, said = panel_of(asked), asked.question
    question_of(asked)
    if said.get("outcome"):
        data.places([said["outcome"]], "outcome")
    if said.get("treated"):
        data.places(said["treated"], "treated")
    if said.get("controls"):
        data.places(said["controls"], "controls")
    observed = asked.method in {Method.INTERRUPTED, Method.SYNTHETIC, Method.DIFFERENCE}
    if observed or (asked.method == Method.PLACES and asked.design):
        data.before(moment(said["start"]))


@transaction.atomic
def bring_data(actor: Actor, *, study: Study, data: bytes, start: str = "") -> None:
    """Bring what was counted while an experiment ran; its design stays as it was drawn.

    Raises
    ------
    NotAllowed, ReturnsRefused
    Correctable
    """
    require(actor, Right.EDIT_RETURNS, ASK)
    if study.state != StudyState.DESIGNED or not study.design:
        raise ReturnsRefused("study", study.title, _("an experiment that waits for its data"))
    question = {**study.question, **({"start": start} if start else {})}
    design = dict(study.design)
    asked = Asked(method=study.method, question=question, design=design, data=data, seed=study.seed)
    check(asked)
    taken = (
        _ours(actor, study)
        .filter(state=StudyState.DESIGNED)
        .update(data=data, question=question, state=StudyState.WAITING, percent=0, error="")
    )
    if taken:
        record_audit(actor, action="bring-study-data", target=study.title)


@transaction.atomic
def ask_again(actor: Actor, *, study: Study, question: Mapping[str, Any] | None = None) -> None:
    """Let the runner work a study out anew, with another question where one is given.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, ASK)
    said = dict(study.question if question is None else question)
    rows = _ours(actor, study).exclude(state__in=BEGUN)
    if study.state in BEGUN or not rows.update(
        state=StudyState.WAITING, question=said, answer={}, error="", percent=0, locked_until=None
    ):
        raise ReturnsRefused("study", study.title, _("one that isn't being worked out"))
    record_audit(actor, action="ask-study-again", target=study.title)


@transaction.atomic
def remove_study(actor: Actor, *, study: Study) -> None:
    """Remove a study with its data and its answer; what plans took from it stays with them.

    Raises
    ------
    NotAllowed, ReturnsUnknown
    """
    require(actor, Right.EDIT_RETURNS, ASK)
    if not _ours(actor, study).delete()[0]:
        raise ReturnsUnknown("study", study.pk)
    record_audit(actor, action="remove-study", target=study.title)


@transaction.atomic
def record_download(actor: Actor, *, study: Study, form: str) -> None:
    """Record that a study was taken away.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EXPORT, TAKE)
    record_audit(actor, action="take-study", target=study.title, details={"form": form})


def _ours(actor: Actor, study: Study) -> Any:
    return Study.objects.filter(pk=study.pk, organisation_id=actor.organisation_id)
