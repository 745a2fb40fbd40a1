"""The one form of row that every export is read to, and what is said of rows that can't be read.

An export says what happened in words of its own; what these mean is decided by whoever reads it in.
So a `Row` keeps the name that the export gives (an event, a goal), and everything else in plain
values. What can't be read isn't guessed: it becomes a `Remark` with its row and the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.exports.cells import CellRefused, amount, count, moment, plain

Cells = Mapping[str, str]
FIELDS = (
    "name", "at", "count", "amount", "total", "currency", "channel", "campaign", "order", "visitor",
)  # fmt: skip
LONGEST = {"name": 100, "channel": 60, "campaign": 100, "order": 200, "visitor": 200}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Something that happened.

    Attributes
    ----------
    row : int
        Where it stands: a line of a table, from 1; an item of a list, from 1.
    name : str
        What the export calls it: an event, a goal; empty where it names nothing.
    at : datetime
        With its zone where the export tells one, else as clocks show it where the house is.
    only_day : bool
        The hour isn't known; `at` is then midnight.
    count : int
        How often, 1 or more.
    amount : float or None
        Money that came with each, in `currency`.
    currency : str
        Three letters, or empty where the export names none.
    channel, campaign : str
        By which it came, as a network is called in small letters; empty where nothing is known.
    order, visitor : str
        By which doubles are known; empty where unknown.
    """

    row: int
    name: str
    at: datetime
    only_day: bool = False
    count: int = 1
    amount: float | None = None
    currency: str = ""
    channel: str = ""
    campaign: str = ""
    order: str = ""
    visitor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What can't be read of a row, as a sentence."""

    row: int
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file that was understood; its rows are read when they are asked for, one by one.

    Attributes
    ----------
    columns : tuple of str
        As the file names them; none where it is no table.
    taken : mapping of str to str
        Which column each field of a row comes from.
    cells : callable
        Yields the number of each row and its cells by field; anew whenever it is called.
    fraction : str
        The mark before a fraction that the file's form tells, or empty.
    """

    columns: tuple[str, ...] = ()
    taken: Mapping[str, str] = field(default_factory=dict)
    cells: Callable[[], Iterator[tuple[int, Cells | Remark]]]
    fraction: str = "."

    def rows(self) -> Iterator[Row | Remark]:
        """Yield what happened and what can't be read, in the file's order.

        Rows that count nothing (a day without the event) say nothing and are left out.
        """
        for number, found in self.cells():
            read = found if isinstance(found, Remark) else row_of(number, found, self.fraction)
            if read is not None:
                yield read


def row_of(number: int, cells: Cells, fraction: str = ".") -> Row | Remark | None:
    """Read the cells of a row; None: nothing happened."""
    try:
        return _row(number, cells, fraction)
    except CellRefused as error:
        return Remark(row=number, said=str(error))


def _row(number: int, cells: Cells, fraction: str) -> Row | None:
    at, only_day = moment(cells.get("at", ""))
    times = count(cells["count"], fraction) if cells.get("count", "").strip() else 1
    each = amount(cells.get("amount", ""), fraction)
    total = amount(cells.get("total", ""), fraction)
    if times == 0:
        if each or total:
            raise CellRefused(_("there is money, and nothing that it came with"))
        return None
    if each is None and total is not None:
        each = total / times
    texts = {name: plain(cells[name])[:most] for name, most in LONGEST.items() if cells.get(name)}
    return Row(
        row=number,
        at=at,
        only_day=only_day,
        count=times,
        amount=each,
        currency=_currency(cells.get("currency", "")),
        **{
            "name": "",
            **texts,
            "channel": texts.get("channel", "").casefold()[: LONGEST["channel"]],
        },
    )


def _currency(text: str) -> str:
    given = text.strip().upper()
    if given and not (len(given) == 3 and given.isascii() and given.isalpha()):
        said = _("“{given}” is no currency; write three letters, as EUR")
        raise CellRefused(said.format(given=plain(text)[:40]))
    return given


def refused(code: str, message: str, hint: str) -> Correctable:
    """Return the error of a file that can't be read as a whole."""
    return Correctable(message, code=code, field="file", hint=hint)
