"""Listening as a person meets it: with a keyboard, a telephone, in the dark, without scripts."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from playwright.sync_api import Page, expect

from browser.conftest import PATIENCE, Rooms, Server
from browser.looking import ASK_AXE

SHOTS = Path(__file__).parent / "shots"
MOST = 400 * 1024 * 1024
WIDTHS = {"telephone": 360, "desk": 1440}
PAGES = {
    "room": "/listening/",
    "search": "/listening/?q=%22lakeside+general%22+NOT+wait*",
    "nothing-found": "/listening/?q=zzzz",
    "wrong-search": "/listening/?q=flu+AND+(&since=2026-01-01",
    "add-watch": "/listening/watches/add/",
    "broken-lines": "/sources/2/",
    "sign-in": "/sign-in/?token=x",
    "missing": "/listening/watches/999/",
}


def barriers(page: Page, axe: str) -> list[str]:
    # The page's policy lets no script in, so axe is run from outside it.
    page.evaluate(axe)
    found: list[str] = page.evaluate(ASK_AXE)
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_has_barriers_or_scrolls_sideways(
    rooms: Rooms, axe: str, width: str, dark: bool
) -> None:
    rooms.expect_errors("404")
    page = rooms.open(width=WIDTHS[width], dark=dark)
    SHOTS.mkdir(exist_ok=True)
    found: dict[str, list[str]] = {}
    for name, path in PAGES.items():
        page.goto(path)
        for details in page.locator("details").all():
            details.evaluate("one => { one.open = true }")
        found[name] = barriers(page, axe)
        if page.evaluate("document.documentElement.scrollWidth") > WIDTHS[width]:
            found[name].append("scrolls sideways")
        page.screenshot(path=SHOTS / f"{name}-{width}-{'dark' if dark else 'light'}.png")

    assert {name: what for name, what in found.items() if what} == {}


def test_mentions_are_shown_with_their_hits(rooms: Rooms) -> None:
    page = rooms.open()

    page.get_by_role("navigation", name="Watches").get_by_role(
        "link", name=re.compile("^Hospital")
    ).click()

    expect(page.get_by_role("heading", name="Hospital", level=1)).to_be_visible()
    expect(page.locator(".mention mark").first).to_have_text(
        re.compile("lakeside ?general", re.IGNORECASE)
    )
    expect(page.get_by_role("img", name=re.compile(r"[\d,]+ mentions; most on"))).to_be_visible()
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("row")).not_to_have_count(1)
    page.get_by_role("link", name="Older mentions").click()
    expect(page.locator(".mention")).to_have_count(25)


def test_what_a_post_says_stays_text(rooms: Rooms) -> None:
    page = rooms.open("/listening/?q=caf%C3%A9+AND+source:files")

    expect(page.locator(".mention")).to_have_count(1)
    expect(page.locator(".said")).to_contain_text("<b>Lakeside General</b>")
    expect(page.locator("main")).not_to_contain_text("alert(1)")


def test_a_watch_is_written_previewed_saved_changed_and_removed(rooms: Rooms) -> None:
    page = rooms.open()
    page.get_by_role("link", name="Add a watch").click()
    page.get_by_label("Name", exact=True).fill("Night shift")
    query = page.get_by_label("Query", exact=True)

    query.press_sequentially("night AND (")
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("Column")
    expect(problem.locator("mark")).to_have_count(1)

    query.fill("night OR nurse* OR doctor*")
    explanation = page.locator("#explanation")
    expect(explanation.locator(".tree")).to_contain_text("nurse")
    query.fill("night nurse*")
    expect(explanation.locator(".note.warn")).to_contain_text("AND")

    query.fill("night OR nurse*")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text(re.compile(r"About [\d.,]+ mentions a day"))
    expect(page.locator("#preview mark").first).to_be_visible()

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("“Night shift” is saved")
    # The runner looks through what was collected before; the page shows it by itself.
    expect(page.locator("#found .mention").first).to_be_visible()

    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_label("Name", exact=True).fill("Nights")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Nights", level=1)).to_be_visible()

    page.get_by_role("link", name="Remove", exact=True).click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("status").first).to_contain_text("“Nights” is removed")
    expect(page.get_by_role("link", name=re.compile("^Nights"))).to_have_count(0)


def test_a_wrong_search_is_pointed_at_and_a_right_one_found(rooms: Rooms) -> None:
    page = rooms.open()
    box = page.get_by_role("searchbox")

    box.fill("langage:en nurse")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("language")
    expect(page.get_by_role("searchbox")).to_have_attribute("aria-invalid", "true")

    box = page.get_by_role("searchbox")
    box.fill("language:en AND nurse*")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".mention mark").first).to_have_text(re.compile("nurse", re.IGNORECASE))


def test_broken_lines_are_shown_by_their_numbers(rooms: Rooms) -> None:
    page = rooms.open()

    page.get_by_role("link", name=re.compile("2 lines could not be read")).click()

    kept_aside = page.get_by_role("region", name="Table of these lines")
    expect(kept_aside).to_be_visible()
    numbers = kept_aside.locator("td.figure").all_inner_texts()
    assert sorted(numbers) == ["2", "4"]
    expect(kept_aside).to_contain_text("not a letter at all")


def test_everything_works_without_scripts(rooms: Rooms) -> None:
    page = rooms.open("/listening/watches/add/", js=False)

    page.get_by_label("Name", exact=True).fill("Without scripts")
    page.get_by_label("Query", exact=True).fill("lake* AND")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#explanation mark")).to_have_count(1)

    page.get_by_label("Query", exact=True).fill("lake* AND hospital*")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".tree")).to_have_count(1)
    expect(page.locator("#preview")).to_contain_text("mention")

    page.get_by_role("button", name="Save").click()
    page.get_by_role("searchbox").fill("hospital*")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".mention mark").first).to_be_visible()

    page.get_by_role("navigation", name="Watches").get_by_role(
        "link", name=re.compile("^Without scripts")
    ).click()
    page.get_by_role("link", name="Remove", exact=True).click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("heading", name="All watches", level=1)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^Without scripts"))).to_have_count(0)


def test_a_keyboard_reaches_the_content_first(rooms: Rooms) -> None:
    page = rooms.open()

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_a_stranger_gets_the_sign_in_page(server: Server, chromium: Any) -> None:
    context = chromium.new_context(base_url=server.address)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()

    page.goto("/listening/")

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "Lakeside" not in page.content()
    context.close()


@pytest.fixture
def unused(tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has worked with yet."""
    running = Server(tmp_path / "archive", "--empty")
    httpx.get(running.address, follow_redirects=True, timeout=PATIENCE / 1_000).raise_for_status()
    yield running
    running.stop()


def test_all_of_it_fits_into_400_megabytes_when_idle(unused: Server) -> None:
    top = psutil.Process(unused.process.pid)
    end = time.monotonic() + 60  # a runner that has worked starts afresh after ten idle seconds

    while sum((taken := memory_of(top)).values()) >= MOST and time.monotonic() < end:
        psutil.wait_procs(top.children(recursive=True), timeout=1)

    assert sum(taken.values()) < MOST, {pid: f"{used >> 20} MiB" for pid, used in taken.items()}


def memory_of(top: psutil.Process) -> dict[int, int]:
    """Bytes that a process and each below it take, shared pages divided among them."""
    taken = {}
    for process in [top, *top.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            taken[process.pid] = process.memory_full_info().pss
    return taken
