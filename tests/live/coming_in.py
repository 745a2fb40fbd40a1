"""A person who signs in at the house's provider and comes back."""

from __future__ import annotations

from typing import Any

from django.test import Client

from servers.oidc import Oidc

LOGIN = "/account/oidc/house/login/"


def come_in(house: Oidc, name: str, client: Client | None = None, start: str = LOGIN) -> Any:
    """Sign in at the provider as `name`; return the client and Auscult's last answer."""
    client = client or Client()
    begun = client.get(start)
    assert begun.status_code == 302, begun.content[:2000]
    back = house.sign_in(begun["Location"], name)
    return client, client.get(back.removeprefix("http://testserver"))


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200
