"""Coverage, suggestions and peers as a person meets them, on a network of the tests' own."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Server, environment, sign_in
from browser.looking import ASK_AXE
from servers.small_appview import SmallAppView, small_appview

if TYPE_CHECKING:
    from browser.conftest import Rooms

HERE = Path(__file__).parent
SHOTS = HERE / "shots"
WIDTHS = {"telephone": 360, "desk": 1440}
ARRIVES = 60.0  # seconds until the runner has read a new peer
SUGGESTED = "/listening/suggestions/?organisation=Lakeside+General&town=Lakeside&language=en"
OTHERS = re.compile(r"^Follow\s*: (?!Ours)")
HOUSES = {"mayo": (60, 7), "hillside-children": (25, 30), "tiny": (2, 200)}  # posts, hours between


def _say(server: SmallAppView, handle: str, count: int, hours: int) -> None:
    did = server.join(f"{handle}.hospital.example")
    now = datetime.now(UTC)
    for number in range(count, 0, -1):
        uri = server.say(did, f"News {number}", likeCount=(number * 7) % 40, repostCount=number % 5)
        at = (now - timedelta(hours=number * hours)).isoformat(timespec="milliseconds")
        view = server.views[uri]
        view["indexedAt"] = view["record"]["createdAt"] = at.replace("+00:00", "Z")
        picture = {"$type": "blob", "ref": {"$link": "bafy"}, "mimeType": "image/png", "size": 1}
        if number % 3 == 0:
            pictures = [{"alt": "A ward", "image": picture}]
            view["record"]["embed"] = {"$type": "app.bsky.embed.images", "images": pictures}
        elif number % 4 == 0:
            to = {"uri": uri, "cid": "x"}
            view["record"]["reply"] = {"parent": to, "root": to}


@pytest.fixture(scope="module")
def appview() -> Iterator[SmallAppView]:
    with small_appview() as running:
        running.join("ours.hospital.example")
        for handle, (count, hours) in HOUSES.items():
            _say(running, handle, count, hours)
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, appview: SmallAppView) -> Iterator[Server]:
    archive = tmp_path_factory.mktemp("network") / "archive"
    given = {**environment(archive), "SMALL_APPVIEW": appview.url}
    subprocess.run([sys.executable, HERE / "small_network.py"], env=given, check=True)
    running = Server(archive, "--empty")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def cookies(server: Server, chromium: Browser) -> list[dict[str, object]]:
    return sign_in(server, chromium)


def _look_for_peers(page: Page) -> None:
    page.goto("/listening/peers/")
    page.get_by_label("Name, or a word that they say of themselves").fill("hospital")
    page.get_by_role("button", name="Look for accounts").click()


def _until_read(page: Page) -> None:
    """Wait until the runner has read the peers."""
    deadline = time.monotonic() + ARRIVES
    while page.get_by_text("Nothing was read of it yet").count():
        assert time.monotonic() < deadline
        page.wait_for_timeout(200)
        page.reload()


def test_strips_stand_exactly_under_their_chart(rooms: Rooms) -> None:
    page = rooms.open("/listening/")
    plot = page.locator(".chart svg").bounding_box()
    strips = [one.bounding_box() for one in page.locator(".lanes > .strips .strip").all()]
    assert plot is not None
    assert len(strips) > 2
    for strip in strips:
        assert strip is not None
        assert abs(strip["x"] - plot["x"]) < 2
        assert abs(strip["width"] - plot["width"]) < 3
    expect(page.locator(".lanes p", has_text="The post room was closed.").first).to_be_visible()
    expect(page.get_by_text("Feeds of the region: 8 parts, one over the other")).to_be_visible()
    page.get_by_text("What was read, as a table").click()
    expect(page.get_by_role("cell", name="A sample: 25 % of the posts")).to_be_visible()


@pytest.mark.parametrize("js", [True, False], ids=["scripts", "no-scripts"])
def test_a_suggestion_is_added_and_then_yours(rooms: Rooms, js: bool) -> None:
    page = rooms.open("/listening/", js=js)
    page.get_by_role("link", name="What else to listen to").click()
    page.get_by_label("Name of the house").fill("Hillside Clinic" if js else "Marsh Clinic")
    page.get_by_label("Town").fill("Hillside" if js else "Marsh")
    page.get_by_role("button", name="Suggest").click()
    before = page.get_by_role("button", name=re.compile(r"^Add\s*:")).count()
    page.get_by_role("button", name=re.compile(r"^Add\s*:")).first.click()
    expect(page.get_by_text("1 watch is added.")).to_be_visible()
    expect(page.get_by_text("You have this:")).to_have_count(1)
    page.get_by_role("button", name=re.compile("^Add all")).click()
    expect(page.get_by_text(f"{before - 1} watches are added.")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_peers_are_followed_and_no_page_has_barriers(
    rooms: Rooms, axe: str, width: str, dark: bool
) -> None:
    page = rooms.open("/listening/peers/", width=WIDTHS[width], dark=dark)
    SHOTS.mkdir(exist_ok=True)
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        for details in page.locator("details").all():
            details.evaluate("one => { one.open = true }")
        page.evaluate(axe)
        found[name] = page.evaluate(ASK_AXE)
        if page.evaluate("document.documentElement.scrollWidth") > WIDTHS[width]:
            found[name].append("scrolls sideways")
        shot = SHOTS / f"{name}-{width}-{'dark' if dark else 'light'}.png"
        page.screenshot(path=shot, full_page=True)

    _look_for_peers(page)
    look("find-peers")
    while page.get_by_role("button", name=OTHERS).count():
        page.get_by_role("button", name=OTHERS).first.click()
        expect(page.get_by_text("is a peer now")).to_be_visible()
        _look_for_peers(page)
    page.goto("/listening/peers/")
    _until_read(page)
    expect(page.get_by_text("60 posts, the oldest of")).to_be_visible()
    look("peers")
    page.goto(SUGGESTED)
    look("suggestions")
    page.goto("/listening/")
    shade = "dark" if dark else "light"
    page.locator("#found .panel").first.screenshot(path=SHOTS / f"strips-{width}-{shade}.png")
    look("coverage")
    page.goto("/listening/peers/1/remove/")
    look("remove-peer")
    assert {name: what for name, what in found.items() if what} == {}
