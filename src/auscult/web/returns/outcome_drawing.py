"""Numbers by day, to draw: bars of a scale; and the pages of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest

WIDTH, HEIGHT = 1000.0, 100.0  # of a drawing's own units
DAYS_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A day or more of them."""

    day: date
    value: float
    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Numbers by day; `days` are named under them at equal distances."""

    bars: tuple[Bar, ...]
    most: float
    sum: float
    days: tuple[date, ...]


def bars(values: Sequence[tuple[date, float]]) -> Bars:
    """Return the drawing of values by day, in order of the days."""
    most = max([value for _day, value in values], default=0) or 1
    wide = WIDTH / max(1, len(values))
    drawn = tuple(
        Bar(
            day=day,
            value=value,
            x=round(place * wide, 2),
            width=round(wide * 0.9, 2),
            y=round(HEIGHT * (1 - value / most), 2),
            height=round(HEIGHT * value / most, 2),
        )
        for place, (day, value) in enumerate(values)
    )
    last = len(values) - 1
    named = sorted({round(part * last / (DAYS_NAMED - 1)) for part in range(DAYS_NAMED)})
    return Bars(
        bars=drawn,
        most=most,
        sum=sum(value for _day, value in values),
        days=tuple(values[place][0] for place in named) if values else (),
    )


def beside(request: HttpRequest, shown: Any) -> dict[str, str]:
    """Return the addresses of the pages before and after, as `components/pages.html` takes them."""

    def page(number: int) -> str:
        asked = request.GET.copy()
        asked["page"] = str(number)
        return f"?{asked.urlencode()}"

    return {
        "newer": page(shown.previous_page_number()) if shown.has_previous() else "",
        "older": page(shown.next_page_number()) if shown.has_next() else "",
        "where": f"{shown.number} / {shown.paginator.num_pages}",
    }
