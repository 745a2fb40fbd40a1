"""Dates as files write them: which form a column has, and its values as moments in UTC.

A form is found once, from a sample; whole columns are then read at once, and single values
that don't fit the form are tried against every form that can't be mistaken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from auscult.engine.kernel.posts import MOMENT

# Posts outside these years are misread dates, like the year 15 of `09.04.15`.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

_DAYS = [
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
]
_NAMED_DAYS = [
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%d. %b %Y",
    "%d. %B %Y",
    "%a, %d %b %Y",
    "%a %b %d %Y",
    "%A, %B %d, %Y",
    "%A, %d %B %Y",
]
_HOURS = [
    "",
    "%H:%M",
    "%H:%M:%S",
    "%I:%M %p",
    "%I:%M:%S %p",
    "%H:%M:%S %z",
    "%H:%M:%S GMT",
    "%H:%M:%S UTC",
]
_WHOLE = ("%a %b %d %H:%M:%S %z %Y", "%a %b %d %H:%M:%S %Y", "%H:%M %d %b %Y", "%H:%M - %d %b %Y")
PATTERNS = _WHOLE + tuple(
    day + (joint + hour if hour else "")
    for day in (*_DAYS, *_NAMED_DAYS)
    for hour in _HOURS
    for joint in ((" ", ", ", "T") if hour else ("",))
)
_SWAPS = (("%d/%m", "%m/%d"), ("%d-%m", "%m-%d"))

_UNITS = {"epoch-s": 1_000_000, "epoch-ms": 1_000, "epoch-us": 1}
_NUMBER = re.compile(r"-?\d{1,17}(?:\.\d+)?")
_NOT_SIGNS = re.compile(r"[^\W_]+")
_DATE_LIKE = re.compile(r"(?=.*\d)[^\n]{4,40}")
_MONTHS = re.compile(
    r"\b(Jän|Januar|Jänner|Februar|Mär|März|Mrz|Mai|Juni|Juli|Okt|Oktober|Dez|Dezember)\b\.?"
)
_ENGLISH = {
    "Jän": "Jan", "Januar": "January", "Jänner": "January", "Februar": "February", "Mär": "Mar",
    "März": "March", "Mrz": "Mar", "Mai": "May", "Juni": "June", "Juli": "July", "Okt": "Oct",
    "Oktober": "October", "Dez": "Dec", "Dezember": "December",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DateForm:
    """How a column writes its dates.

    Attributes
    ----------
    name : str
        `iso`, `epoch-s`, `epoch-ms`, `epoch-us`, or a pattern of `strptime`.
    zone : str
        The zone of times that name none.
    note : str
        How the order of day and month was decided, where it could have been another.
    """

    name: str
    zone: str = "UTC"
    note: str = ""


def find_form(
    values: Iterable[object], *, zone: str = "UTC", day_first: bool | None = None
) -> tuple[DateForm, float]:
    """Return the form that reads most of these values, and the share that it reads."""
    sample = [v for v in values if isinstance(v, str | int | float | date) and v != ""]
    if not sample:
        return DateForm(name="iso", zone=zone), 0.0
    names = _candidates(sample[:5] + sample[-5:])
    shares = {name: _share(sample, DateForm(name=name, zone=zone)) for name in names}
    best = max(shares, key=lambda name: shares[name], default="iso")
    other = _swapped(best)
    if other is None or (shares.get(other, 0.0) == 0.0 and day_first is None):
        return DateForm(name=best, zone=zone), shares.get(best, 0.0)
    first, note = _order(sample, best, other, shares, zone=zone, day_first=day_first)
    return DateForm(name=first, zone=zone, note=note), shares.get(first, 0.0)


def read_column(values: pa.Array, form: DateForm) -> pa.Array:
    """Read a column; what can't be read is null.

    Values are strings, numbers, dates or times; the result has the type of `MOMENT`.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    moments = _in_range(_read_whole(values, form))
    if moments.null_count == values.null_count:
        return moments
    unread = pc.and_(moments.is_null(), values.is_valid())
    rest = values.filter(unread).to_pylist()
    return pc.replace_with_mask(
        moments, unread, pa.array([read_one(value, form) for value in rest], MOMENT)
    )


def read_one(value: object, form: DateForm) -> datetime | None:
    """Read one value by this form, else by every form that can't be mistaken."""
    if isinstance(value, datetime):
        return _bounded(value, form.zone)
    if isinstance(value, date):
        return _bounded(datetime(value.year, value.month, value.day), form.zone)  # noqa: DTZ001
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _epoch(float(value), form.name)
    text = str(value).strip()
    exact = _by_name(text, form.name, form.zone)
    return exact if exact is not None else _by_any(text, form)


def _read_whole(values: pa.Array, form: DateForm) -> pa.Array:
    kind = values.type
    unread = pa.nulls(len(values), MOMENT)
    try:
        if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            return _located(values.cast(pa.timestamp("us", tz=getattr(kind, "tz", None))), form)
        if pa.types.is_integer(kind) and form.name in _UNITS:
            micros = pc.multiply_checked(values.cast(pa.int64()), _UNITS[form.name])
            return micros.cast(pa.timestamp("us")).cast(MOMENT)
        if pa.types.is_string(kind) and form.name == "iso":
            return _read_iso(values, form)
        if pa.types.is_string(kind) and "%" in form.name:
            parsed = pc.strptime(values, format=form.name, unit="us", error_is_null=True)
            return _located(parsed, form)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return unread
    return unread


