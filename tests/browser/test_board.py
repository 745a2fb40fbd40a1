"""The page for the board in a browser: as it begins, with a cycle's rows, kept and taken along."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browser.conftest import Rooms, Server, environment, sign_in
from browser.looking import complaints, shoot

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
PAGES = ("", "appendix/", "kept/", "kept/1/", "kept/1/now/", "kept/1/remove/", "case/")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    archive = tmp_path_factory.mktemp("board") / "archive"
    told = {**environment(archive), "PYTHONPATH": str(HERE.parent)}
    subprocess.run([sys.executable, HERE / "board_house.py"], env=told, check=True)
    running = Server(archive, "--empty")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def board_rooms(house: Server, chromium: Browser) -> Iterator[Rooms]:
    rooms = Rooms(house, chromium, sign_in(house, chromium))
    yield rooms
    rooms.close()


def test_a_number_opens_its_evidence(board_rooms: Rooms) -> None:
    page = board_rooms.open("/returns/")
    expect(page.get_by_text("We spent")).to_be_visible()
    page.get_by_role("link", name="14,400 EUR").click()
    expect(page.get_by_role("heading", name="Break-even")).to_be_in_viewport()
    expect(page.get_by_text("controlling, contribution margin").first).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(360, True), (768, False), (1440, False)])
def test_each_page_is_fit_to_be_shown(board_rooms: Rooms, axe: str, width: int, dark: bool) -> None:
    page = board_rooms.open("/returns/", width=width, dark=dark)
    found = {}
    for name in PAGES:
        page.goto(f"/returns/{name}")
        shoot(page, f"board-{name.strip('/').replace('/', '-') or 'room'}-{width}")
        found[name] = complaints(page, axe)
    assert not any(found.values()), {key: said for key, said in found.items() if said}
    assert board_rooms.errors == []
