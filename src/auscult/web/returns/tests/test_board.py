"""The page for the board: what it says of planted rows, to whom, and as files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import board_rows
from auscult.web.accounts.models import Actor, User

FIRST = date(2026, 8, 15)
ASKED = "?cycle=1"
Signed = Callable[[Actor], Client]


@pytest.fixture
def signed() -> Signed:
    """Open pages as a person."""

    def client(actor: Actor) -> Client:
        found = Client()
        found.force_login(User.objects.get(pk=actor.user_id or 0))
        return found

    return client


@pytest.fixture
def house(owner: Actor) -> Any:
    """Give a house with a cycle's costs and outcomes; its kind of outcome."""
    return board_rows.fill(owner, first=FIRST)


def test_the_page_says_what_it_cost_and_brought(owner: Actor, house: Any, signed: Signed) -> None:
    said = signed(owner).get("/returns/").content.decode()
    Path("/tmp/board.html").write_text(said)
    assert "We spent" in said
