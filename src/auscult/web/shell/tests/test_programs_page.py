"""The page Programs: a token is made, shown once, and revoked."""

from __future__ import annotations

import re

import pytest

from auscult.web.accounts import tokens_actions
from auscult.web.accounts.models import Actor, SecretAddress, Token
from programs import Program, signed_in

pytestmark = pytest.mark.django_db


def test_a_token_is_shown_once_and_works(owner: Actor) -> None:
    browser = signed_in(owner)
    page = browser.post("/programs/", {"name": "sheet", "scopes": ["read"], "days": "30"})
    secret = re.search(r"auscult_[\w-]{43}", page.content.decode())
    assert secret is not None
    assert "no-store" in page["Cache-Control"]
    assert Program(secret[0]).get("me").json()["scopes"] == ["read"]
    again = browser.get("/programs/").content.decode()
    assert "sheet" in again
    assert secret[0] not in again


def test_what_is_wrong_stands_at_the_field(owner: Actor) -> None:
    page = signed_in(owner).post("/programs/", {"name": "", "days": "7"}).content.decode()
    assert page.count('role="alert"') == 3
    assert not Token.objects.exists()


def test_only_scopes_of_ones_role_are_offered(onlooker: Actor) -> None:
    page = signed_in(onlooker).get("/programs/").content.decode()
    assert 'value="read"' in page
    assert 'value="people"' not in page


def test_revoking_asks_first(owner: Actor) -> None:
    made, secret = tokens_actions.make_token(owner, name="old", scopes=["read"], days=None)
    browser = signed_in(owner)
    assert b"old" in browser.get(f"/programs/tokens/{made.pk}/revoke/").content
    assert Program(secret).get("me").status_code == 200
    browser.post(f"/programs/tokens/{made.pk}/revoke/")
    assert Program(secret).get("me").status_code == 401
    assert browser.get(f"/programs/tokens/{made.pk}/revoke/").status_code == 404


def test_nobody_revokes_anothers(owner: Actor, teammate: Actor, stranger: Actor) -> None:
    made, secret = tokens_actions.make_token(owner, name="x", scopes=["read"], days=None)
    address, _ = tokens_actions.make_secret_address(owner, kind="any", subject=None, label="x")
    for other in (teammate, stranger):
        browser = signed_in(other)
        for place in (f"tokens/{made.pk}", f"addresses/{address.pk}"):
            assert browser.post(f"/programs/{place}/revoke/").status_code == 404
    assert Program(secret).get("me").status_code == 200
    signed_in(owner).post(f"/programs/addresses/{address.pk}/revoke/")
    assert SecretAddress.objects.get().revoked_at is not None


def test_the_page_of_the_api_lists_every_route(owner: Actor) -> None:
    page = signed_in(owner).get("/api/")
    text = page.content.decode()
    assert "GET /api/v1/mentions" in text
    assert "<script>" not in text
    assert "style=" not in text
