"""The states of what a plan is made of, and which may follow which: one table each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from auscult.web.planning.errors import MoveRefused


class CycleState(models.TextChoices):
    """How far a cycle is."""

    PLANNED = "planned", _("planned")
    RUNNING = "running", _("running")
    CLOSED = "closed", _("closed")


class BetState(models.TextChoices):
    """Whether a bet is on."""

    ON = "on", _("on")
    DROPPED = "dropped", _("dropped")


class TaskState(models.TextChoices):
    """How far a task is."""

    TO_DO = "to-do", _("to do")
    DOING = "doing", _("doing")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


class AssumptionState(models.TextChoices):
    """Whether an assumption still holds."""

    HOLDS = "holds", _("holds")
    DOUBT = "doubt", _("in doubt")
    WRONG = "wrong", _("wrong")


class RequestState(models.TextChoices):
    """What became of a request for an account."""

    ASKED = "asked", _("asked")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class AllocationState(models.TextChoices):
    """How far a question to the planner is."""

    WAITING = "waiting", _("waiting")
    WORKING = "working", _("being worked out")
    DONE = "done", _("worked out")
    FAILED = "failed", _("refused")


State = TypeVar(
    "State", CycleState, BetState, TaskState, AssumptionState, RequestState, AllocationState
)
Moves = Mapping[State, tuple[State, ...]]

# A cycle goes one way; what is closed stays as it was.
CYCLE: Moves[CycleState] = MappingProxyType(
    {
        CycleState.PLANNED: (CycleState.RUNNING,),
        CycleState.RUNNING: (CycleState.CLOSED,),
        CycleState.CLOSED: (),
    }
)
BET: Moves[BetState] = MappingProxyType(
    {BetState.ON: (BetState.DROPPED,), BetState.DROPPED: (BetState.ON,)}
)
# One column further or back; what was done can be taken up again, what was dropped as well.
TASK: Moves[TaskState] = MappingProxyType(
    {
        TaskState.TO_DO: (TaskState.DOING, TaskState.DONE, TaskState.DROPPED),
        TaskState.DOING: (TaskState.DONE, TaskState.TO_DO, TaskState.DROPPED),
        TaskState.DONE: (TaskState.DOING,),
        TaskState.DROPPED: (TaskState.TO_DO,),
    }
)
ASSUMPTION: Moves[AssumptionState] = MappingProxyType(
    {
        state: tuple(other for other in AssumptionState if other is not state)
        for state in AssumptionState
    }
)
# Who was refused asks again when more is there; an account that is there is closed elsewhere.
REQUEST: Moves[RequestState] = MappingProxyType(
    {
        RequestState.ASKED: (RequestState.APPROVED, RequestState.REFUSED, RequestState.WITHDRAWN),
        RequestState.APPROVED: (),
        RequestState.REFUSED: (RequestState.ASKED,),
        RequestState.WITHDRAWN: (RequestState.ASKED,),
    }
)

# An answer stays; who asks anew asks another question.
ALLOCATION: Moves[AllocationState] = MappingProxyType(
    {
        AllocationState.WAITING: (AllocationState.WORKING,),
        AllocationState.WORKING: (
            AllocationState.DONE,
            AllocationState.FAILED,
        ),
        AllocationState.DONE: (),
        AllocationState.FAILED: (),
    }
)


def checked(moves: Moves[State], what: str, before: State, after: State) -> State:
    """Return the state that follows.

    Raises
    ------
    MoveRefused
        It can't follow the one before.
    """
    if after not in moves[before]:
        allowed = [str(one.label) for one in moves[before]]
        raise MoveRefused(what, str(before.label), str(after.label), allowed)
    return after
