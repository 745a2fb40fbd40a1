"""People who look at pages, for locust: what they open, how often, and how long they read.

Started by `bench.load`. A person opens the room, reads, picks a watch, searches, goes to
Sources or a brief now and then. Between two pages five to fifteen seconds pass.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from pathlib import Path
from random import Random
from typing import Any

from locust import FastHttpUser, between, task

COOKIES = itertools.cycle(json.loads(Path(os.environ["LOAD_COOKIES"]).read_text()))
SEARCHES = ("flu", "vaccin*", '"waiting time"', "parking OR car", "nurse AND thank*", "surgery")
WATCH = re.compile(r"/listening/watches/(\d+)/")
SOURCE = re.compile(r"/sources/(\d+)/")


class Person(FastHttpUser):
    """Somebody of the communication team."""

    wait_time = between(5, 15)

    def on_start(self) -> None:
        """Be signed in, and open the first page."""
        self.cookie = next(COOKIES)
        self.random = Random(self.cookie)
        self.watches: list[str] = []
        self.sources: list[str] = []
        self.room()

    def look(self, address: str, name: str) -> str:
        """Open a page."""
        headers = {"Cookie": self.cookie}
        with self.client.get(
            address, name=name, headers=headers, catch_response=True, allow_redirects=False
        ) as answer:
            if answer.status_code != 200:
                answer.failure(f"{address}: {answer.status_code}")
            return str(answer.text or "")

    @task(6)
    def room(self) -> None:
        """Look at what is new."""
        page = self.look("/listening/", "the room")
        self.watches = sorted(set(WATCH.findall(page))) or self.watches

    @task(8)
    def watch(self) -> None:
        """Look at one watch."""
        if self.watches:
            self.look(f"/listening/watches/{self.random.choice(self.watches)}/", "a watch")

    @task(4)
    def search(self) -> None:
        """Search the mentions, as the page does it while one types."""
        query: Any = self.random.choice(SEARCHES)
        self.client.get(
            "/listening/found/",
            params={"q": query},
            name="a search",
            headers={"Cookie": self.cookie, "HX-Request": "true"},
        )

    @task(2)
    def all_sources(self) -> None:
        """Look how the sources are doing."""
        page = self.look("/sources/", "sources")
        self.sources = sorted(set(SOURCE.findall(page))) or self.sources

    @task(1)
    def source(self) -> None:
        """Look at one source."""
        if self.sources:
            self.look(f"/sources/{self.random.choice(self.sources)}/", "a source")

    @task(1)
    def peers(self) -> None:
        """Look at other houses."""
        self.look("/listening/peers/", "peers")
