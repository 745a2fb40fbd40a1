"""What a house has and what more could bring, asked in a browser and answered by the runner."""

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
PAGES = (
    "have/", "have/skills/add/", "have/skills/1/", "have/hours/add/", "have/hours/1/",
    "have/absences/add/", "have/absences/1/", "have/assets/add/", "have/assets/1/",
    "more/", "more/ask/", "more/leaders/",
)  # fmt: skip
ANSWER = 60_000.0  # milliseconds, on a busy machine


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    archive = tmp_path_factory.mktemp("more") / "archive"
    told = {**environment(archive), "PYTHONPATH": str(HERE.parent)}
    subprocess.run([sys.executable, HERE / "more_house.py"], env=told, check=True)
    running = Server(archive, "--empty")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def more_rooms(house: Server, chromium: Browser) -> Iterator[Rooms]:
    rooms = Rooms(house, chromium, sign_in(house, chromium))
    yield rooms
    rooms.close()


def test_a_question_is_asked_and_answered(more_rooms: Rooms) -> None:
    page = more_rooms.open("/plan/more/")
    page.get_by_role("link", name="Ask the planner").click()
    page.get_by_label("Talks at the nursing school").check()
    page.get_by_role("button", name="Ask", exact=True).click()
    # Without a click: the page looks by itself.
    expect(page.get_by_role("heading", name="Hours by bet")).to_be_visible(timeout=ANSWER)
    expect(page.get_by_role("heading", name="What changed, and why")).to_be_visible()
    expect(page.get_by_text("It serves no objective.")).to_be_visible()
    page.get_by_role("link", name="One page for leadership").click()
    expect(page.get_by_role("heading", name="What more would bring")).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1440, False)])
def test_each_page_is_fit_to_be_shown(more_rooms: Rooms, axe: str, width: int, dark: bool) -> None:
    page = more_rooms.open("/plan/", width=width, dark=dark)
    found = {}
    for name in PAGES:
        page.goto(f"/plan/{name}")
        found[name] = complaints(page, axe)
        shoot(page, f"more-{name.strip('/').replace('/', '-')}-{width}")
    assert not any(found.values()), {key: said for key, said in found.items() if said}
    assert more_rooms.errors == []
