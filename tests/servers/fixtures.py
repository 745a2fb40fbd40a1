"""The servers as fixtures: each starts when a test first asks for it, once for all tests.

What isn't installed or doesn't start skips the tests that need it, and says what to do; where
the environment has CI=true, it fails them instead.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TypeVar

import pytest

from servers.atproto import Pds, running_appview, running_pds
from servers.oidc import Oidc, running_oidc
from servers.processes import Absent, NotStarted
from servers.snac import Snac, running_snac
from servers.wordpress import WordPress, running_wordpress

T = TypeVar("T")


def _given(server: AbstractContextManager[T]) -> Iterator[T]:
    with contextlib.ExitStack() as stack:
        try:
            running = stack.enter_context(server)
        except (Absent, NotStarted) as error:
            problem = f"{error}\n`make servers` installs what is missing, or says how"
            if os.environ.get("CI"):
                pytest.fail(problem, pytrace=False)
            pytest.skip(problem)
        yield running


@pytest.fixture(scope="session")
def pds() -> Iterator[Pds]:
    """Give a PLC directory and a PDS of the AT Protocol."""
    yield from _given(running_pds())


@pytest.fixture(scope="session")
def appview() -> Iterator[Pds]:
    """Give the same with an AppView, for tests marked `nightly`."""
    yield from _given(running_appview())


@pytest.fixture(scope="session")
def snac() -> Iterator[Snac]:
    """Give an instance that speaks Mastodon's API."""
    yield from _given(running_snac())


@pytest.fixture(scope="session")
def wordpress() -> Iterator[WordPress]:
    """Give a web site with posts, comments and feeds."""
    yield from _given(running_wordpress())


@pytest.fixture(scope="session")
def oidc() -> Iterator[Oidc]:
    """Give a provider of OpenID Connect, the house's own."""
    yield from _given(running_oidc())
