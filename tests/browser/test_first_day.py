"""The first day of a house, from the link on the screen to signing out in the evening.

One story, told in a real browser against real servers: a stream of posts and a mail server, both
on this machine. At each stop the page is looked at, in one of four ways that change from stop
to stop; with PICTURES=1 the documentation gets its pictures.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.conftest import Rooms, Server, environment
from browser.looking import LOOKS, complaints, picture
from browser.stream import Stream, running_stream
from servers.processes import free_port
from servers.smtp import Mailbox, running_smtp

ARRIVES = 60_000  # milliseconds until the runner has done what is due, on a busy machine
HOUSE = "Harbor General"
OWNER, COLLEAGUE = "desk@harbor.example", "kim@harbor.example"
PASSWORD = "gravel lantern walrus pumice"
QUIET = [
    "The new entrance of Harbor General is bright, and the coffee is good",
    "Thank you to the nurses of Harbor General, ward 4",
    "Parking at Harbor General costs six dollars now",
    "Is Harbor General open on Thanksgiving?",
]
STORM = [
    "Nine hours in the emergency room of Harbor General, and nobody came",
    "My father has waited seven hours at the Harbor General emergency room. Is anybody there?",
    "Harbor General emergency room: six hours, two nurses, forty people on chairs",
    "Left the emergency room of Harbor General after eight hours without seeing a doctor",
    "Five hours so far. If you can, avoid the emergency room at Harbor General tonight",
]


@pytest.fixture
def stream() -> Iterator[Stream]:
    with running_stream() as running:
        yield running


@pytest.fixture
def mails() -> Iterator[Mailbox]:
    with running_smtp() as box:
        yield box


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def house(archive: Path, mails: Mailbox) -> Iterator[Server]:
    """An empty archive, and a mail server that it may use."""
    port = free_port()
    running = Server(
        archive,
        *("--empty", "--port", str(port)),
        public_url=f"http://127.0.0.1:{port}",
        smtp_host="127.0.0.1",
        smtp_port=str(mails.port),
        smtp_security="none",
        smtp_from="Auscult <auscult@harbor.example>",
    )
    yield running
    running.stop()


@pytest.fixture
def windows(house: Server, chromium: Browser) -> Iterator[Rooms]:
    opened = Rooms(house, chromium, [])
    yield opened
    opened.close()
    assert opened.errors == []


class Walk:
    """Somebody's window, and what was seen in it."""

    def __init__(self, page: Page, axe: str) -> None:
        self.page, self.axe, self.stops = page, axe, 0

    def look(self, name: str = "", at: str = "body") -> None:
        """Look at the page in the next of the four ways; `name` keeps its picture, from `at` on."""
        width, dark = LOOKS[self.stops % len(LOOKS)]
        self.stops += 1
        self.see(width, dark=dark)
        found = complaints(self.page, self.axe)
        assert not found, "\n".join([self.page.url, *found])
        self.see(1440, dark=False)
        picture(self.page, name, at)

    def see(self, width: int, *, dark: bool) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme="dark" if dark else "light")

    def until(self, there: Callable[[], object], what: str) -> None:
        """Load the page again until something is there."""
        end = time.monotonic() + ARRIVES / 1_000
        while not there():
            assert time.monotonic() < end, f"{what} didn't come to {self.page.url}"
            self.page.wait_for_timeout(250)
            self.page.reload()

    def press(self, what: Locator) -> None:
        """Press what leads to another page, and wait until that is there."""
        with self.page.expect_navigation():
            what.click()

    def open(self, room: str) -> None:
        """Enter a room by its link at the top, or a page of the settings."""
        top = self.page.get_by_role("navigation", name="Rooms")
        if top.get_by_role("link", name=room, exact=True).count() == 0:
            self.press(top.get_by_role("link", name="Settings"))
            top = self.page.get_by_role("navigation", name="Settings")
        self.press(top.get_by_role("link", name=room, exact=True))


def link_in(mails: Mailbox, address: str, part: str) -> str:
    """Wait for a mail to an address with a link of this kind; return the link's path."""
    end = time.monotonic() + ARRIVES / 1_000
    while time.monotonic() < end:
        for mail in mails.to(address):
            text = mail.get_body(("plain",))
            found = re.search(rf"http://\S*{part}\S*", text.get_content() if text else "")
            if found:
                return urlsplit(found[0]).path
        time.sleep(0.1)
    raise AssertionError(f"no mail to {address} with {part}: {[m['Subject'] for m in mails.mails]}")


