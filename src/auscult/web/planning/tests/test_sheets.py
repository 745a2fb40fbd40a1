"""Sheets of a plan: a full house fits on one page, what is more goes on over the page, numbered."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from auscult.web.accounts.models import Actor
from auscult.web.planning import sheets

pytestmark = pytest.mark.django_db
BET = "Ein Tag auf der Intensivstation, erzählt von denen, die dort arbeiten"
OBJECTIVE = "Unbesetzte Pflegestellen auf den Intensiv- und Überwachungsstationen"


def plan(bets: int) -> dict[str, Any]:
    row = [BET, OBJECTIVE, "annegret_freifrau_von_schmidt_wittenberge", "10 / 12", "40 %"]
    return {
        "title": "Winter 2026/27: Geburtshilfe, Pflegegewinnung und Vertrauen in die Notaufnahme",
        "about": "Universitätsklinikum Seenplatte",
        "days": "10. Okt. 2026 bis 17. Jan. 2027",
        "sections": [
            {"title": "Im Fokus", "lines": ["Von der Regionalpresse zuerst gefragt werden"] * 4},
            {"title": "Ziele", "lines": [f"{OBJECTIVE}: von 40 auf 10 Stellen"] * 8},
            {"title": "Annahmen", "lines": [f"{BET} (trifft zu)"] * 4},
        ],
        "title-of-bets": "Vorhaben",
        "head": ["Vorhaben", "Für", "Verantwortlich", "Erledigte Aufgaben", "Fortschritt"],
        "bets": [row] * bets,
    }


def pages(actor: Actor, bets: int) -> list[str]:
    printed = PdfReader(io.BytesIO(sheets.sheet(actor, "plan", plan(bets))))
    return [" ".join(one.extract_text().split()) for one in printed.pages]


def test_eight_objectives_and_twelve_bets_are_one_page(owner: Actor) -> None:
    [only] = pages(owner, 12)
    assert only.count("10 / 12") == 12
    assert only.endswith("1 / 1")


def test_what_no_page_holds_goes_on_with_its_head(owner: Actor) -> None:
    first, *between, last = pages(owner, 60)
    assert "Fortschritt" in first
    assert "Fortschritt" in last
    assert last.endswith(f"{len(between) + 2} / {len(between) + 2}")
