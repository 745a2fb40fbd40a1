"""Goals as a person meets them: the tree, an objective with its forecast, a file, no barriers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Rooms, Server, environment, sign_in
from browser.looking import LOOKS, complaints, shoot

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    archive = tmp_path_factory.mktemp("goals") / "archive"
    done = subprocess.run(
        [sys.executable, HERE / "small_goals.py"],
        env=environment(archive),
        check=True,
        stdout=subprocess.PIPE,
    )
    return archive, json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def house(filled: tuple[Path, dict[str, int]]) -> Iterator[Server]:
    running = Server(filled[0], "--empty")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def session(house: Server, chromium: Browser) -> list[dict[str, object]]:
    return sign_in(house, chromium)


@pytest.fixture
def rooms(house: Server, chromium: Browser, session: list[dict[str, object]]) -> Iterator[Rooms]:
    opened = Rooms(house, chromium, session)
    yield opened
    opened.close()
    assert opened.errors == []


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_no_page_of_goals_has_a_barrier(
    rooms: Rooms, axe: str, filled: tuple[Path, dict[str, int]], width: int, dark: bool
) -> None:
    known = filled[1]
    page = rooms.open("/goals/", width=width, dark=dark)
    found = {}
    for path in (
        "",
        f"priorities/{known['priority']}/",
        "priorities/add/",
        f"objectives/{known['objective']}/",
        f"objectives/{known['objective']}/change/",
        f"objectives/{known['objective']}/source/",
        f"objectives/{known['objective']}/readings/file/",
        "orphans/",
        "changes/",
    ):
        page.goto(f"/goals/{path}")
        found[path] = complaints(page, axe)
        name = path.replace("/", "-")
        shoot(page, f"goals-{name}{width}-{'dark' if dark else 'light'}")
    assert {path: said for path, said in found.items() if said} == {}


def save_a_file(page: Page) -> None:
    """Give a file with a wrong line, correct it, and save it."""
    page.get_by_role("link", name="From a file").click()
    text = b"day;value\n2026-02-01;28\n2026-02-08;many\n2026-02-15;26,5\n"
    page.get_by_label("File").set_input_files(
        {"name": "noise.csv", "mimeType": "text/csv", "buffer": text}
    )
    page.get_by_role("button", name="Save the readings").click()
    expect(page.get_by_text("1 line can't be read, so nothing was saved.")).to_be_visible()
    lines = page.get_by_label("or its lines")
    lines.fill(lines.input_value().replace("many", "27"))
    page.get_by_role("button", name="Save the readings").click()
    expect(page.get_by_text("Saved: 3 new days")).to_be_visible()
    expect(page.get_by_text("26.5 on 15 Feb 2026, wanted: 10")).to_be_visible()


def test_from_a_wish_to_readings_without_scripts(rooms: Rooms) -> None:
    page = rooms.open("/goals/", js=False, width=360)
    page.get_by_role("link", name="Add a priority").click()
    page.get_by_label("What do you want?").fill("Quiet nights")
    page.get_by_label("Business function").select_option("Orthopaedics")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add an objective").click()
    page.get_by_label("Objective", exact=True).fill("Less noise at night")
    page.get_by_label("Measure").fill("complaints a week")
    page.get_by_label("It shall go").select_option("down")
    page.get_by_label("Where it stands (baseline)").fill("30")
    page.get_by_label("on", exact=True).fill("2026-01-05")
    page.get_by_label("Where it shall be (target)").fill("40")
    page.get_by_label("by", exact=True).fill("2199-12-01")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("less than the baseline, 30.0")).to_be_visible()
    page.get_by_label("Where it shall be (target)").fill("10")
    page.get_by_role("button", name="Save").click()
    save_a_file(page)
    page.get_by_label("Link something to it").select_option("Something shiny")
    page.get_by_role("button", name="Link it").click()
    page.goto("/goals/orphans/")
    expect(page.get_by_text("Something shiny")).to_have_count(0)
    expect(page.get_by_role("link", name="Would recommend us").first).to_be_visible()
