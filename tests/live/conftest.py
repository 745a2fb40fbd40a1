"""Tests here talk to real servers; see `tests/servers`."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from servers.fixtures import appview, oidc, pds, snac, wordpress
from servers.oidc import CLIENT_ID, CLIENT_SECRET, Oidc

__all__ = ["appview", "oidc", "pds", "snac", "wordpress"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a server in one process of a parallel run, so that it starts once."""
    for item in items:
        for server in __all__:
            if server in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(server))
                break


@pytest.fixture
def house(oidc: Oidc, settings: Any) -> Oidc:
    """Let the provider be the house's."""
    from django.core.cache import cache

    from auscult.web.shell.signing_in import single_sign_on

    cache.clear()
    settings.AUSCULT = dataclasses.replace(
        settings.AUSCULT,
        oidc_url=oidc.url,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
        oidc_name="Lakeside account",
    )
    settings.SOCIALACCOUNT_PROVIDERS = single_sign_on(settings.AUSCULT)
    return oidc
