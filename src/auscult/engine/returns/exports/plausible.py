"""What Plausible hands out: `imported_custom_events` of its export, and answers of its API.

References
----------
plausible.io/docs/csv-import (columns of the export), plausible.io/docs/stats-api (version 2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.exports import csv_table, items
from auscult.engine.returns.exports.channels import channel_of
from auscult.engine.returns.exports.csv_table import Form
from auscult.engine.returns.exports.items import things
from auscult.engine.returns.exports.rows import Cells, Export, Remark

WANTED = "imported_custom_events_….csv; POST /api/v2/query (time:day, event:goal; events)"
FORM = Form(
    columns={
        "at": ("date", "time", "timeday"),
        "name": ("name", "goal", "eventgoal"),
        "count": ("events", "totalconversions", "conversions", "visitors"),
        "total": ("totalrevenue",),
        "channel": ("source", "utmsource", "visitsource"),
        "campaign": ("utmcampaign", "visitutmcampaign"),
    },
    needed=("at", "name", "count"),
)
FIELD_OF = {
    "event:goal": "name",
    "event:name": "name",
    "visit:source": "channel",
    "visit:utm_source": "channel",
    "visit:referrer": "channel",
    "visit:utm_campaign": "campaign",
    "events": "count",
    "total_revenue": "total",
}
COUNTS = ("events", "conversions", "visitors", "visits")


def read(data: bytes, columns: Mapping[str, str] | None = None) -> Export:
    """Read an export of Plausible.

    Raises
    ------
    Correctable
    """
    if items.is_json(data):
        return items.export(_items(items.document(data)))
    found = csv_table.table(data)
    return csv_table.export(found, FORM, columns, lambda cells, _line: [_by_channel(cells)])


def _by_channel(cells: Mapping[str, str]) -> Cells:
    total = items.money(cells.get("total", ""))
    return {**cells, "channel": channel_of(cells.get("channel", "")), "total": total}


def _items(found: Any) -> Iterator[tuple[int, Cells | Remark]]:
    if said := items.is_error(found):
        raise items.other(said, WANTED)
    query = items.part(found, "query")
    dimensions = [items.text(one) for one in things(query.get("dimensions"))]
    metrics = [items.text(one) for one in things(query.get("metrics"))]
    count = next((one for one in COUNTS if one in metrics), None)
    days = [one for one in dimensions if one.startswith("time")]
    if not days or count is None or not isinstance(found.get("results"), list):
        raise items.other(_("it has no results by day with a count"), WANTED)
    fields = {**FIELD_OF, **dict.fromkeys(days, "at"), count: "count"}
    for number, one in enumerate(found["results"], start=1):
        told = one if isinstance(one, Mapping) else {}
        cells = {
            **_named(dimensions, things(told.get("dimensions")), fields),
            **_named(metrics, things(told.get("metrics")), fields),
        }
        yield number, _by_channel(cells) if "at" in cells else items.no_object(number)


def _named(
    names: Sequence[str], values: Sequence[Any], fields: Mapping[str, str]
) -> dict[str, str]:
    found = {}
    for name, value in zip(names, values, strict=False):
        if name in fields:
            found[fields[name]] = _plain(value)
            if currency := items.text(items.part({"of": value}, "of").get("currency")):
                found["currency"] = currency
    return found


def _plain(value: Any) -> str:
    """Return a value as text; of money the sum, which comes with its currency."""
    return items.text(value.get("value") if isinstance(value, Mapping) else value)
