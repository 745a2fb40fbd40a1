"""Asking the planner, and carrying out what was asked: by the runner, beside the pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.engine.planning.refusals import Refused
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.planning import queries
from auscult.web.planning.allocating import answers
from auscult.web.planning.changing import lock
from auscult.web.planning.errors import PlanRefused
from auscult.web.planning.models import Cycle
from auscult.web.planning.moves import AllocationState, CycleState
from auscult.web.planning.questions import Aims, question
from auscult.web.planning.resource_models import Allocation

ASK = gettext_noop("ask what more could bring")
HELD = timedelta(minutes=10)  # a claim; longer than any answer takes
KEPT = 10  # of a cycle, the newest
BROKEN = gettext_noop("It broke while it was worked out; the log of the runner says where.")
# What this process works at for each organisation: the number of its row, and the work.
IN_WORK: dict[int, tuple[int, Iterator[tuple[int, dict[str, Any]]]]] = {}
BEGUN = (AllocationState.WAITING, AllocationState.WORKING)


@transaction.atomic
def ask_planner(actor: Actor, *, cycle: Cycle, aims: Aims | None = None) -> Allocation:
    """Ask for hours and money by bet; a question that isn't answered yet is dropped for it.

    Raises
    ------
    NotAllowed, CycleUnknown, PlanRefused
    """
    require(actor, Right.EDIT_PLAN, ASK)
    wanted = aims or Aims()
    _check(wanted)
    lock(actor, cycle)
    if cycle.state == CycleState.CLOSED:
        raise PlanRefused("cycle", str(cycle), _("one that isn't closed"))
    asked = question(actor, cycle, wanted)
    if not asked["bets"]:
        valid = _("at least one with an objective and with what it should bring")
        raise PlanRefused("bets", 0, valid)
    cycle.allocations.filter(state__in=BEGUN).delete()
    old = cycle.allocations.order_by("-pk").values_list("pk", flat=True)[KEPT - 1 :]
    cycle.allocations.filter(pk__in=list(old)).delete()
    made = Allocation.objects.create(
        cycle=cycle,
        version=queries.versions(actor, cycle)[0],
        asked_at=actor.clock.now(),
        user_id=actor.user_id,
        question=asked,
    )
    record_audit(actor, action="ask-planner", target=cycle.title)
    return made


def _check(aims: Aims) -> None:
    shares = {"reserve_hours": aims.reserve_hours, "reserve_money": aims.reserve_money}
    for name, value in {**shares, "fair": max(aims.fair.values(), default=0.0)}.items():
        if not 0 <= value < 1:
            raise PlanRefused(name, value, _("from 0 to below 1"))
    if not 0.05 <= aims.worst <= 1:
        raise PlanRefused("worst", aims.worst, _("from 0.05 to 1"))
    if any(not 0 < weight <= 1_000 for weight in aims.weights.values()):
        raise PlanRefused("weights", dict(aims.weights), _("above 0 and at most 1,000"))


def due(actor: Actor) -> QuerySet[Allocation]:
    """Return what is to be worked out, the longest waiting first."""
    now = actor.clock.now()
    left = Q(state=AllocationState.WORKING, locked_until__lt=now)
    rows = Allocation.objects.filter(cycle__organisation_id=actor.organisation_id)
    return rows.filter(Q(state=AllocationState.WAITING) | left).order_by("pk")


def answer_due(actor: Actor) -> bool:
    """Work at a question for one slice, of ten seconds at most; return whether there is more."""
    require(actor, Right.WORK, "work out what more could bring")
    found = _begun(actor) or _claimed(actor)
    if found is None:
        return False
    try:
        percent, told = next(IN_WORK[actor.organisation_id][1])
    except Refused as error:
        # The runner has a language of its own: pages say it anew in that of their reader.
        told = {"error": str(error), "error_field": error.field}
        keep(actor, found, state=AllocationState.FAILED, answer={"refused": error.kept()}, **told)
    except Exception:
        keep(actor, found, state=AllocationState.FAILED, error=BROKEN)
        raise
    else:
        if not told:
            note_progress(actor, found, percent)
            return True
        keep(actor, found, state=AllocationState.DONE, answer=told, percent=percent)
    return due(actor).exists()


def _begun(actor: Actor) -> Allocation | None:
    """Return the question that this process works at; None where it was dropped."""
    number, _work = IN_WORK.get(actor.organisation_id, (0, None))
    rows = Allocation.objects.filter(cycle__organisation_id=actor.organisation_id)
    return rows.filter(pk=number, state=AllocationState.WORKING).first()


def _claimed(actor: Actor) -> Allocation | None:
    found = due(actor).first()
    if found is None or not claim(actor, found):
        return None
    IN_WORK[actor.organisation_id] = (found.pk, answers(found.question))
    return found


@transaction.atomic
def claim(actor: Actor, found: Allocation) -> bool:
    """Take a question, unless somebody else did; say whether."""
    until = actor.clock.now() + HELD
    same = due(actor).filter(pk=found.pk, locked_until=found.locked_until)
    taken = Allocation.objects.filter(pk__in=same.values("pk")).update(
        state=AllocationState.WORKING, locked_until=until, percent=0
    )
    found.locked_until = until
    return bool(taken)


@transaction.atomic
def note_progress(actor: Actor, found: Allocation, percent: int) -> None:
    """Write down how much is worked out, and hold the claim on."""
    _held(found).update(percent=percent, locked_until=actor.clock.now() + HELD)


@transaction.atomic
def keep(actor: Actor, found: Allocation, *, state: AllocationState, **told: Any) -> None:
    """Keep what came of a question, unless it was dropped or taken by somebody else meanwhile."""
    IN_WORK.pop(actor.organisation_id, None)  # it takes memory
    _held(found).update(state=state, locked_until=None, done_at=actor.clock.now(), **told)


def _held(found: Allocation) -> QuerySet[Allocation]:
    return Allocation.objects.filter(
        pk=found.pk, state=AllocationState.WORKING, locked_until=found.locked_until
    )
