"""Days, moments and numbers as programs and people of several countries write them.

What could be read in two ways is refused instead of guessed.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from auscult.engine.kernel.words import gettext as _

YEARS = range(1990, 2200)
MOST = 1e12
MOST_TIMES = 100_000  # that one row may stand for
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
CLOCK = (
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?"
    r"(?: ?(Z|UTC|[+-]\d{2}:?(?:\d{2})?))?)?"
)
FORMS = (
    (re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})" + CLOCK, re.ASCII), "iso"),
    (re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})" + CLOCK, re.ASCII), "together"),
    (re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}),?" + CLOCK, re.ASCII), "dots"),
)
SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}),?" + CLOCK, re.ASCII)
NUMBER = re.compile(r"[+-]?(\d+)([.,]\d+)?([eE][+-]?\d{1,3})?", re.ASCII)
IN_GROUPS = re.compile(
    r"[+-]?\d{1,3}(?:(?:,\d{3})+\.\d+|(?:\.\d{3})+,\d+|(?:,\d{3}){2,}|(?:\.\d{3}){2,}"
    r"|(?:[ '’\u00a0\u202f]\d{3})+(?:[.,]\d+)?)",
    re.ASCII,
)
# One mark before three digits: a fraction or a thousand. What parts the cells tells which.
IN_DOUBT = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}", re.ASCII)
SIGNS = "€$£¥"


class CellRefused(Exception):
    """A cell that can't be read; its text says why."""


def plain(text: str) -> str:
    """Return a text on one line, without marks that nobody sees."""
    if text.isalnum():  # most are, and there is nothing to look for
        return text
    return " ".join(CONTROL.sub(" ", text).split())


@lru_cache(maxsize=4096)  # a table says the same day again and again
def moment(text: str) -> tuple[datetime, bool]:
    """Read a day or a moment; tells whether only the day is known.

    Parameters
    ----------
    text : str
        2026-11-20, 20261120, 20.11.2026 or 11/20/2026, perhaps with a time after it and with the
        zone of that time.

    Raises
    ------
    CellRefused

    Examples
    --------
    >>> moment("20.11.2026 14:30")
    (datetime.datetime(2026, 11, 20, 14, 30), False)
    >>> moment("20261120")
    (datetime.datetime(2026, 11, 20, 0, 0), True)
    """
    given = text.strip()
    for pattern, _form in FORMS:
        if found := pattern.fullmatch(given):
            parts = found.groupdict()
            return _moment(given, parts["y"], parts["m"], parts["d"], found.groups()[-4:])
    if found := SLASHES.fullmatch(given):
        first, second, year, *clock = found.groups()
        if int(first) <= 12 and int(second) <= 12 and int(first) != int(second):
            said = _("“{given}” may be two days; write 2026-11-20")
            raise CellRefused(said.format(given=given))
        month, day = (second, first) if int(first) > 12 else (first, second)
        return _moment(given, year, month, day, tuple(clock))
    raise _no_day(given)


def _no_day(given: str) -> CellRefused:
    said = _("“{given}” is no day or moment; write 2026-11-20 or 2026-11-20 14:30")
    return CellRefused(said.format(given=plain(given)[:40]))


def _moment(
    given: str, year: str, month: str, day: str, clock: tuple[str | None, ...]
) -> tuple[datetime, bool]:
    hour, minute, second, zone = clock
    try:
        at = datetime(  # noqa: DTZ001 - where no zone is told it is the house's, which web knows
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)
        )
        found = at.replace(tzinfo=_zone(zone)) if zone else at
    except ValueError as error:
        raise _no_day(given) from error
    if found.year not in YEARS:
        raise _no_day(given)
    return found, hour is None


def _zone(text: str) -> timezone:
    if text in {"Z", "UTC"}:
        return UTC
    digits = text[1:].replace(":", "")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-away if text[0] == "-" else away)


def since_1970(seconds: float) -> str:
    """Return the moment so many seconds after 1970 as `moment` reads it, or what can't be one."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC).isoformat(sep=" ")
    except (OverflowError, OSError, ValueError):
        return str(seconds)


def number(text: str, fraction: str = ".") -> float:
    """Read a number.

    Parameters
    ----------
    text : str
        1234.5, 1,234.5, 1.234,5 or 1 234,5.
    fraction : str
        The mark before a fraction where the file's form tells it, else empty.

    Raises
    ------
    CellRefused
    """
    given = plain(text).replace("−", "-")  # the minus sign of typesetters
    doubt = IN_DOUBT.fullmatch(given)
    if doubt and fraction != doubt[1]:
        # Where cells are parted by commas, one inside a cell parts thousands.
        if fraction != ".":
            said = _("“{given}” may be a thousand times more or less; write 1234 or 1,2340")
            raise CellRefused(said.format(given=given[:40]))
        given = given.replace(",", "")
    elif IN_GROUPS.fullmatch(given):
        given = _ungrouped(given)
    if not NUMBER.fullmatch(given):
        said = _("“{given}” is no number; write 1234.5 or 1234,5")
        raise CellRefused(said.format(given=plain(text)[:40]))
    return _finite(float(given.replace(",", ".")), given)


def _finite(value: float, given: str) -> float:
    if not math.isfinite(value) or abs(value) > MOST:
        said = _("“{given}” is too great a number")
        raise CellRefused(said.format(given=given[:40]))
    return value


def _ungrouped(text: str) -> str:
    """Take out what parts thousands: every mark but the last kind, where that stands once."""
    text = re.sub(r"[ '’\u00a0\u202f]", "", text)
    marks = re.findall(r"[.,]", text)
    if not marks:
        return text
    last = marks[-1]
    if marks.count(last) > 1:
        return text.replace(last, "")
    whole, _mark, part = text.rpartition(last)
    return f"{whole.replace('.', '').replace(',', '')}.{part}"


@lru_cache(maxsize=4096)
def count(text: str, fraction: str = ".") -> int:
    """Read how often something happened: a whole number, 0 or more.

    Raises
    ------
    CellRefused
    """
    value = number(text, fraction)
    if value < 0 or value != int(value) or value > MOST_TIMES:
        said = _("“{given}” is no number of times; write a whole number from 0 to 100000")
        raise CellRefused(said.format(given=plain(text)[:40]))
    return int(value)


def amount(text: str, fraction: str = ".") -> float | None:
    """Read money, 0 or more, with or without its sign; None where nothing stands.

    Raises
    ------
    CellRefused
    """
    given = plain(text).strip(SIGNS + " ")
    if not given:
        return None
    value = number(given, fraction)
    if value < 0:
        said = _("“{given}” is less than nothing; what was paid back is no outcome")
        raise CellRefused(said.format(given=given[:40]))
    return value
