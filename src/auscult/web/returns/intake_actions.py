"""Reading files in: brought, looked at, kept; and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from auscult.engine.returns.exports.cells import plain
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.returns import intake_queries, intake_reading, queries
from auscult.web.returns.errors import IntakeRefused, ReturnsRefused, Wrong
from auscult.web.returns.intake_becoming import Batch, Becoming, Meant
from auscult.web.returns.intake_models import BegunFile, WaitingFile
from auscult.web.returns.intake_reading import MOST_REMARKS
from auscult.web.returns.outcome_models import Intake, IntakeOrigin, IntakeState
from auscult.web.returns.recording import is_currency, record

MOST_BYTES = 24 << 20
WAITS = timedelta(days=1)
ORIGINS = tuple(intake_reading.FORMS)


@transaction.atomic
def bring_file(actor: Actor, *, origin: str, name: str, data: bytes) -> WaitingFile:
    """Keep a file until it was looked at; it takes the place of the one that waited.

    Raises
    ------
    NotAllowed, ReturnsRefused, Correctable
        It is too large, was read in already, or nothing can be read from it.
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    if origin not in ORIGINS:
        raise ReturnsRefused("origin", origin[:20], ", ".join(ORIGINS))
    if actor.user_id is None:
        raise ReturnsRefused("file", name[:40], _("brought by a person"))
    if len(data) > MOST_BYTES:
        raise IntakeRefused(
            [Wrong(0, _("It is larger than %(most)s MB") % {"most": MOST_BYTES >> 20})]
        )
    digest = sha256(data).hexdigest()
    _refuse_again(actor, digest)
    intake_reading.check(origin, data)
    called = plain(name)[:200] or "-"
    file, _made = WaitingFile.objects.update_or_create(
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        defaults={
            "origin": origin,
            "name": called,
            "digest": digest,
            "sealed": intake_queries.sealed(data),
            "at": actor.clock.now(),
        },
    )
    record_audit(actor, action="bring-file", target=called, details={"origin": origin})
    return file


def _refuse_again(actor: Actor, digest: str) -> None:
    before = intake_queries.intakes(actor).filter(digest=digest).first()
    if before is not None:
        said = _("It was read in already, on %(day)s as “%(name)s”") % {
            "day": before.at.astimezone(time_zone(actor)).date().isoformat(),
            "name": before.name,
        }
        raise IntakeRefused([Wrong(0, said)])


@transaction.atomic
def drop_file(actor: Actor) -> None:
    """Put the file away that waits, without reading it in."""
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    file = intake_queries.waiting(actor)
    if file is not None:
        file.delete()
        record_audit(actor, action="drop-file", target=file.name)


@transaction.atomic
def read_in(actor: Actor, *, file: WaitingFile, meant: Meant) -> Intake:
    """Read a file in: its outcomes get into the book, and it waits no more.

    One of more than `AT_ONCE` rows is left to the runner (`intake_working`), which takes a minute
    or so; until then the intake's state says so.

    Raises
    ------
    NotAllowed, ReturnsRefused, IntakeRefused, Correctable
        Nothing of it was kept.
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    if (file.organisation_id, file.user_id) != (actor.organisation_id, actor.user_id):
        raise ReturnsRefused("file", file.pk, _("the file that you brought"))
    if meant.currency and not is_currency(meant.currency):
        valid = _("three capital letters, like EUR")
        raise ReturnsRefused("currency", meant.currency[:10], valid)
    _refuse_again(actor, file.digest)
    now = actor.clock.now()
    becoming = Becoming(actor, file.origin, meant, now)
    first, *more = islice(_some(becoming, file), 2)
    if not (more or first.rows):
        raise IntakeRefused([Wrong(0, _("Nothing of it is an outcome here"))])
    intake = _intake(actor, file, now=now, batch=Batch() if more else first)
    if more:
        _leave_to_runner(actor, file, intake, meant)
    else:
        record(actor, first.rows, IntakeOrigin(file.origin), intake)
    file.delete()
    return intake


def _some(becoming: Becoming, file: WaitingFile) -> Iterator[Batch]:
    """Yield a file's batches; one without rows has an empty one."""
    batches = becoming.batches(intake_queries.content(file))
    yield next(batches, Batch())
    yield from batches


def _intake(actor: Actor, file: WaitingFile, *, now: datetime, batch: Batch) -> Intake:
    try:
        with transaction.atomic():
            return Intake.objects.create(
                organisation_id=actor.organisation_id,
                origin=file.origin,
                name=file.name,
                digest=file.digest,
                rows=len(batch.rows),
                remarks=[[one.row, one.said] for one in batch.remarks[:MOST_REMARKS]],
                user_id=actor.user_id,
                at=now,
            )
    except IntegrityError as error:  # somebody else was faster
        raise IntakeRefused([Wrong(0, _("It was read in at this moment"))]) from error


def _leave_to_runner(actor: Actor, file: WaitingFile, intake: Intake, meant: Meant) -> None:
    intake.state = IntakeState.READING
    intake.save(update_fields=["state"])
    BegunFile.objects.create(
        intake=intake,
        sealed=file.sealed,
        meant={**meant.as_data(), "language": get_language()},
        items=meant.items,
    )
    record_audit(actor, action="read-file-in", target=file.name, details={"origin": file.origin})


@transaction.atomic
def take_back(actor: Actor, *, intake: Intake) -> int:
    """Take a file back: its outcomes go too. Return how many rows went.

    Raises
    ------
    NotAllowed, ReturnsUnknown
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    ours = intake_queries.intake(actor, intake.pk)
    BegunFile.objects.filter(intake=ours).delete()  # waits for a batch that is being written
    rows: int = ours.outcomes.count()
    name = ours.name
    ours.delete()
    record_audit(actor, action="take-file-back", target=name, details={"rows": rows})
    return rows


@transaction.atomic
def forget_waiting(actor: Actor) -> bool:
    """Put files away that wait for longer than a day; a job of the runner.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.WORK, queries.CHANGE)
    old = WaitingFile.objects.filter(
        organisation_id=actor.organisation_id, at__lt=actor.clock.now() - WAITS
    )
    count = old.count()
    if count:
        old.delete()
        record_audit(actor, action="expire-files", target="", details={"files": count})
    return False
