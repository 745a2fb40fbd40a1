"""Dashboards as a person meets them: on a telephone, in the dark, without scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

from browser.looking import ASK_AXE

if TYPE_CHECKING:
    from tests.browser.conftest import Rooms

SHOTS = Path(__file__).parent / "shots"
WIDTHS = {"telephone": 360, "desk": 1440}
PAGES = {
    "dashboards": "/dashboards/",
    "dashboard": "/dashboards/overview/?range=365d",
    "dashboard-compared": "/dashboards/overview/compare/?range=28d",
    "dashboard-form": "/dashboards/add/",
}


def all_drawn(page: Page) -> int:
    """Bring every picture into sight, wait until each is there, and return how many there are."""
    pictures = page.locator("img.drawing")
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        picture.evaluate("one => one.decode()")
        assert picture.evaluate("one => one.naturalWidth") > 100
    return pictures.count()


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_of_dashboards_has_barriers(rooms: Rooms, axe: str, width: str, dark: bool) -> None:
    page = rooms.open("/dashboards/", width=WIDTHS[width], dark=dark)
    SHOTS.mkdir(exist_ok=True)
    found: dict[str, list[str]] = {}
    for name, path in PAGES.items():
        page.goto(path)
        for details in page.locator("details").all():
            details.evaluate("one => { one.open = true }")
        page.evaluate(axe)
        found[name] = page.evaluate(ASK_AXE)
        if page.evaluate("document.documentElement.scrollWidth") > WIDTHS[width]:
            found[name].append("scrolls sideways")
        page.screenshot(path=SHOTS / f"{name}-{width}-{'dark' if dark else 'light'}.png")

    assert {name: what for name, what in found.items() if what} == {}


def test_every_chart_is_drawn(rooms: Rooms) -> None:
    assert all_drawn(rooms.open("/dashboards/overview/?range=365d")) >= 5


def test_a_dashboard_is_made_compared_and_removed_without_scripts(rooms: Rooms) -> None:
    page = rooms.open("/dashboards/", js=False)
    page.get_by_role("link", name="Make a dashboard").click()
    page.get_by_label("Name").fill("By keyboard alone")
    page.get_by_label("Rhythm of the week").uncheck()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="By keyboard alone", level=1).wait_for()
    assert page.get_by_role("heading", name="Rhythm of the week").count() == 0
    page.get_by_role("link", name="Compare two ranges").click()
    page.get_by_role("heading", name="Two ranges compared", level=1).wait_for()
    page.go_back()
    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_role("link", name="Remove…").click()
    page.get_by_role("button", name="Remove it").click()
    page.get_by_text("The dashboard “By keyboard alone” is removed.").wait_for()
