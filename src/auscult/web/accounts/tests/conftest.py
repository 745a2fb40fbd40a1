"""What tests of signing in share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture
def own_limits() -> Iterator[None]:
    """Let no test be held to what another did in the same minute."""
    cache.clear()
    yield
    cache.clear()
