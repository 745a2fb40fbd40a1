"""Accounts of Bluesky that are asked for from time to time, as an origin of what is known."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta

from auscult.engine.kernel.clock import FixedClock
from faults.origins import Story, Subject
from faults.proxy import Proxy
from servers.small_appview import BEGUN, SmallAppView, small_appview


class AccountsOrigin:
    """Two accounts at an AppView, where posts can't be changed."""

    def __init__(self, server: SmallAppView) -> None:
        self.server = server
        self.authors = [server.join(f"{name}.example.org") for name in ("anna", "bert")]
        self.uris: dict[int, str] = {}

    def say(self, number: int, text: str) -> str:
        self.uris[number] = self.server.say(self.authors[number % 2], text)
        return self.uris[number]

    def change(self, number: int, text: str) -> bool:
        return False

    def take_back(self, number: int) -> bool:
        del self.server.views[self.uris[number]]
        return True


@contextlib.contextmanager
def accounts(proxy: Proxy) -> Iterator[Subject]:
    """Two accounts with a past, whose removed posts are found when they are asked for again."""
    with small_appview() as server:
        origin = AccountsOrigin(server)
        story = Story(origin)
        story.begin()
        proxy.forward_to(server.url)
        host = f"http://{proxy.host}"
        values = {"host": host, "accounts": origin.authors, "since": "2020-01-01"}
        clock = FixedClock(BEGUN + timedelta(days=60))
        yield Subject("bluesky-accounts", values, story, clock)
