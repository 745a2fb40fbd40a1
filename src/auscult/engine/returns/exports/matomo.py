"""What Matomo hands out: goals by day, ways here by day, and the log of visits.

`Goals.get`, `Referrers.getReferrerType` (and its like for campaigns, social networks, websites)
with `period=day`, as CSV or JSON; `Live.getLastVisitsDetails` as JSON, in which each conversion has
its moment, its visitor and what sent her.

References
----------
developer.matomo.org/api-reference/reporting-api; the columns of CSV as `core/DataTable/Renderer/Csv`
writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.exports import csv_table, items
from auscult.engine.returns.exports.cells import since_1970
from auscult.engine.returns.exports.channels import channel_of
from auscult.engine.returns.exports.csv_table import Form, Record, known
from auscult.engine.returns.exports.items import things
from auscult.engine.returns.exports.rows import Cells, Export, Remark

WANTED = "Goals.get, Referrers.get… (period=day), Live.getLastVisitsDetails"
GOAL = re.compile(r"goals_idgoal=(\w+)_(nb_conversions|revenue)", re.ASCII)
ORDER = "order"
FORM = Form(
    columns={
        "at": ("date", "datum"),
        "channel": ("label", "source", "referrertype"),
        "count": ("nbconversions", "conversions", "konversionen"),
        "total": ("revenue", "umsatz", "einnahmen"),
    },
    needed=("at", "count"),
)
WIDE = Form(columns={name: FORM.columns[name] for name in ("at", "channel")})


def read(data: bytes, columns: Mapping[str, str] | None = None) -> Export:
    """Read an export of Matomo.

    Raises
    ------
    Correctable
    """
    if items.is_json(data):
        return items.export(_items(items.document(data)))
    found = csv_table.table(data)
    if any(GOAL.fullmatch(one) for one in found.columns):
        return csv_table.export(found, WIDE, columns, _goals_of_line)
    return csv_table.export(found, FORM, columns, _by_way)


def _by_way(cells: dict[str, str], _line: Record) -> list[Cells]:
    return [
        {
            **cells,
            "channel": channel_of(_way(cells.get("channel", ""))),
            "total": items.money(cells.get("total", "")),
        }
    ]


def _way(label: str) -> str:
    """Return a kind of referrer as Matomo calls it in English, as `channel_of` knows it."""
    return {"searchengines": "search", "directentry": "", "socialnetworks": "social"}.get(
        known(label), label
    )


def _goals_of_line(cells: dict[str, str], line: Record) -> list[Cells]:
    """Return a row for each goal that a line has columns of."""
    found: dict[str, dict[str, str]] = {}
    for column, value in line.items():
        if match := GOAL.fullmatch(column):
            field = "count" if match[2] == "nb_conversions" else "total"
            told = value if field == "count" else items.money(value)
            found.setdefault(match[1], {})[field] = told
    [own] = _by_way(cells, line)
    return [
        {**own, "name": f"goal {goal}", **values}
        for goal, values in found.items()
        if "count" in values
    ]


def _items(found: Any) -> Iterator[tuple[int, Cells | Remark]]:
    if said := items.is_error(found):
        raise items.other(said, WANTED)
    if isinstance(found, list):
        yield from _visits(found)
    elif isinstance(found, Mapping) and found and all(map(_is_day, found)):
        for number, (day, told) in enumerate(found.items(), start=1):
            yield from ((number, one) for one in _day(str(day), told))
    else:
        raise items.other(_("neither a log of visits nor figures by day"), WANTED)


def _is_day(text: Any) -> bool:
    return isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) is not None


def _day(day: str, told: Any) -> Iterator[Cells]:
    """Yield what is told of a day: one set of figures, or one for each way here."""
    for one in told if isinstance(told, list) else [told]:
        if not isinstance(one, Mapping):
            continue
        own = {"at": day, "channel": channel_of(_way(items.text(one.get("label"))))}
        goals = items.part(one, "goals")
        if not goals:
            yield {**own, **_figures(one)}
        for name in goals:
            goal = str(name).removeprefix("idgoal=")
            yield {**own, "name": f"goal {goal}", **_figures(items.part(goals, name))}


def _figures(one: Mapping[str, Any]) -> Cells:
    count = items.text(one.get("nb_conversions")) or "0"
    return {"count": count, "total": items.money(items.text(one.get("revenue")))}


def _visits(visits: list[Any]) -> Iterator[tuple[int, Cells | Remark]]:
    for number, visit in enumerate(visits, start=1):
        if not isinstance(visit, Mapping) or "actionDetails" not in visit:
            yield number, items.no_object(number)
            continue
        for action in things(visit["actionDetails"]):
            if cells := _conversion(visit, action):
                yield number, cells


def _conversion(visit: Mapping[str, Any], action: Any) -> Cells | None:
    """Return the cells of an action that is a conversion or an order."""
    if not isinstance(action, Mapping) or action.get("type") not in {"goal", "ecommerceOrder"}:
        return None
    kind = items.text(visit.get("referrerType"))
    source = items.text(visit.get("referrerName"))
    keyword = items.text(visit.get("referrerKeyword"))
    campaign = source if kind == "campaign" else ""
    way = {"direct": "", "search": "search", "campaign": keyword or "campaign"}.get(kind, source)
    stamp = action.get("timestamp") or visit.get("serverTimestamp")
    return {
        "at": since_1970(stamp) if isinstance(stamp, int | float) else items.text(stamp),
        "name": items.text(action.get("goalName")) or ORDER,
        "amount": items.money(items.text(action.get("revenue"))),
        "currency": items.text(visit.get("siteCurrency")),
        "channel": channel_of(way),
        "campaign": campaign,
        "order": items.text(action.get("orderId")),
        "visitor": items.text(visit.get("userId")) or items.text(visit.get("visitorId")),
    }
