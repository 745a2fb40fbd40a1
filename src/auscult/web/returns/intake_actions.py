"""Reading files in: brought, looked at, kept; and taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from auscult.engine.returns.exports.cells import plain
from auscult.engine.returns.exports.channels import ELSEWHERE
from auscult.engine.returns.exports.rows import Remark, Row
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.planning.models import Bet
from auscult.web.returns import intake_queries, intake_reading, queries
from auscult.web.returns.errors import IntakeRefused, ReturnsRefused, Wrong
from auscult.web.returns.intake_models import WaitingFile
from auscult.web.returns.intake_reading import MOST_REMARKS, Choice
from auscult.web.returns.outcome_models import Intake, IntakeOrigin, OutcomeKind, PhoneLine
from auscult.web.returns.recording import OutcomeRow, TouchRow, is_currency, record

MOST_BYTES = 24 << 20
WAITS = timedelta(days=1)
ORIGINS = tuple(intake_reading.FORMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a file is to be read as.

    Attributes
    ----------
    choice : Choice
    kinds : mapping of str to OutcomeKind
        What each name (event, goal) of the file is here; others are left out. Of calls the lines
        say it.
    currency : str
        Of amounts that name none.
    """

    choice: Choice
    kinds: Mapping[str, OutcomeKind] = field(default_factory=dict)
    currency: str = ""


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
    rows, remarks = _outcomes(actor, file, meant)
    if not rows:
        raise IntakeRefused([Wrong(0, _("Nothing of it is an outcome here"))])
    intake = _intake(actor, file, rows=len(rows), remarks=remarks)
    record(actor, rows, IntakeOrigin(file.origin), intake)
    file.delete()
    return intake


def _intake(actor: Actor, file: WaitingFile, *, rows: int, remarks: list[Remark]) -> Intake:
    try:
        with transaction.atomic():
            return Intake.objects.create(
                organisation_id=actor.organisation_id,
                origin=file.origin,
                name=file.name,
                digest=file.digest,
                rows=rows,
                remarks=[[one.row, one.said] for one in remarks[:MOST_REMARKS]],
                user_id=actor.user_id,
                at=actor.clock.now(),
            )
    except IntegrityError as error:  # somebody else was faster
        raise IntakeRefused([Wrong(0, _("It was read in at this moment"))]) from error


def _outcomes(
    actor: Actor, file: WaitingFile, meant: Meant
) -> tuple[list[OutcomeRow], list[Remark]]:
    """Return what goes into the book, and what can't be read."""
    data = intake_queries.content(file)
    becoming = _Becoming(actor, file.origin, meant)
    kept: list[OutcomeRow] = []
    remarks: list[Remark] = []
    for one in becoming.rows(intake_reading.read(file.origin, data, meant.choice)):
        if isinstance(one, Remark):
            remarks.append(one)
        else:
            kept.append(one)
    return kept, remarks


class _Becoming:
    """What rows of a file become in the book of a house."""

    def __init__(self, actor: Actor, origin: str, meant: Meant) -> None:
        self._zone: ZoneInfo = time_zone(actor)
        self._now: datetime = actor.clock.now()
        self._meant = meant
        self._calls = origin == IntakeOrigin.PHONE
        self._lines = {one.number: one for one in intake_queries.lines(actor)}
        self._bets = {slugify(one.title): one for one in queries.bets(actor)}

    def rows(self, found: Iterator[Row | Remark]) -> Iterator[OutcomeRow | Remark]:
        """Yield outcomes and remarks; what has no kind here is left out."""
        for one in found:
            kept = one if isinstance(one, Remark) else self._kept(one)
            if kept is not None:
                yield kept

    def _kept(self, row: Row) -> OutcomeRow | Remark | None:
        line = self._lines.get(row.name) if self._calls else None
        kind = line.kind if line else self._meant.kinds.get(row.name)
        if kind is None or (self._calls and line is None):
            return None
        in_time = intake_reading.in_time(row, self._zone, self._now)
        if isinstance(in_time, Remark):
            return in_time
        if row.amount is not None and not (row.currency or self._meant.currency):
            return Remark(row=row.row, said=_("there is money without a currency"))
        return OutcomeRow(
            kind=kind,
            at=intake_reading.moment_of(row, self._zone),
            only_day=row.only_day,
            count=row.count,
            amount=row.amount,
            currency=(row.currency or self._meant.currency) if row.amount is not None else "",
            order=row.order,
            visitor="" if self._calls else row.visitor,
            caller=row.visitor if self._calls else "",
            touches=self._touches(row, line),
        )

    def _touches(self, row: Row, line: PhoneLine | None) -> tuple[TouchRow, ...]:
        at = intake_reading.moment_of(row, self._zone)
        if line is not None:
            return (TouchRow(channel=line.channel, at=at, campaign=line.campaign, bet=line.bet),)
        if not row.channel and not row.campaign:
            return ()
        bet: Bet | None = self._bets.get(slugify(row.campaign)) if row.campaign else None
        return (TouchRow(channel=row.channel or ELSEWHERE, at=at, campaign=row.campaign, bet=bet),)


@transaction.atomic
def take_back(actor: Actor, *, intake: Intake) -> int:
    """Take a file back: its outcomes go too. Return how many rows went.

    Raises
    ------
    NotAllowed, ReturnsUnknown
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    ours = intake_queries.intake(actor, intake.pk)
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
