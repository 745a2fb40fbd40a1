"""Working studies out: by the runner, beside the pages, again after it was killed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns.study_answers import Asked, answers
from auscult.web.returns.study_models import Study, StudyState

WORK = gettext_noop("work out whether something worked")
HELD = timedelta(minutes=3)  # a claim; far longer than between two bits of work
BROKEN = gettext_noop("It broke while it was worked out; the log of the runner says where.")
# What this process works at for each organisation: the number of its row, and the work.
IN_WORK: dict[int, tuple[int, Iterator[tuple[int, dict[str, Any]]]]] = {}


def due(actor: Actor) -> QuerySet[Study]:
    """Return what is to be worked out, the longest waiting first."""
    left = Q(state=StudyState.WORKING, locked_until__lt=actor.clock.now())
    rows = Study.objects.filter(organisation_id=actor.organisation_id)
    return rows.filter(Q(state=StudyState.WAITING) | left).order_by("pk")


def work_due(actor: Actor) -> bool:
    """Work at a study for one slice; return whether there is more."""
    require(actor, Right.WORK, WORK)
    found = _begun(actor) or _claimed(actor)
    if found is None:
        return False
    try:
        percent, told = next(IN_WORK[actor.organisation_id][1])
    except Correctable as error:
        keep(actor, found, state=StudyState.REFUSED, error=str(error), answer={})
    except Exception:
        keep(actor, found, state=StudyState.REFUSED, error=BROKEN, answer={})
        raise
    else:
        if not told:
            note_progress(actor, found, percent)
            return True
        state = StudyState.DESIGNED if "design" in told else StudyState.DONE
        keep(actor, found, state=state, percent=percent, **told)
    return due(actor).exists()


def _begun(actor: Actor) -> Study | None:
    """Return the study that this process works at; None where it was removed or asked anew."""
    number, _work = IN_WORK.get(actor.organisation_id, (0, None))
    rows = Study.objects.filter(organisation_id=actor.organisation_id)
    found = rows.filter(pk=number, state=StudyState.WORKING).defer("data").first()
    if found is None:
        IN_WORK.pop(actor.organisation_id, None)
    return found


def _claimed(actor: Actor) -> Study | None:
    found = due(actor).first()
    if found is None or not claim(actor, found):
        return None
    asked = Asked(
        method=found.method,
        question=found.question,
        design=found.design,
        data=bytes(found.data),
        seed=found.seed,
    )
    IN_WORK[actor.organisation_id] = (found.pk, answers(asked))
    return found


@transaction.atomic
def claim(actor: Actor, found: Study) -> bool:
    """Take a study, unless somebody else did; say whether."""
    until = actor.clock.now() + HELD
    same = due(actor).filter(pk=found.pk, locked_until=found.locked_until)
    taken = Study.objects.filter(pk__in=same.values("pk")).update(
        state=StudyState.WORKING, locked_until=until, percent=0
    )
    found.locked_until = until
    return bool(taken)


@transaction.atomic
def note_progress(actor: Actor, found: Study, percent: int) -> None:
    """Write down how much is worked out, and hold the claim on."""
    _held(found).update(percent=percent, locked_until=actor.clock.now() + HELD)


@transaction.atomic
def keep(actor: Actor, found: Study, *, state: StudyState, **told: Any) -> None:
    """Keep what came of a study, unless it was removed or taken by somebody else meanwhile."""
    IN_WORK.pop(actor.organisation_id, None)  # it takes memory
    _held(found).update(state=state, locked_until=None, done_at=actor.clock.now(), **told)


def _held(found: Study) -> QuerySet[Study]:
    return Study.objects.filter(
        pk=found.pk, state=StudyState.WORKING, locked_until=found.locked_until
    )
