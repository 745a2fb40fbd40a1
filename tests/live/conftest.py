"""Tests here talk to real servers; see `tests/servers`."""

import pytest

from servers.fixtures import appview, oidc, pds, snac, wordpress

__all__ = ["appview", "oidc", "pds", "snac", "wordpress"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a server in one process of a parallel run, so that it starts once."""
    for item in items:
        for server in __all__:
            if server in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(server))
                break
