"""What people say about bets and tasks: plain text, changed for a quarter of an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.tokens import person_of
from auscult.web.planning import queries
from auscult.web.planning.actions import MOST_TEXT
from auscult.web.planning.changing import lock
from auscult.web.planning.errors import PlanRefused, PlanUnknown
from auscult.web.planning.models import Bet, Cycle, Task
from auscult.web.planning.moves import CycleState
from auscult.web.planning.people_models import Comment

EDITED_FOR = timedelta(minutes=15)  # then others have read it
SAY = gettext_noop("comment on the plan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A comment with what the actor may do with it."""

    comment: Comment
    may_change: bool
    may_remove: bool


def comments(actor: Actor, bet: Bet) -> QuerySet[Comment]:
    """Return the comments on a bet and its tasks, the oldest first."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    rows = Comment.objects.filter(organisation_id=actor.organisation_id, bet=bet)
    return rows.select_related("user", "task").order_by("at", "pk")


def comment(actor: Actor, number: int) -> Comment:
    """Return a comment.

    Raises
    ------
    PlanUnknown
    """
    require(actor, Right.SEE_FIGURES, queries.SEE)
    rows = Comment.objects.filter(organisation_id=actor.organisation_id)
    found = rows.select_related("bet__cycle", "user", "task").filter(pk=number).first()
    if found is None:
        raise PlanUnknown("comment", number)
    return found


def thread(actor: Actor, bet: Bet) -> list[Said]:
    """Return the comments on a bet and its tasks, each with what the actor may do."""
    closed = bet.cycle.state == CycleState.CLOSED
    return [
        Said(
            comment=one,
            may_change=not closed and _may_change(actor, one),
            may_remove=not closed and _may_remove(actor, one),
        )
        for one in comments(actor, bet)
    ]


def _is_own(actor: Actor, one: Comment) -> bool:
    own = actor.user_id is not None and one.user_id == actor.user_id
    return own and one.removed_at is None and may(actor, Right.CHECK_IN)


def _may_change(actor: Actor, one: Comment) -> bool:
    return _is_own(actor, one) and actor.clock.now() - one.at <= EDITED_FOR


def _may_remove(actor: Actor, one: Comment) -> bool:
    return one.removed_at is None and (_is_own(actor, one) or may(actor, Right.EDIT_PLAN))


@transaction.atomic
def add_comment(actor: Actor, *, bet: Bet, text: str, task: Task | None = None) -> Comment:
    """Say something about a bet, or about one of its tasks.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    require(actor, Right.CHECK_IN, SAY)
    _check(actor, bet.cycle, text)
    if task is not None and task.bet_id != bet.pk:
        raise PlanRefused("task", str(task), _("a task of the bet"))
    made = Comment.objects.create(
        organisation_id=actor.organisation_id,
        bet=bet,
        task=task,
        user_id=person_of(actor),
        text=text.strip(),
        at=actor.clock.now(),
    )
    record_audit(actor, action="add-comment", target=_about(made), details={"number": made.pk})
    return made


def _check(actor: Actor, cycle: Cycle, text: str) -> None:
    if not text.strip() or len(text) > MOST_TEXT:
        valid = _("1 to %(most)s characters") % {"most": MOST_TEXT}
        raise PlanRefused("text", text[:40], valid)
    _refuse_closed(actor, cycle)


def _refuse_closed(actor: Actor, cycle: Cycle) -> None:
    lock(actor, cycle)
    if cycle.state == CycleState.CLOSED:
        raise PlanRefused("cycle", str(cycle), _("one that isn't closed"))


def _about(one: Comment) -> str:
    return (one.task or one.bet).title


@transaction.atomic
def change_comment(actor: Actor, *, comment: Comment, text: str) -> None:
    """Change one's own comment, while it is new.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    require(actor, Right.CHECK_IN, SAY)
    _check(actor, comment.bet.cycle, text)
    comment.refresh_from_db(fields=["text", "user_id", "removed_at", "at"])
    if not _may_change(actor, comment):
        minutes = int(EDITED_FOR.total_seconds() // 60)
        valid = _("your own, and at most %(minutes)s minutes old") % {"minutes": minutes}
        raise PlanRefused("comment", comment.text[:40], valid)
    comment.text, comment.edited_at = text.strip(), actor.clock.now()
    comment.save(update_fields=["text", "edited_at"])
    details = {"number": comment.pk}
    record_audit(actor, action="change-comment", target=_about(comment), details=details)


@transaction.atomic
def remove_comment(actor: Actor, *, comment: Comment) -> None:
    """Take back one's own comment, or as an editor another's; that there was one stays.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    require(actor, Right.CHECK_IN, SAY)
    _refuse_closed(actor, comment.bet.cycle)
    comment.refresh_from_db(fields=["text", "user_id", "removed_at"])
    if not _may_remove(actor, comment):
        raise PlanRefused("comment", comment.text[:40], _("your own, and not removed already"))
    comment.text, comment.removed_at = "", actor.clock.now()
    comment.save(update_fields=["text", "removed_at"])
    details = {"number": comment.pk, "own": comment.user_id == actor.user_id}
    record_audit(actor, action="remove-comment", target=_about(comment), details=details)
