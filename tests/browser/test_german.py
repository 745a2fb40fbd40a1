"""The pages in German: nothing of them stays English, sticks out, or is a barrier."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from browser.conftest import Rooms
from browser.looking import WIDTHS, complaints, shoot

CATALOGUE = Path(__file__).parents[2] / "src/auscult/locale/de/LC_MESSAGES/django.po"
PATHS = (
    "/listening/", "/listening/?q=vaccine", "/listening/?q=AND", "/listening/watches/1/",
    "/listening/watches/add/", "/listening/suggestions/", "/listening/peers/",
    "/listening/copies/", "/sources/", "/sources/2/", "/sources/add/mastodon/",
    "/sources/add/youtube/", "/dashboards/", "/dashboards/overview/", "/dashboards/add/",
    "/alerts/", "/alerts/rules/", "/alerts/rules/add/", "/briefs/", "/briefs/plan/", "/people/",
    "/people/policies/", "/people/invite/", "/organisation/", "/audit/", "/programs/",
    "/settings/webhooks/", "/settings/outbox/", "/retention/", "/account/", "/set-up/",
    "/set-up/priorities/", "/set-up/listening/", "/go/?q=wa", "/shortcuts/", "/design/",
    "/nowhere/", "/returns/", "/returns/studies/ask/",
)  # fmt: skip
# The rest of the room Returns, which only the slow walk sees.
RETURNS = tuple(
    f"/returns/{name}/"
    for name in (
        "appendix", "kept", "case", "costs", "costs/add", "costs/read-in", "costs/time",
        "costs/time/add", "costs/time/read-in", "costs/rates", "costs/rates/add",
        "costs/rates/roles/add", "costs/rates/people", "costs/exchange", "costs/exchange/add",
        "outcomes", "outcomes/add", "outcomes/kinds/add", "outcomes/site", "outcomes/paths",
        "links", "links/add", "figures", "figures/ways", "figures/ways/add",
        "figures/ways/read-in", "figures/reach", "figures/reach/add", "files", "files/add",
        "files/phone", "files/phone/add", "surveys", "surveys/add", "studies",
        "studies/ask/mix", "studies/ask/interrupted",
    )
)  # fmt: skip
# What is shown or read out: texts that have a box, and attributes that a person hears.
TOLD = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const holder = walk.currentNode.parentElement;
    if (holder.closest("script, style, code, pre, [lang]:not(html)")) continue;
    found.push(walk.currentNode.data);
  }
  for (const name of ["placeholder", "aria-label", "title", "alt", "data-says"])
    for (const one of document.querySelectorAll(`[${name}]`)) found.push(one.getAttribute(name));
  return [document.title, ...found].map(text => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""
# Names that were given, in English, when the house of the tests was made: rules and teams.
GIVEN = {
    "A source needs you", "Many followers", "More than usual", "New phrases",
    "Emergency medicine", "Human resources", "Media relations", "Patient education",
    "Women and children",
}  # fmt: skip
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def english() -> re.Pattern[str]:
    """Return what fits each English string that has another German one."""
    with CATALOGUE.open("rb") as text:
        catalogue = read_po(text, locale="de")
    patterns = []
    for message in catalogue:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        for one in ids:
            # One word alone is a name as often as not: Browser, Feeds, Person.
            if (
                one
                and one not in said
                and re.search(r"[A-Za-z]{2,} \w*[a-z]{2,}", PLACE.sub("", one))
            ):
                parts = (re.escape(part) for part in PLACE.split(" ".join(one.split())))
                patterns.append(".+?".join(parts).replace("%%", "%"))
    return re.compile("|".join(f"(?:{one})" for one in patterns))


def look(rooms: Rooms, axe: str, width: int, paths: tuple[str, ...]) -> None:
    """Look at pages in German; say what is wrong with which."""
    rooms.expect_errors("the server responded with a status of 404")
    left_over = english()
    page = rooms.open("/shortcuts/", width=width)
    page.get_by_role("button", name="Deutsch").click()
    page.locator("html[lang=de]").wait_for()
    found: dict[str, list[str]] = {}
    for path in paths:
        page.goto(path)
        told: list[str] = page.evaluate(TOLD)
        stays = [text for text in told if left_over.fullmatch(text) and text not in GIVEN]
        shoot(page, f"german{path.replace('/', '-').replace('?', '-')}{width}")
        found[path] = [*complaints(page, axe), *stays]
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize(("number", "width"), list(enumerate(WIDTHS)))
def test_every_room_speaks_german(rooms: Rooms, axe: str, number: int, width: int) -> None:
    look(rooms, axe, width, PATHS[number :: len(WIDTHS)])


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_every_room_speaks_german_at_every_width(rooms: Rooms, axe: str, width: int) -> None:
    look(rooms, axe, width, PATHS + RETURNS)


def test_strangers_choose_their_language(rooms: Rooms, axe: str) -> None:
    page = rooms.open("/shortcuts/", width=360)
    page.context.clear_cookies()
    page.goto("/sign-in/")
    page.get_by_role("button", name="Deutsch").click()
    page.get_by_role("heading", name="Anmelden").wait_for()
    assert complaints(page, axe) == []
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Sign in").wait_for()
