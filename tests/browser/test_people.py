"""People and accounts as a person meets them: inviting, joining, a passkey, no barriers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from browser.looking import ASK_AXE

if TYPE_CHECKING:
    from tests.browser.conftest import Rooms

PAGES = (
    "/account/",
    "/account/email/",
    "/account/password/set/",
    "/account/second-factor/",
    "/account/second-factor/totp/activate/",
    "/account/second-factor/webauthn/add/",
    "/account/sessions/",
    "/people/",
    "/people/invite/",
    "/people/policies/",
    "/organisation/",
)
ALONE = ("/sign-in/", "/account/password/reset/")  # as nobody
PASSWORD = "gravel lantern walrus pumice"


def look(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    found: list[str] = page.evaluate(ASK_AXE)
    return [*found, *(["wider than the window"] if wide else [])]


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_no_page_has_a_barrier(rooms: Rooms, axe: str, width: int, dark: bool) -> None:
    page = rooms.open("/account/", width=width, dark=dark)
    problems = {}
    for path in PAGES:
        page.goto(path)
        problems[path] = look(page, axe)
    page.context.clear_cookies()
    for path in ALONE:
        page.goto(path)
        problems[path] = look(page, axe)
    assert {path: found for path, found in problems.items() if found} == {}


def invited(rooms: Rooms, name: str) -> str:
    """Invite somebody; return the path of her link."""
    page = rooms.open("/people/invite/")
    page.get_by_label("E-mail address").fill(f"{name}@hospital.example")
    page.get_by_label("Role").select_option("editor")
    page.get_by_label("Research").check()
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("Link", exact=True).input_value()
    found = re.search(r"/invitation/.+", link)
    assert found is not None
    return found[0]


def test_an_invited_person_joins_without_scripts(rooms: Rooms, axe: str) -> None:
    page = rooms.open(invited(rooms, "kim"), js=False)
    page.context.clear_cookies()
    page.reload()
    page.get_by_label("Your name").fill("kim")
    page.get_by_label("Password").fill("password12")
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_text("Take four or more words")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join", exact=True).click()
    page.goto("/account/")
    expect(page.get_by_text("editor")).to_be_visible()
    expect(page.get_by_text("Research")).to_be_visible()


def test_a_passkey_is_added_and_signs_in(rooms: Rooms) -> None:
    """A real browser's WebAuthn with a key of its own; `localhost`, as an address has no keys."""
    path = invited(rooms, "pat")
    home = rooms.server.address.replace("127.0.0.1", "localhost")
    rooms.server.address, before = home, rooms.server.address
    try:
        page = rooms.open("/sign-in/")
        page.context.clear_cookies()
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        key = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        session.send("WebAuthn.addVirtualAuthenticator", {"options": key})
        page.goto(path)
        page.get_by_label("Your name").fill("pat")
        page.get_by_role("button", name="Join with a passkey instead").click()
        page.get_by_role("heading", name=re.compile("passkey", re.IGNORECASE)).wait_for()
        page.get_by_role("button", name="Add").click()
        page.get_by_role("heading", name="Recovery Codes").wait_for()
        page.get_by_role("button", name="Sign out").click()

        page.get_by_role("button", name="Sign in with a passkey").click()
        page.get_by_role("link", name="Settings").first.wait_for()
        page.goto("/account/")
        expect(page.get_by_text("1 key")).to_be_visible()
    finally:
        rooms.server.address = before