def code_of(secret: str) -> str:
    """Return what an authenticator app shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    start = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


@pytest.mark.slow
def test_the_first_day(
    windows: Rooms, house: Server, stream: Stream, mails: Mailbox, archive: Path, axe: str
) -> None:
    walk = Walk(windows.open(urlsplit(house.link)._replace(scheme="", netloc="").geturl()), axe)
    walk.look()
    walk.press(walk.page.get_by_role("button", name="Sign in"))
    for text in QUIET:
        stream.say(text, author=text)

    set_up(walk, stream)
    watch(walk)
    own_address(walk, mails)
    be_told(walk, stream, mails)
    read_the_brief(walk)
    kim = invite(walk, windows, mails)
    two_factors(kim)
    figures(walk)
    take_all_along(archive)
    trail(walk)


def set_up(walk: Walk, stream: Stream) -> None:
    """Take the five steps; people come later in the day."""
    page = walk.page
    say_what_for(walk)
    connect(walk, stream)
    walk.press(page.get_by_role("link", name="Go on setting up"))
    walk.press(page.get_by_role("link", name="Go on"))
    walk.look()
    page.get_by_role("button", name="Skip this step").click()
    expect(page.get_by_role("heading", name="Your house is set up")).to_be_visible()
    walk.press(page.get_by_role("button", name="Close the set-up"))


def say_what_for(walk: Walk) -> None:
    """Name the house, what matters to it, and what to listen for."""
    page = walk.page
    walk.look()
    walk.press(page.get_by_role("link", name="Set up your house"))
    walk.look("set-up")
    walk.press(page.get_by_role("link", name="Begin"))
    page.get_by_label("Name of the house").fill(HOUSE)
    walk.look()
    walk.press(page.get_by_role("button", name="Save and go on"))
    page.get_by_label("Priority 1").fill("Fill forty nursing posts")
    page.get_by_label("Priority 2").fill("Shorter waits in the emergency room")
    walk.look()
    walk.press(page.get_by_role("button", name="Save and go on"))

    page.get_by_label("Town").fill("Harbor")
    page.get_by_label("Clinicians whom the public knows").fill("Dr. Anna Lind")
    page.get_by_label("Houses that people compare it with").fill("Quillmoor Medical Center")
    page.get_by_label("Town").focus()
    expect(page.locator("#proposals").get_by_label("Anna Lind", exact=True)).to_be_checked()
    walk.look("set-up-listening", at="#proposals")
    page.get_by_role("button", name=re.compile("go on", re.IGNORECASE)).click()


def connect(walk: Walk, stream: Stream) -> None:
    """Connect a network, and wait until it is heard."""
    page = walk.page
    expect(page.get_by_role("heading", name="Where to listen", level=1)).to_be_visible()
    page.get_by_text("Or choose what to read").click()
    page.get_by_role("link", name=re.compile("^Bluesky")).first.click()
    page.get_by_label("Hosts").fill(stream.address)
    page.get_by_label("Name", exact=True).fill("The open network")
    walk.look()
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("heading", name="The open network", level=1)).to_be_visible()
    walk.until(lambda: page.get_by_text("live", exact=True).count(), "the network")
    walk.look()


def watch(walk: Walk) -> None:
    """Add a watch: wrong at first, then previewed and saved; its mentions are there."""
    page = walk.page
    walk.open("Listening")
    walk.until(lambda: page.locator(".mention").count() >= len(QUIET), "the first mentions")
    walk.look()
    page.get_by_role("link", name="Add a watch").click()
    page.get_by_label("Name", exact=True).fill("Thanks")
    query = page.get_by_label("Query", exact=True)
    query.fill("thank* AND (")
    expect(page.get_by_role("alert")).to_contain_text("Column")
    query.fill('(thank* OR grateful) AND "harbor general"')
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview mark").first).to_be_visible()
    walk.look()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Thanks", level=1)).to_be_visible()
    # It looks through what was collected before; the page shows it by itself.
    expect(page.locator("#found mark", has_text="Thank").first).to_be_visible(timeout=ARRIVES)
    walk.look()


def own_address(walk: Walk, mails: Mailbox) -> None:
    """Give the owner an address; it counts once its link was opened."""
    page = walk.page
    walk.open("Your account")
    walk.look()
    page.get_by_role("link", name="change", exact=True).click()
    page.get_by_label("Email").fill(OWNER)
    walk.look()
    walk.press(page.get_by_role("button", name="Change to this address"))
    page.goto(link_in(mails, OWNER, "confirm-email"))
    walk.press(page.get_by_role("button", name="Confirm"))
    page.goto("/account/")
    expect(page.get_by_text(OWNER)).to_be_visible()


def be_told(walk: Walk, stream: Stream, mails: Mailbox) -> None:
    """Make a rule; the posts that it asks for come, and the alert after them, here and by mail."""
    page = walk.page
    walk.open("Alerts")
    walk.press(page.get_by_role("link", name="Rules and quiet hours"))
    walk.press(page.get_by_role("link", name="Add a rule").first)
    page.get_by_label("Name", exact=True).fill("Hours in the emergency room")
    page.get_by_label("Tell of").select_option("topic")
    page.get_by_label(re.compile("^Query")).fill('"emergency room" AND hours')
    page.get_by_label(re.compile("^So many posts")).fill("3")
    page.get_by_role("group", name="Tell by mail").get_by_label(re.compile("owner")).first.check()
    page.get_by_label("Also in quiet hours").check()
    walk.look()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Hours in the emergency room").first).to_be_visible()
    walk.look()

    for text in STORM:
        stream.say(text, author=text)
    walk.open("Alerts")
    alert = page.get_by_role("main").get_by_role("link", name=re.compile("emergency", re.I))
    walk.until(alert.count, "the alert")
    walk.look()
    alert.first.click()
    expect(page.locator(".mention").first).to_contain_text("hours")
    path = link_in(mails, OWNER, r"/alerts/\d+")
    assert path == urlsplit(page.url).path
    walk.look("alert")
    page.get_by_role("button", name="I take care").click()
    expect(page.get_by_text(re.compile("takes care"))).to_be_visible()


def read_the_brief(walk: Walk) -> None:
    """Read what the week says so far, and follow one sentence to what it was counted from."""
    page = walk.page
    walk.open("Brief")
    walk.look()
    walk.press(page.locator(".sentences a").first)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    walk.look()


def invite(walk: Walk, windows: Rooms, mails: Mailbox) -> Walk:
    """Invite a colleague by mail; she joins in a browser of her own."""
    page = walk.page
    walk.open("People")
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("E-mail address").fill(COLLEAGUE)
    page.get_by_label("Role").select_option("editor")
    walk.look()
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text(f"The invitation to {COLLEAGUE} is on its way.")).to_be_visible()
    walk.look("people")

    kim = Walk(windows.open(link_in(mails, COLLEAGUE, "/invitation/")), walk.axe)
    kim.page.get_by_label("Your name").fill("kim")
    kim.page.get_by_label("Password").fill(PASSWORD)
    kim.look()
    kim.page.get_by_role("button", name="Join", exact=True).click()
    expect(kim.page.get_by_text("Welcome!")).to_be_visible()
    kim.look()
    assert kim.page.get_by_role("navigation").get_by_role("link", name="People").count() == 0
    return kim


def two_factors(kim: Walk) -> None:
    """Set up an authenticator app; the next sign-in asks for it, and takes a recovery code."""
    page = kim.page
    kim.open("Your account")
    kim.press(page.get_by_role("link", name="set it up"))
    kim.look()
    secret = page.get_by_role("textbox", name="Secret").input_value()
    page.get_by_label(re.compile("code", re.IGNORECASE)).last.fill(code_of(secret))
    kim.press(page.get_by_role("button", name="Switch it on"))
    page.goto("/account/second-factor/recovery-codes/")
    shown = page.locator("main").inner_text() + " ".join(
        one.input_value() for one in page.locator("main textarea").all()
    )
    code = re.findall(r"\b[0-9a-f]{8}\b", shown)[0]
    kim.look()
    kim.press(page.get_by_role("button", name="Sign out"))

    page.goto("/sign-in/")
    page.get_by_label("Login").fill("kim")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("input[name=code]")).to_be_visible()
    kim.look()
    page.locator("input[name=code]").fill(code)
    page.get_by_role("button", name=re.compile("^sign in$", re.IGNORECASE)).first.click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def figures(walk: Walk) -> None:
    """Make a dashboard, and take it along as PDF and as a table."""
    page = walk.page
    walk.open("Dashboards")
    walk.look()
    page.get_by_role("link", name="Make a dashboard").click()
    page.get_by_label("Name").fill("For the board")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="For the board", level=1).wait_for()
    walk.look()
    with page.expect_download() as pdf:
        page.get_by_role("link", name=re.compile("PDF")).first.click()
    assert Path(pdf.value.path()).read_bytes().startswith(b"%PDF")
    with page.expect_download() as table:
        page.get_by_role("link", name=re.compile("CSV")).first.click()
    assert len(Path(table.value.path()).read_text(encoding="utf-8").splitlines()) > 1


def take_all_along(archive: Path) -> None:
    """Write everything of the organisation into a folder, while it runs."""
    target = archive.with_name("along")
    done = subprocess.run(
        [Path(sys.executable).with_name("auscult"), "export", str(target)],
        env=environment(archive),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert target.exists()


def trail(walk: Walk) -> None:
    """Find the day in the audit trail, whose chain holds, and sign out."""
    page = walk.page
    walk.open("Audit trail")
    trail = page.get_by_role("table")
    for action in (
        "export-all",
        "export-figures",
        "add-dashboard",
        "accept-invitation",
        "acknowledge-alert",
    ):
        expect(trail.get_by_text(re.compile(action)).first).to_be_visible()
    expect(page.get_by_text("The chain holds")).to_be_visible()
    walk.look("audit")
    with page.expect_download() as file:
        page.get_by_role("button", name="As a table (CSV)").click()
    assert COLLEAGUE in Path(file.value.path()).read_text(encoding="utf-8")
    walk.press(page.get_by_role("button", name="Sign out"))
    page.goto("/listening/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    walk.look()
