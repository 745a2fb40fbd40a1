"""The way by which outcomes get into the book: many at once, all of them or none.

Orders, visitors and callers come as plain texts and are kept as keyed digests alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.planning.models import Bet
from auscult.web.returns import queries
from auscult.web.returns.digests import Digests, Named
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.link_models import ShortLink
from auscult.web.returns.outcome_models import Intake, IntakeOrigin, Outcome, OutcomeKind, Touch

MOST_ROWS = 200_000  # at once
MOST_COUNT = 100_000  # that a row may stand for
MOST_AMOUNT = 1e12
MOST_TOUCHES = 100  # before one outcome
LONGEST_KEY = 500
LONGEST_CHANNEL = 60
LONGEST_CAMPAIGN = 100
FIRST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)  # clocks of other machines
AT_ONCE = 5_000  # rows of a statement
LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchRow:
    """A contact before an outcome.

    Attributes
    ----------
    channel : str
        A network or another way by which people come: 1 to 60 characters.
    at : datetime
        With a zone.
    campaign : str
    bet : Bet or None
    link : ShortLink or None
    ambassadors : bool
    """

    channel: str
    at: datetime
    campaign: str = ""
    bet: Bet | None = None
    link: ShortLink | None = None
    ambassadors: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    """Something that happened, as somebody tells it.

    Attributes
    ----------
    kind : OutcomeKind
    at : datetime
        With a zone.
    only_day : bool
        Its hour isn't known; the end of that day is kept.
    count : int
        How many are meant. Keys tell doubles only where it is 1.
    amount : float or None
        Money that came with each: a donation.
    currency : str
        Three capital letters; needed where there is an amount.
    order, visitor, caller : str
        In plain; digests of them are kept.
    touches : tuple of TouchRow
    tracked : bool
        False: the person asked not to be followed, so nothing is known of the way here.
    """

    kind: OutcomeKind
    at: datetime
    only_day: bool = False
    count: int = 1
    amount: float | None = None
    currency: str = ""
    order: str = ""
    visitor: str = ""
    caller: str = ""
    touches: tuple[TouchRow, ...] = ()
    tracked: bool = True


@transaction.atomic
def record(
    actor: Actor,
    rows: Sequence[OutcomeRow],
    origin: IntakeOrigin,
    intake: Intake | None = None,
) -> int:
    """Keep outcomes with their touches, with one entry in the audit trail; return how many rows.

    Raises
    ------
    NotAllowed
    ReturnsRefused
        A row can't be kept: its place is named, and nothing of the batch was kept.
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    if intake is not None and intake.organisation_id != actor.organisation_id:
        raise ReturnsRefused("intake", intake.pk, _("a file of your organisation"))
    keep(actor, rows, origin, intake)
    if rows:
        counts: Counter[str] = Counter()
        for one in rows:
            counts[one.kind.slug] += one.count
        details = {"rows": len(rows), "outcomes": dict(counts), "origin": str(origin)}
        target = intake.name if intake else ", ".join(counts)
        record_audit(actor, action="record-outcomes", target=target, details=details)
    return len(rows)


def keep(
    actor: Actor, rows: Sequence[OutcomeRow], origin: IntakeOrigin, intake: Intake | None = None
) -> None:
    """Write outcomes within the transaction of the caller, who asked whether the actor may.

    Raises
    ------
    ReturnsRefused
    """
    _check(actor, rows)
    for begin in range(0, len(rows), AT_ONCE):
        _keep(actor, rows[begin : begin + AT_ONCE], origin, intake)


def _keep(
    actor: Actor, rows: Sequence[OutcomeRow], origin: IntakeOrigin, intake: Intake | None
) -> None:
    """Write so many outcomes as make one statement, with their touches."""
    outcomes = Outcome.objects.bulk_create(
        list(_outcomes(actor, rows, origin, intake)), batch_size=AT_ONCE
    )
    Touch.objects.bulk_create(
        [
            Touch(
                outcome=outcome,
                channel=touch.channel.strip(),
                campaign=touch.campaign.strip(),
                bet_id=touch.bet.pk if touch.bet else None,
                link_id=touch.link.pk if touch.link else None,
                ambassadors=touch.ambassadors,
                at=touch.at,
            )
            for outcome, row in zip(outcomes, rows, strict=True)
            for touch in row.touches
        ],
        batch_size=AT_ONCE,
    )


