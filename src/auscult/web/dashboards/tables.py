"""The numbers of a chart as a table: for readers of pages, for CSV, for the printed page."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Value = str | int | float | None
# A spreadsheet takes a text that begins with one of these for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns with their names, and rows.

    Attributes
    ----------
    caption : str
        What it shows, with its unit.
    """

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]

    @property
    def shown(self) -> list[list[tuple[str, bool]]]:
        """Rows as a page shows them: (text, whether it is a number)."""
        return [
            [(in_words(value), not isinstance(value, str)) for value in row] for row in self.rows
        ]

    @property
    def html(self) -> SafeString:
        """Rows as a page shows them; made here, as a template takes ten times as long."""
        rows = (
            "".join(
                f'<td class="figure">{conditional_escape(text)}</td>'
                if number
                else f"<td>{conditional_escape(text)}</td>"
                for text, number in row
            )
            for row in self.shown
        )
        return mark_safe("".join(f"<tr>{row}</tr>" for row in rows))  # noqa: S308 - escaped above

    def as_csv(self) -> str:
        """Return it as CSV with a header; decimal points, whatever the reader's language."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(self.columns)
        for row in self.rows:
            writer.writerow([_cell(value) for value in row])
        return out.getvalue()


def _cell(value: Value) -> Value:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


def in_words(value: Value) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return str(number_format(value, use_l10n=True, force_grouping=True))
    if isinstance(value, float):
        return str(number_format(f"{value:.3g}", use_l10n=True))
    return value
