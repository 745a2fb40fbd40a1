"""What people bring to a plan, as a person walks it in a browser, and fit to be shown."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Rooms, Server, environment, sign_in
from browser.looking import barriers, complaints, shoot

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
PAGES = (
    "", "readiness/", "readiness/log/", "readiness/1/change/", "accounts/ask/", "accounts/1/",
    "accounts/2/", "accounts/3/", "bets/1/", "comments/2/change/", "page/", "cycles/",
    "cycles/read/",
)  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    archive = tmp_path_factory.mktemp("taking-part") / "archive"
    script = HERE / "taking_part_house.py"
    subprocess.run([sys.executable, script], env=environment(archive), check=True)
    running = Server(archive, "--empty")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def part_rooms(house: Server, chromium: Browser) -> Iterator[Rooms]:
    rooms = Rooms(house, chromium, sign_in(house, chromium))
    yield rooms
    rooms.close()


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1440, False)])
def test_each_page_is_fit_to_be_shown(part_rooms: Rooms, axe: str, width: int, dark: bool) -> None:
    page = part_rooms.open("/plan/", width=width, dark=dark)
    found = {}
    for name in PAGES:
        page.goto(f"/plan/{name}")
        found[name] = complaints(page, axe)
        shoot(page, f"part-{name.strip('/').replace('/', '-') or 'today'}-{width}")
    page.goto("/plan/page/")
    page.get_by_role("button", name="A link to read it").click()
    found["link"] = complaints(page, axe)
    shoot(page, f"part-link-{width}")
    place = page.locator("code.secret").inner_text().strip()
    page.goto("/plan/read/" + place.rstrip("/").rpartition("/")[2] + "/")
    expect(page.get_by_text("Day 1 of 100")).to_be_visible()
    # It is the house's page, not one of ours: its title ends with the house.
    found["read"] = [one for one in complaints(page, axe) if not one.startswith("its title")]
    shoot(page, f"part-read-{width}")
    assert not any(found.values()), {key: said for key, said in found.items() if said}
    assert part_rooms.errors == []


def test_help_comments_and_decisions_are_walked(part_rooms: Rooms) -> None:
    page = part_rooms.open("/plan/")
    page.get_by_role("button", name=re.compile("I can help.*Draw a poster")).click()
    expect(page.get_by_text("Thank you for helping")).to_be_visible()
    page.get_by_label("Your comment").fill("I draw on Monday")
    page.get_by_label("About").select_option(label="Draw a poster")
    page.get_by_role("button", name="Comment").click()
    expect(page.get_by_text("I draw on Monday").first).to_be_visible()
    page.goto("/plan/accounts/1/")
    page.get_by_label("Why").fill("Kim knows them")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Your decision is kept.")).to_be_visible()
    page.goto("/plan/readiness/")
    page.get_by_label("Network").fill("Bluesky")
    page.get_by_label("What you tried, with your personal account").fill("Asked a question")
    page.get_by_role("button", name="Log it").click()
    expect(page.get_by_text("Your practice is logged.")).to_be_visible()


def test_a_file_is_read_in_or_says_what_is_wrong(part_rooms: Rooms, tmp_path: Path) -> None:
    page = part_rooms.open("/plan/cycles/")
    page.get_by_role("link", name="Read a plan in").click()
    wrong = {"title": "Spring", "first_day": "2027-03-01", "focus": ["Fame"]}
    for content, said in ((wrong, "“Fame” isn't known here"), ({**wrong, "focus": []}, "read in")):
        file = tmp_path / "plan.json"
        file.write_bytes(orjson.dumps(content))
        page.get_by_label("A plan as JSON").set_input_files(file)
        page.get_by_role("button", name="Read it in").click()
        expect(page.get_by_text(said).first).to_be_visible()


class Bar:
    """A task on the timeline, which is moved; `says` tells what became of it."""

    def __init__(self, page: Page, title: str) -> None:
        self.page = page
        self.handle = page.get_by_role("slider", name=f"Days of “{title}”")
        self.says = page.get_by_role("status").filter(has_text=title)
        begun = page.locator("#timeline").get_attribute("data-first")
        self.begun = date.fromisoformat(begun or "")

    def drag(self, part: float, days: int) -> None:
        """Take it at a part of its width, and drag it by days."""
        self.handle.scroll_into_view_if_needed()
        box = self.handle.bounding_box()
        track = self.page.locator(".plan-track").filter(has=self.handle).bounding_box()
        assert box
        assert track
        x, y = box["x"] + part * box["width"], box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + days * track["width"] / 100, y, steps=3)
        expect(self.page.locator(".plan-track.moving")).to_have_count(1)
        self.page.mouse.up()
        expect(self.says).to_contain_text("now.")
        expect(self.handle).to_be_focused()

    def stands(self, first: int, last: int) -> None:
        """Wait until it stands on these days of the cycle."""
        days = (f"{self.begun + timedelta(days=one - 1):%-d %b}" for one in (first, last))
        expect(self.handle).to_have_attribute("aria-valuetext", " – ".join(days))


def test_a_task_is_dragged_along_the_timeline_and_moved_by_keys(
    part_rooms: Rooms, axe: str
) -> None:
    page = part_rooms.open("/plan/timeline/")
    bar = Bar(page, "Draw a poster")
    bar.stands(1, 10)
    bar.drag(0.5, 5)
    bar.stands(6, 15)
    bar.drag(0.99, 3)
    bar.stands(6, 18)
    page.keyboard.press("ArrowLeft")
    bar.stands(5, 17)
    expect(bar.says).to_contain_text("Enter keeps it")
    assert barriers(page, axe) == []
    page.keyboard.press("Escape")
    expect(bar.says).to_contain_text("is back at")
    bar.stands(6, 18)
    for key in ("PageUp", "Shift+ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(bar.says).to_contain_text("now.")
    page.reload()
    bar.stands(13, 24)
    page.goto("/plan/versions/")
    kept = page.get_by_role("listitem").filter(has_text="Moved the task “Draw a poster” to")
    expect(kept).to_have_count(3)
    assert part_rooms.errors == []
