"""The house's own website, in a real browser: from a short link to a counted outcome."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browser.conftest import PATIENCE, Rooms, Server

# As a person's browser says; the one of these tests says that it has no window.
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGE = b'<!DOCTYPE html><title>Clinic</title><link rel="icon" href="data:,"><script src="/a.js"></script>'


class _Website(BaseHTTPRequestHandler):
    script = ""

    def do_GET(self) -> None:
        body, kind = (
            (PAGE, "text/html")
            if self.path != "/a.js"
            else (self.script.encode(), "text/javascript")
        )
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_given: Any) -> None:
        """Say nothing."""


@pytest.fixture
def website() -> Iterator[str]:
    """Serve two pages of a house; return where."""
    serving = ThreadingHTTPServer(("127.0.0.1", 0), _Website)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    serving.server_close()
    thread.join()


def _set_up(page: Page, server: Server, website: str) -> None:
    """Name a kind of outcome, make a link, and copy the script to the website."""
    page.goto("/returns/outcomes/kinds/add/")
    page.get_by_label("Name", exact=True).fill("Appointment")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Appointment", level=1).wait_for()
    page.goto("/returns/links/add/")
    page.get_by_label("Where it leads").fill(f"{website}/start?part=2")
    page.get_by_label("Title").fill("First post")
    page.get_by_label("Where you post it").fill("mastodon")
    page.get_by_label("Its name in the address").fill("first-post")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="First post", level=1).wait_for()
    page.goto("/returns/outcomes/site/")
    page.get_by_label("Websites of the house").fill(website)
    page.get_by_role("button", name="Save").click()
    script = page.get_by_role("region", name="2. Copy this script").inner_text()
    # The address of this server, which the settings of the test don't name.
    _Website.script = re.sub(
        r'"http://[^"]+/conversions/', f'"{server.address}/conversions/', script
    )


def test_from_a_post_to_an_appointment_without_a_cookie(
    rooms: Rooms, server: Server, chromium: Browser, website: str
) -> None:
    owner = rooms.open("/returns/")
    _set_up(owner, server, website)

    visitor = chromium.new_context(user_agent=FIREFOX)
    visitor.set_default_timeout(PATIENCE)
    page = visitor.new_page()
    page.goto(f"{server.address}/l/first-post")
    # The mark is out of the address again, and what the link says of itself stays.
    assert page.url == f"{website}/start?part=2&utm_source=mastodon&utm_medium=social"
    page.goto(f"{website}/thanks")
    for _time in range(2):  # the page that thanks was loaded again
        assert page.evaluate("auscult('appointment', {order: 'A-17'})") is True
    assert page.evaluate("auscult('unheard')") is False
    assert visitor.cookies() == []
    visitor.close()

    private = chromium.new_context(user_agent=FIREFOX, extra_http_headers={"DNT": "1"})
    private.set_default_timeout(PATIENCE)
    private.add_init_script("Object.defineProperty(navigator, 'doNotTrack', {get: () => '1'})")
    page = private.new_page()
    page.goto(f"{server.address}/l/first-post")
    assert page.evaluate("auscult('appointment', {order: 'A-18'})") is True
    assert page.evaluate("sessionStorage.length") == 0
    private.close()

    owner.goto("/returns/outcomes/")
    owner.get_by_text("2 outcomes.").wait_for()
    rows = owner.get_by_role("region", name="As they were told").get_by_role("row")
    said = rows.all_inner_texts()
    assert len(said) == 3
    assert sum("mastodon" in one for one in said) == 1
    assert sum("not followed, by choice" in one for one in said) == 1
