"""What the rows of a file become in the book of a house, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.utils.text import slugify
from django.utils.translation import gettext as _

from auscult.engine.returns.exports.channels import ELSEWHERE
from auscult.engine.returns.exports.rows import Remark, Row
from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import time_zone
from auscult.web.planning.models import Bet
from auscult.web.returns import intake_queries, intake_reading, queries
from auscult.web.returns.intake_reading import Choice
from auscult.web.returns.outcome_models import IntakeOrigin, OutcomeKind, PhoneLine
from auscult.web.returns.recording import OutcomeRow, TouchRow

AT_ONCE = 5_000  # rows of a batch: under a second of the runner
Data = dict[str, Any]


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
    items : int
        Rows and remarks of the file, where it was counted; else 0.
    """

    choice: Choice
    kinds: Mapping[str, OutcomeKind] = field(default_factory=dict)
    currency: str = ""
    items: int = 0

    def as_data(self) -> Data:
        """Return it as plain values."""
        return {
            "columns": dict(self.choice.columns),
            "country": self.choice.country,
            "least": self.choice.least,
            "kinds": {name: kind.pk for name, kind in self.kinds.items()},
            "currency": self.currency,
        }

    @classmethod
    def from_data(cls, actor: Actor, data: Data) -> Self:
        """Return what `as_data` wrote; kinds that were removed meanwhile are left out."""
        kinds = {kind.pk: kind for kind in queries.kinds(actor)}
        return cls(
            choice=Choice(columns=data["columns"], country=data["country"], least=data["least"]),
            kinds={name: kinds[pk] for name, pk in data["kinds"].items() if pk in kinds},
            currency=data["currency"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A part of a file.

    Attributes
    ----------
    items : int
        Rows and remarks that were taken of the file, those that are left out among them.
    rows : list of OutcomeRow
        What goes into the book.
    remarks : list of Remark
        What can't be read.
    """

    items: int = 0
    rows: list[OutcomeRow] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


class Becoming:
    """What rows of a file become, held against lines and bets of the house as they are now.

    Parameters
    ----------
    now : datetime
        No row may lie after it; the same whenever one file is read.
    """

    def __init__(self, actor: Actor, origin: str, meant: Meant, now: datetime) -> None:
        self._zone: ZoneInfo = time_zone(actor)
        self._now = now
        self._origin = origin
        self._meant = meant
        self._calls = origin == IntakeOrigin.PHONE
        self._lines = {one.number: one for one in intake_queries.lines(actor)}
        self._bets = {slugify(one.title): one for one in queries.bets(actor)}

    def batches(self, data: bytes, *, after: int = 0, at_once: int = AT_ONCE) -> Iterator[Batch]:
        """Yield a file in parts, after so many of its rows and remarks.

        Raises
        ------
        Correctable
            It can't be read to its end.
        """
        found = islice(intake_reading.read(self._origin, data, self._meant.choice), after, None)
        while part := list(islice(found, at_once)):
            batch = Batch(items=len(part))
            for one in part:
                kept = one if isinstance(one, Remark) else self._kept(one)
                if isinstance(kept, Remark):
                    batch.remarks.append(kept)
                elif kept is not None:
                    batch.rows.append(kept)
            yield batch

    def _kept(self, row: Row) -> OutcomeRow | Remark | None:
        """Return an outcome or a remark; None: it has no kind here."""
        line = self._lines.get(row.name) if self._calls else None
        kind = line.kind if line else self._meant.kinds.get(row.name)
        if kind is None or (self._calls and line is None):
            return None
        in_time = intake_reading.in_time(row, self._zone, self._now)
        if isinstance(in_time, Remark):
            return in_time
        if row.amount is not None and not (row.currency or self._meant.currency):
            return Remark(row=row.row, said=_("there is money without a currency"))
        at = intake_reading.moment_of(row, self._zone)
        return OutcomeRow(
            kind=kind,
            at=at,
            only_day=row.only_day,
            count=row.count,
            amount=row.amount,
            currency=(row.currency or self._meant.currency) if row.amount is not None else "",
            order=row.order,
            visitor="" if self._calls else row.visitor,
            caller=row.visitor if self._calls else "",
            touches=self._touches(row, line, at),
        )

    def _touches(self, row: Row, line: PhoneLine | None, at: datetime) -> tuple[TouchRow, ...]:
        if line is not None:
            return (TouchRow(channel=line.channel, at=at, campaign=line.campaign, bet=line.bet),)
        if not row.channel and not row.campaign:
            return ()
        bet: Bet | None = self._bets.get(slugify(row.campaign)) if row.campaign else None
        return (TouchRow(channel=row.channel or ELSEWHERE, at=at, campaign=row.campaign, bet=bet),)
