"""Campaigns of copies as a person meets them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.looking import ASK_AXE

if TYPE_CHECKING:
    from browser.conftest import Rooms

SHOTS = Path(__file__).parent / "shots"
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("dark", [False, True])
def test_campaigns_and_their_posts_have_no_barriers(
    rooms: Rooms, axe: str, width: int, dark: bool
) -> None:
    page = rooms.open("/listening/copies/", width=width, dark=dark)
    for name in ("campaigns", "campaign"):
        page.evaluate(axe)  # the policy of the page lets no script in, so from outside it
        assert page.evaluate(ASK_AXE) == []
        assert not page.evaluate(SIDEWAYS)
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}-{width}-{'dark' if dark else 'light'}.png")
        if name == "campaigns":
            page.get_by_role("link", name="Show the posts").first.click()
    expect(page.get_by_role("heading", name="Copies of a text")).to_be_visible()


def test_a_list_leads_to_the_copies_and_back_to_a_search(rooms: Rooms) -> None:
    page = rooms.open("/listening/copies/", js=False)
    page.get_by_role("link", name="Search for it").first.click()
    expect(page.locator("article.mention").first).to_be_visible()
    page.goto("/listening/copies/?days=7")
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "page")
