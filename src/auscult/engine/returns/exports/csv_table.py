"""Tables of text: CSV as programs and spreadsheets write it.

UTF-8, UTF-16 and what older Windows writes are read; commas, semicolons or tabs between cells;
remarks above the table (lines that begin with `#`, and lines that are empty) are passed over. A
table's columns are known by their names, however these are written ("Event name", "event_name").
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.exports.cells import plain
from auscult.engine.returns.exports.rows import FIELDS, Cells, Export, Remark, Row, refused

MOST_ROWS = 200_000
MOST_COLUMNS = 500
MISSING = "columns-missing"  # of an error: somebody may say which column is what
FRACTION = {",": ".", ";": ",", "\t": ""}
Record = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a kind of table names the fields of a row.

    Attributes
    ----------
    columns : mapping of str to sequence of str
        Names of columns by field, as `known` writes them; of several that are there the first
        counts.
    needed : sequence of str
        Fields without which nothing can be read.
    """

    columns: Mapping[str, Sequence[str]]
    needed: Sequence[str] = ("at",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose first line was read.

    Attributes
    ----------
    columns : tuple of str
        As the file names them.
    above : tuple of str
        What stands above it, a line each.
    text : str
        From that line on, which is the file's line `begins`.
    """

    columns: tuple[str, ...]
    above: tuple[str, ...]
    fraction: str
    text: str = field(repr=False)
    separator: str
    begins: int

    def records(self) -> Iterator[tuple[int, Record | Remark]]:
        """Yield each line with its number and its cells by column; empty ones are passed over.

        Raises
        ------
        Correctable
            The table is no CSV from some line on, or longer than `MOST_ROWS`.
        """
        found = 0
        for number, cells in _lines(self.text, self.separator, self.begins):
            if number == self.begins or not any(cells):
                continue
            found += 1
            if found > MOST_ROWS:
                raise _too_long()
            if any(cells[len(self.columns) :]):
                yield number, Remark(row=number, said=_("it has a cell too many"))
            else:
                yield number, dict(zip(self.columns, cells, strict=False))


def decoded(data: bytes) -> str:
    """Return the text of a file: UTF-8 or UTF-16, else as older Windows writes it.

    Raises
    ------
    Correctable
        It is no text.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    elif data[1:2] == b"\0" and data[:1] != b"\0":
        text = data.decode("utf-16-le", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise refused(
            "no-text",
            _("The file is no text; it may be a spreadsheet or an archive."),
            _("Save it as CSV or JSON, or unpack it, and read that in."),
        )
    return text


def table(data: bytes) -> Table:
    """Read the first line of a table.

    Raises
    ------
    Correctable
        The file is no text, or holds no table.
    """
    text = decoded(data)
    above: list[str] = []
    offset = 0
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if _is_remark(line):
            above.append(line.strip().lstrip("#").strip(" ,;\t"))
            offset += len(line)
            continue
        separator = _separator(line)
        rest = text[offset:]
        _place, cells = next(_lines(rest, separator, number))
        return Table(
            columns=_columns(cells),
            above=tuple(one for one in above if one),
            fraction=FRACTION[separator],
            text=rest,
            separator=separator,
            begins=number,
        )
    raise refused(
        "no-table",
        _("The file holds no table."),
        _("Its first line must name the columns; remarks above it begin with #."),
    )


def _is_remark(line: str) -> bool:
    return line.lstrip('\ufeff "').startswith("#") or not line.strip(' ,;\t\r\n"')


def _separator(line: str) -> str:
    """Return what stands between cells: what makes the most of a first line."""
    try:
        found = {one: len(next(csv.reader([line], delimiter=one), [])) for one in ("\t", ";", ",")}
    except csv.Error:  # a cell that is too long, which `_lines` says
        return ","
    return max(found, key=lambda one: found[one]) if max(found.values()) > 1 else ","


def _lines(text: str, separator: str, first: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each line with the number of the line that they begin on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    begins = first
    try:
        for cells in reader:
            yield begins, cells
            begins = first + reader.line_num
    except csv.Error as error:
        raise refused(
            "no-table",
            _("The file is no CSV from line {line} on: {why}.").format(line=begins, why=error),
            _("Save it as CSV with commas or semicolons between the cells."),
        ) from error


def _columns(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns, each once: those without a name and second ones are numbered."""
    found: dict[str, None] = {}
    for place, cell in enumerate(cells[:MOST_COLUMNS], start=1):
        name = plain(cell)[:100] or str(place)
        found[name if name not in found else f"{name} ({place})"] = None
    return tuple(found)


def _too_long() -> Exception:
    return refused(
        "too-many-rows",
        _("The file has more than {most} rows.").format(most=f"{MOST_ROWS:,}"),
        _("Hand out a shorter period, and read the periods in one by one."),
    )


def known(name: str) -> str:
    """Return a name as it is compared: "Event name", "event_name" and "eventName" are one."""
    return "".join(one for one in name.casefold() if one.isalnum())


def matched(table_: Table, form: Form, columns: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return which column each field comes from.

    Parameters
    ----------
    columns : mapping of str to str, optional
        Columns by field, as somebody chose them; a field with an empty text has none.

    Raises
    ------
    Correctable
        A needed field has no column; it names the columns received and wanted.
    """
    there: dict[str, str] = {}
    for one in table_.columns:
        there.setdefault(known(one), one)
    found = {
        name: next(there[one] for one in names if one in there)
        for name, names in form.columns.items()
        if any(one in there for one in names)
    }
    for name, chosen in (columns or {}).items():
        found.pop(name, None)
        if chosen in table_.columns and name in (*form.columns, *FIELDS):
            found[name] = chosen
    missing = [name for name in form.needed if name not in found]
    if missing:
        raise _missing(table_.columns, form, missing)
    return found


def _missing(columns: Sequence[str], form: Form, missing: Sequence[str]) -> Exception:
    wanted = "; ".join(" / ".join(form.columns[name][:4]) for name in missing)
    shown = ", ".join(f"“{one[:40]}”" for one in columns[:20])
    if len(columns) > 20:
        shown += _(" and {more} more").format(more=len(columns) - 20)
    return refused(
        MISSING,
        _("The columns are {columns}; what is missing is a column for: {wanted}.").format(
            columns=shown, wanted=wanted
        ),
        _("Choose which column it is, or hand the table out anew with it."),
    )


def export(
    found: Table,
    form: Form,
    columns: Mapping[str, str] | None = None,
    change: Callable[[dict[str, str], Record], Iterable[Cells] | None] | None = None,
) -> Export:
    """Return a table as what a form makes of it.

    Parameters
    ----------
    change : callable, optional
        Takes the cells by field and the line by column, and returns the cells of each row that
        the line stands for; None: the cells as they are.

    Raises
    ------
    Correctable
    """
    taken = matched(found, form, columns)

    def cells() -> Iterator[tuple[int, Cells | Remark]]:
        for number, line in found.records():
            if isinstance(line, Remark):
                yield number, line
                continue
            own = {name: line.get(column, "") for name, column in taken.items()}
            changed = change(own, line) if change else None
            for one in [own] if changed is None else changed:
                yield number, one

    return Export(columns=found.columns, taken=taken, cells=cells, fraction=found.fraction)


PLAIN = Form(
    columns={
        "at": ("at", "date", "day", "time", "datetime", "timestamp", "datum", "tag", "zeitpunkt"),
        "name": ("name", "kind", "event", "goal", "outcome", "type", "art", "ereignis", "ziel"),
        "count": ("count", "number", "times", "conversions", "anzahl", "zahl"),
        "amount": ("amount", "value", "betrag", "wert"),
        "total": ("total", "sum", "revenue", "summe", "umsatz"),
        "currency": ("currency", "wahrung", "währung"),
        "channel": ("channel", "source", "utmsource", "network", "kanal", "quelle"),
        "campaign": ("campaign", "utmcampaign", "kampagne"),
        "order": ("order", "orderid", "ordernumber", "transactionid", "bestellnummer", "vorgang"),
        "visitor": ("visitor", "visitorid", "clientid", "besucher"),
    }
)


def read(data: bytes, columns: Mapping[str, str] | None = None) -> Export:
    """Read a table of the house's own.

    Parameters
    ----------
    data : bytes
    columns : mapping of str to str, optional
        Columns by field, where their names don't say what they are.

    Raises
    ------
    Correctable
    """
    return export(table(data), PLAIN, columns)


def written(rows: Iterable[Row]) -> str:
    """Return rows as a table that `read` reads to the same rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    names = [name for name in FIELDS if name != "total"]
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row, name) for name in names])
    return text.getvalue()


def _cell(row: Row, name: str) -> Any:
    if name == "at":
        return row.at.date().isoformat() if row.only_day else row.at.isoformat(sep=" ")
    value = getattr(row, name)
    return "" if value is None else repr(value) if isinstance(value, float) else value
