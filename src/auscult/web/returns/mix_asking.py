"""From a table and what people say of its columns to the series that a mix is fitted to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from auscult.engine.returns.mix.echoes import ECHOES
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.study_tables import Table

Plain = dict[str, Any]
STEPS = (1, 7)
# Columns that are rather the outcome, or rather a control, by their names.
OUTCOMES = ("outcome", "appointments", "calls", "y", "termine", "anrufe", "ergebnis")
CONTROLS = ("event", "weather", "holiday", "temperature", "rain", "price", "wetter", "ferien")


def suggested(table: Table) -> Plain:
    """Return what the columns of a table probably are."""
    names = list(table.names)
    outcome = next((one for one in names if one.casefold() in OUTCOMES), names[0])
    roles = {name: _role(name, table.numbers[name]) for name in names if name != outcome}
    counted = all(one == int(one) >= 0 for one in table.numbers[outcome] if not math.isnan(one))
    return {"outcome": outcome, "count": counted, "roles": roles}


def _role(name: str, values: Sequence[float]) -> str:
    if name.casefold().startswith(CONTROLS):
        return "control"
    usable = all(math.isfinite(one) and one >= 0 for one in values) and any(values)
    return "channel" if usable else "out"


def plain_series(question: Mapping[str, Any], table: Table) -> Plain:
    """Return the series that a question and its table make, in values that JSON can hold.

    Raises
    ------
    ReturnsRefused
        Days are missing, or steps aren't a day or a week.
    """
    days, places = _days(table), table.series if table.places else ("",)
    order = _order(table, days, places)

    def columns(name: str) -> list[list[float | None]]:
        values = table.numbers[name]
        return [[_known(values[row]) for row in rows] for rows in order]

    return {
        "first": days[0].isoformat(),
        "step": _step(days),
        "outcome": columns(question["outcome"]),
        "count": question["count"],
        "places": list(places),
        "channels": [
            {
                "name": one["name"],
                "activity": columns(one["name"]),
                "cost": one["cost"],
                "echo": one["echo"],
                "doubling": one["doubling"],
                "at_most": one["at_most"],
                "follows_demand": one.get("follows_demand", False),
            }
            for one in question["channels"]
        ],
        # A control is the same in all places: that of the first one counts.
        "controls": {name: columns(name)[0] for name in question["controls"]},
        "experiments": question["experiments"],
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _days(table: Table) -> list[date]:
    days = sorted({one for one in table.times if isinstance(one, date)})
    if len(days) < 2:
        raise ReturnsRefused("date", len(days), _("days or weeks, at least sixty of them"))
    return days


def _step(days: Sequence[date]) -> int:
    steps = {(second - first).days for first, second in pairwise(days)}
    if len(steps) != 1 or min(steps) not in STEPS:
        valid = _("every day, or the same day of every week, none left out")
        raise ReturnsRefused("date", ", ".join(map(str, sorted(steps)[:5])), valid)
    return min(steps)


def _order(table: Table, days: Sequence[date], places: Sequence[str]) -> list[list[int]]:
    """Return for each place the rows of its days."""
    row_of = {
        (table.places[row] if table.places else "", moment): row
        for row, moment in enumerate(table.times)
    }
    if len(row_of) < len(table.times):
        raise ReturnsRefused("date", len(table.times), _("one row for each day and place"))
    missing = [(place, day) for place in places for day in days if (place, day) not in row_of]
    if missing:
        place, day = missing[0]
        raise ReturnsRefused("date", f"{place} {day}", _("there: a row for each day and place"))
    return [[row_of[place, day] for day in days] for place in places]


def echo_of(like: str) -> tuple[float, float]:
    """Return the days after which half of the echo of a kind of channel is over."""
    return ECHOES[like]
