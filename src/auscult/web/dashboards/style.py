"""The house style of charts: one dress for all, light and dark.

Colours differ in lightness as well as in hue and have a contrast of 3:1 at least with the
ground; lines differ in their dashes too, so that no reader needs colours to tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FONT = "system-ui, Roboto, 'Noto Sans', 'Liberation Sans', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours of one theme; those of `house.css`."""

    ground: str
    text: str
    quiet: str
    line: str
    gap: str
    series: tuple[str, ...]
    ramp: tuple[str, str]


THEMES: Mapping[str, Theme] = {
    "light": Theme(
        ground="#ffffff",
        text="#17211f",
        quiet="#4d5b59",
        line="#d5dddd",
        gap="#8b9694",
        series=("#0b5f63", "#b8560f", "#5b4a9e", "#a1206b", "#4d6b00", "#1a4fd6", "#5f6b6a"),
        ramp=("#eef2f2", "#084a4d"),
    ),
    "dark": Theme(
        ground="#172021",
        text="#e4ecea",
        quiet="#a9b8b5",
        line="#2d3a3b",
        gap="#71807f",
        series=("#74cdd0", "#f0a35e", "#b3a5f0", "#f08cc0", "#b5cc5e", "#8fb3ff", "#b5bdbb"),
        ramp=("#1e292a", "#9fe0e2"),
    ),
}


def dressed(
    spec: Mapping[str, Any], theme: str, *, title: str = "", below: str = "", font: str = FONT
) -> dict[str, Any]:
    """Return a chart in the house style, with its title where it stands alone."""
    colours = THEMES[theme]
    whole = {
        **spec,
        "config": {**_config(colours), "font": font},
        "background": colours.ground,
        "padding": 8,
    }
    if title:
        whole["title"] = {"text": title, "subtitle": below} if below else {"text": title}
    return whole


def _config(colours: Theme) -> dict[str, Any]:
    axis = {
        "labelColor": colours.quiet,
        "titleColor": colours.quiet,
        "titleFontWeight": "normal",
        "gridColor": colours.line,
        "domainColor": colours.line,
        "tickColor": colours.line,
        "labelFontSize": 12,
        "titleFontSize": 12,
    }
    return {
        "view": {"stroke": None},
        "axis": axis,
        "axisX": {"grid": False},
        "legend": {
            "labelColor": colours.text,
            "titleColor": colours.quiet,
            "titleFontWeight": "normal",
            "orient": "bottom",
            "labelFontSize": 12,
            "columns": 3,
            "labelLimit": 180,
        },
        "title": {
            "color": colours.text,
            "subtitleColor": colours.quiet,
            "anchor": "start",
            "fontSize": 15,
            "subtitleFontSize": 12,
        },
        "range": {
            "category": list(colours.series),
            "ramp": list(colours.ramp),
            "heatmap": list(colours.ramp),
        },
        "line": {"strokeWidth": 2},
        "point": {"size": 24, "filled": True},
        "bar": {"color": colours.series[0]},
        "style": {
            "gap": {"color": colours.gap, "strokeWidth": 1},
            "interval": {"color": colours.text, "strokeWidth": 2},
            "number": {"color": colours.text, "fontSize": 12},
        },
    }
