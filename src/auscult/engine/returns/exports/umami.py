"""What Umami hands out: its data export (`website_event.csv`) and the answers of its API.

Events count, views of pages don't. Its clock is UTC.

References
----------
docs.umami.is/docs/api; columns as of the export of 2026.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.exports import csv_table, items
from auscult.engine.returns.exports.channels import channel_of
from auscult.engine.returns.exports.csv_table import Form, Record
from auscult.engine.returns.exports.rows import Cells, Export, Remark

WANTED = "website_event.csv, /events, /events/series"
VIEW = "1"  # of a page; 2 is an event
FORM = Form(
    columns={
        "at": ("createdat",),
        "name": ("eventname",),
        "channel": ("utmsource",),
        "campaign": ("utmcampaign",),
        "visitor": ("distinctid", "sessionid"),
    },
    needed=("at", "name"),
)


def read(data: bytes, columns: Mapping[str, str] | None = None) -> Export:
    """Read an export of Umami.

    Raises
    ------
    Correctable
    """
    if items.is_json(data):
        return items.export(_items(items.document(data)))
    return csv_table.export(csv_table.table(data), FORM, columns, _event)


def _event(cells: dict[str, str], line: Record) -> list[Cells]:
    if not cells.get("name", "").strip() or line.get("event_type", "").strip() == VIEW:
        return []
    visitor = line.get("distinct_id", "").strip() or line.get("session_id", "").strip()
    return [
        {
            **cells,
            "at": _utc(cells["at"]),
            "channel": channel_of(
                cells.get("channel", "").strip() or line.get("referrer_domain", ""),
                line.get("utm_medium", ""),
            ),
            "visitor": visitor or cells.get("visitor", ""),
        }
    ]


def _utc(text: str) -> str:
    """Return a moment with its zone, which the export of data leaves out."""
    given = text.strip()
    return f"{given}Z" if len(given) > 10 and given[-1:].isdigit() and "+" not in given else given


def _items(found: Any) -> Iterator[tuple[int, Cells | Remark]]:
    if said := items.is_error(found):
        raise items.other(said, WANTED)
    told = found.get("data") if isinstance(found, Mapping) else found
    if not isinstance(told, list):
        raise items.other(_("it has no list of events"), WANTED)
    if told and all(isinstance(one, Mapping) and set(one) == {"x", "y"} for one in told):
        raise items.other(_("sums of events without their days"), WANTED)
    for number, one in enumerate(told, start=1):
        if not isinstance(one, Mapping) or not ("createdAt" in one or "t" in one):
            yield number, items.no_object(number)
        elif "t" in one:
            yield (
                number,
                {
                    "at": items.text(one["t"])[:10],
                    "name": items.text(one.get("x")),
                    "count": items.text(one.get("y")),
                },
            )
        elif items.text(one.get("eventName")) and items.text(one.get("eventType")) != VIEW:
            yield number, _of_item(one)


def _of_item(one: Mapping[str, Any]) -> Cells:
    source = items.text(one.get("utmSource")) or items.text(one.get("referrerDomain"))
    return {
        "at": items.text(one["createdAt"]),
        "name": items.text(one.get("eventName")),
        "channel": channel_of(source, items.text(one.get("utmMedium"))),
        "campaign": items.text(one.get("utmCampaign")),
        "visitor": items.text(one.get("distinctId")) or items.text(one.get("sessionId")),
    }
