"""Outcomes and touches as columns, as the database has them: no row becomes an object."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from django.db.models import CharField, F, Func, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Left
from django.db.models.sql.constants import MULTI
from numpy.typing import NDArray

from auscult.engine.returns.columns import Codes, Days, Floats
from auscult.web.returns.outcome_models import Outcome, Touch

KEYS = ("order", "visitor", "caller")
KEY_DIGITS = 16  # of a digest: 64 bits, of which no two of a million are alike but by a miracle
HALF_HOUR = 1_800  # some clocks are changed at half past
OF_A_DAY = 48
AT_ONCE = 5_000  # rows that are fetched together
NONE = ""  # the label of a touch that has no campaign, bet or link
AMBASSADORS, OTHERS = "ambassadors", "others"


class _Epoch(Func):
    """Seconds since 1970 of a moment."""

    template = "CAST(FLOOR(EXTRACT(EPOCH FROM %(expressions)s)) AS BIGINT)"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """Write it as SQLite has it."""
        template = "CAST(STRFTIME('%%%%s', %(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeColumns:
    """Rows of outcomes in order of their numbers; of each shape (rows,).

    Attributes
    ----------
    number : array of int
    at : array of datetime64[s]
        By the clock of the house.
    count : array of int
    amount : array of float
        Not a number where none is known.
    currency : array of str
    keys : mapping of str to array of int
        Of beginnings of digests, by which doubles are known: Python's hashes, so 0 where there is
        none, or where one row is many. They are the same within a process only.
    tracked : array of bool
    """

    number: Codes
    at: Days
    count: Codes
    amount: Floats
    currency: NDArray[np.str_]
    keys: dict[str, NDArray[np.int64]]
    tracked: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchColumns:
    """Rows of touches; of each shape (rows,).

    Attributes
    ----------
    outcome : array of int
        Number of the outcome in the database.
    labels : tuple of str
    label : array of int
        Which of `labels` it is credited to.
    at : array of datetime64[s]
    """

    outcome: Codes
    labels: tuple[str, ...]
    label: Codes
    at: Days


# What a touch is credited to, as the database writes it.
# As numbers: Django would turn each truth by a call of its own.
_TRACKED = Cast("tracked", IntegerField())
_AMBASSADORS = Cast("ambassadors", IntegerField())
_BET = Coalesce(Cast("bet_id", CharField()), Value(NONE))
TOGETHER = "together"  # by several at once, read apart again with `apart`
LABELS: dict[str, tuple[Any, ...]] = {
    "channel": (F("channel"),),
    "campaign": (F("campaign"),),
    "bet": (_BET,),
    "link": (Coalesce(F("link__slug"), Value(NONE)),),
    "ambassadors": (_AMBASSADORS,),
    TOGETHER: (F("channel"), _BET, F("campaign"), _AMBASSADORS),
}


def apart(label: str) -> tuple[str, str, str, str]:
    """Return channel, bet, campaign and ambassadors of a label of `TOGETHER`."""
    channel, bet, campaign, ambassadors = orjson.loads(label)
    return channel, bet, campaign, ambassadors


def outcome_columns(rows: QuerySet[Outcome], zone: ZoneInfo) -> OutcomeColumns:
    """Read outcomes."""
    keys = [Left(name, KEY_DIGITS) for name in KEYS]
    fields: tuple[Any, ...] = ("pk", _Epoch("at"), "count", "amount", "currency", _TRACKED, *keys)
    # Sorted here: the database would sort whole rows.
    columns = _columns(rows.order_by().values_list(*fields), len(fields))
    number, at, count, amount, currency, tracked, *digests = columns
    numbers, counts = np.array(number, np.intp), np.array(count, np.intp)
    order, one = np.argsort(numbers), counts == 1
    return OutcomeColumns(
        number=numbers[order],
        at=by_clock(np.array(at, np.int64), zone)[order],
        count=counts[order],
        amount=np.array(amount, np.float64)[order],
        currency=np.array(currency, np.str_)[order],
        keys={
            name: np.where(one, np.fromiter(map(hash, digest), np.int64, len(digest)), 0)[order]
            for name, digest in zip(KEYS, digests, strict=True)
        },
        tracked=np.array(tracked, np.bool_)[order],
    )


def touch_columns(rows: QuerySet[Touch], by: str, zone: ZoneInfo) -> TouchColumns:
    """Read touches, with what they are credited to; `by` is one of LABELS."""
    fields: tuple[Any, ...] = ("outcome_id", _Epoch("at"), *LABELS[by])
    outcome, at, *said = _columns(rows.order_by("pk").values_list(*fields), len(fields))
    known: defaultdict[tuple[Any, ...], int] = defaultdict()
    known.default_factory = known.__len__
    label = list(map(known.__getitem__, zip(*said, strict=True)))
    return TouchColumns(
        outcome=np.array(outcome, np.intp),
        labels=tuple(map(_label, known)),
        label=np.array(label, np.intp),
        at=by_clock(np.array(at, np.int64), zone),
    )


def _label(said: tuple[Any, ...]) -> str:
    """Return what a touch is credited to as one text."""
    texts = [(AMBASSADORS if one else OTHERS) if type(one) is int else str(one) for one in said]
    return texts[0] if len(texts) == 1 else orjson.dumps(texts).decode()


def _columns(rows: QuerySet[Any, Any], width: int) -> list[list[Any]]:
    """Turn rows into columns, as the database gives them: Django looks at each value otherwise."""
    compiler = rows.query.get_compiler(rows.db)
    found = list(chain.from_iterable(compiler.execute_sql(MULTI, chunk_size=AT_ONCE)))
    return [list(map(itemgetter(at), found)) for at in range(width)]


def by_clock(seconds: NDArray[np.int64], zone: ZoneInfo) -> Days:
    """Give moments by the clock of a zone, from seconds since 1970; shape (rows,)."""
    halves, place = np.unique(seconds // HALF_HOUR, return_inverse=True)
    days = np.unique(halves // OF_A_DAY)
    # Clocks are changed on two days of a year: on the others all hours are as far ahead.
    midnights = {*days.tolist(), *(days + 1).tolist()}
    ahead = {day: _ahead(day * OF_A_DAY, zone) for day in midnights}
    steady = {day: ahead[day] for day in days.tolist() if ahead[day] == ahead[day + 1]}
    found = [
        steady[half // OF_A_DAY] if half // OF_A_DAY in steady else _ahead(half, zone)
        for half in halves.tolist()
    ]
    return (seconds + np.array(found, np.int64)[place]).astype("datetime64[s]")


def _ahead(half: int, zone: ZoneInfo) -> int:
    """Return how many seconds clocks are ahead in a half-hour, counted since 1970."""
    at = datetime.fromtimestamp(half * HALF_HOUR, UTC).astimezone(zone)
    return int((at.utcoffset() or timedelta()).total_seconds())


def moments(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when a period begins, and when the day after it does."""
    begin = datetime.combine(first, time.min, tzinfo=zone)
    return begin, datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone)
