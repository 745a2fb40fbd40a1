"""Answers of people from text: lines that somebody typed, or a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from auscult.engine.returns.exports import csv_table
from auscult.engine.returns.exports.cells import CellRefused, count, plain
from auscult.engine.returns.exports.csv_table import Form
from auscult.engine.returns.exports.rows import Remark
from auscult.web.returns.errors import IntakeRefused, ReturnsRefused, Wrong

LONGEST = 60  # characters of an answer, of a group
MOST_LINES = 10_000
AND = re.compile(r"\s*[;+]\s*")
FORM = Form(
    columns={
        "name": ("answer", "said", "heard", "source", "antwort", "quelle"),
        "group": ("group", "stratum", "gruppe"),
        "count": ("count", "number", "people", "anzahl", "zahl"),
    },
    needed=("name",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """What so many people of a group answered; `said` empty: they named nothing."""

    said: tuple[str, ...] = ()
    group: str = ""
    count: int = 1


def pairs(text: str, field: str) -> dict[str, str]:
    """Read lines of the form `name = value`, each name once.

    Raises
    ------
    ReturnsRefused
    """
    found: dict[str, str] = {}
    for line in text.splitlines()[:MOST_LINES]:
        name, sign, value = line.rpartition("=")
        name, value = plain(name), plain(value)
        if not plain(line):
            continue
        if not sign or not name or not value or name in found or len(name) > LONGEST:
            valid = _("lines such as “under 50 = 400”, each name once")
            raise ReturnsRefused(field, plain(line)[:80], valid)
        found[name] = value
    return found


def typed(text: str) -> list[AnswerRow]:
    """Read answers that somebody typed, a line each: `under 50 | the film + a friend = 12`.

    Raises
    ------
    ReturnsRefused
    """
    rows = []
    for line in text.splitlines():
        if not plain(line):
            continue
        answer, _sign, times = line.rpartition("=")
        group, _bar, said = answer.rpartition("|")
        try:
            rows.append(_row(said, group, times if answer else "0"))
        except CellRefused as error:
            valid = _("lines such as “the film = 12” or “under 50 | the film + a friend = 3”")
            raise ReturnsRefused("answers", plain(line)[:80], valid) from error
    return rows


def as_typed(rows: Sequence[AnswerRow]) -> str:
    """Return answers as `typed` reads them."""
    return "\n".join(
        f"{f'{one.group} | ' if one.group else ''}{' + '.join(one.said)} = {one.count}"
        for one in rows
    )


def read(data: bytes) -> list[AnswerRow]:
    """Read a table of answers: a line for each person, or with how many gave an answer.

    Raises
    ------
    Correctable
        It is no table, or has no column of answers.
    IntakeRefused
        Some lines can't be read; all of them are named.
    """
    table = csv_table.table(data)
    taken = csv_table.matched(table, FORM)
    wrong: list[Wrong] = []
    found: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for number, line in table.records():
        if isinstance(line, Remark):
            wrong.append(Wrong(number, line.said))
            continue
        try:
            cells = {name: line.get(column, "") for name, column in taken.items()}
            one = _row(cells["name"], cells.get("group", ""), cells.get("count") or "1")
        except CellRefused as error:
            wrong.append(Wrong(number, str(error)))
        else:
            found[one.group, one.said] += one.count
    if wrong:
        raise IntakeRefused(wrong)
    return [AnswerRow(group=group, said=said, count=n) for (group, said), n in found.items()]


def _row(said: str, group: str, times: str) -> AnswerRow:
    answers = tuple(dict.fromkeys(one for one in AND.split(plain(said)) if one))
    how_many = count(times.strip() or "0")
    if any(len(one) > LONGEST for one in (*answers, plain(group))):
        raise CellRefused(
            _("an answer and a group have at most %(most)s characters") % {"most": LONGEST}
        )
    if how_many < 1:
        raise CellRefused(_("at least one person must have answered so"))
    return AnswerRow(said=answers, group=plain(group), count=how_many)


def by_channel(said: Sequence[str], channels: Mapping[str, str]) -> tuple[str, ...]:
    """Return the channels that answers stand for, each once; an answer without one is its own."""
    return tuple(dict.fromkeys(channels.get(one, one) for one in said))
