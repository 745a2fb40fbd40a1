"""A cycle from its priorities to the next one, as its owner walks it in a browser.

Time is simulated by the first day: a cycle that began 49 days ago is on day 50 today.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from auscult.engine.kernel.clock import SystemClock
from browser.conftest import Rooms, Server, environment, sign_in
from browser.looking import complaints, shoot

HERE = Path(__file__).parent
PAGES = (
    "", "board/", "timeline/", "calendar/", "people/", "functions/", "page/", "versions/",
    "lessons/", "cycles/", "cycles/add/", "cycles/2/change/", "cycles/2/bets/add/",
    "cycles/2/assumptions/add/", "cycles/1/review/closing/", "cycles/1/close/", "bets/1/",
    "bets/1/change/", "bets/1/check-in/", "bets/1/tasks/add/", "tasks/1/",
)  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    archive = tmp_path_factory.mktemp("plan") / "archive"
    script = HERE / "planning_house.py"
    subprocess.run([sys.executable, script], env=environment(archive), check=True)
    running = Server(archive, "--empty")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def plan_rooms(house: Server, chromium: Browser) -> Iterator[Rooms]:
    rooms = Rooms(house, chromium, sign_in(house, chromium))
    yield rooms
    rooms.close()


def today() -> date:
    return SystemClock().now().date()


def begin_before(page: Page, days: int) -> None:
    """Let the cycle have begun so many days ago."""
    page.goto("/plan/cycles/1/change/")
    page.get_by_label("First day").fill((today() - timedelta(days=days)).isoformat())
    page.get_by_role("button", name="Save").click()


def begin(page: Page) -> None:
    """Plan a cycle from a template, and start it."""
    page.get_by_role("link", name="Plan a cycle").first.click()
    page.get_by_label("Name").fill("Winter")
    page.get_by_label("Begin with").select_option("recruiting-nurses")
    page.get_by_label("Recruit nurses").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Start the cycle").click()
    expect(page.get_by_text("Day 1 of 100")).to_be_visible()


def bet(page: Page) -> None:
    """Make a bet on an objective, with a task that is begun on the board by a key."""
    page.get_by_role("link", name="Make a bet").click()
    page.get_by_label("What we do").fill("Talks at the nursing school")
    page.get_by_label("For the objective").select_option(label="Applications from nurses")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add a task").click()
    page.get_by_label("What is to be done").fill("Call the school")
    page.get_by_label("Last day").fill(today().isoformat())
    page.get_by_role("button", name="Save").click()
    page.goto("/plan/board/")
    page.get_by_role("button", name="Call the school: → doing").focus()
    page.keyboard.press("Enter")
    column = page.get_by_role("region", name="doing")
    expect(column.get_by_text("Call the school").first).to_be_visible()
    assert page.url.endswith("/plan/board/"), "it is moved without a new page"


def say(page: Page) -> None:
    """Check in on day 50, and write the mid-point check."""
    begin_before(page, 49)
    expect(page.get_by_text("Day 50 of 100")).to_be_visible()
    section = page.get_by_role("region", name="How does “Talks at the nursing school” go?")
    section.get_by_label("Progress, 0 to 100").fill("40")
    section.get_by_role("button", name="Check in").click()
    expect(page.get_by_text("is checked in for this week")).to_be_visible()
    page.get_by_role("link", name="Write the mid-point check").click()
    page.get_by_role("button", name="Save the review").click()
    expect(page.get_by_text("The review is saved.")).to_be_visible()


def close(page: Page) -> None:
    """Look back on day 100, and open the next cycle."""
    begin_before(page, 99)
    expect(page.get_by_text("Day 100 of 100")).to_be_visible()
    page.get_by_role("link", name="Write the closing review").click()
    page.get_by_label("Actual").fill("17")
    page.get_by_label("Lesson").last.fill("Call before noon")
    page.get_by_role("button", name="Save the review").click()
    page.get_by_role("link", name="Close the cycle…").click()
    page.get_by_role("button", name="Close it and open the next one").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Begins in 1 day")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Talks at the nursing school")).to_be_visible()


def test_a_cycle_is_walked_from_its_priorities_to_the_next_one(plan_rooms: Rooms) -> None:
    page = plan_rooms.open("/plan/")
    begin(page)
    bet(page)
    say(page)
    close(page)
    assert plan_rooms.errors == []


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(360, True), (1440, False)])
def test_each_page_of_a_plan_in_use_is_fit_to_be_shown(
    plan_rooms: Rooms, axe: str, width: int, dark: bool
) -> None:
    page = plan_rooms.open("/plan/", width=width, dark=dark)
    found = {}
    for name in PAGES:
        for asked in ("", "?cycle=1"):
            page.goto(f"/plan/{name}{asked}")
            found[name + asked] = complaints(page, axe)
            shoot(page, f"plan-{name.strip('/').replace('/', '-') or 'today'}{asked[-1:]}-{width}")
    assert not any(found.values()), {key: said for key, said in found.items() if said}
    assert plan_rooms.errors == []
