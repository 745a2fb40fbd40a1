"""Reading long files in: by the runner, batch by batch, on from the last one after a kill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext_noop, override

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import intake_queries, recording
from auscult.web.returns.intake_becoming import Batch, Becoming, Meant
from auscult.web.returns.intake_models import BegunFile
from auscult.web.returns.intake_reading import MOST_REMARKS
from auscult.web.returns.outcome_models import Intake, IntakeOrigin, IntakeState, Outcome

WORK = gettext_noop("read files in")
HELD = timedelta(minutes=2)  # a claim; far longer than a batch takes
BROKEN = gettext_noop("It broke while it was read in; the log of the runner says where.")
NOTHING = gettext_noop("Nothing of it is an outcome here.")


@dataclass(slots=True, kw_only=True)
class Work:
    """A file that this process reads in, with its claim and how far it is."""

    number: int
    intake: Intake
    language: str
    until: datetime
    done: int
    batches: Iterator[Batch]

    def held(self) -> QuerySet[BegunFile]:
        """Return the file's row, as long as nobody took it back or took it over."""
        return BegunFile.objects.filter(pk=self.number, locked_until=self.until, done=self.done)


IN_WORK: dict[int, Work] = {}  # by organisation


def due(actor: Actor) -> QuerySet[BegunFile]:
    """Return the files to be read in that nobody holds, the longest waiting first."""
    free = Q(locked_until=None) | Q(locked_until__lt=actor.clock.now())
    rows = BegunFile.objects.filter(intake__organisation_id=actor.organisation_id)
    return rows.filter(free).order_by("pk")


def work_due(actor: Actor) -> bool:
    """Read one batch of a file in; return whether there is more."""
    require(actor, Right.WORK, WORK)
    house = actor.organisation_id
    try:
        work = IN_WORK.get(house) or _claimed(actor)
        if work is None:
            return False
        with override(work.language):
            goes_on = _step(actor, work)
    except BaseException:
        IN_WORK.pop(house, None)  # where the iterator stands, nobody knows
        raise
    if not goes_on:
        IN_WORK.pop(house, None)
    return goes_on or due(actor).exists()


def _step(actor: Actor, work: Work) -> bool:
    """Keep the next batch; return whether the file is still this process's."""
    try:
        batch = next(work.batches, None)
        if batch is not None:
            return keep_batch(actor, work, batch)
    except Correctable as error:
        stop(actor, work, str(error))
    except DatabaseError:
        raise  # the database's trouble, and not that of the file: it is tried again
    except Exception:
        stop(actor, work, BROKEN)
        raise
    else:
        finish(actor, work)
    return False


@transaction.atomic
def _claimed(actor: Actor) -> Work | None:
    """Take a file, unless there is none, or somebody else was faster."""
    found = due(actor).select_related("intake").first()
    if found is None:
        return None
    until = actor.clock.now() + HELD
    same = BegunFile.objects.filter(pk=found.pk, done=found.done, locked_until=found.locked_until)
    if not same.update(locked_until=until):
        return None
    work = Work(
        number=found.pk,
        intake=found.intake,
        language=found.meant["language"],
        until=until,
        done=found.done,
        batches=_batches(actor, found),
    )
    IN_WORK[actor.organisation_id] = work
    return work


def _batches(actor: Actor, found: BegunFile) -> Iterator[Batch]:
    """Yield what is left of a file; nothing is read before the first is asked for."""
    intake = found.intake
    meant = Meant.from_data(actor, found.meant)
    becoming = Becoming(actor, intake.origin, meant, intake.at)
    yield from becoming.batches(intake_queries.content(found), after=found.done)


@transaction.atomic
def keep_batch(actor: Actor, work: Work, batch: Batch) -> bool:
    """Keep a batch and how far that is, both or none; say whether the claim held."""
    until, done = actor.clock.now() + HELD, work.done + batch.items
    if not work.held().update(done=done, locked_until=until):
        return False
    intake = Intake.objects.get(pk=work.intake.pk)
    recording.keep(actor, batch.rows, IntakeOrigin(intake.origin), intake)
    remarks = [*intake.remarks, *([one.row, one.said] for one in batch.remarks)]
    Intake.objects.filter(pk=intake.pk).update(
        rows=F("rows") + len(batch.rows), remarks=remarks[:MOST_REMARKS]
    )
    work.done, work.until = done, until  # where the commit fails, the work is dropped
    return True


@transaction.atomic
def finish(actor: Actor, work: Work) -> None:
    """Let go of a file that is read to its end."""
    told = Outcome.objects.filter(intake=work.intake)
    rows = told.count()
    if not rows:
        stop(actor, work, NOTHING)
        return
    if not work.held().delete()[0]:
        return
    Intake.objects.filter(pk=work.intake.pk).update(state=IntakeState.READ)
    counts = told.values_list("kind__slug").annotate(times=Sum("count")).order_by("kind__slug")
    details = {"rows": rows, "outcomes": dict(counts), "origin": work.intake.origin}
    record_audit(actor, action="record-outcomes", target=work.intake.name, details=details)


@transaction.atomic
def stop(actor: Actor, work: Work, error: str) -> None:
    """Let go of a file that can't be read in, and of what was kept of it."""
    if not work.held().delete()[0]:
        return
    Outcome.objects.filter(intake=work.intake).delete()
    Intake.objects.filter(pk=work.intake.pk).update(state=IntakeState.BROKEN, error=error, rows=0)
    record_audit(actor, action="refuse-file", target=work.intake.name)
