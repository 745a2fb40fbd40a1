"""Files that were read in, the one that waits, and what is in the book already."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet, Sum

from auscult.engine.kernel.secrets import SecretLost
from auscult.web.accounts.keys import keyring
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.returns import intake_reading, queries
from auscult.web.returns.errors import ReturnsUnknown
from auscult.web.returns.intake_models import BegunFile, WaitingFile
from auscult.web.returns.intake_reading import Choice, Look
from auscult.web.returns.outcome_columns import moments
from auscult.web.returns.outcome_models import Intake, IntakeOrigin, Outcome, OutcomeKind, PhoneLine


def intakes(actor: Actor) -> QuerySet[Intake]:
    """Return the files that were read in, the newest first, each with its `outcomes_told`."""
    return _ours(actor).annotate(outcomes_told=Sum("outcomes__count")).order_by("-at", "-pk")


def _ours(actor: Actor) -> QuerySet[Intake]:
    require(actor, Right.SEE_FIGURES, queries.SEE)
    rows = Intake.objects.filter(organisation_id=actor.organisation_id)
    return rows.select_related("user", "begun")


def intake(actor: Actor, number: object) -> Intake:
    """Return a file that was read in.

    Raises
    ------
    ReturnsUnknown
    """
    return queries.found(_ours(actor), "file", number)


def brought(intake: Intake) -> list[tuple[str, int, int]]:
    """Return the kinds of outcomes that a file told of, with rows and outcomes."""
    rows = (
        Outcome.objects.filter(intake=intake)
        .values("kind__name")
        .annotate(rows=Count("pk"), times=Sum("count"))
        .order_by("-times", "kind__name")
    )
    return [(one["kind__name"], one["rows"], one["times"]) for one in rows]


def waiting(actor: Actor) -> WaitingFile | None:
    """Return the file that the actor brought and didn't read in yet."""
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    if actor.user_id is None:
        return None
    return WaitingFile.objects.filter(
        organisation_id=actor.organisation_id, user_id=actor.user_id
    ).first()


def content(file: WaitingFile | BegunFile) -> bytes:
    """Return the bytes of a file that is kept for a while.

    Raises
    ------
    ReturnsUnknown
        The key that it was encrypted under is gone.
    """
    try:
        return zlib.decompress(base64.b85decode(keyring().decrypt(file.sealed)))
    except SecretLost as error:
        raise ReturnsUnknown("file", str(file)) from error


def sealed(data: bytes) -> str:
    """Return bytes as a file that waits keeps them."""
    return keyring().encrypt(base64.b85encode(zlib.compress(data, 1)).decode("ascii"))


def looked(actor: Actor, file: WaitingFile, data: bytes, choice: Choice) -> Look:
    """Return what a file says when it is read so.

    Raises
    ------
    Correctable
    """
    rows = intake_reading.read(file.origin, data, choice)
    return intake_reading.look(rows, time_zone(actor), actor.clock.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """Outcomes of the same kind and days that are in the book already."""

    kind: str
    origin: str
    times: int


def there(actor: Actor, kinds: Iterable[OutcomeKind], first: date, last: date) -> tuple[There, ...]:
    """Return what is in the book of some kinds on some days: it might be told a second time."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    begin, end = moments(first, last, time_zone(actor))
    rows = (
        Outcome.objects.filter(
            organisation_id=actor.organisation_id, kind__in=list(kinds), at__gte=begin, at__lt=end
        )
        .values("kind__name", "origin")
        .annotate(times=Sum("count"))
        .order_by("kind__name", "origin")
    )
    return tuple(
        There(
            kind=one["kind__name"],
            origin=str(IntakeOrigin(one["origin"]).label),
            times=one["times"],
        )
        for one in rows
    )


def lines(actor: Actor) -> QuerySet[PhoneLine]:
    """Return the telephone numbers that say where a call came from, by number."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    return (
        PhoneLine.objects.filter(organisation_id=actor.organisation_id)
        .select_related("kind", "bet")
        .order_by("number")
    )


def line(actor: Actor, number: object) -> PhoneLine:
    """Return a telephone number of the house by the number of its row.

    Raises
    ------
    ReturnsUnknown
    """
    return queries.found(lines(actor), "telephone line", number)
