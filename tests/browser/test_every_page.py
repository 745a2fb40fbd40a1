"""Every page that a browser can ask for, looked at as its owner and as nobody.

Every day each page is looked at once: at a width and in a theme that change from page to page,
so that each of the four sees a quarter of them. `make test-slow` looks at each page in all four.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from architecture.addresses import ADDRESSES
from architecture.who_may import ByToken, Public, path_of
from browser.conftest import Rooms, Server, environment, sign_in
from browser.looking import LOOKS, complaints, shoot

HERE = Path(__file__).parent
# What answers a GET with something else than a page of its own, beside what ends as files do.
NO_PAGES = {
    "healthz": "a line for machines",
    "readyz": "a line for machines",
    "metrics": "figures for machines",
    "listening/watches/": "a part that a page fetches anew",
    "listening/sources/": "a part that a page fetches anew",
    "listening/found/": "a part that a page fetches anew",
    "listening/watches/<int:number>/found/": "a part that a page fetches anew",
    "sources/<int:number>/now/": "a part that a page fetches anew",
    "dashboards/<slug:which>/pdf/": "a file",
    "account/second-factor/recovery-codes/download/": "a file",
}
PAGES = {
    key: one
    for key, one in ADDRESSES.items()
    if not isinstance(one, ByToken)
    and (one.methods == "any" or "GET" in one.methods.split())
    and key not in NO_PAGES
    and ("." not in key or isinstance(one, Public))
    and not key.startswith("api/v1/")
}
EVERYDAY = [list(PAGES)[number::4] for number in range(4)]
NAMES = [f"{width}-{'dark' if dark else 'light'}" for width, dark in LOOKS]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, Any]]]:
    """Give an archive with a small town and a row for each kind of page, and the rows."""
    archive = tmp_path_factory.mktemp("every") / "archive"
    filled = subprocess.run(
        [sys.executable, HERE / "small_house.py"],
        env=environment(archive),
        check=True,
        stdout=subprocess.PIPE,
    )
    return archive, json.loads(filled.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def full_house(rows: tuple[Path, dict[str, Any]]) -> Iterator[Server]:
    running = Server(rows[0], "--empty")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def full_rooms(full_house: Server, chromium: Browser) -> Rooms:
    return Rooms(full_house, chromium, sign_in(full_house, chromium))


def look(rooms: Rooms, axe: str, patterns: list[str], rows: dict[str, Any], number: int) -> None:
    """Look at pages in one of the four ways; say what is wrong with which."""
    width, dark = LOOKS[number]
    rooms.expect_errors("the server responded with a status of")  # pages that say no, on purpose
    page = rooms.open(width=width, dark=dark)
    alone = rooms.open("/sign-in/", width=width, dark=dark)
    alone.context.clear_cookies()
    found: dict[str, list[str]] = {}
    for pattern in patterns:
        one = PAGES[pattern]
        path = path_of(pattern, rows[one.row] if one.row else one.args)
        for window in (page, alone) if isinstance(one, Public) else (page,):
            answer = window.goto(f"{path}?{one.query}")
            assert answer is not None
            kind = answer.headers["content-type"]
            said = complaints(window, axe) if "html" in kind else [f"{path} is {kind}"]
            shoot(window, f"every{path.replace('/', '-')}{NAMES[number]}")
            # The console's complaints, and whoever asked another machine.
            found[path] = [*found.get(path, []), *said, *rooms.errors]
            rooms.errors.clear()
    assert not any(found.values()), json.dumps({k: v for k, v in found.items() if v}, indent=2)


@pytest.mark.parametrize("number", range(4), ids=NAMES)
def test_every_page_is_fit_to_be_shown(
    full_rooms: Rooms, axe: str, rows: tuple[Path, dict[str, Any]], number: int
) -> None:
    look(full_rooms, axe, EVERYDAY[number], rows[1], number)
    full_rooms.close()


@pytest.mark.slow
@pytest.mark.parametrize("number", range(4), ids=NAMES)
def test_every_page_in_every_look(
    full_rooms: Rooms, axe: str, rows: tuple[Path, dict[str, Any]], number: int
) -> None:
    look(full_rooms, axe, list(PAGES), rows[1], number)
    full_rooms.close()