def _read_iso(values: pa.Array, form: DateForm) -> pa.Array:
    try:
        return values.cast(MOMENT)
    except pa.ArrowInvalid:
        return _located(values.cast(pa.timestamp("us")), form)


def _located(times: pa.Array, form: DateForm) -> pa.Array:
    if times.type.tz is not None:
        return times.cast(MOMENT)
    return pc.assume_timezone(
        times, timezone=form.zone, ambiguous="earliest", nonexistent="latest"
    ).cast(MOMENT)


def _in_range(moments: pa.Array) -> pa.Array:
    inside = pc.and_(
        pc.greater_equal(moments, pa.scalar(EARLIEST, MOMENT)),
        pc.less(moments, pa.scalar(LATEST, MOMENT)),
    )
    return pc.if_else(inside, moments, pa.scalar(None, MOMENT))


def _candidates(sample: Sequence[object]) -> list[str]:
    names = ["iso", *_UNITS, *PATTERNS]
    return [name for name in names if any(_by_sample(value, name) for value in sample)]


def _by_sample(value: object, name: str) -> bool:
    if isinstance(value, int | float):
        return _epoch(float(value), name) is not None
    if isinstance(value, date):
        return name == "iso"
    return _by_name(str(value).strip(), name, "UTC") is not None


def _share(sample: Sequence[object], form: DateForm) -> float:
    # At most 400 values, spread over the sample: `strptime` takes some microseconds each.
    some = sample[:: max(1, len(sample) // 400)]
    return sum(_by_sample(value, form.name) for value in some) / len(some)


def _swapped(name: str) -> str | None:
    for one, other in _SWAPS:
        if name.startswith(one):
            return name.replace(one, other)
        if name.startswith(other):
            return name.replace(other, one)
    return None


def _order(
    sample: Sequence[object],
    best: str,
    other: str,
    shares: dict[str, float],
    *,
    zone: str,
    day_first: bool | None,
) -> tuple[str, str]:
    """Decide between day and month first: by what was said, by days over 12, by order."""
    by_day, by_month = (best, other) if best.startswith("%d") else (other, best)
    if day_first is not None:
        return (by_day, "as given") if day_first else (by_month, "as given")
    if shares.get(best, 0.0) > shares.get(other, 0.0):
        return best, "seen from days over 12"
    jumps = {name: _jumps(sample, DateForm(name=name, zone=zone)) for name in (by_day, by_month)}
    if jumps[by_day] != jumps[by_month]:
        return min(jumps, key=lambda name: jumps[name]), "seen from the order of the lines"
    if "%p" in best:
        return by_month, "not to be seen from the file; taken from AM and PM"
    return by_day, "not to be seen from the file; say day_first if it is wrong"


def _jumps(sample: Sequence[object], form: DateForm) -> int:
    moments = [m for m in (_by_name(str(v).strip(), form.name, form.zone) for v in sample) if m]
    steps = [later - earlier for earlier, later in pairwise(moments)]
    up = sum(step > timedelta(0) for step in steps)
    down = sum(step < timedelta(0) for step in steps)
    return min(up, down)


@cache
def _signs_of(pattern: str) -> tuple[str, ...]:
    """Return the signs of dates that a pattern reads; a zone adds one of two."""
    bare = re.sub(r"%[a-zA-Z]|[A-Za-z]", "", pattern.replace("%z", "+"))
    signs = re.sub(r"\s+", " ", bare)
    return (signs, signs.replace("+", "-")) if "+" in signs else (signs,)


def _may_fit(text: str, pattern: str) -> bool:
    """Compare signs first: `strptime` compiles each pattern anew, which takes long."""
    return re.sub(r"\s+", " ", _NOT_SIGNS.sub("", text)) in _signs_of(pattern)


def _by_name(text: str, name: str, zone: str) -> datetime | None:
    if "%" in name and not (len(text) <= 40 and _may_fit(text, name)):
        return None
    try:
        if name == "iso":
            return None if text.isdigit() else _bounded(datetime.fromisoformat(text), zone)
        if name in _UNITS:
            return _epoch(float(text), name) if _NUMBER.fullmatch(text) else None
        return _bounded(datetime.strptime(_in_english(text, name), name), zone)  # noqa: DTZ007
    except (ValueError, OverflowError):
        return None


def _in_english(text: str, name: str) -> str:
    if "%b" not in name and "%B" not in name:
        return text
    return _MONTHS.sub(lambda month: _ENGLISH[month[1]], text)


@lru_cache(maxsize=1 << 16)
def _by_any(text: str, form: DateForm) -> datetime | None:
    """Try what can't be mistaken: ISO 8601, epochs, and the form's own day with other hours."""
    if not _DATE_LIKE.fullmatch(text):
        return None
    day = next((d for d in (*_DAYS, *_NAMED_DAYS) if form.name.startswith(d)), "%a, %d %b %Y")
    alike = [name for name in PATTERNS if name.startswith(day)]
    for name in ("iso", *_UNITS, *_WHOLE, *alike):
        moment = _by_name(text, name, form.zone)
        if moment is not None:
            return moment
    return None


def _epoch(number: float, name: str) -> datetime | None:
    """Read a number of seconds or their parts; the unit shows in its size (1980 to 2200)."""
    if name not in _UNITS:
        return None
    micros = number * _UNITS[name]
    if not 3.1e14 <= micros <= 7.2e15:
        return None
    return EARLIEST + timedelta(microseconds=round(micros))


def _bounded(moment: datetime, zone: str) -> datetime | None:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    utc = aware.astimezone(UTC)
    return utc if EARLIEST <= utc < LATEST else None
