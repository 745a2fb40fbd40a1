"""Single sign-on in a real browser: from an invitation over the house's provider and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.conftest import PATIENCE, Server, axe, chromium, sign_in
from browser.looking import LOOKS, complaints
from servers.oidc import CLIENT_ID, CLIENT_SECRET, running_oidc
from servers.processes import free_port

__all__ = ["axe", "chromium"]  # fixtures

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("oidc")]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A house whose people sign in at its own provider."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with running_oidc(f"{address}/account/oidc/house/login/callback/") as provider:
        running = Server(
            tmp_path_factory.mktemp("sso") / "archive",
            *("--empty", "--port", str(port)),
            public_url=address,
            oidc_url=provider.url,
            oidc_client_id=CLIENT_ID,
            oidc_client_secret=CLIENT_SECRET,
            oidc_name="Harbor account",
        )
        yield running
        running.stop()


@pytest.fixture
def kim(house: Server, chromium: Browser) -> Iterator[BrowserContext]:
    """The browser of somebody whom nobody knows yet."""
    context = chromium.new_context(base_url=house.address, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def invited(house: Server, chromium: Browser, address: str) -> str:
    """Invite somebody as the owner; return the path of the link."""
    context = chromium.new_context(base_url=house.address)
    context.add_cookies(sign_in(house, chromium))  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/people/invite/")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Role").select_option("editor")
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("Link", exact=True).input_value()
    context.close()
    return urlsplit(link).path


def at_the_provider(page: Page, name: str) -> None:
    """Sign in with the provider's own pages, and agree to what the house asks for."""
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill("any")
    page.get_by_role("button").first.click()
    page.get_by_role("button", name=re.compile("continue|agree|allow", re.IGNORECASE)).click()


def look(page: Page, axe: str) -> None:
    """Look at a page in both sizes and themes."""
    for width, dark in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if dark else "light")
        found = complaints(page, axe)
        assert not found, "\n".join([page.url, *found])


def test_the_invited_join_and_come_back_by_the_house_account(
    house: Server, chromium: Browser, kim: BrowserContext, axe: str
) -> None:
    page = kim.new_page()
    page.goto(invited(house, chromium, "kim@hospital.example"))
    look(page, axe)
    page.get_by_role("button", name="Join with Harbor account").click()
    at_the_provider(page, "kim")

    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto("/account/")
    expect(page.get_by_text("kim@hospital.example")).to_be_visible()
    expect(page.get_by_text("editor")).to_be_visible()
    look(page, axe)

    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in/")
    look(page, axe)
    page.get_by_role("link", name="Sign in with Harbor account").click()
    # The provider still knows her, so she is back at once.
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_who_is_not_invited_is_told_so(house: Server, kim: BrowserContext, axe: str) -> None:
    page = kim.new_page()
    page.goto("/sign-in/")
    page.get_by_role("link", name="Sign in with Harbor account").click()
    at_the_provider(page, "sam")

    expect(page.get_by_text("nobody has invited you here")).to_be_visible()
    look(page, axe)
