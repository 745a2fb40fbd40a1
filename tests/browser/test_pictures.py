"""The pictures of rooms in the documentation: over the small town, as the owner sees them.

`make pictures` writes them; otherwise they only have to be fit to be shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from browser.looking import complaints, picture

if TYPE_CHECKING:
    from browser.conftest import Rooms


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of the documentation's pictures."""

    path: str
    heading: str
    width: int = 1440
    dark: bool = False


PICTURES = {
    "listening": Shown("/listening/watches/1/", "Hospital"),
    "listening-phone": Shown("/listening/", "All watches", 360, dark=True),
    "dashboard": Shown("/dashboards/overview/?range=28d", "Overview"),
    "brief": Shown("/briefs/", " to "),
}


def all_drawn(page: Page) -> None:
    """Wait until every picture within the window is there."""
    for drawing in page.locator("img.drawing").all():
        drawing.scroll_into_view_if_needed()
        drawing.evaluate("one => one.decode()")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_fit_to_be_shown(rooms: Rooms, axe: str, name: str) -> None:
    shown = PICTURES[name]
    page = rooms.open(shown.path, width=shown.width, dark=shown.dark)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(shown.heading))
    if page.get_by_role("button", name="Don't show this again").count():
        # The line above the rooms is of the first minutes.
        page.get_by_role("button", name="Don't show this again").click()
        page.goto(shown.path)
    all_drawn(page)
    picture(page, name)
    assert complaints(page, axe) == []


def test_a_watch_is_written(rooms: Rooms, axe: str) -> None:
    page = rooms.open("/listening/watches/add/")
    page.get_by_label("Name", exact=True).fill("Hours of waiting")
    page.get_by_label("Query", exact=True).fill(
        '("waiting time*" OR wait* OR hours) NEAR/12 (ER OR emergency OR triage)'
    )
    expect(page.locator("#explanation .tree")).to_contain_text("triage")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview mark").first).to_be_visible()
    picture(page, "add-watch")
    assert complaints(page, axe) == []
