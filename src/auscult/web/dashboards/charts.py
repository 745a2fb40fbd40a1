"""Charts as Vega-Lite specifications, without colours: `style.py` dresses them.

Each takes numbers and returns a specification with its data inside. Days are written as they
are called in the organisation's time zone and drawn as if they were UTC, so no time zone of
the machine that draws comes into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from auscult.web.dashboards.days import Range
from auscult.web.dashboards.figures import Counted, Numbers

Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH = 640
HEIGHT = 200
HATCH = 7.0  # pixels between two lines that mark what was not read
ROW = 22  # pixels of a bar with its gap
LABEL = 28  # characters of a name beside its bar
LETTER = 7.5  # pixels of one, in a wide font

Gaps = Sequence[tuple[datetime, datetime]]


def by_day(
    asked: Range, counts: Numbers, names: Sequence[str], gaps: Gaps, *, width: int = WIDTH
) -> Spec:
    """Return lines of mentions by day, one for each name, with what was not read hatched."""
    days = [(asked.first + timedelta(number)).isoformat() for number in range(asked.days)]
    values = [
        {"day": day, "watch": name, "n": count}
        for name, row in zip(names, counts.tolist(), strict=True)
        for day, count in zip(days, row, strict=True)
    ]
    top = max(int(counts.max(initial=0)), 1)
    x = {
        "field": "day",
        "type": "temporal",
        "timeUnit": "utcyearmonthdate",
        "title": None,
        "scale": {"type": "utc", "domain": [_moment(asked.first), _moment(asked.last)]},
        "axis": {"format": "%-d %b", "labelOverlap": "greedy", "tickCount": 6},
    }
    y = {
        "field": "n",
        "type": "quantitative",
        "title": _("mentions a day"),
        "scale": {"domain": [0, top], "nice": False},
        "axis": {"format": ",d", "tickCount": 4},
    }
    # Colour and dashes, said alike, make one legend; there are fewer colours than watches.
    which = {
        "field": "watch",
        "type": "nominal",
        "sort": None,
        "legend": {"title": None, "symbolType": "stroke", "symbolSize": 400}
        if len(names) > 1
        else None,
        "scale": {"domain": list(names)},
    }
    lines = {
        "data": {"values": values},
        "mark": {"type": "line", "point": asked.days <= 31},
        "encoding": {"x": x, "y": y, "color": which, "strokeDash": which},
    }
    layers = [_hatched(asked, gaps, top, width, y), lines] if gaps else [lines]
    return _whole(layers, width=width, height=HEIGHT)


def _hatched(asked: Range, gaps: Gaps, top: int, width: int, y: Spec) -> Spec:
    """Return slanted lines over the gaps; Vega-Lite has no patterns."""
    whole = max(asked.days - 1, 1)
    begin = datetime.combine(asked.first, datetime.min.time())
    values: list[dict[str, Any]] = []
    for since, until in gaps:
        left, right = (_place(one, asked, begin, whole) * width for one in (since, until))
        for x0, y0, x1, y1 in slanted(left, max(right, left + 2), HEIGHT):
            values.append(
                {
                    "a": _moment_at(begin, x0 / width * whole),
                    "b": _moment_at(begin, x1 / width * whole),
                    "p": y0 / HEIGHT * top,
                    "q": y1 / HEIGHT * top,
                }
            )
    return {
        "data": {"values": values},
        "mark": {"type": "rule", "style": "gap", "clip": True},
        "encoding": {
            "x": {"field": "a", "type": "temporal", "scale": {"type": "utc"}},
            "x2": {"field": "b"},
            "y": {**y, "field": "p"},
            "y2": {"field": "q"},
        },
    }


def slanted(left: float, right: float, height: float) -> list[tuple[float, float, float, float]]:
    """Return lines of 45 degrees that fill a box from the ground up, HATCH apart.

    >>> slanted(0, 7, 7)
    [(0.0, 0.0, 7.0, 7.0)]
    """
    lines = []
    start = left - height
    start += (-start) % HATCH
    while start < right:
        x0, x1 = max(start, left), min(start + height, right)
        if x1 > x0:
            lines.append((float(x0), float(x0 - start), float(x1), float(x1 - start)))
        start += HATCH
    return lines


def _place(moment: datetime, asked: Range, begin: datetime, whole: int) -> float:
    local = moment.astimezone(asked.zone).replace(tzinfo=None)
    return min(max((local - begin) / timedelta(days=whole), 0.0), 1.0)


def _moment(day: date) -> Spec:
    return {"year": day.year, "month": day.month, "date": day.day, "utc": True}


def _moment_at(begin: datetime, days: float) -> str:
    return (begin + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def ranked(counted: Sequence[Counted], unit: str, *, width: int = WIDTH) -> Spec:
    """Return bars, the longest first, with their numbers."""
    values = [{"name": _short(one.name), "n": one.number} for one in counted]
    y = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": _name_axis([str(one["name"]) for one in values]),
    }
    x = {
        "field": "n",
        "type": "quantitative",
        "title": unit,
        "axis": {"format": ",d", "tickCount": 4},
    }
    number = {"field": "n", "type": "quantitative", "format": ",d"}
    layers: list[Spec] = [
        {"mark": {"type": "bar"}},
        {
            "mark": {"type": "text", "align": "left", "dx": 4, "style": "number"},
            "encoding": {"text": number},
        },
    ]
    spec = _whole(layers, width=width - 200, height=ROW * max(len(values), 1))
    return {**spec, "data": {"values": values}, "encoding": {"x": x, "y": y}}


def _name_axis(names: Sequence[str]) -> Spec:
    """Return an axis with room for names: who draws may know another font than who shows."""
    room = min(max(map(len, names), default=0) * LETTER, LABEL * LETTER)
    return {"labelLimit": 260, "ticks": False, "domain": False, "minExtent": room}


def _short(name: str) -> str:
    return name if len(name) <= LABEL else f"{name[: LABEL - 1]}…"


def shares(rows: Sequence[tuple[str, float, float, float, bool]], *, width: int = WIDTH) -> Spec:
    """Return shares of voice with their intervals: (name, share, low, high, of the house)."""
    values = [
        {"name": _short(name), "share": share, "low": low, "high": high, "own": own}
        for name, share, low, high, own in rows
    ]
    y = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": _name_axis([str(one["name"]) for one in values]),
    }
    x = {
        "field": "share",
        "type": "quantitative",
        "title": _("share of all mentions"),
        "scale": {"domain": [0, 1]},
        "axis": {"format": ".0%", "tickCount": 5},
    }
    own = {
        "field": "own",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": [True, False]},
    }
    layers: list[Spec] = [
        {"mark": {"type": "bar", "opacity": 0.55}, "encoding": {"x": x, "color": own}},
        {
            "mark": {"type": "rule", "style": "interval"},
            "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
        },
    ]
    spec = _whole(layers, width=width - 200, height=ROW * max(len(values), 1))
    return {**spec, "data": {"values": values}, "encoding": {"y": y}}


def week(hours: Numbers, weekdays: Sequence[str], *, width: int = WIDTH) -> Spec:
    """Return the hours of a week, darker where there is more."""
    values = [
        {"day": weekdays[day], "hour": hour, "n": count}
        for day, row in enumerate(hours.tolist())
        for hour, count in enumerate(row)
    ]
    encoding = {
        "x": {
            "field": "hour",
            "type": "ordinal",
            "title": _("hour of the day"),
            "axis": {"labelAngle": 0, "values": list(range(0, 24, 3))},
        },
        "y": {"field": "day", "type": "ordinal", "sort": list(weekdays), "title": None},
        "color": {
            "field": "n",
            "type": "quantitative",
            "legend": {"title": _("mentions"), "format": ",d", "tickCount": 3},
        },
    }
    return {
        "$schema": SCHEMA,
        "width": width - 120,
        "height": 7 * ROW,
        "data": {"values": values},
        "mark": {"type": "rect"},
        "encoding": encoding,
    }


def _whole(layers: list[Spec], *, width: int, height: int) -> Spec:
    return {"$schema": SCHEMA, "width": width, "height": height, "layer": layers}
