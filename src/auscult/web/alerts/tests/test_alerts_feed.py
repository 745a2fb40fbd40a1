"""The feed of alerts opens as every secret address does: not too often, and known to nobody."""

from __future__ import annotations

import pytest
from django.test import Client

from auscult.web.accounts import secret_pages
from auscult.web.accounts.limits import Limits
from auscult.web.accounts.models import Actor
from auscult.web.accounts.tokens_actions import make_secret_address


@pytest.mark.django_db
def test_it_is_limited_and_tells_nobody_where_it_was(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_pages, "READERS", Limits(2, 3600.0))
    _row, secret = make_secret_address(owner, kind="alerts", subject=None, label="Alerts")
    address = f"/alerts/feed/{secret}/"
    first = Client().get(address)
    assert first.status_code == 200
    assert first["Referrer-Policy"] == "no-referrer"
    assert Client().get(address).status_code == 200
    limited = Client().get(address)
    assert limited.status_code == 429
    assert int(limited["Retry-After"]) > 0