def _outcomes(
    actor: Actor, rows: Sequence[OutcomeRow], origin: IntakeOrigin, intake: Intake | None
) -> Iterator[Outcome]:
    zone = time_zone(actor)
    order, visitor, caller = (
        Digests(actor.organisation_id, named).of
        for named in (Named.ORDER, Named.VISITOR, Named.CALLER)
    )
    for row in rows:
        yield Outcome(
            organisation_id=actor.organisation_id,
            kind_id=row.kind.pk,
            at=_end_of_day(row.at, zone) if row.only_day else row.at,
            only_day=row.only_day,
            count=row.count,
            amount=row.amount,
            currency=row.currency if row.amount is not None else "",
            origin=origin,
            intake_id=intake.pk if intake else None,
            order=order(row.order),
            visitor=visitor(row.visitor),
            caller=caller(row.caller),
            tracked=row.tracked,
        )


def _end_of_day(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the last second of a day, so that touches of the same day stand before it."""
    return datetime.combine(at.astimezone(zone).date(), LAST_SECOND, tzinfo=zone)


def _check(actor: Actor, rows: Sequence[OutcomeRow]) -> None:
    if len(rows) > MOST_ROWS:
        most = _("at most %(most)s at once") % {"most": MOST_ROWS}
        raise ReturnsRefused("outcomes", len(rows), most)
    _check_ours(actor, rows)
    latest = actor.clock.now() + AHEAD
    for place, row in enumerate(rows, start=1):
        wrong = _wrong_time(row.at, latest) or _wrong_row(row)
        if wrong is None:
            wrong = next(
                (found for one in row.touches if (found := _wrong_touch(one, latest))), None
            )
        if wrong is not None:
            field, value, valid = wrong
            raise ReturnsRefused(field, value, _in_row(valid, place, len(rows)))


def _in_row(valid: str, place: int, rows: int) -> str:
    if rows == 1:
        return valid
    return _("%(valid)s (row %(row)s)") % {"valid": valid, "row": place}


def _check_ours(actor: Actor, rows: Sequence[OutcomeRow]) -> None:
    """Refuse kinds, bets and links of other organisations."""
    touches = [touch for row in rows for touch in row.touches]
    house = actor.organisation_id
    named: tuple[tuple[str, set[int], QuerySet[Any]], ...] = (
        (
            "kind",
            {row.kind.pk for row in rows},
            OutcomeKind.objects.filter(organisation_id=house),
        ),
        (
            "bet",
            {one.bet.pk for one in touches if one.bet},
            Bet.objects.filter(cycle__organisation_id=house),
        ),
        (
            "link",
            {one.link.pk for one in touches if one.link},
            ShortLink.objects.filter(organisation_id=house),
        ),
    )
    for field, numbers, ours in named:
        foreign = numbers and numbers - set(ours.values_list("pk", flat=True))
        if foreign:
            raise ReturnsRefused(field, min(foreign), _("one of your organisation"))


Wrong = tuple[str, Any, str]


def _wrong_time(at: datetime, latest: datetime) -> Wrong | None:
    if at.tzinfo is None or not FIRST <= at <= latest:
        return "at", at.isoformat(), _("a moment with a zone, from 1990 to now")
    return None


def _wrong_row(row: OutcomeRow) -> Wrong | None:
    if not 1 <= row.count <= MOST_COUNT:
        most = _("from %(least)s to %(most)s") % {"least": 1, "most": MOST_COUNT}
        return "count", row.count, most
    if row.amount is not None:
        if not (isfinite(row.amount) and 0 <= row.amount <= MOST_AMOUNT):
            return "amount", row.amount, _("0 or more")
        if not is_currency(row.currency):
            return "currency", row.currency[:10], _("three capital letters, like EUR")
    for field in ("order", "visitor", "caller"):
        if len(getattr(row, field)) > LONGEST_KEY:
            most = _("at most %(most)s characters") % {"most": LONGEST_KEY}
            return field, getattr(row, field)[:40], most
    if len(row.touches) > MOST_TOUCHES:
        return "touches", len(row.touches), _("at most %(most)s") % {"most": MOST_TOUCHES}
    return None


def _wrong_touch(touch: TouchRow, latest: datetime) -> Wrong | None:
    if not is_plain(touch.channel) or not 1 <= len(touch.channel.strip()) <= LONGEST_CHANNEL:
        most = _("1 to %(most)s characters") % {"most": LONGEST_CHANNEL}
        return "channel", touch.channel[:40], most
    if not is_plain(touch.campaign) or len(touch.campaign.strip()) > LONGEST_CAMPAIGN:
        most = _("at most %(most)s characters") % {"most": LONGEST_CAMPAIGN}
        return "campaign", touch.campaign[:40], most
    return _wrong_time(touch.at, latest)


def is_currency(code: str) -> bool:
    """Return whether a text is a currency's code as ISO 4217 writes it."""
    return len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()


def is_plain(text: str) -> bool:
    """Return whether every database can hold a text: no NUL, and no half of a character."""
    return "\0" not in text and not any("\ud800" <= one <= "\udfff" for one in text)
