"""The design in a real browser: both themes, any direction, longer words, paper, the keyboard."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, Route, expect

from browser.looking import ASK_AXE

if TYPE_CHECKING:
    from tests.browser.conftest import Rooms

SHOTS = Path(__file__).parent / "shots"
WIDTHS = {"telephone": 360, "desk": 1440}
PAGES = {
    "design": "/design/",
    "go": "/go/?q=wa",
    "shortcuts": "/shortcuts/",
    "nowhere": "/nowhere/",
    "set-up": "/set-up/",
    "priorities": "/set-up/priorities/",
}
# Pages whose strings are many: they have to bear turning round and growing.
ROOMS = ("/listening/", "/listening/watches/add/", "/listening/suggestions/", "/listening/peers/",
         "/sources/", "/sources/2/", "/design/", "/set-up/", "/set-up/listening/", "/shortcuts/",
         "/nowhere/")  # fmt: skip
# Every word that is shown grows by a third, as it does on its way from English to German:
# within the word, so that lines break no sooner.
LENGTHEN = """() => {
  const grow = (text) => text.replace(/[a-z]{3,}/gi, (word) =>
    word + "ngen".repeat(3).slice(0, Math.ceil(word.length * 0.3)));
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) walk.currentNode.data = grow(walk.currentNode.data);
  for (const one of document.querySelectorAll("[placeholder]"))
    one.placeholder = grow(one.placeholder);
}"""
TURN = "() => { document.documentElement.dir = 'rtl' }"
# What sticks out of the page at either side; what scrolls in a box of its own doesn't.
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def sideways(page: Page) -> int:
    found: int = page.evaluate(SIDEWAYS)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_the_frame_have_no_barriers(
    rooms: Rooms, axe: str, width: str, dark: bool
) -> None:
    rooms.expect_errors("404")
    page = rooms.open("/design/", width=WIDTHS[width], dark=dark)
    SHOTS.mkdir(exist_ok=True)
    found: dict[str, list[str]] = {}
    for name, path in PAGES.items():
        page.goto(path)
        page.evaluate(axe)
        found[name] = page.evaluate(ASK_AXE)
        if sideways(page) > 0:
            found[name].append("scrolls sideways")
        shot = SHOTS / f"{name}-{width}-{'dark' if dark else 'light'}.png"
        page.screenshot(path=shot, full_page=True)

    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize("change", [TURN, LENGTHEN], ids=["right-to-left", "longer-words"])
def test_pages_bear_other_languages(rooms: Rooms, change: str) -> None:
    rooms.expect_errors("404")
    page = rooms.open(width=360)
    wide = {}
    for path in ROOMS:
        page.goto(path)
        for details in page.locator("details").all():
            details.evaluate("one => { one.open = true }")
        page.evaluate(change)
        if sideways(page) > 0:
            wide[path] = sideways(page)

    assert wide == {}


def test_the_palette_is_opened_searched_and_left_by_keys(rooms: Rooms, axe: str) -> None:
    page = rooms.open("/sources/")
    before = page.get_by_role("link", name="Auscult")
    before.focus()

    page.keyboard.press("Control+k")
    box = page.get_by_role("dialog", name="Go to").get_by_role("searchbox")
    expect(box).to_be_focused()
    expect(page.locator("#palette .hits a").first).to_be_visible()
    page.evaluate(axe)
    assert page.evaluate(ASK_AXE) == []
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(before).to_be_focused()

    page.keyboard.press("Control+k")
    page.keyboard.type("hosp")
    expect(page.locator("#palette .hits a").first).to_contain_text("Hospital")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#palette .hits a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hospital", level=1)).to_be_visible()


def test_shortcuts_are_listed_work_and_can_be_switched_off(rooms: Rooms) -> None:
    page = rooms.open("/listening/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox").first).to_be_focused()
    page.keyboard.press("?")  # typed into the box, as letters are
    expect(page.get_by_role("searchbox").first).to_have_value("?")

    page.locator("h1").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(listed).to_be_visible()
    listed.get_by_label(re.compile("as shortcuts in this browser")).uncheck()
    listed.get_by_role("button", name="Close").click()
    expect(listed).to_be_hidden()

    page.reload()
    page.keyboard.press("?")
    expect(listed).to_be_hidden()
    page.get_by_role("link", name="Keyboard shortcuts").click()
    listed.get_by_label(re.compile("as shortcuts in this browser")).check()
    page.keyboard.press("Escape")

    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("1")
    page.wait_for_url(re.compile("/listening/"))


def test_the_palette_is_a_page_without_scripts(rooms: Rooms) -> None:
    page = rooms.open("/listening/", js=False)
    page.get_by_role("link", name="Go to…").click()
    page.get_by_role("searchbox").fill("hosp")
    page.get_by_role("button", name="Look").click()
    page.get_by_role("main").get_by_role("link", name=re.compile("Hospital")).first.click()
    assert page.locator("h1").inner_text() == "Hospital"
    page.get_by_role("link", name="Keyboard shortcuts").click()
    assert page.locator("kbd").count() > 4


def test_what_takes_longer_than_a_second_is_said(rooms: Rooms) -> None:
    page = rooms.open("/go/")
    # The answer waits until the page has said so.
    told = Event()
    held: list[Route] = []

    def hold(route: Route) -> None:
        if told.is_set():
            route.continue_()
        else:
            held.append(route)

    page.route(re.compile(r"/go/\?q=w"), hold)
    page.keyboard.press("Control+k")
    page.keyboard.type("w")
    expect(page.locator("#working")).to_have_text("Working on it…")
    expect(page.locator("body")).to_have_class(re.compile("busy"))
    told.set()
    for route in held:
        route.continue_()
    expect(page.locator("#working")).to_have_text("")


def test_on_paper_the_text_stays_and_the_buttons_go(rooms: Rooms) -> None:
    page = rooms.open("/listening/", dark=True)
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_role("navigation", name="Rooms")).to_be_hidden()
    expect(page.get_by_role("searchbox").first).to_be_hidden()
    expect(page.locator(".mention").first).to_be_visible()
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert ink == "rgb(23, 33, 31)"  # dark on white, also for those who read in the dark
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / "paper.png", full_page=True)
