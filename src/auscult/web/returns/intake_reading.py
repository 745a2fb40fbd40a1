"""What stands in a file: which reader takes it, what it says, and what becomes of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.exports import csv_table, ga4, items, matomo, phone, plausible, umami
from auscult.engine.returns.exports.csv_table import Form
from auscult.engine.returns.exports.rows import Export, Remark, Row
from auscult.web.returns.outcome_models import IntakeOrigin
from auscult.web.returns.recording import AHEAD, FIRST

MOST_NAMES = 200  # different events that a file may tell of
MOST_REMARKS = 100
SAMPLE = 5
Reader = Callable[[bytes, Mapping[str, str] | None], Export]
READERS: Mapping[str, Reader] = MappingProxyType(
    {
        IntakeOrigin.CSV: csv_table.read,
        IntakeOrigin.MATOMO: matomo.read,
        IntakeOrigin.UMAMI: umami.read,
        IntakeOrigin.PLAUSIBLE: plausible.read,
        IntakeOrigin.GA4: ga4.read,
    }
)
FORMS: Mapping[str, Form] = MappingProxyType(
    {
        IntakeOrigin.CSV: csv_table.PLAIN,
        IntakeOrigin.MATOMO: matomo.FORM,
        IntakeOrigin.UMAMI: umami.FORM,
        IntakeOrigin.PLAUSIBLE: plausible.FORM,
        IntakeOrigin.GA4: ga4.FORM,
        IntakeOrigin.PHONE: phone.FORM,
    }
)
LABELS: Mapping[str, Any] = MappingProxyType(
    {
        "at": _("Day or moment"),
        "name": _("Event or goal"),
        "count": _("How often"),
        "amount": _("Money of each"),
        "total": _("Money of all together"),
        "currency": _("Currency"),
        "channel": _("Channel"),
        "campaign": _("Campaign"),
        "order": _("Order number"),
        "visitor": _("Visitor"),
        "dialled": _("Number that was called"),
        "caller": _("Number of the caller"),
        "seconds": _("How long"),
        "answered": _("Whether somebody answered"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How a file is to be read.

    Attributes
    ----------
    columns : mapping of str to str
        Columns by field, where somebody chose them; an empty text: none.
    country : str
        The code of the own country, for numbers that begin with 0.
    least : int
        Seconds from which a call counts.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    country: str = ""
    least: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An event, a goal or a number that was called: in how many rows, and how often in all."""

    name: str
    rows: int
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a file says.

    Attributes
    ----------
    names : tuple of Named
        The most frequent first, `MOST_NAMES` at most.
    others : int
        Rows with further names.
    sample : tuple of Row
    remarks : tuple of Remark
        The first of them.
    wrong : int
        Rows that can't be read.
    first, last : date or None
    unnamed_money : bool
        Amounts without a currency are among them.
    keyed : int
        Rows by which doubles are known: with an order, a visitor or a caller.
    """

    names: tuple[Named, ...] = ()
    others: int = 0
    rows: int = 0
    sample: tuple[Row, ...] = ()
    remarks: tuple[Remark, ...] = ()
    wrong: int = 0
    first: date | None = None
    last: date | None = None
    unnamed_money: bool = False
    keyed: int = 0


def columns_of(origin: str, data: bytes) -> tuple[str, ...]:
    """Return the columns of a table; none of JSON.

    Raises
    ------
    Correctable
    """
    if items.is_json(data) and origin not in {IntakeOrigin.CSV, IntakeOrigin.PHONE}:
        return ()
    return csv_table.table(data).columns


def taken(origin: str, data: bytes, choice: Choice) -> Mapping[str, str]:
    """Return which column each field comes from.

    Raises
    ------
    Correctable
    """
    if origin == IntakeOrigin.PHONE:
        return phone.read(data, choice.columns).taken
    return READERS[origin](data, choice.columns).taken


def check(origin: str, data: bytes) -> None:
    """Refuse a file from which nothing can be read, whichever of its columns is what.

    Raises
    ------
    Correctable
    """
    try:
        taken(origin, data, Choice())
    except Correctable as error:
        if error.code != csv_table.MISSING:
            raise


def read(origin: str, data: bytes, choice: Choice) -> Iterator[Row | Remark]:
    """Yield what a file says, row by row; of calls their number is the name.

    Raises
    ------
    Correctable
    """
    if origin == IntakeOrigin.PHONE:
        return _calls(data, choice)
    return READERS[origin](data, choice.columns).rows()


def _calls(data: bytes, choice: Choice) -> Iterator[Row | Remark]:
    for one in phone.read(data, choice.columns, country=choice.country).rows():
        if isinstance(one, Remark):
            yield one
        elif one.seconds is None or one.seconds >= choice.least:
            yield Row(
                row=one.row,
                name=one.dialled,
                at=one.at,
                only_day=one.only_day,
                visitor=one.caller,
            )


def moment_of(row: Row, zone: ZoneInfo) -> datetime:
    """Return when something happened; a time without a zone is one of the house."""
    return row.at if row.at.tzinfo is not None else row.at.replace(tzinfo=zone)


def in_time(row: Row, zone: ZoneInfo, now: datetime) -> Row | Remark:
    """Return a row, or what is said of one that the book doesn't take: it is yet to come."""
    if FIRST <= moment_of(row, zone).astimezone(UTC) <= now + AHEAD - timedelta(seconds=1):
        return row
    said = _now("%(day)s is no day from 1990 to today") % {"day": row.at.date().isoformat()}
    return Remark(row=row.row, said=said)


def look(found: Iterator[Row | Remark], zone: ZoneInfo, now: datetime) -> Look:
    """Return what a file says, on the whole.

    Raises
    ------
    Correctable
        It can't be read to its end.
    """
    rows: Counter[str] = Counter()
    times: Counter[str] = Counter()
    sample: list[Row] = []
    remarks: list[Remark] = []
    wrong = keyed = 0
    days: set[date] = set()
    unnamed = False
    for one in found:
        kept = in_time(one, zone, now) if isinstance(one, Row) else one
        if isinstance(kept, Remark):
            wrong += 1
            remarks += [kept] if len(remarks) < MOST_REMARKS else []
            continue
        rows[kept.name] += 1
        times[kept.name] += kept.count
        sample += [kept] if len(sample) < SAMPLE else []
        days.add(moment_of(kept, zone).astimezone(zone).date())
        unnamed = unnamed or (kept.amount is not None and not kept.currency)
        keyed += bool(kept.order or kept.visitor)
    order = sorted(times, key=lambda name: (-times[name], name))
    return Look(
        names=tuple(
            Named(name=one, rows=rows[one], times=times[one]) for one in order[:MOST_NAMES]
        ),
        others=sum(rows[one] for one in order[MOST_NAMES:]),
        rows=sum(rows.values()),
        sample=tuple(sample),
        remarks=tuple(remarks),
        wrong=wrong,
        first=min(days, default=None),
        last=max(days, default=None),
        unnamed_money=unnamed,
        keyed=keyed,
    )
