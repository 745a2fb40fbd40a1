"""A dashboard as PDF: set by Typst, with its charts, tables and what was not read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from auscult.web.accounts.models import Organisation
from auscult.web.dashboards.drawing import STUDIO
from auscult.web.dashboards.models import Dashboard
from auscult.web.dashboards.panels import Board, Panel, gap_in_words, range_in_words
from auscult.web.dashboards.style import dressed

SOURCE = Path(__file__).parent / "templates" / "dashboards" / "dashboard.typ"
# The typesetter has this one with it, so paper looks the same on every machine.
FONT = "Libertinus Serif"
MOST_ROWS = 40
MOST_COLUMNS = 8
MOST_GAPS = 60


def as_pdf(board: Board, dashboard: Dashboard) -> bytes:
    """Return a dashboard on A4 pages, in the language that is active."""
    language = get_language() or "en"
    return STUDIO.document(SOURCE.read_text(encoding="utf-8"), _page(board, dashboard, language))


def _page(board: Board, dashboard: Dashboard, language: str) -> dict[str, Any]:
    now = board.actor.clock.now().astimezone(board.range.zone)
    house = Organisation.objects.get(pk=board.actor.organisation_id)
    made = _("Made on %(moment)s; days are those of %(zone)s.")
    return {
        "title": dashboard.name,
        "organisation": house.name,
        "language": language[:2],
        "range": range_in_words(board.range),
        "made": made % {"moment": date_format(now, _("j M Y, H:i")), "zone": board.range.zone.key},
        "panels": [_panel(panel, language) for panel in board.panels()],
        "coverage": _coverage(board),
    }


def _panel(panel: Panel, language: str) -> Mapping[str, Any]:
    table = panel.table
    fits = len(table.rows) <= MOST_ROWS and len(table.columns) <= MOST_COLUMNS
    svg = ""
    if panel.spec is not None:
        spec = dressed(panel.spec, "light", font=FONT)
        svg = STUDIO.picture(spec, "svg", language=language).content.decode()
    left_out = _("The table has %(rows)s rows and %(columns)s columns: take it as CSV.")
    return {
        "title": panel.title,
        "says": panel.says,
        "svg": svg,
        "notes": [] if panel.name == "volume" else list(panel.notes),
        "columns": list(table.columns),
        "rows": [[text for text, _number in row] for row in table.shown] if fits else [],
        "left-out": ""
        if fits
        else left_out % {"rows": len(table.rows), "columns": len(table.columns)},
    }


def _coverage(board: Board) -> Mapping[str, Any]:
    lines = [gap_in_words(one) for one in board.gaps[:MOST_GAPS]]
    if len(board.gaps) > MOST_GAPS:
        lines.append(_("and %(n)s more") % {"n": len(board.gaps) - MOST_GAPS})
    return {
        "title": _("What was not read"),
        "none": _("No gaps are known: every source was read all the time."),
        "gaps": lines,
    }
