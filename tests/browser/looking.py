"""What every test of a page looks at: barriers, what sticks out, one heading, a title."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

SHOTS = Path(__file__).parent / "shots"
IMAGES = Path(__file__).parents[2] / "docs" / "images"
WIDTHS = (360, 1440)
MOST = 900.0  # pixels, of the height of a picture
LOOKS = [(width, dark) for width in WIDTHS for dark in (False, True)]
# Names a rule, what is wrong, and where, for each barrier that axe finds.
ASK_AXE = """async () => (await axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
})).violations.map(v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.target).join(" ")}`)"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN = "for (const one of document.querySelectorAll('details')) one.open = true"


def barriers(page: Page, axe: str) -> list[str]:
    """Return what axe finds, with everything open that can be opened."""
    page.evaluate(OPEN)
    # The page's policy lets no script in, so axe is run from outside it.
    page.evaluate(axe)
    found: list[str] = page.evaluate(ASK_AXE)
    return found


def complaints(page: Page, axe: str) -> list[str]:
    """Return what is wrong with a page as a whole: barriers, width, headings, title."""
    found = barriers(page, axe)
    if (wider := page.evaluate(SIDEWAYS)) > 0:
        found.append(f"{wider} pixels wider than the window")
    if (headings := page.locator("h1").count()) != 1:
        found.append(f"{headings} headings of the first level")
    name, _, house = page.title().strip().rpartition("·")
    if not name.strip() or house.strip() != "Auscult":
        found.append(f"its title is {page.title()!r}")
    return found


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the whole page for whoever sets PICTURES."""
    if os.environ.get("PICTURES"):
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def picture(page: Page, name: str, at: str = "body") -> None:
    """Write a picture of the window into the documentation, for whoever sets PICTURES.

    The window begins with what `at` selects.
    """
    if name and os.environ.get("PICTURES"):
        page.locator(at).first.evaluate("one => one.scrollIntoView()")
        used: dict[str, float] = page.evaluate(
            "(({width, height}) => ({width, height}))(document.body.getBoundingClientRect())"
        )
        clip = {"x": 0.0, "y": 0.0, "width": used["width"], "height": min(used["height"], MOST)}
        page.screenshot(path=IMAGES / f"{name}.png", clip=clip)  # type: ignore[arg-type]
