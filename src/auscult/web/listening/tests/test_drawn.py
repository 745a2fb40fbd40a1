"""What is drawn once and remembered: never for other values, another language or zone."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from auscult.web.listening.drawn import drawn
from auscult.web.listening.showing import Shown
from auscult.web.listening.templatetags.mentions import mention_row

SAID = Shown(
    id=7,
    pseudonym="A quiet heron",
    network="Feeds",
    created_at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC),
    language="en",
    title="",
    title_spans=(),
    text="the flu shot line",
    text_spans=((4, 7),),
    reactions=(),
    link="",
    has_author=True,
    watches=(),
)


def test_the_same_row_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawings: list[str] = []

    def counted(template: str, given: dict[str, object]) -> str:
        drawings.append(template)
        return render_to_string(template, given)

    monkeypatch.setattr("auscult.web.listening.drawn.render_to_string", counted)
    row = drawn("listening/parts/mention.html", keep=10)
    pages = [row(mention=replace(SAID), may_reveal=False) for _ in range(3)]
    assert len(drawings) == 1
    assert len({*pages}) == 1
    for other in ({"text": "the line"}, {"text_spans": ()}, {"copies": 2, "group": 5}, {"id": 8}):
        row(mention=replace(SAID, **other), may_reveal=False)
    assert len(drawings) == 5
    row(mention=SAID, may_reveal=False)
    assert len(drawings) == 5
    later = time.monotonic() + 61
    monkeypatch.setattr("auscult.web.listening.drawn.time.monotonic", lambda: later)
    row(mention=SAID, may_reveal=False)
    assert len(drawings) == 6, "nothing is kept for longer than a minute"


def test_it_is_drawn_anew_for_another_right_language_and_zone() -> None:
    plain = mention_row(SAID, may_reveal=False)
    assert "Author and original" not in plain
    assert "Author and original" in mention_row(SAID, may_reveal=True)
    with translation.override("de"):
        assert "Author and original" not in mention_row(SAID, may_reveal=True)
    with timezone.override("Asia/Tokyo"):
        assert "21 Nov 2026, 08:30" in mention_row(SAID, may_reveal=False)
    assert mention_row(SAID, may_reveal=False) == plain
