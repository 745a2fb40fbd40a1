"""Pictures and pages as files: what stands in them, and that every chart is valid."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import altair as alt
import pytest
from pypdf import PdfReader

from auscult.web.dashboards import queries
from auscult.web.dashboards.content import PANELS, Content
from auscult.web.dashboards.days import read
from auscult.web.dashboards.documents import as_pdf
from auscult.web.dashboards.drawing import STUDIO
from auscult.web.dashboards.panels import Board
from auscult.web.dashboards.style import THEMES, dressed
from auscult.web.sources.models import Coverage

pytestmark = pytest.mark.django_db
RANGE = {"since": "2026-11-14", "until": "2026-11-27"}


@pytest.fixture
def board(
    owner: Any, watch: Any, source: Any, record: Callable[..., Any], post: Any, settled: Any
) -> Board:
    record(
        *(
            post(
                number * 200,
                hashtags=["café & <b>", "#"],
                links=["https://news.example/a"],
                language=["en", "de"][number % 2],
            )
            for number in range(20)
        )
    )
    Coverage.objects.create(
        source=source,
        since=read(owner, RANGE, default="7d").since,
        until=read(owner, {**RANGE, "since": "2026-11-16"}, default="7d").since,
        community="",
        reason="the town was asleep",
        sampled=1.0,
    )
    return Board(owner, Content(), read(owner, RANGE, default="7d"), tuple(PANELS))


def test_every_chart_is_a_valid_specification(board: Board) -> None:
    drawn = [panel for panel in board.panels() if panel.spec]

    assert {panel.name for panel in drawn} == set(PANELS) - {"peers"}
    for panel in drawn:
        for theme in THEMES:
            spec = dressed(panel.spec or {}, theme, title=panel.title, below="x")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                alt.Chart.from_dict(spec)


def test_pictures_are_drawn_in_both_forms_and_kept(board: Board) -> None:
    spec = dressed(board.panel("volume").spec or {}, "light")

    svg = STUDIO.picture(spec, "svg", language="en")
    png = STUDIO.picture(spec, "png", language="de")
    again = STUDIO.picture(spec, "svg", language="en")

    root = ET.fromstring(svg.content)
    assert root.tag.endswith("svg")
    assert b"<script" not in svg.content
    assert png.content.startswith(b"\x89PNG")
    assert again.mark == svg.mark != png.mark
    # The gap is hatched: many short lines in its colour.
    assert svg.content.count(THEMES["light"].gap.encode()) > 10


def test_the_studio_goes_on_after_its_process_was_killed(board: Board) -> None:
    spec = dressed(board.panel("languages").spec or {}, "dark")
    STUDIO.picture(spec, "svg", language="en")
    assert STUDIO._child is not None
    STUDIO._child.kill()
    STUDIO._child.wait()
    STUDIO._kept.clear()

    assert STUDIO.picture(spec, "svg", language="en").content.startswith(b"<svg")


def test_pages_have_title_charts_tables_and_what_was_not_read(board: Board) -> None:
    pages = PdfReader(io.BytesIO(as_pdf(board, queries.overview(board.actor))))
    text = "\n".join(page.extract_text() for page in pages.pages)

    assert 3 <= len(pages.pages) <= 8
    assert "Overview" in text
    assert "14 Nov 2026 to 27 Nov 2026" in text
    assert "20 mentions" in text
    assert "#café & <b>" in text
    assert "the town was asleep" in text
    assert "Lakeside Hospital" in text
    assert pages.metadata is not None
    assert pages.metadata.title == "Overview"


def test_a_dashboard_without_mentions_is_a_page_too(owner: Any, watch: Any) -> None:
    board = Board(owner, Content(), read(owner, RANGE, default="7d"), tuple(PANELS))
    pages = PdfReader(io.BytesIO(as_pdf(board, queries.overview(owner))))

    assert "No mentions" in pages.pages[0].extract_text()
