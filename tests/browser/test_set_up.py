"""The first minutes of an owner: Lakeside is there, her own house takes five steps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import PATIENCE, Server
from browser.looking import ASK_AXE

SHOTS = Path(__file__).parent / "shots"
LOOKS = [(360, "light"), (360, "dark"), (1440, "light"), (1440, "dark")]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An archive as a first start makes it, with the town being read."""
    running = Server(tmp_path_factory.mktemp("first") / "archive")
    yield running
    running.stop()


def look(page: Page, axe: str, name: str) -> None:
    """Look at a page in both sizes and themes: no barrier, nothing sideways, a picture each."""
    SHOTS.mkdir(exist_ok=True)
    page.evaluate(axe)
    found = []
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        found += page.evaluate(ASK_AXE)
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"scrolls sideways: {wide}"] if wide > width else []
        page.screenshot(path=SHOTS / f"first-{name}-{width}-{theme}.png")
    assert found == [], name


@pytest.fixture
def page(house: Server, chromium: Browser) -> Iterator[Page]:
    """The owner's window; what its console complains of fails the test."""
    context = chromium.new_context(base_url=house.address, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.goto(house.link)
    page.get_by_role("button", name="Sign in").click()
    yield page
    context.close()
    assert problems == []


def test_a_house_is_set_up_beside_lakeside(page: Page, axe: str) -> None:
    expect(page.get_by_text("This is Lakeside, a made-up town")).to_be_visible()
    # Something to look at, which comes by itself.
    expect(page.locator(".mention").first).to_be_visible(timeout=PATIENCE)
    look(page, axe, "lakeside")

    page.get_by_role("link", name="Set up your house").click()
    look(page, axe, "overview")
    page.get_by_role("link", name="Begin").click()
    say_who_and_what_for(page, axe)
    choose_watches(page, axe)

    expect(page.get_by_role("heading", name="Where to listen", level=1)).to_be_visible()
    look(page, axe, "sources")
    page.get_by_role("button", name="Skip this step").click()
    look(page, axe, "people")
    leave_and_come_back(page)
    look(page, axe, "done")
    leave_lakeside(page)


def say_who_and_what_for(page: Page, axe: str) -> None:
    page.get_by_label("Name of the house").fill("Harbor General Hospital")
    look(page, axe, "organisation")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_label("Priority 1").fill("Fill forty nursing posts")
    look(page, axe, "priorities")
    page.get_by_role("button", name="Save and go on").click()


def choose_watches(page: Page, axe: str) -> None:
    expect(page.get_by_label("Name of the house")).to_have_value("Harbor General Hospital")
    page.get_by_label("Town").fill("Harbor")
    page.get_by_label("Clinicians whom the public knows").fill("Dr. Anna Lind")
    page.get_by_label("Houses that people compare it with").fill("Quillmoor Medical Center")
    page.get_by_label("Town").focus()  # what was typed is looked at when its field is left
    person = page.locator("#proposals").get_by_label("Anna Lind", exact=True)
    expect(person).to_be_checked(timeout=PATIENCE)
    look(page, axe, "listening")
    person.uncheck()
    page.get_by_role("button", name=re.compile("go on", re.IGNORECASE)).click()


def leave_and_come_back(page: Page) -> None:
    page.goto("/listening/")
    names = page.get_by_role("navigation", name="Watches")
    expect(names.get_by_text("Harbor General Hospital", exact=True)).to_be_visible()
    expect(names.get_by_text("Anna Lind", exact=True)).to_have_count(0)
    expect(page.get_by_text("3 of 5 steps are done")).to_be_visible()
    page.get_by_role("link", name="Go on setting up").click()
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", name="Who works with it", level=1)).to_be_visible()
    page.get_by_role("button", name="Skip this step").click()
    expect(page.get_by_role("heading", name="Your house is set up")).to_be_visible()


def leave_lakeside(page: Page) -> None:
    page.get_by_role("button", name="Remove the town").click()
    expect(page.get_by_text("The town of Lakeside is gone")).to_be_visible(timeout=PATIENCE)
    page.goto("/set-up/")
    expect(page.get_by_text("simulated town")).to_have_count(0)
    page.get_by_role("button", name="Close the set-up").click()
    expect(page.get_by_text("The set-up is closed")).to_be_visible()
    expect(page.get_by_role("link", name="Go on setting up")).to_have_count(0)
