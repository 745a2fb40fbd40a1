"""Lists of calls, as telephone exchanges write them: who called which number, when, how long.

Numbers are kept as E.164 writes them ("+493012345"). No table of the world's numbers is asked: a
number of the own country is known by its 0 before the area, which the country's code takes the
place of (in Italy it stays), and 00 stands for +; in North America by its ten digits. Where neither
holds, numbers have to come with their country.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.exports import csv_table
from auscult.engine.returns.exports.cells import CellRefused, moment, number, plain
from auscult.engine.returns.exports.csv_table import Form, Table
from auscult.engine.returns.exports.rows import Remark

FIELDS = ("at", "dialled", "caller", "seconds", "answered")
FORM = Form(
    columns={
        "at": ("at", "time", "date", "start", "starttime", "calldate", "datetime", "timestamp",
               "datum", "zeit", "zeitpunkt", "beginn"),
        "dialled": ("dialled", "dialed", "to", "called", "callednumber", "dst", "destination",
                    "number", "gewahlt", "gewählt", "gerufen", "ziel", "nummer", "angerufen"),
        "caller": ("caller", "from", "src", "source", "callerid", "callernumber", "anrufer",
                   "quelle", "von", "calling"),
        "seconds": ("seconds", "duration", "billsec", "talktime", "dauer", "sekunden", "lange"),
        "answered": ("answered", "disposition", "state", "status", "angenommen"),
    },
    needed=("at", "dialled"),
)  # fmt: skip
CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})", re.ASCII)
UNITS = re.compile(r"(\d+(?:[.,]\d+)?) ?(?:s|sec|sek|seconds|sekunden)\.?", re.ASCII)
DIGITS = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
KEEP_ZERO = frozenset({"39", "378", "379"})  # Italy and what lies within: the 0 is of the number
NORTH_AMERICA = "1"  # ten digits, the area's among them
BETWEEN = re.compile(r"[\s()/.\-–\u00a0]+")
MISSED = frozenset(
    {"no", "noanswer", "busy", "failed", "missed", "cancelled", "canceled", "nein", "verpasst",
     "besetzt", "abandoned", "0", "false"}
)  # fmt: skip
HIDDEN = frozenset({"", "anonymous", "unknown", "private", "anonym", "unbekannt", "restricted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that was taken.

    Attributes
    ----------
    row : int
    at : datetime
        As `rows.Row` has it.
    only_day : bool
    dialled : str
        As E.164 writes it.
    caller : str
        As it is told, made alike where it is a number; empty where it was hidden.
    seconds : float or None
        How long; None where it isn't told.
    """

    row: int
    at: datetime
    only_day: bool
    dialled: str
    caller: str
    seconds: float | None


def e164(text: str, country: str = "") -> str:
    """Return a telephone number as E.164 writes it.

    Parameters
    ----------
    text : str
        +49 30 12345, 0049 (30) 123-45; with a country also 030/12345.
    country : str
        The code of the own country, "49" or "+49"; empty: numbers must come with theirs.

    Raises
    ------
    CellRefused

    Examples
    --------
    >>> e164("+49 (0)30 / 123-45"), e164("030 12345", "49"), e164("0043 1 55555")
    ('+493012345', '+493012345', '+43155555')
    """
    given = plain(text)
    digits = BETWEEN.sub("", given.replace("(0)", "") if given.startswith(("+", "00")) else given)
    own = country.strip().removeprefix("+").removeprefix("00")
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif own and digits.startswith("0"):
        digits = f"+{own}{digits if own in KEEP_ZERO else digits[1:]}"
    elif own == NORTH_AMERICA and len(digits) == 10:
        digits = f"+{own}{digits}"
    if not DIGITS.fullmatch(digits):
        said = _("“{given}” is no telephone number; write it with its country: +49 30 12345")
        raise CellRefused(said.format(given=given[:40]))
    return digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """A list of calls that was understood.

    Attributes
    ----------
    columns : tuple of str
    taken : mapping of str to str
        Which column each field comes from.
    """

    columns: tuple[str, ...]
    taken: Mapping[str, str]
    table: Table
    country: str

    def rows(self) -> Iterator[Call | Remark]:
        """Yield calls that were taken, and what can't be read."""
        for at, line in self.table.records():
            if isinstance(line, Remark):
                yield line
                continue
            cells = {name: line.get(column, "") for name, column in self.taken.items()}
            try:
                found = _call(at, cells, self.country, self.table.fraction)
            except CellRefused as error:
                yield Remark(row=at, said=str(error))
            else:
                if found is not None:
                    yield found


def read(data: bytes, columns: Mapping[str, str] | None = None, *, country: str = "") -> Calls:
    """Read a list of calls.

    Parameters
    ----------
    columns : mapping of str to str, optional
        Columns by field, where their names don't say what they are.
    country : str
        The code of the own country, for numbers that begin with a single 0.

    Raises
    ------
    Correctable
        It is no table, or has no columns for the moment and the dialled number.
    """
    table = csv_table.table(data)
    taken = csv_table.matched(table, FORM, columns)
    return Calls(columns=table.columns, taken=taken, table=table, country=country)


def _call(row: int, cells: Mapping[str, str], country: str, fraction: str) -> Call | None:
    if csv_table.known(cells.get("answered", "yes")) in MISSED:
        return None
    at, only_day = moment(cells["at"])
    return Call(
        row=row,
        at=at,
        only_day=only_day,
        dialled=e164(cells["dialled"], country),
        caller=_caller(cells.get("caller", ""), country),
        seconds=_seconds(cells.get("seconds", ""), fraction),
    )


def _caller(text: str, country: str) -> str:
    given = plain(text)
    if given.casefold() in HIDDEN:
        return ""
    try:
        return e164(given, country)
    except CellRefused:  # a name, or a number within the house: it tells doubles all the same
        return given[:200]


def _seconds(text: str, fraction: str) -> float | None:
    """Return how long a call was: seconds, 75 s, 1:15 or 0:01:15."""
    given = plain(text)
    if not given:
        return None
    if found := CLOCK.fullmatch(given):
        return 3600 * int(found[1] or 0) + 60 * int(found[2]) + int(found[3])
    if found := UNITS.fullmatch(given.casefold()):
        given = found[1]
    value = number(given, fraction)
    if value < 0:
        raise CellRefused(_("“{given}” is no length of a call").format(given=given[:40]))
    return value
