"""What Google Analytics 4 hands out: explorations as CSV, the Data API, and events for BigQuery.

References
----------
support.google.com/analytics/answer/7029846 (schema of events); developers.google.com/analytics,
`runReport` of the Data API v1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.exports import csv_table, items
from auscult.engine.returns.exports.cells import since_1970
from auscult.engine.returns.exports.channels import channel_of
from auscult.engine.returns.exports.csv_table import Form, Record, Table, known
from auscult.engine.returns.exports.items import things
from auscult.engine.returns.exports.rows import Cells, Export, Remark

WANTED = "Explorations (CSV, Date), Data API runReport (JSON), BigQuery events (JSON)"
FORM = Form(
    columns={
        "at": ("date", "datehour", "datum", "tag", "eventdate"),
        "name": ("eventname", "keyeventname", "ereignisname", "keyevent"),
        "count": ("keyevents", "conversions", "eventcount", "transactions", "schlusselereignisse",
                  "schlüsselereignisse", "ereignisanzahl"),
        "total": ("purchaserevenue", "totalrevenue", "eventvalue", "gesamtumsatz"),
        "channel": ("sessionsource", "source", "firstusersource", "sessionsourcemedium",
                    "sourcemedium", "sessiondefaultchannelgroup", "defaultchannelgroup",
                    "sessionprimarychannelgroup", "sitzungsquelle"),
        "campaign": ("sessioncampaign", "campaign", "firstusercampaign", "sessioncampaignname",
                     "campaignname"),
        "order": ("transactionid",),
        "currency": ("currency", "currencycode"),
    },
    needed=("at", "count"),
)  # fmt: skip
TOTALS = frozenset({"grandtotal", "totals", "total", "gesamtsumme", "gesamt", "summe"})
PERIOD = re.compile(r"(start|end) date: ?(\d{8})", re.IGNORECASE)
HOUR = re.compile(r"(\d{8})(\d\d)", re.ASCII)  # a day with an hour of it


def read(data: bytes, columns: Mapping[str, str] | None = None) -> Export:
    """Read an export of Google Analytics 4.

    Raises
    ------
    Correctable
    """
    if items.is_json(data):
        found = items.document(data)
        if said := items.is_error(found):
            raise items.other(said, WANTED)
        return items.export(_events(found) if isinstance(found, list) else _report(found))
    table = csv_table.table(data)
    day = _only_day(table)
    form = Form(columns=FORM.columns, needed=("count",)) if day else FORM

    def change(cells: dict[str, str], line: Record) -> list[Cells]:
        return _line(cells, line, day)

    return csv_table.export(_without_totals(table), form, columns, change)


def _only_day(table: Table) -> str:
    """Return the day that the whole table is of, where it says so above."""
    found = {match[1].casefold(): match[2] for match in PERIOD.finditer("\n".join(table.above))}
    return found["start"] if found and found.get("start") == found.get("end") else ""


def _without_totals(table: Table) -> Table:
    """Return a table that has room for the word at the end of the line of totals."""
    return Table(
        columns=(*table.columns, str(len(table.columns) + 1)),
        above=table.above,
        fraction=table.fraction,
        text=table.text,
        separator=table.separator,
        begins=table.begins,
    )


def _line(cells: dict[str, str], line: Record, day: str) -> list[Cells]:
    if any(known(one) in TOTALS for one in line.values()):
        return []
    at = cells.get("at", "") or day
    hour = HOUR.fullmatch(at.strip())
    source, _slash, medium = cells.get("channel", "").partition(" / ")
    medium = medium or _medium(line)
    return [
        {
            **cells,
            "at": f"{hour[1]} {hour[2]}:00" if hour else at,
            "total": items.money(cells.get("total", "")),
            "channel": channel_of(source, medium),
            "campaign": _known_campaign(cells.get("campaign", "")),
            "order": _set(cells.get("order", "")),
        }
    ]


def _medium(line: Record) -> str:
    return next((value for name, value in line.items() if known(name).endswith("medium")), "")


def _set(text: str) -> str:
    return "" if text.strip() in {"(not set)", "(none)", "(other)"} else text


def _known_campaign(text: str) -> str:
    """Return a campaign; GA4 writes what wasn't one in brackets: (direct), (organic)."""
    given = text.strip()
    return "" if given.startswith("(") and given.endswith(")") else given


def _report(found: Any) -> Iterator[tuple[int, Cells | Remark]]:
    """Yield the rows of an answer of the Data API."""
    named = [
        items.text(items.part({"one": one}, "one").get("name"))
        for kind in ("dimensionHeaders", "metricHeaders")
        for one in things(found.get(kind))
    ]
    fields = _fields(named)
    if not {"at", "count"} <= set(fields.values()):
        raise items.other(_("it has no rows by date with a count of events"), WANTED)
    currency = items.text(items.part(found, "metadata").get("currencyCode"))
    for number, one in enumerate(things(found.get("rows")), start=1):
        values = [
            items.text(items.part({"one": value}, "one").get("value"))
            for kind in ("dimensionValues", "metricValues")
            for value in things(one.get(kind) if isinstance(one, Mapping) else None)
        ]
        if len(values) != len(named):
            yield number, items.no_object(number)
            continue
        line = dict(zip(named, values, strict=True))
        own = {field: line[name] for name, field in fields.items()}
        for cells in _line(own, line, ""):
            yield number, {**cells, "currency": cells.get("currency") or currency}


def _fields(names: list[str]) -> dict[str, str]:
    """Return the field that each header stands for."""
    there = {known(name): name for name in names}
    found: dict[str, str] = {}
    for field, aliases in FORM.columns.items():
        if name := next((there[one] for one in aliases if one in there), None):
            found[name] = field
    return found


def _events(events: list[Any]) -> Iterator[tuple[int, Cells | Remark]]:
    """Yield the events of an export for BigQuery, an object each."""
    for number, one in enumerate(events, start=1):
        if not isinstance(one, Mapping) or "event_name" not in one:
            yield number, items.no_object(number)
        else:
            yield number, _event(one)


def _event(one: Mapping[str, Any]) -> Cells:
    parameters = _parameters(one)
    shop = items.part(one, "ecommerce")
    now, first = items.part(one, "collected_traffic_source"), items.part(one, "traffic_source")
    source = items.text(now.get("manual_source")) or items.text(first.get("source"))
    medium = items.text(now.get("manual_medium")) or items.text(first.get("medium"))
    campaign = items.text(now.get("manual_campaign_name")) or items.text(first.get("name"))
    return {
        "at": _stamp(one),
        "name": items.text(one["event_name"]),
        "amount": items.money(
            items.text(shop.get("purchase_revenue")) or parameters.get("value", "")
        ),
        "currency": parameters.get("currency", ""),
        "channel": channel_of(source, medium),
        "campaign": _known_campaign(campaign),
        "order": _set(
            items.text(shop.get("transaction_id")) or parameters.get("transaction_id", "")
        ),
        "visitor": items.text(one.get("user_pseudo_id")),
    }


def _stamp(one: Mapping[str, Any]) -> str:
    """Return the moment of an event: millionths of a second since 1970, else its day."""
    given = items.text(one.get("event_timestamp"))
    if given.isascii() and given.isdigit() and len(given) < 20:
        return since_1970(int(given) / 1e6)
    return items.text(one.get("event_date"))


def _parameters(one: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for each in things(one.get("event_params")):
        value = items.part(each, "value")
        told = next((items.text(value[kind]) for kind in value if items.text(value[kind])), "")
        if isinstance(each, Mapping) and told:
            found[items.text(each.get("key"))] = told
    return found
