"""Purists' corner with findings, as its owner sees it; and a claim that she adds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browser.conftest import Rooms, Server, environment, sign_in
from browser.looking import complaints, shoot

HERE = Path(__file__).parent
PAGES = ("", "1/", "2/", "3/", "5/", "5/draw/", "1/remove/", "add/post-on/", "trials/1/")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    archive = tmp_path_factory.mktemp("claims") / "archive"
    script = HERE / "claims_house.py"
    subprocess.run([sys.executable, script], env=environment(archive), check=True)
    running = Server(archive, "--empty")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def claim_rooms(house: Server, chromium: Browser) -> Iterator[Rooms]:
    rooms = Rooms(house, chromium, sign_in(house, chromium))
    yield rooms
    rooms.close()


def test_a_claim_is_added_and_its_days_are_drawn(claim_rooms: Rooms) -> None:
    page = claim_rooms.open("/plan/claims/")
    expect(page.get_by_text("holds here").first).to_be_visible()
    page.get_by_role("link", name="Always three hashtags.").click()
    page.get_by_label("Whose posts?").select_option("accounts")
    page.get_by_label("Accounts or communities").fill("desk@lakeside.example")
    page.get_by_role("button", name="Test it").click()
    expect(page.get_by_role("heading", name="Always 3 hashtags")).to_be_visible()
    page.get_by_role("link", name="Draw a trial").click()
    page.get_by_role("button", name="Draw the days").click()
    expect(page.get_by_text("No day is over yet")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Days as CSV").click()
    assert taken.value.suggested_filename.endswith(".csv")
    assert claim_rooms.errors == []


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(360, True), (1440, False)])
def test_each_page_of_claims_is_fit_to_be_shown(
    claim_rooms: Rooms, axe: str, width: int, dark: bool
) -> None:
    page = claim_rooms.open("/plan/claims/", width=width, dark=dark)
    found = {}
    for name in PAGES:
        page.goto(f"/plan/claims/{name}")
        found[name] = complaints(page, axe)
        shoot(page, f"claims-{name.strip('/').replace('/', '-') or 'all'}-{width}")
    assert not any(found.values()), {key: said for key, said in found.items() if said}
    assert claim_rooms.errors == []
