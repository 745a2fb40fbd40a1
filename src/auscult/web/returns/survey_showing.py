"""What the page of a survey shows: shares with intervals, drawn and as rows, and what to mind."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from auscult.engine.returns.reasons import say
from auscult.engine.returns.surveys import Survey as Found
from auscult.web.goals.amounts import amount
from auscult.web.listening.exporting import FORMULA
from auscult.web.returns.drawing_rows import Intervals, Row, intervals
from auscult.web.returns.survey_queries import Result
from auscult.web.returns.survey_reading import AnswerRow

PERCENT = 100
COLUMNS = ("answer", "share", "low", "high", "least", "most")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Shares of answers, or of channels.

    Attributes
    ----------
    title : str
    drawn : Intervals
        In percent.
    rows : tuple of (str, list of float)
        An answer with share, low, high, least and most, in percent.
    """

    title: str
    drawn: Intervals
    rows: tuple[tuple[str, list[float]], ...]


def shown(result: Result) -> tuple[Shown, ...]:
    """Return what is drawn of a survey: channels, where answers stand for some, and answers."""
    parts = ((_("By channel"), result.channels), (_("By answer"), result.answers))
    return tuple(_shown(title, found) for title, found in parts if found is not None)


def _shown(title: str, found: Found) -> Shown:
    drawn = intervals(
        [
            Row(
                name=one.answer,
                value=round(PERCENT * one.value, 1),
                low=round(PERCENT * one.low, 1),
                high=round(PERCENT * one.high, 1),
            )
            for one in found.shares
        ]
    )
    return Shown(title=title, drawn=drawn, rows=tuple(_rows(found)))


def _rows(found: Found) -> Iterator[tuple[str, list[float]]]:
    for one in found.shares:
        values = (one.value, one.low, one.high, one.least, one.most)
        yield one.answer, [round(PERCENT * value, 1) for value in values]


def sentences(result: Result) -> tuple[str, ...]:
    """Return what has to be said beside the shares."""
    found = result.answers
    return tuple(say(one, _, in_short) for one in found.reasons) if found else ()


def in_short(number: float) -> str:
    """Return a number of a sentence: three digits of one with a fraction."""
    return amount(number if number == int(number) else float(f"{number:.3g}"))


def groups(rows: list[AnswerRow]) -> list[tuple[str, list[AnswerRow]]]:
    """Return answers by their group."""
    return [(name, list(each)) for name, each in groupby(rows, key=lambda one: one.group)]


def answers_as_csv(rows: list[AnswerRow]) -> str:
    """Return answers as a table that can be read in again."""
    return _written(
        ("group", "answer", "count"),
        ((one.group, "; ".join(one.said), str(one.count)) for one in rows),
    )


def shares_as_csv(result: Result) -> str:
    """Return the shares as a table: channels first, where answers stand for some."""
    found = result.channels or result.answers
    each = found.shares if found else ()
    return _written(
        COLUMNS,
        (
            (one.answer, *(repr(value) for value in (one.value, one.low, one.high)),
             repr(one.least), repr(one.most))
            for one in each
        ),
    )  # fmt: skip


def _written(columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        # A spreadsheet would reckon with a cell that begins so.
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])
    return text.getvalue()
