"""Sources as a person meets them: an address pasted, a network chosen, a list of feeds taken in."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from browser.looking import ASK_AXE

if TYPE_CHECKING:
    from tests.browser.conftest import Rooms

SHOTS = Path(__file__).parent / "shots"
WIDTHS = {"telephone": 360, "desk": 1440}
ARRIVES = 60_000  # milliseconds until the runner has read something
PAGE = (
    '<html><head><title>Clinic</title><link rel="alternate" type="application/rss+xml" '
    'title="News of the clinic" href="/news.xml"></head><body>Hello</body></html>'
)
FEED = (
    '<rss version="2.0"><channel><title>News of the clinic</title><link>https://clinic.example/'
    "</link><description>News</description><item><title>Long queues at Lakeside General</title>"
    "<guid>a1</guid><pubDate>Mon, 16 Nov 2026 08:00:00 GMT</pubDate></item></channel></rss>"
)
OPML = (
    '<opml version="2.0"><body><outline text="A" xmlUrl="http://127.0.0.1:8081/a.xml"/>'
    '<outline text="B" xmlUrl="http://127.0.0.1:8081/b.xml"/></body></opml>'
)


class Site(BaseHTTPRequestHandler):
    """A page that names its feed."""

    def do_GET(self) -> None:
        body = {"/": PAGE, "/news.xml": FEED}.get(self.path, "")
        self.send_response(200 if body else 404)
        kind = "application/rss+xml" if self.path.endswith("xml") else "text/html"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


OVER = threading.Event()


def _say(connection: ServerConnection) -> None:
    """Send a post of Bluesky's stream (version 1) every tenth of a second."""
    for number in count():
        now = time.time_ns() // 1_000
        record = {
            "$type": "app.bsky.feed.post",
            "text": f"Six hours of waiting at Lakeside General, number {number}",
            "createdAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "langs": ["en"],
        }
        commit = {
            "rev": "r", "operation": "create", "collection": "app.bsky.feed.post",
            "rkey": f"k{number}", "cid": "c", "record": record,
        }  # fmt: skip
        event = {
            "did": "did:plc:abcdefghijklmnopqrstuvwx",
            "time_us": now,
            "kind": "commit",
            "commit": commit,
        }
        connection.send(json.dumps(event))
        if connection.close_code is not None or OVER.wait(0.1):
            return


def _version_1_only(connection: ServerConnection, request: Request) -> Response | None:
    return None if request.path.startswith("/subscribe?") else connection.respond(404, "")


@pytest.fixture(scope="module")
def stream() -> Iterator[str]:
    with serve(_say, "127.0.0.1", 0, process_request=_version_1_only, ping_interval=None) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        OVER.set()  # a connection outlives its server otherwise
        server.shutdown()
        thread.join()


def _connect(page: Page, address: str) -> None:
    page.goto("/sources/")
    page.get_by_label("Address or account").fill(address)
    page.get_by_role("button", name="Look").click()


@pytest.mark.parametrize("js", [True, False], ids=["scripts", "no-scripts"])
def test_a_pasted_address_becomes_a_source_and_goes_again(
    rooms: Rooms, site: str, *, js: bool
) -> None:
    page = rooms.open("/sources/", js=js)
    _connect(page, site)
    expect(page.get_by_role("heading", name=re.compile("News of the clinic"))).to_be_visible()
    expect(page.get_by_text("What it costs")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Connect")).first.click()
    expect(page.get_by_text("is connected")).to_be_visible()

    expect(page.get_by_text("1 post received")).to_be_visible(timeout=ARRIVES) if js else None
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused")).to_be_visible()
    page.get_by_role("button", name="Go on reading").click()
    page.get_by_role("link", name="Remove").click()
    page.get_by_label("go as well, everywhere and for good").check()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("is removed")).to_be_visible()


def test_bluesky_is_connected_and_its_posts_arrive(rooms: Rooms, stream: str) -> None:
    page = rooms.open("/sources/")
    page.get_by_role("link", name=re.compile("^Bluesky")).first.click()
    page.get_by_label("Hosts").fill(stream)
    page.get_by_label("Name", exact=True).fill("The open network")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading", name="The open network", level=1)).to_be_visible()

    until = time.monotonic() + ARRIVES / 1_000
    while time.monotonic() < until and not page.get_by_text("live", exact=True).count():
        page.reload()
    expect(page.get_by_text(re.compile(r"in 48 hours, at most"))).to_be_visible()
    page.goto("/listening/?q=%22lakeside+general%22+AND+number")
    expect(page.locator(".mention").first).to_contain_text("Six hours of waiting")


def test_what_can_not_be_connected_is_said_at_its_field(rooms: Rooms) -> None:
    page = rooms.open("/sources/connect/mastodon/")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("alert")).to_contain_text("required")
    page.get_by_label("Instance").fill("not an instance at all")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("alert")).to_be_visible()

    _connect(page, "http://169.254.169.254/latest/meta-data/")
    expect(page.get_by_role("alert")).to_contain_text("AUSCULT_REACH")


def test_a_list_of_feeds_is_taken_in_and_given_back(rooms: Rooms, tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text(OPML, encoding="utf-8")
    page = rooms.open("/sources/feeds/")
    page.get_by_label("Name of the source").fill("Region")
    page.get_by_label("OPML file").set_input_files(file)
    page.get_by_role("button", name="Read these feeds").click()
    expect(page.get_by_text("2 new feeds are read.")).to_be_visible()
    page.goto("/sources/")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("OPML")).first.click()
    assert Path(download.value.path()).read_text().count("xmlUrl=") == 2


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_of_sources_has_barriers(
    rooms: Rooms, axe: str, site: str, width: str, dark: bool
) -> None:
    page = rooms.open("/sources/", width=WIDTHS[width], dark=dark)
    SHOTS.mkdir(exist_ok=True)
    found: dict[str, list[str]] = {}
    paths = {
        "sources": "/sources/",
        "source": "/sources/1/",
        "sources-mastodon": "/sources/connect/mastodon/",
        "sources-youtube": "/sources/connect/youtube/",
        "sources-feeds": "/sources/feeds/",
        "sources-remove": "/listening/sources/1/remove/",
        "sources-connect": "",
    }
    for name, path in paths.items():
        if path:
            page.goto(path)
        else:
            _connect(page, site)
        for details in page.locator("details").all():
            details.evaluate("one => { one.open = true }")
        page.evaluate(axe)
        found[name] = page.evaluate(ASK_AXE)
        if page.evaluate("document.documentElement.scrollWidth") > WIDTHS[width]:
            found[name].append("scrolls sideways")
        shot = SHOTS / f"{name}-{width}-{'dark' if dark else 'light'}.png"
        page.screenshot(path=shot, full_page=True)
    assert {name: what for name, what in found.items() if what} == {}
